"""The queue of doubtful classes: found on a wish, then looked through case by case.

It shows what it is told and forwards wishes; the flow of the check panel turns them into work.
"""

from collections import OrderedDict

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.label_trouble import Trouble, TroubleQueue
from precmed_gui.diagnosis.pictures import ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.language import N_, _, ngettext, sentences
from precmed_gui.window.cases_panel import as_pixmap
from precmed_gui.window.check_progress import CheckProgress
from precmed_gui.window.icons import icon, keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.theme import theme_signals
from precmed_gui.window.trouble_page import TroublePage, every_case
from precmed_gui.window.wording import duration, number

THUMBNAIL_SIDE = 256
TEACHES = N_(
    "Finds images whose class is likely wrong. Networks learn from most of your images and judge "
    "the others, in turns; where they insist on another class, you look and decide. Nothing "
    "changes until you do."
)
TAKES = N_("It takes about {time}. No trained model is needed.")
NEEDS_CLASSES = N_("It needs labelled images of at least two classes.")
FIND, AGAIN = N_("Look for doubtful classes"), N_("Look again")
STOP_TIP = N_("Stop looking for doubtful classes")
WAITING = N_("Waiting for the engine to load…")
KEPT = N_("You kept its class.")
RELABELLED = N_("Relabelled: it is “{label}” now.")
EXCLUDED = N_("Excluded: it is used for nothing now.")
GONE = N_("It is not among the images any more.")
NONE_FOUND = N_("{judged} images were judged; none stands out.")
MOST_KEPT = 200
_NOTICE, _PAGE = 0, 1
_SIGN = 32
_START_SECONDS, _PER_IMAGE, _LARGE_PER_IMAGE, _MANY = 15, 0.035, 0.012, 2500


class TroubleView(QWidget):
    """Shows a `TroubleQueue` case by case.

    Signals
    -------
    find_wished, stop_wished
        A button was pressed.
    keep_wished
        The key of a case whose class is right as it is.
    relabel_wished
        (keys, class).
    exclude_wished
        (keys, True).
    case_activated
        The `Case` to show large.
    thumbnails_wished
        The list of cases whose thumbnails, of side `THUMBNAIL_SIDE`, are wanted now.
    """

    find_wished = Signal()
    stop_wished = Signal()
    keep_wished = Signal(str)
    relabel_wished = Signal(list, str)
    exclude_wished = Signal(list, bool)
    case_activated = Signal(object)
    thumbnails_wished = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cohort, self._cases = Cohort(), dict[str, Case]()
        self._queue: TroubleQueue | None = None
        self._troubles: tuple[Trouble, ...] = ()
        self._place = 0
        self._kept: set[str] = set()
        self._known: OrderedDict[str, QPixmap | str] = OrderedDict()
        self._is_busy = False
        self._build_head()
        self._build_notice()
        self._build_page()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(16, 0, 16, 0)
        head.addWidget(self.progress)
        head.addWidget(self.strip)
        head.addLayout(row((self._found, 1), self._again))
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        self.retranslate()

    # Building

    def _build_head(self) -> None:
        self.progress = CheckProgress()
        self.progress.stop_wished.connect(self.stop_wished)
        self.strip = MessageStrip()
        self._found = QLabel()
        self._found.setWordWrap(True)
        self._again = QPushButton()
        keep_icon(self._again, "search")
        self._again.clicked.connect(self.find_wished)

    def _build_notice(self) -> None:
        self._sign, self._teaches, self._takes = QLabel(), QLabel(), QLabel()
        self._find = QPushButton()
        self._find.setProperty("primary", True)
        self._find.clicked.connect(self.find_wished)
        for label, role in ((self._teaches, "hint"), (self._takes, "caption")):
            label.setProperty("role", role)
            label.setWordWrap(True)
        for label in (self._sign, self._teaches, self._takes):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        notice = QWidget()
        layout = QVBoxLayout(notice)
        layout.setContentsMargins(32, 16, 32, 16)
        layout.setSpacing(16)
        layout.addStretch(2)
        for label in (self._sign, self._teaches, self._takes):
            layout.addWidget(label)
        layout.addWidget(self._find, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        self._stack = QStackedWidget()
        self._stack.addWidget(notice)
        theme_signals().changed.connect(self._show_sign)

    def _build_page(self) -> None:
        self.page = TroublePage()
        self.page.kept.connect(self._on_kept)
        self.page.relabelled.connect(self._on_relabelled)
        self.page.excluded.connect(self._on_excluded)
        self.page.stepped.connect(self._on_stepped)
        self.page.case_activated.connect(self.case_activated)
        area = QScrollArea()
        area.setWidget(self.page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack.addWidget(area)

    # What the window tells

    def show_cohort(self, cohort: Cohort) -> None:
        """What there is to judge, and what has become of the cases of the queue."""
        self._cohort = cohort
        self._cases = {case.key: case for case in cohort.cases}
        if self._troubles and not any(one.key in self._cases for one in self._troubles):
            self._queue, self._troubles, self._place = None, (), 0  # it was about other images
        self._show_state()

    def show_queue(self, queue: TroubleQueue, cohort: Cohort) -> None:
        """Show the queue from its head; the same queue again stays where it is.

        Cases that were kept before do not come again in another queue.
        """
        is_new = queue is not self._queue
        self._is_busy = False
        self.progress.hide()
        self.strip.hide()
        if is_new:
            self._queue, self._place = queue, 0
            with_pictures = (trouble for trouble in queue.troubles if trouble.nearest)
            self._troubles = tuple(one for one in with_pictures if one.key not in self._kept)
        self.show_cohort(cohort)
        if is_new and self._troubles and self.isVisible():
            self.page.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_busy(self) -> None:
        """The wish is heard; the engine may not be ready yet."""
        self._is_busy = True
        self.strip.hide()
        self.progress.show_busy(_(WAITING))
        self._show_state()

    def show_progress(self, step: Step) -> None:
        """How far the search for doubtful classes is."""
        if not self._is_busy:
            self.show_busy()
        self.progress.show_step(step)

    def show_idle(self) -> None:
        """Nothing is being looked for any more."""
        self._is_busy = False
        self.progress.hide()
        self._show_state()

    def show_error(self, message: str, hint: str) -> None:
        """The search came to no end, and why."""
        self.show_idle()
        self.strip.show_message(sentences(message, hint), kind="error")

    def show_thumbnails(self, event: ThumbnailsRead) -> None:
        """The next thumbnails that were asked for."""
        for thumbnail in event.thumbnails:
            pixels = thumbnail.pixels
            self._known[thumbnail.key] = thumbnail.reason if pixels is None else as_pixmap(pixels)
            self._known.move_to_end(thumbnail.key)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        self.page.show_pictures(self._known)

    @property
    def current(self) -> Trouble | None:
        """The case that is shown."""
        return self._troubles[self._place] if self._place < len(self._troubles) else None

    def retranslate(self) -> None:
        self._teaches.setText(_(TEACHES))
        self._find.setText(_(FIND))
        self._again.setText(_(AGAIN))
        self.progress.retranslate()
        self.progress.stop.setToolTip(_(STOP_TIP))
        self.strip.retranslate()
        self.page.retranslate()
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._wish_pictures()

    # Inside

    def _show_state(self) -> None:
        queue, labels = self._queue, len(self._cohort.labels)
        self._stack.setCurrentIndex(_PAGE if self._troubles else _NOTICE)
        self._find.setVisible(queue is None)
        self._find.setEnabled(labels > 1 and not self._is_busy)
        self._again.setVisible(queue is not None)
        self._again.setEnabled(labels > 1 and not self._is_busy)
        self._found.setVisible(queue is not None)
        self._takes.setText(
            _(TAKES).format(time=duration(_seconds(len(self._cohort.labelled))))
            if labels > 1
            else _(NEEDS_CLASSES)
        )
        if queue is not None:
            self._found.setText(_found_text(queue) if self._troubles else _none_text(queue))
        self._show_sign()
        self._show_trouble()

    def _show_trouble(self) -> None:
        trouble, queue = self.current, self._queue
        if trouble is None or queue is None:
            return
        self.page.show_trouble(trouble, self._cohort, self._cases)
        left = sum(one.is_likely and not self._decided(one) for one in self._troubles)
        self.page.show_position(
            _position_text(trouble, self._place + 1, len(self._troubles), left),
            is_first=self._place == 0,
            is_last=self._place == len(self._troubles) - 1,
        )
        is_there = trouble.key in self._cases
        self.page.show_state(self._decided(trouble), can_decide=is_there)
        self.page.show_pictures(self._known)
        self._wish_pictures()

    def _decided(self, trouble: Trouble) -> str:
        """What has become of a case, one sentence; "" where nobody has decided yet."""
        case = self._cases.get(trouble.key)
        if case is None:
            return _(GONE)
        if case.is_excluded:
            return _(EXCLUDED)
        if case.label != trouble.label:
            return _(RELABELLED).format(label=case.label or "–")
        return _(KEPT) if trouble.key in self._kept else ""

    def _wish_pictures(self) -> None:
        """Ask for what is to be seen now, and for what comes next."""
        if not self.isVisible() or self.current is None:
            return
        coming = self._troubles[self._place : self._place + 2]
        wanted = [case for one in coming for case in every_case(one, self._cases)]
        missing = {case.key: case for case in wanted if case.key not in self._known}
        if missing:
            self.thumbnails_wished.emit(list(missing.values()))

    def _go_on(self) -> None:
        """To the next case that nobody has decided about."""
        for place in range(self._place + 1, len(self._troubles)):
            if not self._decided(self._troubles[place]):
                self._place = place
                break
        self._show_trouble()

    @Slot()
    def _on_kept(self) -> None:
        if trouble := self.current:
            self._kept.add(trouble.key)
            self.keep_wished.emit(trouble.key)
            self._restore(trouble)
            self._go_on()

    def _restore(self, trouble: Trouble) -> None:
        """Keeping a case after all takes back what was decided about it before."""
        case = self._cases[trouble.key]
        if case.is_excluded:
            self.exclude_wished.emit([trouble.key], False)
        if case.label != trouble.label:
            self.relabel_wished.emit([trouble.key], trouble.label)

    @Slot(str)
    def _on_relabelled(self, label: str) -> None:
        if trouble := self.current:
            self._kept.discard(trouble.key)
            if self._cases[trouble.key].is_excluded:
                self.exclude_wished.emit([trouble.key], False)
            self.relabel_wished.emit([trouble.key], label)
            self._go_on()

    @Slot()
    def _on_excluded(self) -> None:
        if trouble := self.current:
            self._kept.discard(trouble.key)
            self.exclude_wished.emit([trouble.key], True)
            self._go_on()

    @Slot(int)
    def _on_stepped(self, step: int) -> None:
        self._place = min(max(0, self._place + step), len(self._troubles) - 1)
        self._show_trouble()

    @Slot()
    def _show_sign(self) -> None:
        self._sign.setPixmap(icon("search", "text_muted").pixmap(_SIGN, _SIGN))


def _seconds(images: int) -> float:
    """A guess for two usual cores: reading, describing and judging so many images."""
    first = min(images, _MANY)
    return _START_SECONDS + _PER_IMAGE * first + _LARGE_PER_IMAGE * (images - first)


def _found_text(queue: TroubleQueue) -> str:
    return ngettext(
        "{n} image is likely in the wrong class, of {judged} judged in {time}.",
        "{n} images are likely in the wrong class, of {judged} judged in {time}.",
        queue.likely,
    ).format(n=number(queue.likely), judged=number(queue.judged), time=duration(queue.seconds))


def _none_text(queue: TroubleQueue) -> str:
    return _(NONE_FOUND).format(judged=number(queue.judged))


def _position_text(trouble: Trouble, place: int, total: int, left: int) -> str:
    where = _("{place} of {total} in the queue").format(place=number(place), total=number(total))
    sign = _("likely wrong") if trouble.is_likely else _("less likely wrong")
    rest = ngettext(
        "{n} likely one left to look at", "{n} likely ones left to look at", left
    ).format(n=number(left))
    return " · ".join((where, sign, rest))
