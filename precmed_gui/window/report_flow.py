"""What leaves as a document about the case on the screen: PDF, DICOM SR, secondary capture."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Slot

from precmed_gui.archive.exports import export_of
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.report import Paper, Report, ReportForm, file_stem
from precmed_gui.exchange.dicom_input import is_dicom
from precmed_gui.exchange.report_contents import display_pixels, report_of
from precmed_gui.exchange.report_pdf import write_report
from precmed_gui.exchange.signing import why_unsigned
from precmed_gui.jobs.jobs import Lane
from precmed_gui.jobs.messages import EngineDied, Failed, Outcome, Succeeded
from precmed_gui.language import N_, _, current_language
from precmed_gui.window.actions import MENUS
from precmed_gui.window.readings_model import Reading
from precmed_gui.window.record_works import capture_case, write_sr

if TYPE_CHECKING:
    from precmed_gui.window.main_window import MainWindow
    from precmed_gui.window.reading_room import ReadingRoom

PDF_FILES, DICOM_FILES = "PDF (*.pdf)", "DICOM (*.dcm)"
NO_CASE = N_("There is no recorded answer on the screen to report.")
HIDDEN = N_("The model's answer is hidden while you read blinded: commit to your own first.")
NO_DICOM = N_("Only for DICOM images: the report joins the study of the image.")
NO_MAP = N_("There is no map of this case to capture.")
NO_MAP_HINT = N_("Have it shown first: M in the Prediction panel.")
_LETTER = {QLocale.Country.UnitedStates, QLocale.Country.Canada, QLocale.Country.Mexico}
ONLY_DICOM = N_("(DICOM images only)")
_DICOM_WISHES = {
    wish.name: wish.text
    for _menu, wishes in MENUS
    for wish in wishes
    if wish is not None and wish.name in ("save_sr", "save_capture")
}


@dataclass(frozen=True, slots=True)
class _Writing:
    """A document on its way to the disk."""

    kind: str
    path: Path
    number: int
    signed_by: str = ""


class ReportFlow(QObject):
    """Writes reports of the answer on the screen, unless it is hidden from the reader."""

    def __init__(self, room: "ReadingRoom", window: "MainWindow") -> None:
        super().__init__(room)
        self._room, self._window = room, window
        self._job = 0
        self._writing: _Writing | None = None
        window.jobs.ended.connect(self._on_ended)
        window.prediction.reading_shown.connect(self._on_reading_shown)

    @property
    def is_working(self) -> bool:
        """Whether a document is being written."""
        return self._job != 0

    @Slot()
    def save_report(self) -> None:
        """Write the case on the screen as PDF, with names only where the user wants them."""
        if self._is_refused():
            return
        has_identity = self._window.dialogs.confirm(
            _("Print the name of the case and of the patient on the report?"),
            _("Without them the report is told by its number in the record."),
            (_("Print them"), _("Leave them out")),
        )
        report = self._report(has_identity=has_identity)
        name = self._target(_("Save the report"), f"{file_stem(report)}.pdf", PDF_FILES)
        if name:
            self._write_pdf(Path(name), report)

    @Slot()
    def save_sr(self) -> None:
        """Write the case on the screen as DICOM SR, signed where its reader wants that."""
        case = self._dicom_case()
        if case is None:
            return
        report = self._report(has_identity=False)
        reader = self._room.decisions.reader
        is_signed = why_unsigned(report, reader) is None and self._window.dialogs.confirm(
            _("Sign the report as {reader}?").format(reader=reader),
            _("A signed report counts as verified by you; any other says that it is not verified."),
            (_("Sign it"), _("Leave it unsigned")),
        )
        name = self._target(_("Save the DICOM SR"), f"{file_stem(report)}.dcm", DICOM_FILES)
        if name:
            signer = reader if is_signed else ""
            work = partial(write_sr, Path(name), report, case, signer)
            self._start(work, _Writing("sr", Path(name), report.shown.number, signer))

    @Slot()
    def save_capture(self) -> None:
        """Write the picture and its map as DICOM secondary capture."""
        case = self._dicom_case()
        if case is None:
            return
        report = self._report(has_identity=False)
        if report.map is None:
            self._window.tell(_(NO_MAP), _(NO_MAP_HINT))
            return
        stem = f"{file_stem(report)}-map.dcm"
        name = self._target(_("Save the secondary capture"), stem, DICOM_FILES)
        if name:
            work = partial(capture_case, Path(name), report, case)
            self._start(work, _Writing("capture", Path(name), report.shown.number))

    def _is_refused(self) -> bool:
        """Say why there is nothing to report, where that is so."""
        if self._room.is_hidden:
            self._window.tell(_(HIDDEN), "")
        elif not self._has_answer() or self._window.prediction.viewer.picture is None:
            self._window.tell(_(NO_CASE), "")
        else:
            return False
        return True

    def _has_answer(self) -> bool:
        """Whether the recorded answer is the one on the screen, and not one before it."""
        reading = self._window.prediction.current()
        return self._room.shown() is not None and reading is not None and bool(reading.prediction)

    def _dicom_case(self) -> Case | None:
        reading = self._window.prediction.current()
        if self._job or self._is_refused() or reading is None:
            return None
        if not is_dicom(reading.case):
            self._window.tell(_(NO_DICOM), "")
            return None
        return reading.case

    def _report(self, *, has_identity: bool) -> Report:
        shown, picture = self._room.shown(), self._window.prediction.viewer.picture
        assert shown is not None
        assert picture is not None
        paper: Paper = "Letter" if QLocale.system().territory() in _LETTER else "A4"
        form = ReportForm(current_language(), paper, self._room.decisions.reader, has_identity)
        card = self._room.card_of(shown)
        report = report_of(shown, display_pixels(picture), card, form)
        found = self._room.maps.explanation
        is_here = found is not None and found.slice_number == picture.slice_number
        return replace(
            report,
            decisions=self._room.keeper.decisions(shown),
            explanation=found if is_here else None,
            chain_head=self._room.keeper.head(),
        )

    def _write_pdf(self, path: Path, report: Report) -> None:
        try:
            write_report(path, report)
        except PrecmedError as error:
            self._window.tell(error.message, error.hint)
            return
        self._note(_Writing("pdf", path, report.shown.number))

    def _start(self, work: Callable[..., object], writing: _Writing) -> None:
        self._writing = writing
        self._job = self._window.jobs.start(work, Lane.READING, is_quick=True)

    def _note(self, writing: _Writing) -> None:
        """Write down that it went out, and say where it is."""
        written, signed_by = (writing.kind, writing.path, writing.number), writing.signed_by
        self._room.keeper.note_export(export_of(*written, signed_by=signed_by))
        text = _("The report was saved as {path}").format(path=writing.path)
        self._window.status_line.showMessage(text, 8000)

    def _target(self, title: str, name: str, kinds: str) -> str:
        return self._window.dialogs.save_file(title, name, kinds)

    @Slot(object)
    def _on_reading_shown(self, reading: Reading | None) -> None:
        """The DICOM entries are there for DICOM images only, and say so."""
        is_fit = reading is not None and reading.prediction is not None and is_dicom(reading.case)
        for name, text in _DICOM_WISHES.items():
            action = self._window.actions_.by_name[name]
            action.setEnabled(is_fit)
            action.setText(_(text) if is_fit else f"{_(text)} {_(ONLY_DICOM)}")
            action.setToolTip(_(NO_DICOM))

    @Slot(int, object)
    def _on_ended(self, job: int, outcome: Outcome) -> None:
        if job != self._job or not self._job or self._writing is None:
            return
        self._job = 0
        if isinstance(outcome, Succeeded):
            self._note(self._writing)
        elif isinstance(outcome, Failed):
            self._window.tell(outcome.message, outcome.hint)
        elif isinstance(outcome, EngineDied):
            self._window.tell(outcome.reason, outcome.hint)
