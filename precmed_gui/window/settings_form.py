"""The Advanced fold: numbers a physicist may want to set; empty means the recipe decides."""

from PySide6.QtCore import QLocale
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.model_card import SliceRule
from precmed_gui.diagnosis.training import Recipe, TrainingSettings
from precmed_gui.evaluation.view_texts import window_name
from precmed_gui.language import N_, _, ngettext
from precmed_gui.modalities import modality
from precmed_gui.window.brightness import AS_FILE
from precmed_gui.window.calm_fields import keep_calm

EPOCHS = N_("Epochs")
BATCH_SIZE = N_("Batch size")
LEARNING_RATE = N_("Learning rate")
IMAGE_SIZE = N_("Image size")
SEED = N_("Seed")
FOLDS = N_("Cross-validation")
FLIPS = N_("Mirror images too")
FLIPS_TIP = N_(
    "Only where left and right mean nothing: never for a chest, where the heart has a side."
)
SLICES = N_("Slices")
WINDOW = N_("Window")
NO_FOLDS = N_("none")
AUTOMATIC = N_("automatic")
AUTOMATIC_IS = N_("automatic ({value})")
TIPS = {
    EPOCHS: N_("How often the network sees every training image."),
    BATCH_SIZE: N_("How many images the network looks at before it corrects itself."),
    LEARNING_RATE: N_("How far each correction goes (Adam)."),
    IMAGE_SIZE: N_("The side, in pixels, of the square that each image is brought to."),
    SEED: N_("The same seed on the same images gives the same model again."),
    FOLDS: N_(
        "Trains once more for each part, always tested on the part left out, so that more images "
        "say how good the recipe is; percentages and sets are then set on these answers too. "
        "Takes as many times longer."
    ),
    SLICES: N_(
        "What the network sees of a series: its middle slice, or each slice as an image of the "
        "same patient. The answer for a series is then the mean over its slices."
    ),
    WINDOW: N_(
        "Which Hounsfield units the network sees of CT, from black to white. It is written on the "
        "model card, and used whenever the model reads."
    ),
}
SLICE_RULES: dict[SliceRule, str] = {"middle": N_("the middle one"), "each": N_("each")}
FOLD_CHOICES = (0, 3, 5, 10)
LARGEST_BATCH = 4096
LARGEST_SEED = 2**31 - 1

_NARROWEST = 100


class SettingsForm(QWidget):
    """Numbers that at their lowest value read "automatic"; what a search decides is disabled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe: Recipe | None = None
        self._usual = AS_FILE
        self._epochs = _spin(0, 1000)
        self._batch_size = _spin(0, LARGEST_BATCH)
        self._learning_rate = QLineEdit()
        validator = QDoubleValidator(1e-6, 1.0, 6, self)
        validator.setLocale(QLocale.c())
        self._learning_rate.setValidator(validator)
        self._image_size = _spin(0, 160)
        self._seed = _spin(0, LARGEST_SEED)
        self._seed.setValue(1)
        self._folds = QComboBox()
        for folds in FOLD_CHOICES:
            self._folds.addItem("", folds)
        self._slices, self._window = QComboBox(), QComboBox()
        for rule in SLICE_RULES:
            self._slices.addItem("", rule)
        self._flips = QCheckBox()
        self._fields: dict[str, QWidget] = {
            EPOCHS: self._epochs,
            BATCH_SIZE: self._batch_size,
            LEARNING_RATE: self._learning_rate,
            IMAGE_SIZE: self._image_size,
            SEED: self._seed,
            FOLDS: self._folds,
            SLICES: self._slices,
            WINDOW: self._window,
        }
        keep_calm(*self._fields.values())
        self._labels = {text: QLabel() for text in self._fields}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(4)
        for column in range(3):
            layout.setColumnStretch(column, 1)
        for place, (text, field) in enumerate(self._fields.items()):
            self._labels[text].setBuddy(field)
            field.setMinimumWidth(_NARROWEST)  # all alike, or a long word takes another's room
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            row, column = divmod(place, 3)
            layout.addWidget(self._labels[text], row * 2, column)
            layout.addWidget(field, row * 2 + 1, column)
        layout.addWidget(self._flips, layout.rowCount(), 0, 1, 3)
        self.show_cohort(Cohort())

    def show_recipe(self, recipe: Recipe) -> None:
        """Offer what this recipe can do, and say what "automatic" means for it."""
        self._recipe = recipe
        smallest, largest = recipe.image_sizes
        self._image_size.setRange(smallest - 1, largest)
        self._image_size.setValue(smallest - 1)
        self._image_size.setEnabled(smallest < largest)
        for field in (self._epochs, self._batch_size, self._learning_rate):
            field.setEnabled(not recipe.is_search)
        self.retranslate()

    def show_cohort(self, cohort: Cohort) -> None:
        """Offer what these cases need: a rule for slices, a window for CT."""
        cases = cohort.labelled
        self._show_field(SLICES, is_needed=any(case.slices > 1 for case in cases))
        is_ct = any(case.trait("modality") == "CT" for case in cases)
        self._show_field(WINDOW, is_needed=is_ct)
        if is_ct:
            usual = modality(cohort.modality).usual_window(cases)
            self._usual = usual.name if usual else AS_FILE
        if is_ct and not self._window.count():
            for name in ("", AS_FILE, *modality(cohort.modality).windows()):
                self._window.addItem("", name)
        self.retranslate()

    def _show_field(self, text: str, *, is_needed: bool) -> None:
        self._fields[text].setVisible(is_needed)
        self._labels[text].setVisible(is_needed)

    def problem(self) -> str:
        """A sentence on what cannot be used, "" where all is well."""
        text = self._learning_rate.text()
        if text and self._is_decided_here() and not self._learning_rate.hasAcceptableInput():
            return _("The learning rate is a number above 0, at most 1, for instance 0.001.")
        return ""

    def settings(self, recipe: str, *, budget: float) -> TrainingSettings:
        """What is set, for the recipe of this name and so many minutes of search."""
        is_here = self._is_decided_here()
        return TrainingSettings(
            recipe=recipe,
            epochs=(self._epochs.value() or None) if is_here else None,
            batch_size=(self._batch_size.value() or None) if is_here else None,
            learning_rate=self._rate() if is_here else None,
            image_size=_chosen(self._image_size),
            seed=self._seed.value(),
            budget=budget,
            folds=int(self._folds.currentData()),
            has_flips=self._flips.isChecked(),
            window="" if self._window.isHidden() else str(self._window.currentData() or ""),
            slices=self._rule(),
        )

    def _rule(self) -> SliceRule:
        is_each = not self._slices.isHidden() and self._slices.currentData() == "each"
        return "each" if is_each else "middle"

    def _is_decided_here(self) -> bool:
        """Whether epochs, batches and learning rate are the user's and not a search's."""
        return self._recipe is None or not self._recipe.is_search

    def _rate(self) -> float | None:
        text = self._learning_rate.text()
        return float(text) if text and self._learning_rate.hasAcceptableInput() else None

    def retranslate(self) -> None:
        for text, field in self._fields.items():
            self._labels[text].setText(_(text))
            field.setToolTip(_(TIPS[text]))
            field.setAccessibleName(_(text))
        for place, folds in enumerate(FOLD_CHOICES):
            self._folds.setItemText(place, _folds_text(folds))
        for place, text in enumerate(SLICE_RULES.values()):
            self._slices.setItemText(place, _(text))
        for place in range(self._window.count()):
            name = str(self._window.itemData(place))
            usual = _(AUTOMATIC_IS).format(value=window_name(self._usual))
            self._window.setItemText(place, window_name(name) if name else usual)
        self._flips.setText(_(FLIPS))
        self._flips.setToolTip(_(FLIPS_TIP))
        if self._recipe is not None:
            self._word_defaults(self._recipe)

    def _word_defaults(self, recipe: Recipe) -> None:
        self._epochs.setSpecialValueText(_default(recipe, str(recipe.epochs)))
        self._batch_size.setSpecialValueText(_default(recipe, str(recipe.batch_size)))
        self._learning_rate.setPlaceholderText(_default(recipe, f"{recipe.learning_rate:g}"))
        smallest, largest = recipe.image_sizes
        is_fixed = smallest == largest
        size = _(AUTOMATIC_IS).format(value=f"{largest} px") if is_fixed else _(AUTOMATIC)
        self._image_size.setSpecialValueText(size)


def _spin(low: int, high: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    return spin


def _chosen(spin: QSpinBox) -> int | None:
    return None if spin.value() == spin.minimum() else spin.value()


def _default(recipe: Recipe, value: str) -> str:
    """What a field reads where nothing is set."""
    return _(AUTOMATIC) if recipe.is_search else _(AUTOMATIC_IS).format(value=value)


def _folds_text(folds: int) -> str:
    return ngettext("{n} part", "{n} parts", folds).format(n=folds) if folds else _(NO_FOLDS)
