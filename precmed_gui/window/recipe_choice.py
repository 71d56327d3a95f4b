"""How to train: a recipe, how long its search may take, and numbers under Advanced."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.training import Recipe, TrainingSettings
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.calm_fields import keep_calm
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.layouts import row
from precmed_gui.window.settings_form import SettingsForm

RECIPE = N_("Recipe")
TIME = N_("Time for the search")
TIME_TIP = N_("About how long the search for the best network may take on this computer.")
ADVANCED = N_("Advanced")
TRAIN = N_("Train")
BUDGETS = (1, 5, 20)
_SHORTEST = 6


class RecipeChoice(QWidget):
    """Holds what is set; recipes that this computer cannot run are listed with the reason."""

    train_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipes: Mapping[str, Recipe] = {}
        self._problems: dict[str, str] = {}
        self._recipe = QComboBox()
        self._budget = QComboBox()
        self._recipe.setMinimumContentsLength(_SHORTEST)
        self._recipe.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._budget.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        keep_calm(self._recipe, self._budget)
        for minutes in BUDGETS:
            self._budget.addItem("", minutes)
        self._budget.setCurrentIndex(BUDGETS.index(round(TrainingSettings().budget)))
        self._recipe.currentIndexChanged.connect(self._on_recipe_changed)
        self._summary = QLabel()
        self._summary.setProperty("role", "caption")
        self._summary.setWordWrap(True)
        self.train = QPushButton()
        self.train.setProperty("primary", True)
        keep_icon(self.train, "play", "accent_text")
        self.train.clicked.connect(self.train_wished)
        self._build_fold()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row((self._recipe, 1), self._budget, self.train))
        layout.addLayout(row((self._summary, 1), self._advanced))
        layout.addWidget(self._form)
        self.retranslate()

    def _build_fold(self) -> None:
        self._advanced = QToolButton()
        self._advanced.setCheckable(True)
        self._advanced.setAutoRaise(True)
        self._advanced.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        keep_icon(self._advanced, "chevron-right")
        self._advanced.toggled.connect(self._on_advanced_toggled)
        self._form = SettingsForm()
        self._form.hide()

    def choose_budget(self, minutes: float) -> None:
        """Show one of the times that are offered."""
        self._budget.setCurrentIndex(self._budget.findData(round(minutes)))

    def show_recipes(
        self, recipes: Mapping[str, Recipe], problem_of: Callable[[str], str] | None = None
    ) -> None:
        """The recipes to choose from, the usual one first.

        Parameters
        ----------
        recipes
            By name.
        problem_of
            Why a recipe of this name cannot be used on this computer, "" where it can.
        """
        self._recipes = recipes
        self._problems = {name: problem_of(name) if problem_of else "" for name in recipes}
        self._recipe.clear()
        for name in recipes:
            self._recipe.addItem("", name)
        self._word_recipes()
        usable = (name for name, problem in self._problems.items() if not problem)
        self._recipe.setCurrentIndex(self._recipe.findData(next(usable, "")))
        self._on_recipe_changed()

    def show_cohort(self, cohort: Cohort) -> None:
        """Offer what these cases need to have set."""
        self._form.show_cohort(cohort)

    def show_busy(self, *, is_busy: bool, can_train: bool) -> None:
        """Nothing can be set while a training runs."""
        for field in (self._recipe, self._budget, self._form):
            field.setEnabled(not is_busy)
        self.train.setEnabled(can_train and not is_busy)

    def title_of(self, recipe: str) -> str:
        """What people call the recipe of this name."""
        return _(self._recipes[recipe].title) if recipe in self._recipes else recipe

    def problem(self) -> str:
        """A sentence on what cannot be used, "" where all is well."""
        return self._form.problem()

    def settings(self) -> TrainingSettings:
        """What is set on the screen."""
        name = str(self._recipe.currentData() or "")
        return self._form.settings(name, budget=float(self._budget.currentData()))

    def retranslate(self) -> None:
        self._recipe.setAccessibleName(_(RECIPE))
        self._recipe.setToolTip(_(RECIPE))
        self._budget.setAccessibleName(_(TIME))
        self._budget.setToolTip(_(TIME_TIP))
        for place, minutes in enumerate(BUDGETS):
            self._budget.setItemText(place, _("about {n} min").format(n=minutes))
        self._advanced.setText(_(ADVANCED))
        self.train.setText(_(TRAIN))
        self.train.setToolTip(_("Train a network on these images") + " (Ctrl+T)")
        self._word_recipes()
        self._form.retranslate()
        self._on_recipe_changed()

    def _word_recipes(self) -> None:
        model = self._recipe.model()
        for place in range(self._recipe.count()):
            name = str(self._recipe.itemData(place))
            problem = self._problems[name]
            title = _(self._recipes[name].title)
            text = _("{recipe} (not available)").format(recipe=title) if problem else title
            tip = problem or _(self._recipes[name].summary)
            self._recipe.setItemText(place, text)
            self._recipe.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
            if isinstance(model, QStandardItemModel):
                model.item(place).setEnabled(not problem)

    def _on_recipe_changed(self) -> None:
        recipe = self._recipes.get(str(self._recipe.currentData()))
        if recipe is None:
            return
        problems = [text for text in self._problems.values() if text]
        missing = problems[:1] if recipe.is_search else []
        self._summary.setText(sentences(_(recipe.summary), *missing))
        self._budget.setVisible(recipe.is_search)
        self._form.show_recipe(recipe)

    def _on_advanced_toggled(self, is_open: bool) -> None:
        self._form.setVisible(is_open)
        keep_icon(self._advanced, "chevron-down" if is_open else "chevron-right")
