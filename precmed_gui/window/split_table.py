"""How a training would divide the images, before it does, and what it would take of the machine."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.checks import CheckReport, Cost, SplitView
from precmed_gui.language import N_, _, ngettext
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.theme import set_role
from precmed_gui.window.wording import bytes_text, duration, number

TITLE = N_("How the images would be divided")
COST_TITLE = N_("What a training would take")
EMPTY = N_("Check the images to see how a training would divide them.")
COLUMNS = (N_("Class"), N_("Training"), N_("Validation"), N_("Test"), N_("Together"))
IMAGES, PATIENTS = N_("All images"), N_("Patients")
DRAWN = N_("Drawn by patient, with seed {seed}")
GIVEN = N_("Came with the data")
NOTHING_SHARED = N_("No patient is in more than one part.")
UNKNOWN = N_("Patients are not known: each image counts as its own patient.")
PARTLY_KNOWN = N_(
    "No known patient is in more than one part; each image without a patient counts as its own."
)
SHORT = 16
_COPIED_MS = 2000


class SplitTable(QTableWidget):
    """Classes by parts, with totals; the patients of each part in the last line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(len(COLUMNS))
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)

    def show_split(self, split: SplitView) -> None:
        """Show this division."""
        for column, text in enumerate(COLUMNS):
            title = QTableWidgetItem(_(text))
            title.setTextAlignment(_side(column))
            self.setHorizontalHeaderItem(column, title)
        lines = rows_of(split)
        self.setRowCount(len(lines))
        for place, texts in enumerate(lines):
            is_total = place >= len(split.images)
            for column, text in enumerate(texts):
                self.setItem(place, column, _cell(text, column=column, is_total=is_total))
        height = self.horizontalHeader().sizeHint().height() + 4
        self.setFixedHeight(height + sum(self.rowHeight(place) for place in range(len(lines))))


class SplitPage(QWidget):
    """The receipt to look at: table, facts, fingerprint; memory, disk and minutes below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: CheckReport | None = None
        self._fingerprint = ""
        self._title, self._cost_title, self._hint = QLabel(), QLabel(), QLabel()
        self._origin, self._shared, self._problem = QLabel(), QLabel(), QLabel()
        for label in (self._hint, self._origin, self._shared, self._problem):
            label.setWordWrap(True)
        set_role(self._problem, "error")
        set_role(self._hint, "hint")
        self.table = SplitTable()
        self._build_fingerprint()
        self._build_cost()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for part in (self._title, self._hint, self._problem, self.table, self._origin):
            layout.addWidget(part)
        layout.addWidget(self._shared)
        layout.addLayout(self._hash_row)
        layout.addSpacing(16)
        layout.addWidget(self._cost_title)
        layout.addWidget(self._cost)
        layout.addStretch(1)
        self.retranslate()

    def _build_fingerprint(self) -> None:
        self._hash_name, self._hash = QLabel(), QLabel()
        self._hash.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = QToolButton()
        keep_icon(self._copy, "copy")
        self._copy.clicked.connect(self._on_copy)
        self._copied = QTimer(self, singleShot=True, interval=_COPIED_MS)
        self._copied.timeout.connect(self._on_copy_shown)
        stretch = QWidget()
        stretch.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._hash_row = row(self._hash_name, self._hash, self._copy, (stretch, 1))

    def _build_cost(self) -> None:
        self._cost = QFrame()
        grid = QGridLayout(self._cost)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._cost_names = [QLabel() for _place in range(3)]
        self._cost_values = [QLabel() for _place in range(3)]
        for place, (name, value) in enumerate(
            zip(self._cost_names, self._cost_values, strict=True)
        ):
            set_role(name, "hint")
            value.setWordWrap(True)
            grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, place, 1)

    def show_report(self, report: CheckReport | None) -> None:
        """Show the division and cost that a check worked out; None: nothing is known."""
        self._report = report
        split = report.split if report is not None else SplitView()
        self._fingerprint = split.fingerprint
        has_table = bool(split.images)
        self._title.setText(f"<b>{_(TITLE)}</b>")
        self._hint.setText(_(EMPTY))
        self._hint.setVisible(report is None)
        self._problem.setText(split.problem)
        self._problem.setVisible(bool(split.problem))
        self.table.show_split(split)
        for part in (self.table, self._origin, self._shared):
            part.setVisible(has_table)
        self._origin.setText(_(GIVEN) if split.is_given else _(DRAWN).format(seed=split.seed))
        self._shared.setText(shared_text(split))
        set_role(self._shared, "error" if split.patients_shared else "")
        self._hash.setText(f"{split.fingerprint[:SHORT]}…")
        self._hash.setToolTip(split.fingerprint)
        for widget in (self._hash_name, self._hash, self._copy):
            widget.setVisible(bool(split.fingerprint))
        self._show_cost(report.cost if report is not None else None)

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.table.setAccessibleName(_(TITLE))
        self._cost_title.setText(f"<b>{_(COST_TITLE)}</b>")
        self._hash_name.setText("SHA-256")
        self._copy.setToolTip(_("Copy the whole fingerprint"))
        self._copy.setAccessibleName(_("Copy the whole fingerprint"))
        for label, text in zip(
            self._cost_names, (_("Memory"), _("Disk"), _("Reading the images")), strict=True
        ):
            label.setText(text)
        self.show_report(self._report)

    def _show_cost(self, cost: Cost | None) -> None:
        self._cost.setVisible(cost is not None)
        self._cost_title.setVisible(cost is not None)
        if cost is None:
            return
        disk = _("{needed}, of {free} free").format(
            needed=bytes_text(cost.disk), free=bytes_text(cost.free_disk)
        )
        minutes = _("about {time}, before the time of the training itself").format(
            time=duration(max(1.0, 60 * cost.minutes))
        )
        memory = _("about {size}").format(size=bytes_text(cost.memory))
        for label, text in zip(self._cost_values, (memory, disk, minutes), strict=True):
            label.setText(text)
        set_role(self._cost_values[1], "error" if cost.disk > cost.free_disk else "")

    @Slot()
    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self._fingerprint)
        keep_icon(self._copy, "check")
        self._copied.start()

    @Slot()
    def _on_copy_shown(self) -> None:
        keep_icon(self._copy, "copy")


def rows_of(split: SplitView) -> list[tuple[str, ...]]:
    """The lines of the table as texts: one a class, then all images, then the patients."""
    lines = [
        (label, *(number(count) for count in counts), number(sum(counts)))
        for label, *counts in split.images
    ]
    sums = [sum(counts) for counts in zip(*(line[1:] for line in split.images), strict=True)]
    lines.append((_(IMAGES), *(number(count) for count in sums), number(sum(sums))))
    together = sum(split.patients) - split.patients_shared
    if split.are_patients_known:
        patients = (number(count) for count in split.patients)
        lines.append((_(PATIENTS), *patients, "" if split.patients_shared else number(together)))
    return lines


def shared_text(split: SplitView) -> str:
    """Whether a patient is on two sides."""
    if split.patients_shared:
        return ngettext(
            "{n} patient is in more than one part: the test would be too kind.",
            "{n} patients are in more than one part: the test would be too kind.",
            split.patients_shared,
        ).format(n=number(split.patients_shared))
    if split.are_patients_known:
        return _(NOTHING_SHARED)
    images = sum(sum(counts) for _label, *counts in split.images)
    return _(PARTLY_KNOWN) if sum(split.patients) < images else _(UNKNOWN)


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _cell(text: str, *, column: int, is_total: bool) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(_side(column))
    if is_total:
        font = item.font()
        font.setBold(True)
        item.setFont(font)
    return item
