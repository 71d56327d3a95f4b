"""Finds the case `precmed report` is about: an image read now, or an answer the record holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from precmed_gui.archive.exports import export_of
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.explanation import Explanation
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.record import Decision, DecisionKind, Shown
from precmed_gui.diagnosis.report import Report, ReportForm
from precmed_gui.diagnosis.work import CancelToken
from precmed_gui.diagnosis.work import Report as Tell
from precmed_gui.exchange.dicom_input import read_headers, without_remarks
from precmed_gui.exchange.report_contents import display_pixels, report_of
from precmed_gui.exchange.report_texts import first_label
from precmed_gui.language import _, speaking
from precmed_gui.modalities import NAMES, modality, open_cohort
from precmed_gui.places import record_file, shipped_models_folder, user_models_folder
from precmed_gui.record_commands import opened_record
from precmed_gui.sources import absolute, require_there
from precmed_gui.terminal import say

if TYPE_CHECKING:
    from precmed_gui.archive.record import Record


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for.

    Parameters
    ----------
    case
        A path, or a number of the record.
    model
        A model folder; None for the newest, or the one that gave a kept answer.
    has_map
        Whether a map is wanted.
    form
        How the report is to look.
    kind, label, comment
        A decision to add; kind is None for none.
    is_for_dicom
        Whether a DICOM object is to be made, which needs an image that is one.
    """

    case: str
    model: Path | None
    has_map: bool
    form: ReportForm
    kind: DecisionKind | None = None
    label: str = ""
    comment: str = ""
    is_for_dicom: bool = False


@dataclass(frozen=True, slots=True)
class ReportedCase:
    """A case with its report; `record` is open while it is written, None where none holds it."""

    case: Case
    report: Report
    record: "Record | None" = None

    def note(self, kind: str, file: Path, signed_by: str = "") -> None:
        """Keep in the record that a file went out, and who signed it."""
        if self.record is not None:
            number = self.report.shown.number
            self.record.note_export(export_of(kind, file, number, signed_by=signed_by))


@contextmanager
def case_of_path(asked: Asked, tell: Tell, cancel: CancelToken) -> Iterator[ReportedCase]:
    """Read an image now; nothing of it is kept."""
    from precmed_gui.archive.record import shown_of
    from precmed_gui.archive.used_models import used_model
    from precmed_gui.learning.predict import predict
    from precmed_gui.learning.shelf import load_card, model_digest

    case = _only_case(asked.case, tell, cancel)
    _require_dicom(asked, case)
    folder = asked.model or newest_model()
    card = load_card(folder, verify=False)
    with speaking(asked.form.language):
        answers = predict(str(folder), (case,), tell, cancel)
        if answers.unreadable:
            raise PrecmedError(answers.unreadable[0].reason, _("Choose another image."))
        used = used_model(card, model_digest(folder))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        shown = replace(shown_of(answers.predictions[0], used), at=now)
        found = None if _skips(asked, shown) else _map_of(folder, case, tell, cancel)
    decisions = () if asked.kind is None else (_decision(asked, shown),)
    report = _report(shown, (case, found), card, asked.form)
    yield ReportedCase(case, replace(report, decisions=decisions, explanation=found))


@contextmanager
def case_of_record(asked: Asked, tell: Tell, cancel: CancelToken) -> Iterator[ReportedCase]:
    """Open an answer of the record, with its decisions, and the head of the chain."""
    from precmed_gui.archive.record import map_of

    if not record_file().exists():
        raise _unknown(asked.case)
    with opened_record(record_file()) as record:
        shown = record.shown(int(asked.case))
        if shown is None or not shown.case_key:
            raise _unknown(asked.case)
        case, report = _read_again(asked, shown, tell, cancel)
        if asked.kind is not None:
            record.decide(_decision(asked, shown))
        if report.explanation is not None:
            record.note_map(map_of(report.explanation, shown.number))
        decisions = record.decisions_of(shown.number)
        whole = replace(report, decisions=decisions, chain_head=record.head())
        yield ReportedCase(case, whole, record)


def _read_again(asked: Asked, shown: Shown, tell: Tell, cancel: CancelToken) -> tuple[Case, Report]:
    """The picture of a kept answer with what its model's test says, and its map."""
    from precmed_gui.learning.same_image import folder_that_gave
    from precmed_gui.learning.shelf import load_card

    folder = folder_that_gave(shown, (user_models_folder(), shipped_models_folder()))
    card = load_card(folder, verify=False) if folder else None
    case = _kept_case(shown, folder, tell, cancel)
    _require_dicom(asked, case)
    is_without = _skips(asked, shown)
    with speaking(asked.form.language):
        found = None if is_without or folder is None else _map_of(folder, case, tell, cancel)
    report = _report(shown, (case, found), card, asked.form)
    return case, replace(report, explanation=found)


def newest_model() -> Path:
    """The newest usable model of the user, else of those that ship; raises `PrecmedError`."""
    from precmed_gui.learning.shelf import list_models

    for shelf in (user_models_folder(), shipped_models_folder()):
        for model in list_models(shelf):
            if model.card is not None and not model.card.is_checkpoint:
                return model.folder
    raise PrecmedError(_("There is no model on your shelf."), _("Name one by --model."))


def _only_case(name: str, tell: Tell, cancel: CancelToken) -> Case:
    path = Path(name)
    require_there([path])
    cohort = open_cohort(absolute([path]), tell, cancel)
    if len(cohort.cases) == 1:
        return cohort.cases[0]
    if cohort.unreadable and not cohort.cases:
        raise PrecmedError(cohort.unreadable[0].reason, _("Choose another image."))
    raise PrecmedError(
        _("“{name}” holds {count} cases; a report is about one.").format(
            name=path.name, count=len(cohort.cases)
        ),
        _("Name one image."),
    )


def _kept_case(shown: Shown, folder: Path | None, tell: Tell, cancel: CancelToken) -> Case:
    """The case of an answer, from where it was; refused where the image is another one by now."""
    from precmed_gui.archive.kept_cases import find_case, slices_gone
    from precmed_gui.learning.same_image import is_same_image

    case = find_case(shown, tell, cancel)
    if gone := slices_gone(shown, case):
        raise PrecmedError(gone, _("Bring back the image as it was, or read the case again."))
    is_same = is_same_image(shown, case, folder)
    if is_same is None and shown.fingerprint:
        say(_("Nobody can tell whether this is still the image that was read: its model is gone."))
    if is_same is False:
        raise PrecmedError(
            _("The image of answer {number} has changed since it was read.").format(
                number=shown.number
            ),
            _("Bring back the image as it was, or read the case again."),
        )
    return case


def _require_dicom(asked: Asked, case: Case) -> None:
    """Refuse, before anything is decided, what no DICOM object can be made of."""
    if asked.is_for_dicom:
        with without_remarks():
            read_headers(case)


def _skips(asked: Asked, shown: Shown) -> bool:
    """Whether there is no map to make; says so where one was asked for."""
    if asked.has_map and shown.verdict == "refused":
        say(_("There is no map of a refused case: for it the model's answer means nothing."))
    return not asked.has_map or shown.verdict == "refused"


def _map_of(folder: Path, case: Case, tell: Tell, cancel: CancelToken) -> Explanation:
    from precmed_gui.learning.explain import explain

    return explain(str(folder), case, "", 0, tell, cancel)


def _report(
    shown: Shown, read: tuple[Case, Explanation | None], card: ModelCard | None, form: ReportForm
) -> Report:
    """The report with the slice that its map is about, else the middle one."""
    case, found = read
    name = card.modality if card else NAMES[0]
    with speaking(form.language):
        picture = modality(name).read_picture(case, found.slice_number if found else 0)
    return report_of(shown, display_pixels(picture), card, form)


def _decision(asked: Asked, shown: Shown) -> Decision:
    assert asked.kind is not None
    label = _agreed(asked, shown) if asked.kind == "agree" else asked.label
    if label and label not in shown.labels:
        raise PrecmedError(
            _("“{label}” is no class of the model.").format(label=label),
            _("Its classes are: {names}.").format(names=", ".join(shown.labels)),
        )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Decision(shown.number, asked.kind, label, asked.form.reader, asked.comment, at=now)


def _agreed(asked: Asked, shown: Shown) -> str:
    """The class of the model that the reader agrees with."""
    if shown.verdict == "refused":
        raise PrecmedError(
            _("The model refused this case: there is no answer to agree with."),
            _("Name a class by --decision other --label, or refer the case, or reject the image."),
        )
    said = first_label(shown)
    if asked.label not in ("", said):
        raise PrecmedError(
            _("The model says “{said}”: naming “{label}” is no agreement.").format(
                said=said, label=asked.label
            ),
            _("Say --decision other for another class than the model's."),
        )
    return said


def _unknown(number: str) -> PrecmedError:
    return PrecmedError(
        _("The record holds no answer with the number {number}.").format(number=number),
        _("Name an image, or a number of the record."),
    )
