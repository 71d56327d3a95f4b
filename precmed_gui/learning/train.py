"""The training, told as a story: check, read, train, judge, and put the model on the shelf."""

import os
import platform
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import precmed_gui
from precmed_gui.cohorts.case_names import case_name, source_folder_of
from precmed_gui.cohorts.split import receipt
from precmed_gui.diagnosis.cases import PARTS
from precmed_gui.diagnosis.errors import FailedStorage, RefusedModel
from precmed_gui.diagnosis.evaluation import JudgedCases
from precmed_gui.diagnosis.model_card import History, Leaks, Member, ModelCard, SplitReceipt
from precmed_gui.diagnosis.storage import failed_storage
from precmed_gui.diagnosis.training import FirstModelReady, TrainingPlan, TrainingResult
from precmed_gui.diagnosis.work import Cancelled, CancelToken, Notice, Report, Step
from precmed_gui.evaluation.leak_texts import leaks_texts
from precmed_gui.language import _
from precmed_gui.learning.attempts import Attempt, plan_attempts, single_attempt
from precmed_gui.learning.checkpoints import remove_checkpoints, save_checkpoint
from precmed_gui.learning.choosing import do_views_help
from precmed_gui.learning.ensemble import (
    MOST_VIEWS,
    Ensemble,
    PartAnswers,
    ensemble_weights,
    traced,
)
from precmed_gui.learning.folds import cross_validate, divided
from precmed_gui.learning.judging import judge, judged_cases
from precmed_gui.learning.part_answers import answers_of, features_of
from precmed_gui.learning.progress import Weights
from precmed_gui.learning.search import Search, Trained, search
from precmed_gui.learning.shelf import (
    CARD,
    SUMS,
    ModelContents,
    SplitRow,
    load_card,
    save_model,
)
from precmed_gui.learning.shortcuts import find_shortcuts
from precmed_gui.learning.training_data import TrainingData, chosen_recipe, read_training_data
from precmed_gui.learning.warm_up import warm_up
from precmed_gui.modalities import modality

_MINUTE = 60


def train(plan: TrainingPlan, report: Report, cancel: CancelToken) -> TrainingResult:
    """Train as planned, judge, and save the model in `plan.folder`.

    Stopping after the first epoch keeps what was learned so far, judged and saved like any other.
    An earlier model in `plan.folder` stays until the new one is whole. The test part is looked at
    once, when nothing can be chosen any more.

    Raises
    ------
    UnfitCohort
        If the cohort cannot be divided into training, validation and test, or if the split it came
        with shares patients and the plan does not say why that is accepted.
    FailedStorage
        If the folder cannot be written to, or the disk is full.
    Cancelled
        If the user stopped before one epoch was finished.
    PrecmedError
        If a setting is out of range, the loss became infinite, or the memory did not suffice.
    """
    began = time.monotonic()
    recipe = chosen_recipe(plan.settings, plan.cohort.modality)
    _check_place(Path(plan.folder))
    data = read_training_data(
        plan.cohort, plan.settings, report, cancel, plan.leak_statement.strip()
    )
    _tell_leaks(data.leaks, report)
    report(Step(_("Preparing the network"), 0, 0))
    device = warm_up()
    _forget_networks()
    cancel.raise_if_set()
    if plan.settings.folds:
        divided(data, plan.settings.folds)  # refuses before hours of training, not after
    kind = modality(data.cohort.modality)
    usable = {name: one for name, one in kind.recipes().items() if not kind.recipe_problem(name)}
    attempts = (
        plan_attempts(data.look, usable, plan.settings)
        if recipe.is_search
        else (single_attempt(recipe, data.image_size, data.look, plan.settings),)
    )
    card = _first_card(plan, data, attempts, device)
    run = _Run(plan, data, card, report, cancel, began)
    remove_checkpoints(run.folder)
    budget = plan.settings.budget * _MINUTE if recipe.is_search else 0.0
    trained = search(data, Search(attempts, budget, run.keep_epoch, run.keep_model, report, cancel))
    folds = run.cross_validated(trained)
    card = run.finished(trained, folds)
    remove_checkpoints(run.folder)
    return TrainingResult(
        plan.folder, card, trained.is_stopped, time.monotonic() - began, data.unreadable
    )


@dataclass
class _Run:
    """A training under way: what it knows from the start, and how it saves."""

    plan: TrainingPlan
    data: TrainingData
    card: ModelCard
    report: Report
    cancel: CancelToken
    began: float
    rows: tuple[SplitRow, ...] = field(init=False)
    has_first_model: bool = False

    def __post_init__(self) -> None:
        self.rows = _split_rows(self.data, self.card.source_folder)

    @property
    def folder(self) -> Path:
        return Path(self.plan.folder)

    def keep_epoch(self, epoch: int, history: History, weights: Weights) -> None:
        """A checkpoint, while there is no model yet to fall back on."""
        if self.has_first_model or self.card.members[0].recipe == "transfer":
            return
        checkpoint = replace(self.card, history=history, is_checkpoint=True, trained_at=_now())
        prefixed = {f"0/{path}": array for path, array in weights.items()}
        save_checkpoint(self.folder, epoch, ModelContents(checkpoint, prefixed, self.rows))

    def keep_model(self, trained: Trained) -> None:
        """The best so far becomes a usable model, without a look at the test part."""
        card = self._saved(trained, has_test=False, folds=self._left_out(trained))
        if not self.has_first_model:
            self.has_first_model = True
            remove_checkpoints(self.folder)
            self.report(FirstModelReady(self.plan.folder, card))

    def cross_validated(self, trained: Trained) -> dict[str, JudgedCases]:
        """The out-of-fold answers, if they were asked for and nobody stopped the training."""
        if not self.plan.settings.folds or trained.is_stopped:
            return self._left_out(trained)
        chosen = list(zip(trained.attempts, trained.members, strict=True))
        try:
            return cross_validate(
                self.data, chosen, self.plan.settings.folds, self.report, self.cancel
            )
        except Cancelled:
            self.report(Notice(_("The cross-validation was stopped; the model is kept.")))
            return self._left_out(trained)

    def _left_out(self, trained: Trained) -> dict[str, JudgedCases]:
        """What the networks of a divided training part say about what they did not learn from."""
        count = max(attempt.folds for attempt in trained.attempts)
        train = np.array(self.data.split.train, np.int64)
        parts = [train[fold] for fold in self.data.folds(count)] if count else []
        rows = [np.isin(trained.judged, part) for part in parts]
        return {
            f"fold-{number}": judged_cases(
                self.card, self.data, trained.judged[own].tolist(), trained.answers[own]
            )
            for number, own in enumerate(rows, 1)
            if own.any()
        }

    def finished(self, trained: Trained, folds: dict[str, JudgedCases]) -> ModelCard:
        """The final model, tested; nobody can stop it any more."""
        return self._saved(trained, has_test=True, folds=folds)

    def _saved(
        self,
        trained: Trained,
        *,
        has_test: bool,
        folds: dict[str, JudgedCases],
    ) -> ModelCard:
        card = self._card_of(trained)
        size = (card.image_size, card.image_size, card.channels)
        ensemble = Ensemble(trained.members, trained.networks, size)
        attend = self._attended if has_test else self._stoppable
        parts, plain_run = self.data.parts, traced(ensemble)
        run = plain_run
        validation = answers_of(run, parts["validation"], attend)
        if has_test and self.card.recipe != trained.members[0].recipe:
            moved_run = traced(ensemble, MOST_VIEWS)
            moved = answers_of(moved_run, parts["validation"], attend)
            truth = parts["validation"].labels
            if do_views_help(validation.probabilities, moved.probabilities, truth):
                card, run, validation = replace(card, views=MOST_VIEWS), moved_run, moved
        answers: dict[str, PartAnswers] = {
            "train": features_of(
                trained.members, trained.networks, parts["train"], self._looked_at
            ),
            "validation": validation,
        }
        if has_test:
            answers["test"] = answers_of(run, parts["test"], attend)
            card = replace(card, shortcuts=find_shortcuts(plain_run, self.data, attend))
        card = replace(
            card,
            trained_at=_now(),
            seconds=time.monotonic() - self.began,
            intended_use=self._intended_use(),
        )
        judgement = judge(card, self.data, answers, folds)
        contents = ModelContents(
            judgement.card,
            ensemble_weights(trained.networks),
            self.rows,
            judgement.tables,
            judgement.reference,
        )
        save_model(self.folder, contents)
        return judgement.card

    def _card_of(self, trained: Trained) -> ModelCard:
        return replace(
            self.card,
            members=trained.members,
            history=trained.history,
            candidates=trained.candidates,
            has_parted=trained.has_parted,
            is_stopped=trained.is_stopped,
        )

    def _intended_use(self) -> str:
        """What the user said so far, perhaps of the first model while the search went on."""
        if not self.has_first_model:
            return self.card.intended_use
        try:
            return load_card(self.folder, verify=False).intended_use
        except RefusedModel:
            return self.card.intended_use

    def _attended(self, done: int, total: int) -> None:
        self.cancel.is_set()  # tells the engine that Stop was heard; a finished training is kept
        self.report(Step(_("Testing"), done, total))

    def _looked_at(self, done: int, total: int) -> None:
        self.cancel.is_set()
        self.report(Step(_("Remembering the training images"), done, total))

    def _stoppable(self, done: int, total: int) -> None:
        self.cancel.is_set()
        self.report(Step(_("Saving the model so far"), done, total))


def _tell_leaks(leaks: Leaks, report: Report) -> None:
    for text in leaks_texts(leaks):
        report(Notice(text))


def _forget_networks() -> None:
    import keras

    keras.backend.clear_session()


def _check_place(folder: Path) -> None:
    """Find out before hours of training whether the model can be saved."""
    if folder.exists() and not _may_replace(folder):
        raise FailedStorage(
            _("“{folder}” holds other files and is not a model.").format(folder=folder),
            _("Choose a new folder, or an earlier model to replace."),
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        probe = folder.parent / f".{folder.name}.{os.getpid()}.probe"
        probe.write_bytes(b"PrecMed")
        probe.unlink()
    except OSError as error:
        raise failed_storage(error, folder) from error


def _may_replace(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    return not names or {CARD, SUMS} <= names


def _split_rows(data: TrainingData, source_folder: str) -> tuple[SplitRow, ...]:
    cases = data.cohort.cases
    return tuple(
        SplitRow(
            part, str(cases[i].label), case_name(cases[i], source_folder), data.fingerprints[i]
        )
        for part in PARTS
        for i in data.split.part(part)
    )


def _first_card(
    plan: TrainingPlan, data: TrainingData, attempts: tuple[Attempt, ...], device: str
) -> ModelCard:
    """All that is known before the first batch."""
    first, settings = attempts[0], plan.settings
    is_single = settings.recipe == first.recipe.name
    numbers: dict[str, float | int] = {"seed": settings.seed}
    if is_single:
        numbers |= {
            "epochs": first.recipe.epochs,
            "batch_size": first.recipe.batch_size,
            "learning_rate": first.recipe.learning_rate,
        }
    else:
        numbers["budget"] = settings.budget
    if settings.folds:
        numbers["folds"] = settings.folds
    return ModelCard(
        name=plan.name,
        modality=data.cohort.modality,
        recipe=settings.recipe,
        labels=data.cohort.labels,
        image_size=data.image_size,
        channels=data.channels,
        full_scale=data.full_scale,
        members=(Member(first.recipe.name, first.image_size),),
        settings=numbers,
        history=History(),
        split=slices_receipt(plan, data),
        data=data.look,
        trained_at=_now(),
        versions=_versions(),
        device=device,
        intended_use=plan.intended_use,
        window=data.window,
        slices=settings.slices,
        leaks=data.leaks,
        source=data.cohort.name,
        source_folder=source_folder_of(data.cohort.cases),
        notes=plan.notes,
    )


def slices_receipt(plan: TrainingPlan, data: TrainingData) -> SplitReceipt:
    """Of all that was used; slices of one case are of one patient, though maybe not known."""
    found = receipt(data.cohort, data.split)
    are_known = all(case.patient for case in plan.cohort.labelled)
    return replace(found, are_patients_known=found.are_patients_known and are_known)


def _versions() -> dict[str, str]:
    import keras
    import tensorflow as tf

    return {
        "precmed": precmed_gui.__version__,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
