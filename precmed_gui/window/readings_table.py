"""The list of images that were read, as a table; the current row is the image on the screen."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from precmed_gui.language import _
from precmed_gui.window.readings_model import IMAGE, LABEL, SURE, VERDICT, ReadingsModel

_LEAST_CLASS, _MOST_OF_WIDTH = 90, 0.32


class ReadingsTable(QTableView):
    """One row an image; names and classes give way where the panel is narrow."""

    def __init__(self, readings: ReadingsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(readings)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)  # a name would break at its hyphens and lose all behind them
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setIconSize(QSize(14, 14))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setSectionResizeMode(IMAGE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(LABEL, QHeaderView.ResizeMode.Fixed)
        for column in (SURE, VERDICT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setHighlightSections(False)
        self.setMinimumHeight(84)
        readings.rowsInserted.connect(self._share_width)
        readings.dataChanged.connect(self._share_width)
        self.retranslate()

    def row(self) -> int:
        """The current row, -1 for none."""
        return self.currentIndex().row()

    def go_to(self, row: int) -> None:
        """Make a row the current one, if it exists."""
        if 0 <= row < self.model().rowCount():
            self.setCurrentIndex(self.model().index(row, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    @Slot()
    def _share_width(self) -> None:
        """The class is read in full where that leaves the image's name some room."""
        wanted = max(self.sizeHintForColumn(LABEL), _LEAST_CLASS)
        most = round(self.viewport().width() * _MOST_OF_WIDTH)
        self.horizontalHeader().resizeSection(LABEL, min(wanted, max(most, _LEAST_CLASS)))

    def retranslate(self) -> None:
        self.setAccessibleName(_("Images that were read"))
        self.model().headerDataChanged.emit(Qt.Orientation.Horizontal, IMAGE, VERDICT)
