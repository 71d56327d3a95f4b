"""What to do with an answer: rely on it, refer it, or not use it; told by words, sign and frame.

The three states never differ by colour alone: an answer has no frame, "refer" a dashed round one,
"refused" a solid one with cut corners, like its sign.
"""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from precmed_gui.diagnosis.prediction import Verdict
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.icons import icon_pixmap
from precmed_gui.window.theme import current_tokens, theme_signals

REFER = N_("Refer to a colleague")
REFUSED = N_("Refused")
WORDS: dict[Verdict, str] = {
    "answer": N_("answer"),
    "refer": N_("refer"),
    "refused": N_("refused"),
}
SIGNS: dict[Verdict, str] = {"answer": "check", "refer": "refer", "refused": "refused"}
NO_PERCENTAGES = N_("No percentages are shown: for this image they would mean nothing.")
_TITLES: dict[Verdict, str] = {"answer": "", "refer": REFER, "refused": REFUSED}
_TINTS: dict[Verdict, str] = {"answer": "success", "refer": "warning", "refused": "danger"}
_CUT = 11
_SIGN = 24


class VerdictBox(QWidget):
    """Hidden until there is a verdict with something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdict: Verdict = "answer"
        self._sign = QLabel()
        self._title = QLabel()
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._reason = QLabel()
        self._set = QLabel()
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(2)
        for label in (self._title, self._reason, self._set):
            label.setWordWrap(True)
            words.addWidget(label)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(8)
        self._row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words, 1)
        theme_signals().changed.connect(self._on_theme_changed)
        self.hide()

    @property
    def verdict(self) -> Verdict:
        """What is being shown."""
        return self._verdict

    def show_verdict(self, verdict: Verdict, reason: str, set_text: str, set_tip: str) -> None:
        """Show what to do.

        Parameters
        ----------
        verdict
            One of the three.
        reason
            Why it is no plain answer, one sentence; "" for an answer.
        set_text
            What cannot be ruled out, "" where nothing is known of it; not shown when refused.
        set_tip
            The same at more length.
        """
        self._verdict = verdict
        is_refused = verdict == "refused"
        self._title.setText(_(_TITLES[verdict]) if _TITLES[verdict] else "")
        self._reason.setText(sentences(reason, _(NO_PERCENTAGES) if is_refused else ""))
        self._set.setText("" if is_refused else set_text)
        self._set.setToolTip(set_tip)
        for label in (self._title, self._reason, self._set):
            label.setVisible(bool(label.text()))
        side = 0 if verdict == "answer" else 10
        self._row.setContentsMargins(side or 8, side, side or 8, side)
        self.setAccessibleName(self.text())
        self._on_theme_changed()
        self.setVisible(bool(self.text()))

    def text(self) -> str:
        """All that is being said."""
        labels = (self._title, self._reason, self._set)
        return " ".join(label.text() for label in labels if label.text())

    def _on_theme_changed(self) -> None:
        tint = _TINTS[self._verdict]
        side = 18 if self._verdict == "answer" else _SIGN
        ratio = self.devicePixelRatioF()
        self._sign.setPixmap(icon_pixmap(SIGNS[self._verdict], side, ratio, tint))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._verdict == "answer":
            return
        tokens = current_tokens()
        tint = _TINTS[self._verdict]
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(str(getattr(tokens, f"{tint}_soft"))))
        pen = QPen(QColor(str(getattr(tokens, tint))))
        if self._verdict == "refer":
            pen.setWidthF(1.5)
            pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawRoundedRect(area, _CUT, _CUT)
        else:
            pen.setWidthF(2)
            painter.setPen(pen)
            painter.drawPolygon(_cut_corners(area))
        painter.end()


def _cut_corners(area: QRectF) -> QPolygonF:
    left, top, right, bottom = area.left(), area.top(), area.right(), area.bottom()
    return QPolygonF(
        [
            QPointF(left + _CUT, top), QPointF(right - _CUT, top),
            QPointF(right, top + _CUT), QPointF(right, bottom - _CUT),
            QPointF(right - _CUT, bottom), QPointF(left + _CUT, bottom),
            QPointF(left, bottom - _CUT), QPointF(left, top + _CUT),
        ]
    )  # fmt: skip
