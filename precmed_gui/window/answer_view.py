"""Below the picture: the verdict, how sure the model is, what that means, what it resembles."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.diagnosis.record import ModelFigures
from precmed_gui.language import N_, _
from precmed_gui.window.answer_words import bars_of, kept_bars, kept_set_texts, set_texts
from precmed_gui.window.confidence_bars import ConfidenceBars
from precmed_gui.window.nearest_images import NearestImages, is_the_same
from precmed_gui.window.readings_model import Reading
from precmed_gui.window.verdict_box import VerdictBox

SEEN = N_("The model learned from this very image, so being right here proves nothing.")
UNKEPT = N_("Not recorded: {reason}")
BLINDED = N_(
    "Blinded reading: choose a class, refer or reject first. The model's answer appears then."
)


class AnswerView(QWidget):
    """One reading: an answer, a referral, a refusal, or the reason why a file was not read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures_of: Callable[[str], ModelFigures | None] = _unknown
        self.verdict = VerdictBox()
        self.bars = ConfidenceBars()
        self.bars.meaning_changed.connect(self._on_meaning_changed)
        self.nearest = NearestImages()
        self._meaning = QLabel()
        self._meaning.setProperty("role", "caption")
        self._meaning.setWordWrap(True)
        self._meaning.setContentsMargins(8, 0, 8, 0)
        self._meaning.hide()
        self._unreadable = QLabel()
        self._unreadable.setWordWrap(True)
        self._unreadable.setProperty("role", "warning")
        self._seen = QLabel()
        self._seen.setWordWrap(True)
        self._seen.setProperty("role", "warning")
        self._seen.setContentsMargins(8, 0, 8, 0)
        self._unkept, self._blinded = QLabel(), QLabel()
        for label, role in ((self._unkept, "error"), (self._blinded, "hint")):
            label.setWordWrap(True)
            label.setProperty("role", role)
            label.setContentsMargins(8, 0, 8, 0)
        self._unkept.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(8)
        for part in (
            self._blinded, self.verdict, self.bars, self._meaning, self._seen, self._unreadable,
            self._unkept,
        ):  # fmt: skip
            layout.addWidget(part)
        layout.addWidget(self.nearest)
        self.show_reading(None, None)
        self.retranslate()

    def explain_kept_by(self, figures_of: Callable[[str], ModelFigures | None]) -> None:
        """What knows the figures beside the kept answer about a case, by its key."""
        self._figures_of = figures_of

    def show_unkept(self, reason: str) -> None:
        """Say that this answer is not in the record, and why; "" where it is."""
        self._unkept.setText(_(UNKEPT).format(reason=reason))
        self._unkept.setVisible(bool(reason))

    def show_reading(
        self, reading: Reading | None, card: ModelCard | None, *, is_hidden: bool = False
    ) -> None:
        """Show one image's answer, as the model of this card gave it, or that it is hidden."""
        reason = reading.reason if reading else ""
        prediction = reading.prediction if reading and not is_hidden else None
        self._blinded.setVisible(is_hidden and reading is not None and not reason)
        self._unreadable.setText(reason)
        self._unreadable.setVisible(bool(reason))
        is_refused = prediction is not None and prediction.verdict == "refused"
        self.bars.setVisible(not reason and not is_refused)
        nearest = prediction.nearest[:1] if prediction else ()
        self._seen.setVisible(any(is_the_same(found) for found in nearest))
        if prediction is None:
            self.verdict.hide()
            self.bars.clear()
            self.bars.setVisible(not reason and not is_hidden)
            self._meaning.setVisible(bool(self._meaning.text()) and not is_hidden)
            self.nearest.show_nearest(None)
            return
        note = reading.note if reading else ""
        self._show_prediction(prediction, card, note, is_refused=is_refused)

    def _show_prediction(
        self, prediction: Prediction, card: ModelCard | None, note: str, *, is_refused: bool
    ) -> None:
        texts, bars = set_texts(prediction, card), bars_of(prediction, card)
        if note:
            figures = self._figures_of(prediction.case.key)
            texts = kept_set_texts(prediction, note, figures)
            bars = kept_bars(prediction, note, figures)
        self.verdict.show_verdict(prediction.verdict, prediction.reason, *texts)
        if is_refused:
            self.bars.clear()
        else:
            self.bars.show_prediction(bars, has_winner=prediction.verdict == "answer")
        self.nearest.show_nearest(prediction)

    def retranslate(self) -> None:
        self._seen.setText(f"⚠ {_(SEEN)}")
        self._blinded.setText(_(BLINDED))
        self.bars.retranslate()
        self.nearest.retranslate()

    @Slot(str)
    def _on_meaning_changed(self, text: str) -> None:
        self._meaning.setText(text)
        self._meaning.setVisible(bool(text))


def _unknown(_key: str) -> ModelFigures | None:
    return None
