"""The middle panel: choose a recipe, press Train, watch it learn, read what it is worth."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from precmed_gui.diagnosis.cases import Cohort, Unreadable
from precmed_gui.diagnosis.checks import Finding
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.training import (
    BatchEnded,
    EpochEnded,
    Recipe,
    TrainingSettings,
    TrainingStarted,
)
from precmed_gui.diagnosis.work import Step
from precmed_gui.language import N_, _, ngettext, sentences
from precmed_gui.window.curves import TrainingCurves
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.leak_question import LeakQuestion
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.recipe_choice import RecipeChoice
from precmed_gui.window.result_view import ResultView
from precmed_gui.window.snug_area import SnugArea
from precmed_gui.window.training_news import TrainingNews
from precmed_gui.window.wording import cohort_text, duration, images_text, number, step_text

TITLE = N_("Training")
STOP = N_("Stop")
NEEDS_COHORT = N_("Bring labelled images of at least two classes to start.")
READY_TO_TRAIN = N_("Ready to train: {cohort}.")
PATIENTS_UNKNOWN = N_("Each image counts as its own patient.")
PATIENTS_PARTLY_KNOWN = N_("Each image without a patient counts as its own.")
WAITING = N_("Waiting for the engine to load…")
PREPARING = N_("Preparing…")
STOPPING = N_("Stopping, and keeping what was learned…")
EPOCH_OF = N_("Epoch {epoch} of {epochs} · {left} left")
ATTEMPT_OF = N_("Network {attempt} of {attempts}: {recipe}")
RUNNING_ON = N_("{device} · {images} to learn from, {validation} to judge it by")
DONE = N_("Done in {time}. The model is on your shelf and chosen for reading.")
STOPPED = N_("Stopped. The best epoch so far was kept as a model and is chosen for reading.")
RECOVERED = N_(
    "The last whole epoch is on your shelf. It was not tested: train again to rely on it."
)
NOTHING_KEPT = N_("Stopped before the first epoch ended; there is nothing to keep.")
CHECKING = N_("Checking the images before training")
NOT_STARTED = N_("The check was stopped, so the training did not start.")
EXPORT = N_("Save curves…")
KEEP = N_("Keep epoch {epoch}")
LEAST_RESULT = 96


class TrainingPanel(QWidget):
    """Shows a training and forwards the wishes to start, stop and save it."""

    train_wished = Signal(object)
    stop_wished = Signal()
    export_wished = Signal()
    keep_wished = Signal()
    intended_use_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cohort = Cohort()
        self._is_busy = self._is_checking = False
        self._is_cut_short = False
        self._words: Callable[[], str] = str
        self._attempt: Callable[[], str] = str
        self._build_parts()
        self._build_progress()
        self._lay_out()
        self.retranslate()
        self.show_cohort(self._cohort)

    # Building

    def _build_parts(self) -> None:
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._title.setMinimumHeight(28)
        self.choice = RecipeChoice()
        self.choice.train_wished.connect(self.wish_training)
        self.strip = MessageStrip()
        self.strip.acted.connect(self.keep_wished)
        self.news = TrainingNews()
        self.news.intended_use_wished.connect(self.intended_use_wished)
        self.result = ResultView()
        self.leak_question = LeakQuestion()

    def _build_progress(self) -> None:
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._status = QLabel()
        self._status.setWordWrap(True)
        self._stop = QPushButton()
        keep_icon(self._stop, "stop")
        self._stop.clicked.connect(self._on_stop)
        self._export = QPushButton()
        self._export.setProperty("flat", True)
        keep_icon(self._export, "export", "link")
        self._export.clicked.connect(self.export_wished)
        self._device = QLabel()
        self._device.setProperty("role", "caption")
        self._device.setWordWrap(True)
        self.curves = TrainingCurves()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self.choice)
        layout.addLayout(row((self._status, 1), self._stop, self._export))
        layout.addWidget(self._bar)
        layout.addWidget(self._device)
        layout.addWidget(self.leak_question)
        layout.addWidget(self.strip)
        layout.addWidget(self.news)
        layout.addWidget(self.curves, 1)
        self._result_area = SnugArea(self.result, LEAST_RESULT)
        layout.addWidget(self._result_area)

    # What the window tells

    def show_recipes(
        self, recipes: Mapping[str, Recipe], problem_of: Callable[[str], str] | None = None
    ) -> None:
        """The recipes to choose from, and why some cannot be used here; the usual one first."""
        self.choice.show_recipes(recipes, problem_of)

    def show_cohort(self, cohort: Cohort) -> None:
        """What there is to train on."""
        self._cohort = cohort
        self.choice.show_cohort(cohort)
        self.leak_question.ask(())
        self._show_idle_state()

    def show_waiting(self) -> None:
        """The wish is heard; the engine is not ready yet."""
        self._begin(_(WAITING))

    def show_checking(self, step: Step) -> None:
        """A training was wished for; its images are looked at first."""
        if not self._is_checking:
            self._is_busy = self._is_checking = True
            self._is_cut_short = False
            self.strip.hide()
            self.leak_question.ask(())
        self._show_fraction(step)
        if not self._is_cut_short:
            self._say(lambda: step_text(_(CHECKING), step))
        self._show_controls()

    def ask_about(self, leaks: Sequence[Finding]) -> None:
        """The training does not start on a leak unless somebody repairs it or says why."""
        self._end()
        self._show_idle_state()
        self.leak_question.ask(leaks)

    def show_not_started(self) -> None:
        """Stop came before the training began."""
        self._end()
        self._say(lambda: _(NOT_STARTED))

    def show_step(self, step: Step) -> None:
        """A stage before or after the epochs."""
        self._begin(step.stage)
        self._show_fraction(step)
        if step.total:
            self._say(lambda: step_text(step.stage, step))

    def show_started(self, started: TrainingStarted) -> None:
        """A network is built; a search builds several, each with curves of its own."""
        if started.attempts > 1:
            self._attempt = partial(self._attempt_text, started)
        self.news.forget_parted()
        self._device.setText(
            _(RUNNING_ON).format(
                device=started.device,
                images=images_text(started.train),
                validation=number(started.validation),
            )
        )
        self._device.show()
        self._bar.setRange(0, started.epochs * started.batches)
        self.curves.start(started.epochs)
        if started.attempts > 1 and not self._is_cut_short:
            self._say(self._attempt)

    def show_first_model(self) -> None:
        """A model can be used while the search goes on."""
        self.news.show_first_model()

    def show_parted(self, epoch: int) -> None:
        """The network learns its training images by heart since this epoch."""
        self.news.show_parted(epoch)

    def show_remark(self, text: str) -> None:
        """Something worth knowing while the training goes on."""
        self.strip.show_message(text)

    def show_batch(self, event: BatchEnded) -> None:
        """One step of an epoch."""
        self._bar.setRange(0, event.epochs * event.batches)
        self._bar.setValue((event.epoch - 1) * event.batches + event.batch)
        self._show_epoch_text(event.epoch, event.epochs, event.seconds_left)
        self.curves.add_batch(event.epoch, event.batch, event.batches, event.loss, event.accuracy)

    def show_epoch(self, event: EpochEnded) -> None:
        """One epoch, with what the validation images say."""
        self.curves.add_epoch(
            event.epoch,
            event.loss,
            event.accuracy,
            event.val_loss,
            event.val_accuracy,
            is_best=event.is_best,
        )

    def show_result(self, card: ModelCard, *, is_stopped: bool, seconds: float) -> None:
        """The training is over and its model is on the shelf."""
        self._end()
        self._show_card(card)
        if card.is_checkpoint:
            self._say(lambda: _(RECOVERED))
        elif is_stopped:
            self._say(lambda: _(STOPPED))
        else:
            self._say(lambda: _(DONE).format(time=duration(seconds)))

    def show_model(self, card: ModelCard) -> None:
        """The curves and the worth of a model from the shelf, while nothing is training."""
        if not self._is_busy:
            self.curves.show_history(card.history)
            self._show_card(card)

    def show_card(self, card: ModelCard) -> None:
        """The card of the model on the screen has changed, for instance what it is for."""
        if not self._is_busy and not self.result.isHidden():
            self._show_card(card)

    def show_nothing_kept(self) -> None:
        """Stop came before anything was learned."""
        self._end()
        self._say(lambda: _(NOTHING_KEPT))

    def show_failure(self, text: str, *, keepable_epoch: int = 0) -> None:
        """One sentence; with an epoch that survived, one button to keep it."""
        self._end()
        action = _(KEEP).format(epoch=keepable_epoch) if keepable_epoch else ""
        self.strip.show_message(text, kind="error", action=action)

    def show_left_out(self, files: Sequence[Unreadable]) -> None:
        """Some images of the cohort were not learned from, and why."""
        self.strip.show_message(
            ngettext(
                "{n} image was left out: {name}: {reason}",
                "{n} images were left out, the first one: {name}: {reason}",
                len(files),
            ).format(n=number(len(files)), name=Path(files[0].path).name, reason=files[0].reason),
            kind="warning",
        )

    def show_notice(self, text: str) -> None:
        """One sentence that does not end anything."""
        self.strip.show_message(text, kind="error")

    @property
    def is_busy(self) -> bool:
        """Whether a training is running or waiting."""
        return self._is_busy

    def stop(self) -> None:
        """As if Stop had been pressed."""
        self._stop.click()

    @Slot()
    def wish_training(self) -> None:
        """Ask for a training with the settings on the screen."""
        if problem := self.choice.problem():
            self.show_notice(problem)
        elif self.choice.train.isEnabled():
            self.train_wished.emit(self.settings())

    def settings(self) -> TrainingSettings:
        """What is set on the screen."""
        return self.choice.settings()

    def retranslate(self) -> None:
        self._title.setText(_(TITLE))
        self._stop.setText(_(STOP))
        self._stop.setToolTip(_("Stop at once and keep the best epoch so far") + " (Esc)")
        self._export.setText(_(EXPORT))
        self._bar.setAccessibleName(_("Training progress"))
        parts = (self.choice, self.curves, self.strip, self.news, self.result)
        for part in (*parts, self.leak_question):
            part.retranslate()
        self._status.setText(self._words())

    # Inside

    def _begin(self, text: str) -> None:
        if not self._is_busy or self._is_checking:
            self._is_busy, self._is_checking = True, False
            self._is_cut_short = False
            self.strip.hide()
            self.leak_question.ask(())
            self.curves.clear()
            self.news.clear()
            self._device.clear()
            self._attempt = str
            self.result.show_card(None)
            self._result_area.hide()
            self._bar.setRange(0, 0)
        if not self._is_cut_short:
            self._say(lambda: text)
        self._show_controls()

    def _show_fraction(self, step: Step) -> None:
        self._bar.setRange(0, step.total)
        self._bar.setValue(step.done)

    def _end(self) -> None:
        self._is_busy = self._is_checking = False
        self.strip.hide()
        self.news.clear()
        self._bar.setRange(0, 1)
        self._bar.setValue(0)
        self._say(str)
        self._show_controls()

    def _show_idle_state(self) -> None:
        if self._is_busy:
            return
        self._say(self._idle_text)
        self._show_controls()

    def _idle_text(self) -> str:
        cohort = self._cohort
        if len(cohort.labels) < 2:
            return _(NEEDS_COHORT)
        text = _(READY_TO_TRAIN).format(cohort=cohort_text(cohort))
        used = [case for case in cohort.cases if not case.is_excluded]
        if all(case.patient for case in used):
            return text
        is_partly_known = any(case.patient for case in used)
        return sentences(text, _(PATIENTS_PARTLY_KNOWN if is_partly_known else PATIENTS_UNKNOWN))

    def _say(self, words: Callable[[], str]) -> None:
        """Say something now, and again when the language changes."""
        self._words = words
        self._status.setText(words())

    def _show_controls(self) -> None:
        can_train = len(self._cohort.labels) > 1
        had_focus = self.choice.train.hasFocus()
        self.choice.show_busy(is_busy=self._is_busy, can_train=can_train)
        self._stop.setVisible(self._is_busy)
        self._stop.setEnabled(self._is_busy and not self._is_cut_short)
        if had_focus and self._is_busy:
            self._stop.setFocus()
        self._export.setVisible(not self._is_busy and self.curves.has_data)
        self._bar.setVisible(self._is_busy)
        self._device.setVisible(self._is_busy and bool(self._device.text()))

    def _show_card(self, card: ModelCard) -> None:
        self.result.show_card(card)
        self._result_area.show()
        self.news.show_card(card)
        self._show_controls()

    def _attempt_text(self, started: TrainingStarted) -> str:
        return _(ATTEMPT_OF).format(
            attempt=started.attempt,
            attempts=started.attempts,
            recipe=self.choice.title_of(started.recipe),
        )

    def _show_epoch_text(self, epoch: int, epochs: int, seconds: float) -> None:
        if self._is_cut_short:
            return
        attempt = self._attempt

        def words() -> str:
            text = _(EPOCH_OF).format(epoch=epoch, epochs=epochs, left=duration(seconds))
            return f"{attempt()} · {text}" if attempt() else text

        self._say(words)

    def _on_stop(self) -> None:
        self._is_cut_short = True
        self._say(lambda: _(STOPPING))
        self._show_controls()
        self.stop_wished.emit()
