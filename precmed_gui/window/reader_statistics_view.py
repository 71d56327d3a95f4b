"""A window with what readers and model are worth, alone and together; `record_flow.py` opens it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.evaluation.reader_statistics import ReaderStatistics
from precmed_gui.evaluation.reader_texts import reader_texts
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.layouts import row
from precmed_gui.window.statistics_table import StatisticsTable, statistics_rows
from precmed_gui.window.theme import set_role

TITLE = N_("Readers' statistics")
ALL_READERS = N_("All readers")
EXPORT = N_("Save decisions as table…")
NOTHING_READ = N_(
    "Nobody has decided about a case yet. Read cases of the worklist, blinded if you want to know "
    "what a reader is worth alone, then come back."
)
LIMITS = N_(
    "Brackets hold 95 % intervals. Right and wrong rest on the classes of the cohort on the table."
)
_SIZE, _NEARLY_EMPTY, _FEW_LINES = (800, 720), (520, 160), 120


class ReaderStatisticsView(QDialog):
    """Shows the figures of all readers, or of one."""

    export_wished = Signal()

    def __init__(
        self,
        found: Sequence[tuple[str, ReaderStatistics]],
        parent: QWidget | None = None,
        *,
        note: str = "",
    ) -> None:
        super().__init__(parent)
        self._found = tuple(found)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_(TITLE))
        self.resize(*(_SIZE if any(one.readings for _who, one in self._found) else _NEARLY_EMPTY))
        self.readers, self.table, self.words = QComboBox(), StatisticsTable(), QLabel()
        self.table.setAccessibleName(_(TITLE))
        self.limits = QLabel(sentences(_(LIMITS), note))
        self.limits.setWordWrap(True)
        set_role(self.limits, "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._choice())
        layout.addWidget(self.table, 6)
        layout.addWidget(self._area(), 1)
        layout.addWidget(self.limits)
        layout.addWidget(self._buttons())
        self.readers.currentIndexChanged.connect(self._on_reader)
        self._on_reader(0)

    def _choice(self) -> QWidget:
        """Whose figures; not there where there is nobody to choose."""
        bar, name = QWidget(), QLabel(_("Reader"))
        name.setBuddy(self.readers)
        self.readers.addItems([who or _(ALL_READERS) for who, _found in self._found])
        self.readers.setAccessibleName(_("Reader"))
        self.readers.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.readers.setMaximumWidth(320)
        choice = row(name, self.readers)
        choice.setContentsMargins(0, 0, 0, 0)
        choice.addStretch(1)
        bar.setLayout(choice)
        bar.setVisible(len(self._found) > 1)
        return bar

    def _area(self) -> QScrollArea:
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        area = QScrollArea()
        area.setMinimumHeight(_FEW_LINES if any(one.readings for _who, one in self._found) else 0)
        area.setWidgetResizable(True)
        area.setWidget(self.words)
        return area

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        self.export = buttons.addButton(_(EXPORT), QDialogButtonBox.ButtonRole.ActionRole)
        self.export.clicked.connect(self.export_wished)
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.close)
        return buttons

    @Slot(int)
    def _on_reader(self, place: int) -> None:
        found = self._found[place][1]
        self.table.show_rows(statistics_rows(found))
        self.limits.setVisible(bool(found.readings))
        texts = reader_texts(found, has_arms=False) if found.readings else (_(NOTHING_READ),)
        self.words.setText("\n\n".join(texts))
