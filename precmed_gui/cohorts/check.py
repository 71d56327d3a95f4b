"""The check of a cohort before a training: reads every image, and lists what should be looked at.

Used by the window, before each training and when asked, and by `precmed check`.
"""

import time
from collections import Counter
from dataclasses import replace

import numpy as np

from precmed_gui.cohorts.checked_cohort import CheckedCohort, worst_first
from precmed_gui.cohorts.cost import expected_cost
from precmed_gui.cohorts.duplicates import Pairs, first_of_each, grouped, near_pairs
from precmed_gui.cohorts.findings_classes import class_findings
from precmed_gui.cohorts.findings_copies import copies_findings, leak_counts, leak_findings
from precmed_gui.cohorts.findings_files import file_findings
from precmed_gui.cohorts.findings_pictures import picture_findings
from precmed_gui.cohorts.image_facts import ImageFacts, image_facts
from precmed_gui.cohorts.kept_pairs import keep_pairs, kept_pairs
from precmed_gui.cohorts.split import divide, receipt
from precmed_gui.diagnosis.cases import Cohort, with_unreadable
from precmed_gui.diagnosis.checks import CheckReport, SplitView
from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _


def check_cohort(cohort: Cohort, seed: int, report: Report, cancel: CancelToken) -> CheckReport:
    """Read all images that are not excluded, and say what is odd about them.

    What a picture is like is kept on disk, so that a second check takes seconds.

    Parameters
    ----------
    seed
        Of the split that a training would draw.

    Raises
    ------
    Cancelled
        If the user stopped; what was read until then is kept for the next check.
    """
    began = time.monotonic()
    facts = image_facts(cohort, report, cancel)
    readable = with_unreadable(cohort, facts.unreadable) if facts.unreadable else cohort
    described = [(case.key, case.label) for case in facts.cases]
    duplicates = grouped(described, facts.table["fingerprint"], _near_pairs(facts, report, cancel))
    report(Step(_("Looking for what is odd"), 0, 0))
    cancel.raise_if_set()
    checked = CheckedCohort(readable, facts, duplicates, split_view(readable, facts, seed))
    patients, copies = leak_counts(checked)
    cost = expected_cost(facts.table)
    findings = [
        *leak_findings(checked),
        *class_findings(checked),
        *copies_findings(checked),
        *file_findings(checked, cost),
        *picture_findings(checked),
    ]
    return CheckReport(
        cohort=readable,
        findings=worst_first(findings),
        duplicates=duplicates,
        patient_leaks=patients,
        duplicate_leaks=copies,
        split=checked.split,
        cost=cost,
        sizes=_sizes(facts),
        modes=_modes(facts),
        seconds=time.monotonic() - began,
    )


def _near_pairs(facts: ImageFacts, report: Report, cancel: CancelToken) -> Pairs:
    firsts = first_of_each(facts.table["fingerprint"])
    fingerprints = facts.table["fingerprint"][firsts]
    found = kept_pairs(fingerprints)
    if found is None:
        found = near_pairs(facts.table["miniature"][firsts], report, cancel)
        keep_pairs(fingerprints, found)
    return found


def split_view(cohort: Cohort, facts: ImageFacts, seed: int) -> SplitView:
    """How a training would divide the cohort; of a given split, copies leave the earlier part."""
    fingerprints = {
        case.key: text for case, text in zip(facts.cases, facts.fingerprints, strict=True)
    }
    used = replace(cohort, cases=cohort.labelled)
    by_case = [fingerprints[case.key] for case in used.cases]
    try:
        split, _leaks = divide(used, seed, by_case)
    except UnfitCohort as error:
        return SplitView(seed=seed, problem=str(error))
    made = receipt(used, split)
    train, validation, test = made.patients_by_part
    return SplitView(
        images=made.images,
        patients=(train, validation, test),
        patients_shared=made.patients_shared,
        is_given=made.is_given,
        seed=seed,
        are_patients_known=made.are_patients_known,
        fingerprint=made.fingerprint,
    )


def _sizes(facts: ImageFacts) -> tuple[tuple[int, int], tuple[int, int]]:
    """(width, height) of the images with the fewest and the most pixels."""
    if not len(facts.table):
        return (0, 0), (0, 0)
    areas = facts.table["width"].astype(np.int64) * facts.table["height"]
    least, most = facts.table[int(areas.argmin())], facts.table[int(areas.argmax())]
    return (
        (int(least["width"]), int(least["height"])),
        (int(most["width"]), int(most["height"])),
    )


def _modes(facts: ImageFacts) -> tuple[tuple[str, int], ...]:
    kinds = Counter(zip(facts.table["is_grey"].tolist(), facts.table["is_wide"].tolist(),
                        strict=True))  # fmt: skip
    texts = {
        (True, False): _("grey, 8 bits"),
        (True, True): _("grey, 16 bits"),
        (False, False): _("colour, 8 bits"),
        (False, True): _("colour, 16 bits"),
    }
    return tuple((texts[kind], count) for kind, count in kinds.most_common())
