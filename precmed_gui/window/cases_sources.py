"""The buttons through which images come in: a folder, files, or the synthetic demo cohort."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from precmed_gui.language import N_, _
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.theme import repolish

FOLDER = N_("Add folder")
FOLDER_TIP = N_("Add a folder of images; its sub-folders become the classes (Ctrl+O)")
FILES = N_("Add files")
FILES_TIP = N_("Add single images, or a .npz or MNIST file (Ctrl+Shift+O)")
DEMO = N_("Open demo cohort")
DEMO_SHORT = N_("Demo")
DEMO_TIP = N_("Synthetic chest-like pictures, made by this program, to try everything out")

_GAP = 6
_NARROW = """QPushButton { padding: 5px 6px; }
QPushButton:focus { padding: 4px 5px; }"""


class SourceButtons(QWidget):
    """Three buttons in one row where there is room, else in two."""

    folder_wished = Signal()
    files_wished = Signal()
    demo_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_filled = False
        self._placed: tuple[int, ...] = ()
        self._folder, self._files, self._demo = QPushButton(), QPushButton(), QPushButton()
        self._folder.setObjectName("addFolder")
        self._files.setObjectName("addFiles")
        self._demo.setObjectName("openDemo")
        self._buttons = (self._folder, self._files, self._demo)
        self._rows = (QHBoxLayout(), QHBoxLayout(), QHBoxLayout())
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        for row in self._rows:
            row.setSpacing(_GAP)
            self._layout.addLayout(row)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._folder.clicked.connect(self.folder_wished)
        self._files.clicked.connect(self.files_wished)
        self._demo.clicked.connect(self.demo_wished)
        self._place()
        self.retranslate()

    def show_filled(self, *, is_filled: bool) -> None:
        """One strong button while there is nothing yet; quiet and short ones afterwards."""
        if is_filled != self._is_filled:
            self._is_filled = is_filled
            self.retranslate()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        texts = (_(FOLDER), _(FILES), _(DEMO_SHORT) if self._is_filled else _(DEMO))
        tips = (_(FOLDER_TIP), _(FILES_TIP), f"{_(DEMO)}\n{_(DEMO_TIP)}")
        for button, text, tip in zip(self._buttons, texts, tips, strict=True):
            button.setText(text)
            button.setToolTip(tip)
        self._demo.setAccessibleName(_(DEMO))
        self._folder.setProperty("primary", not self._is_filled)
        self.setStyleSheet(_NARROW if self._is_filled else "")
        repolish(self._folder)
        keep_icon(self._folder, "folder-add", "text" if self._is_filled else "accent_text")
        keep_icon(self._files, "file-add")
        keep_icon(self._demo, "sample")
        self._place()

    def minimumSizeHint(self) -> QSize:
        widest = max(button.sizeHint().width() for button in self._buttons)
        return QSize(widest, self._layout.sizeHint().height())

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """One row if the buttons fit, else two with a wide button, else one under the other."""
        folder, files, demo = (button.sizeHint().width() for button in self._buttons)
        if folder + files + demo + 2 * _GAP <= self.width():
            rows = (0, 0, 0)
        elif self._is_filled and folder + files + _GAP <= self.width():
            rows = (0, 0, 1)
        elif not self._is_filled and files + demo + _GAP <= self.width():
            rows = (0, 1, 1)
        else:
            rows = (0, 1, 2)
        if rows != self._placed:
            self._placed = rows
            for button, row in zip(self._buttons, rows, strict=True):
                self._rows[row].addWidget(button)
            for row, layout in enumerate(self._rows):
                layout.setContentsMargins(0, _GAP if row in rows and row else 0, 0, 0)
            self.updateGeometry()
