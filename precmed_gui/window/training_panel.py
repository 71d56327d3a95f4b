"""The middle panel: choose a recipe, press Train, watch it learn, read what it is worth."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precmed_gui.diagnosis.cases import Cohort, Unreadable
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
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.curves import TrainingCurves
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.message_strip import MessageStrip
from precmed_gui.window.settings_form import SettingsForm
from precmed_gui.window.wording import (
    better_than_guessing,
    cohort_text,
    duration,
    images_text,
    number,
    share,
    tested_on,
)

TITLE = N_("Training")
RECIPE = N_("Recipe")
TRAIN = N_("Train")
STOP = N_("Stop")
ADVANCED = N_("Advanced")
EXPORT = N_("Save curves…")
NEEDS_COHORT = N_("Bring labelled images of at least two classes to start.")
READY_TO_TRAIN = N_("Ready to train: {cohort}.")
PATIENTS_UNKNOWN = N_("Each image counts as its own patient.")
WAITING = N_("Waiting for the engine to load…")
PREPARING = N_("Preparing…")
STOPPING = N_("Stopping, and keeping what was learned…")
EPOCH_OF = N_("Epoch {epoch} of {epochs} · {left} left")
RUNNING_ON = N_("{device} · {images} to learn from, {validation} to choose the best epoch")
DONE = N_("Done in {time}. The model is on your shelf and chosen for reading.")
STOPPED = N_("Stopped. The best epoch so far was kept as a model and is chosen for reading.")
RECOVERED = N_(
    "The last whole epoch is on your shelf. It was not tested: train again to rely on it."
)
NOTHING_KEPT = N_("Stopped before the first epoch ended; there is nothing to keep.")
KEEP = N_("Keep epoch {epoch}")


class TrainingPanel(QWidget):
    """Shows a training and forwards the wishes to start, stop and save it."""

    train_wished = Signal(object)
    stop_wished = Signal()
    export_wished = Signal()
    keep_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipes: Mapping[str, Recipe] = {}
        self._cohort = Cohort()
        self._is_busy = False
        self._is_cut_short = False
        self._words: Callable[[], str] = str
        self._card: ModelCard | None = None
        self._build_controls()
        self._build_progress()
        self._build_result()
        self._lay_out()
        self.retranslate()
        self.show_cohort(self._cohort)

    # Building

    def _build_controls(self) -> None:
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._title.setMinimumHeight(28)
        self._recipe_label = QLabel()
        self._recipe = QComboBox()
        self._recipe.setMinimumContentsLength(8)
        self._recipe.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        keep_calm(self._recipe)
        self._recipe_label.setBuddy(self._recipe)
        self._recipe.currentIndexChanged.connect(self._on_recipe_changed)
        self._summary = QLabel()
        self._summary.setProperty("role", "caption")
        self._summary.setWordWrap(True)
        self._train = QPushButton()
        self._train.setProperty("primary", True)
        keep_icon(self._train, "play", "accent_text")
        self._train.clicked.connect(self.wish_training)
        self._advanced = QToolButton()
        self._advanced.setCheckable(True)
        self._advanced.setAutoRaise(True)
        self._advanced.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        keep_icon(self._advanced, "chevron-right")
        self._advanced.toggled.connect(self._on_advanced_toggled)
        self._form = SettingsForm()
        self._form.hide()

    def _build_progress(self) -> None:
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._status = QLabel()
        self._status.setWordWrap(True)
        self._stop = QPushButton()
        keep_icon(self._stop, "stop")
        self._stop.clicked.connect(self._on_stop)
        self._device = QLabel()
        self._device.setProperty("role", "caption")
        self._device.setWordWrap(True)
        self.curves = TrainingCurves()

    def _build_result(self) -> None:
        self.strip = MessageStrip()
        self.strip.acted.connect(self.keep_wished)
        self._figure = QLabel()
        self._figure.setProperty("role", "figure")
        self._verdict = QLabel()
        self._verdict.setWordWrap(True)
        self._export = QPushButton()
        self._export.setProperty("flat", True)
        keep_icon(self._export, "export", "link")
        self._export.clicked.connect(self.export_wished)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addLayout(row(self._recipe_label, (self._recipe, 1), self._advanced, self._train))
        layout.addWidget(self._summary)
        layout.addWidget(self._form)
        layout.addLayout(row((self._status, 1), self._stop))
        layout.addWidget(self._bar)
        layout.addWidget(self._device)
        layout.addWidget(self.strip)
        layout.addWidget(self.curves, 1)
        layout.addLayout(row(self._figure, (self._verdict, 1), self._export))

    # What the window tells

    def show_recipes(self, recipes: Mapping[str, Recipe]) -> None:
        """The recipes to choose from, the usual one first."""
        self._recipes = recipes
        self._recipe.clear()
        for name, recipe in recipes.items():
            self._recipe.addItem(_(recipe.title), name)

    def show_cohort(self, cohort: Cohort) -> None:
        """What there is to train on."""
        self._cohort = cohort
        self._show_idle_state()

    def show_waiting(self) -> None:
        """The wish is heard; the engine is not ready yet."""
        self._begin(_(WAITING))

    def show_step(self, step: Step) -> None:
        """A stage before or after the epochs."""
        self._begin(step.stage)
        self._bar.setRange(0, step.total)
        self._bar.setValue(step.done)
        if step.total:
            self._say(
                lambda: _("{stage}: {done} of {total}").format(
                    stage=step.stage, done=number(step.done), total=number(step.total)
                )
            )

    def show_started(self, started: TrainingStarted) -> None:
        """The network is built."""
        self._device.setText(
            _(RUNNING_ON).format(
                device=started.device,
                images=images_text(started.train),
                validation=number(started.validation),
            )
        )
        self._bar.setRange(0, started.epochs * started.batches)
        self.curves.start(started.epochs)

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
        self._show_worth(card)
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
            self._show_worth(card)

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

    def wish_training(self) -> None:
        """Ask for a training with the settings on the screen."""
        if problem := self._form.problem():
            self.show_notice(problem)
        elif self._train.isEnabled():
            self.train_wished.emit(self.settings())

    def settings(self) -> TrainingSettings:
        """What is set on the screen."""
        return self._form.settings(str(self._recipe.currentData() or ""))

    def retranslate(self) -> None:
        self._title.setText(_(TITLE))
        self._recipe_label.setText(_(RECIPE))
        self._train.setText(_(TRAIN))
        self._train.setToolTip(_("Train a network on these images") + " (Ctrl+T)")
        self._stop.setText(_(STOP))
        self._stop.setToolTip(_("Stop at once and keep the best epoch so far") + " (Esc)")
        self._advanced.setText(_(ADVANCED))
        self._export.setText(_(EXPORT))
        self._bar.setAccessibleName(_("Training progress"))
        self._recipe.setAccessibleName(_(RECIPE))
        for index in range(self._recipe.count()):
            recipe = self._recipes[str(self._recipe.itemData(index))]
            self._recipe.setItemText(index, _(recipe.title))
            if index == self._recipe.currentIndex():
                self._summary.setText(_(recipe.summary))
        self.curves.retranslate()
        self.strip.retranslate()
        self._form.retranslate()
        self._status.setText(self._words())
        if self._card is not None and self._verdict.text():
            self._show_worth(self._card)

    # Inside

    def _begin(self, text: str) -> None:
        if not self._is_busy:
            self._is_busy = True
            self._is_cut_short = False
            self.strip.hide()
            self.curves.clear()
            self._device.clear()
            self._figure.clear()
            self._verdict.clear()
            self._bar.setRange(0, 0)
        if not self._is_cut_short:
            self._say(lambda: text)
        had_focus = self._train.hasFocus()
        self._show_controls()
        if had_focus:
            self._stop.setFocus()

    def _end(self) -> None:
        self._is_busy = False
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
        return text if cohort.are_patients_known else sentences(text, _(PATIENTS_UNKNOWN))

    def _say(self, words: Callable[[], str]) -> None:
        """Say something now, and again when the language changes."""
        self._words = words
        self._status.setText(words())

    def _show_controls(self) -> None:
        can_train = len(self._cohort.labels) > 1 and not self._is_busy
        self._train.setEnabled(can_train)
        self._recipe.setEnabled(not self._is_busy)
        self._form.setEnabled(not self._is_busy)
        self._stop.setVisible(self._is_busy)
        self._stop.setEnabled(self._is_busy and not self._is_cut_short)
        self._bar.setVisible(self._is_busy)
        self._device.setVisible(self._is_busy and bool(self._device.text()))
        self._export.setVisible(not self._is_busy and bool(self._verdict.text()))
        self._figure.setVisible(bool(self._figure.text()))

    def _show_worth(self, card: ModelCard) -> None:
        self._card = card
        accuracy = card.test.get("accuracy")
        self._figure.setText(share(float(accuracy)) if accuracy is not None else "–")
        text = sentences(tested_on(card), better_than_guessing(card))
        self._verdict.setText(_("{model}: {text}").format(model=card.name, text=text))
        self._show_controls()

    def _show_epoch_text(self, epoch: int, epochs: int, seconds: float) -> None:
        if not self._is_cut_short:
            self._say(
                lambda: _(EPOCH_OF).format(epoch=epoch, epochs=epochs, left=duration(seconds))
            )

    def _on_recipe_changed(self) -> None:
        recipe = self._recipes.get(str(self._recipe.currentData()))
        if recipe is not None:
            self._summary.setText(_(recipe.summary))
            self._form.show_recipe(recipe)

    def _on_advanced_toggled(self, is_open: bool) -> None:
        self._form.setVisible(is_open)
        keep_icon(self._advanced, "chevron-down" if is_open else "chevron-right")

    def _on_stop(self) -> None:
        self._is_cut_short = True
        self._say(lambda: _(STOPPING))
        self._show_controls()
        self.stop_wished.emit()
