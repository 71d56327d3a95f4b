"""`precmed report`: one case as PDF, DICOM SR or secondary capture; `cli` puts it beside the rest.

The case is an image, read now, or an answer that the record holds.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.record import DecisionKind
from precmed_gui.diagnosis.report import Paper, Report, ReportForm, file_stem
from precmed_gui.diagnosis.work import CancelToken
from precmed_gui.diagnosis.work import Report as Tell
from precmed_gui.exchange.report_texts import verdict_title
from precmed_gui.language import LANGUAGES, _, current_language
from precmed_gui.options import AsJson
from precmed_gui.reported_cases import Asked, ReportedCase, case_of_path, case_of_record
from precmed_gui.terminal import say, shown_progress, stopping_on_interrupt

PAPERS = get_args(Paper)
DECISIONS = get_args(DecisionKind)


def _known_paper(name: str) -> str:
    return _one_of(name, PAPERS)


def _known_language(name: str) -> str:
    return _one_of(name, ("", *LANGUAGES))


def _known_decision(name: str) -> str:
    return _one_of(name, ("", *DECISIONS))


def _one_of(name: str, names: tuple[str, ...]) -> str:
    if name not in names:
        text = _("choose one of: {names}").format(names=", ".join(filter(None, names)))
        raise typer.BadParameter(text)
    return name


CaseName = Annotated[
    str, typer.Argument(metavar="CASE", help=_("An image, or the number of an answer kept."))
]
PdfFile = Annotated[
    Path | None, typer.Option("--pdf", metavar="FILE", help=_("Write it as PDF (PDF/A-1b)."))
]
SrFile = Annotated[
    Path | None,
    typer.Option("--sr", metavar="FILE", help=_("Write it as DICOM SR of the image's study.")),
]
CaptureFile = Annotated[
    Path | None,
    typer.Option(
        "--capture", metavar="FILE", help=_("Write picture and map as DICOM secondary capture.")
    ),
]
ModelChoice = Annotated[
    Path | None,
    typer.Option("--model", metavar="MODEL", help=_("A model folder (default: your newest).")),
]
WithMap = Annotated[bool, typer.Option("--map", help=_("Add a map of what the answer depends on."))]
Language = Annotated[
    str,
    typer.Option(
        metavar="|".join(LANGUAGES), callback=_known_language, help=_("The report's language.")
    ),
]
PaperSize = Annotated[
    str,
    typer.Option(metavar="|".join(PAPERS), callback=_known_paper, help=_("The size of its pages.")),
]
Kind = Annotated[
    str,
    typer.Option(
        "--decision",
        metavar="|".join(DECISIONS),
        callback=_known_decision,
        help=_("What the reader decides; kept where the answer is kept."),
    ),
]
DecidedLabel = Annotated[
    str, typer.Option("--label", metavar="CLASS", help=_("The class the reader names."))
]
ReaderName = Annotated[
    str, typer.Option("--reader", metavar="NAME", help=_("Who reads, and who signs."))
]
Words = Annotated[str, typer.Option("--comment", help=_("What the reader adds."))]
Identity = Annotated[
    bool, typer.Option("--identity", help=_("Print the patient and the name of the case."))
]
Signed = Annotated[
    bool, typer.Option("--sign", help=_("Sign the DICOM SR: it becomes VERIFIED by the reader."))
]


@dataclass(frozen=True, slots=True)
class _Targets:
    """Where what is to be written."""

    pdf: Path | None
    sr: Path | None
    capture: Path | None
    is_signed: bool


def report(
    case: CaseName,
    pdf: PdfFile = None,
    sr: SrFile = None,
    capture: CaptureFile = None,
    model: ModelChoice = None,
    with_map: WithMap = False,
    language: Language = "",
    paper: PaperSize = "A4",
    decision: Kind = "",
    label: DecidedLabel = "",
    reader: ReaderName = "",
    comment: Words = "",
    identity: Identity = False,
    sign: Signed = False,
    as_json: AsJson = False,
) -> None:
    """Write the report of `case`."""
    targets = _Targets(pdf, sr, capture, sign)
    kind = cast("DecisionKind", decision) if decision else None
    asked = Asked(
        case=case,
        model=model,
        has_map=with_map or capture is not None,
        form=ReportForm(language or current_language(), cast("Paper", paper), reader, identity),
        kind=kind,
        label=label,
        comment=comment,
        is_for_dicom=bool(sr or capture),
    )
    _check(targets, asked)
    with stopping_on_interrupt() as cancel, shown_progress() as tell:
        found, written = _written(targets, asked, tell, cancel)
    document = {
        "files": [str(file) for _kind, file in written],
        "number": found.report.shown.number,
        "verdict": found.report.shown.verdict,
        "head": found.report.chain_head,
    }
    lines = [_("Written: {path}").format(path=file) for _kind, file in written]
    text = "\n".join((verdict_title(found.report.shown), *lines))
    typer.echo(json.dumps(document, allow_nan=False) if as_json else text)


def add_to(app: typer.Typer) -> None:
    """Make `report` a command of `app`."""
    about = _("Write the report of one case, as PDF or as DICOM for the archive of the image.")
    app.command(help=about)(report)


def _check(targets: _Targets, asked: Asked) -> None:
    if not (targets.pdf or targets.sr or targets.capture):
        raise typer.BadParameter(_("say what to write: --pdf, --sr or --capture, with a file."))
    if targets.is_signed and not asked.form.reader:
        raise typer.BadParameter(_("whoever signs needs a name: give it by --reader."))
    if targets.is_signed and asked.kind in ("refer", "reject"):
        raise typer.BadParameter(_("only a decision that names a class can be signed."))
    if asked.kind == "other" and not asked.label:
        raise typer.BadParameter(_("another class than the model's: name it by --label."))


def _written(
    targets: _Targets, asked: Asked, tell: Tell, cancel: CancelToken
) -> tuple[ReportedCase, list[tuple[str, Path]]]:
    is_kept = asked.case.isdecimal() and not Path(asked.case).exists()
    if targets.is_signed and not is_kept:
        raise PrecmedError(
            _("The report cannot be signed: no record holds this answer and its decision."),
            _("Read the image by `precmed predict --archive`, then report the number it gets."),
        )
    opened = case_of_record if is_kept else case_of_path
    with opened(asked, tell, cancel) as found:
        if targets.capture and found.report.map is None and not (targets.pdf or targets.sr):
            raise PrecmedError(
                _("There is no map of this case to capture."),
                _("Ask for the map first; a refused case has none."),
            )
        written = _write_all(targets, found)
        signer = asked.form.reader if targets.is_signed else ""
        for kind, file in written:
            found.note(kind, file, signer if kind == "sr" else "")
    return found, written


def _write_all(targets: _Targets, found: ReportedCase) -> list[tuple[str, Path]]:
    from precmed_gui.exchange.dicom_sr import write_structured_report
    from precmed_gui.exchange.report_pdf import write_report
    from precmed_gui.exchange.secondary_capture import write_secondary_capture

    report, written = found.report, []
    if targets.sr:
        file = _place(targets.sr, report, ".dcm")
        signer = report.form.reader if targets.is_signed else ""
        write_structured_report(file, report, found.case, signer=signer)
        written.append(("sr", file))
    if targets.capture and report.map is None:
        say(_("There is no map of this case to capture."))
    elif targets.capture:
        file = _place(targets.capture, report, "-map.dcm")
        write_secondary_capture(file, report, found.case)
        written.append(("capture", file))
    if targets.pdf:
        file = _place(targets.pdf, report, ".pdf")
        write_report(file, report)
        written.append(("pdf", file))
    return written


def _place(target: Path, report: Report, ending: str) -> Path:
    """The file asked for; in a folder, one whose name says only what the report may say."""
    place = target.expanduser().resolve()
    return place / f"{file_stem(report)}{ending}" if place.is_dir() else place
