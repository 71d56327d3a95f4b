"""Below the picture: the verdict, how sure the model is, what that means, what it resembles."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.language import N_, _
from precmed_gui.window.answer_words import bars_of, set_line, set_tip
from precmed_gui.window.confidence_bars import ConfidenceBars
from precmed_gui.window.nearest_images import NearestImages, is_the_same
from precmed_gui.window.readings_model import Reading
from precmed_gui.window.verdict_box import VerdictBox

SEEN = N_("The model learned from this very image, so being right here proves nothing.")


class AnswerView(QWidget):
    """One reading: an answer, a referral, a refusal, or the reason why a file was not read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(8)
        for part in (self.verdict, self.bars, self._meaning, self._seen, self._unreadable):
            layout.addWidget(part)
        layout.addWidget(self.nearest)
        self.show_reading(None, None)
        self.retranslate()

    def show_reading(self, reading: Reading | None, card: ModelCard | None) -> None:
        """Show one image's answer, as the model of this card gave it."""
        reason = reading.reason if reading else ""
        prediction = reading.prediction if reading else None
        self._unreadable.setText(reason)
        self._unreadable.setVisible(bool(reason))
        is_refused = prediction is not None and prediction.verdict == "refused"
        self.bars.setVisible(not reason and not is_refused)
        nearest = prediction.nearest[:1] if prediction else ()
        self._seen.setVisible(any(is_the_same(found) for found in nearest))
        if prediction is None:
            self.verdict.hide()
            self.bars.clear()
            self.nearest.show_nearest((), (), is_needed=False)
            return
        self._show_prediction(prediction, card, is_refused=is_refused)

    def _show_prediction(
        self, prediction: Prediction, card: ModelCard | None, *, is_refused: bool
    ) -> None:
        texts = set_line(prediction, card), set_tip(prediction, card)
        self.verdict.show_verdict(prediction.verdict, prediction.reason, *texts)
        if is_refused:
            self.bars.clear()
        else:
            is_answer = prediction.verdict == "answer"
            self.bars.show_prediction(bars_of(prediction, card), has_winner=is_answer)
        self.nearest.show_nearest(prediction.nearest, prediction.labels, is_needed=is_refused)

    def retranslate(self) -> None:
        self._seen.setText(f"⚠ {_(SEEN)}")
        self.bars.retranslate()
        self.nearest.retranslate()

    @Slot(str)
    def _on_meaning_changed(self, text: str) -> None:
        self._meaning.setText(text)
        self._meaning.setVisible(bool(text))
