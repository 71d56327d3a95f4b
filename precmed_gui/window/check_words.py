"""What a check says in a line: its figures, whether a training may begin, and what leaks."""

from collections.abc import Sequence

from precmed_gui.diagnosis.checks import CheckReport, Finding, FindingKind
from precmed_gui.language import N_, _, ngettext, sentences
from precmed_gui.window.wording import duration, known_patients_text, number

READY = N_("Nothing keeps a training from starting.")
NOTHING_ODD = N_("Nothing odd was found: ready to train.")
BLOCKED = N_("A training would not start like this: see the first finding.")

SAID_BY_TRAINING: frozenset[FindingKind] = frozenset({"split", "few_cases"})
"""What a training refuses in its own words, whatever anybody states."""


def leaks_of(report: CheckReport) -> tuple[Finding, ...]:
    """What keeps a training from starting unless somebody says why it may."""
    return tuple(
        finding
        for finding in report.findings
        if finding.severity == "blocks" and finding.kind not in SAID_BY_TRAINING
    )


def things_to_see(report: CheckReport) -> int:
    """How many findings are worth a look before a training."""
    return sum(finding.severity != "tells" for finding in report.findings)


def things_text(count: int) -> str:
    """The line beside a training."""
    return ngettext(
        "The check found {n} thing to look at", "The check found {n} things to look at", count
    ).format(n=number(count))


def verdict_of(report: CheckReport) -> tuple[str, str]:
    """(what to do next, role of the label)."""
    if report.blocks:
        return _(BLOCKED), "error"
    count = things_to_see(report)
    if not count:
        return _(NOTHING_ODD), "success"
    text = ngettext("{n} finding is worth a look.", "{n} findings are worth a look.", count).format(
        n=number(count)
    )
    return sentences(_(READY), text), "warning"


def figures_text(report: CheckReport) -> str:
    """Files, readable ones, classes, patients, sizes, kinds of pixels and seconds in one line."""
    cohort = report.cohort
    readable, broken = len(cohort.cases), len(cohort.unreadable)
    classes = len(cohort.labels)
    texts = [
        ngettext("{n} image", "{n} images", readable).format(n=number(readable)),
        ngettext("{n} file not readable", "{n} files not readable", broken).format(
            n=number(broken)
        ),
        ngettext("{n} class", "{n} classes", classes).format(n=number(classes)),
        known_patients_text(cohort),
        sizes_text(report.sizes),
        *(f"{mode}: {number(count)}" for mode, count in report.modes),
        _("checked in {time}").format(time=duration(max(1.0, report.seconds))),
    ]
    return " · ".join(text for text in texts if text)


def sizes_text(sizes: tuple[tuple[int, int], tuple[int, int]]) -> str:
    """The range of picture sizes."""
    smallest, largest = (f"{width} × {height}" for width, height in sizes)
    if not any(sizes[1]):
        return ""
    if smallest == largest:
        return _("{size} pixels").format(size=largest)
    return _("{smallest} to {largest} pixels").format(smallest=smallest, largest=largest)


def leaks_text(findings: Sequence[Finding]) -> str:
    """What leaks, in figures, and why that matters."""
    titles = _("; ").join(finding.title.rstrip(".") for finding in findings)
    return _(
        "The training was not started: {leaks}. A test on such images promises more than the "
        "model can keep."
    ).format(leaks=titles)
