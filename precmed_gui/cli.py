"""`precmed`: the work of the window without a window, for scripts and servers.

With `--json` one document goes to stdout, of a failure too; all else is stderr. Exit codes: 0 done,
1 failed with a sentence, 2 wrong use. Keras is loaded only by the commands that need it.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

import precmed_gui
from precmed_gui.answers import (
    card_document,
    card_text,
    compared_document,
    evaluated_document,
    evaluated_text,
    listed_document,
    listed_text,
    predicted_document,
    predicted_text,
    trained_document,
    trained_text,
)
from precmed_gui.check_answers import checked_document, checked_text
from precmed_gui.cohorts.check import check_cohort
from precmed_gui.cohorts.fixes import without_parts
from precmed_gui.diagnosis.cases import Cohort, Unreadable
from precmed_gui.diagnosis.checks import CheckReport
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.evaluation import Comparison
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.diagnosis.prediction import Evaluated, PredictionList
from precmed_gui.diagnosis.training import TrainingPlan, TrainingResult, TrainingSettings
from precmed_gui.diagnosis.work import Cancelled, CancelToken, Report
from precmed_gui.explain_commands import add_to as add_explain
from precmed_gui.export_commands import add_to as add_export
from precmed_gui.language import _, ngettext
from precmed_gui.options import (
    DEFAULT_BUDGET,
    DEFAULT_RECIPE,
    AcceptLeak,
    Archive,
    ArchiveTraining,
    AsJson,
    BatchSize,
    Budget,
    CohortTable,
    Epochs,
    Flips,
    Folds,
    ImageSize,
    IntendedUse,
    LabelledSource,
    LearningRate,
    ModelFolder,
    Notes,
    OtherModelFolder,
    OutFolder,
    PageFile,
    PatientPattern,
    RecipeName,
    Redivide,
    Seed,
    SliceChoice,
    Sources,
    TableChoice,
    TableColumns,
    TableFile,
    WindowName,
    check_settings,
    stated_rule,
)
from precmed_gui.places import record_file, shipped_models_folder, user_models_folder
from precmed_gui.record_commands import add_to as add_record
from precmed_gui.record_commands import kept_answers, kept_training, opened_record
from precmed_gui.report_commands import add_to as add_report
from precmed_gui.sources import absolute, opened, prepared, require_there
from precmed_gui.terminal import say, shown_progress, stopping_on_interrupt

_Result = TypeVar("_Result")

app = typer.Typer(
    name="precmed",
    help=_("Train image classifiers on your own images and read predictions. Research use only."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `precmed` with `arguments` (default: those of the process); answers the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        app(args=given)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except PrecmedError as error:
        say(_("Error: {message}").format(message=error.message))
        if error.hint:
            say(error.hint)
        _answer_failure(given, error.message, error.hint)
        return 1
    except (Cancelled, KeyboardInterrupt):
        text = _("Stopped. Nothing was changed.")
        say(text)
        _answer_failure(given, text)
        return 1
    return 0


def _answer_failure(arguments: Sequence[str], text: str, hint: str = "") -> None:
    """With `--json` the one document on stdout says what happened and what to do."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--json" in options:
        typer.echo(json.dumps({"error": text, "hint": hint or None}))


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"precmed {precmed_gui.__version__}")
        raise typer.Exit


@app.callback()
def _precmed(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help=_("Print the version.")
        ),
    ] = False,
) -> None:
    """What all commands share; the docstring of the application is its help."""


@app.command(help=_("Write the demo cohort: synthetic chest-like pictures in three classes."))
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=_("A folder that is new or empty."))
    ],
) -> None:
    """Write the demo cohort into `folder`."""
    from precmed_gui.modalities.imaging.phantoms import write_demo_cohort

    place = folder.expanduser().resolve()
    count = _do(lambda report, cancel: write_demo_cohort(place, report, cancel))
    typer.echo(
        ngettext(
            "{count} synthetic image is in {folder}.",
            "{count} synthetic images are in {folder}.",
            count,
        ).format(count=count, folder=place)
    )


@app.command(help=_("Train a network on images sorted into classes; Ctrl+C keeps what it learned."))
def train(
    sources: Sources,
    out: OutFolder = None,
    recipe: RecipeName = DEFAULT_RECIPE,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = None,
    image_size: ImageSize = None,
    seed: Seed = 1,
    budget: Budget = DEFAULT_BUDGET,
    folds: Folds = 0,
    flips: Flips = False,
    window: WindowName = "",
    slices: SliceChoice = "middle",
    patient_pattern: PatientPattern = "",
    table: CohortTable = None,
    table_columns: TableColumns = "",
    intended_use: IntendedUse = "",
    notes: Notes = "",
    accept_leak: AcceptLeak = "",
    redivide: Redivide = False,
    archive: ArchiveTraining = False,
    as_json: AsJson = False,
) -> None:
    """Train on `sources` and save the model in `out`."""
    chosen = (recipe, epochs, batch_size, learning_rate, image_size, seed, budget, folds, flips)
    settings = TrainingSettings(*chosen, window=window, slices=stated_rule(slices))
    check_settings(settings)

    def work(report: Report, cancel: CancelToken) -> TrainingResult:
        from precmed_gui.learning.train import train as train_network

        said = TableChoice(table, table_columns)
        cohort = prepared(sources, patient_pattern, said, report, cancel)
        cohort = without_parts(cohort) if redivide else cohort
        folder = out.expanduser().resolve() if out else _new_place(cohort)
        plan = TrainingPlan(
            cohort, settings, str(folder), folder.name, notes, intended_use, accept_leak
        )
        result = train_network(plan, report, cancel)
        document = trained_document(result, cohort)
        if record is not None:
            document["archive"] = kept_training(record, result)
        _tell_unreadable((*cohort.unreadable, *result.unreadable))
        _answer(document, trained_text(result), as_json=as_json)
        return result

    with opened_record(record_file()) if archive else nullcontext() as record:
        _do(work)


@app.command(help=_("Look for copies, leaks, odd images and whatever else is in the way."))
def check(
    sources: Sources,
    seed: Seed = 1,
    patient_pattern: PatientPattern = "",
    table: CohortTable = None,
    table_columns: TableColumns = "",
    as_json: AsJson = False,
) -> None:
    """Check `sources` as the window does before a training."""

    def work(report: Report, cancel: CancelToken) -> CheckReport:
        said = TableChoice(table, table_columns)
        cohort = prepared(sources, patient_pattern, said, report, cancel)
        found = check_cohort(cohort, seed, report, cancel)
        _answer(checked_document(found), checked_text(found), as_json=as_json)
        return found

    _do(work)


@app.command(help=_("Measure a model on labelled images: their test part, or all of them."))
def evaluate(model: ModelFolder, source: LabelledSource, as_json: AsJson = False) -> None:
    """Measure `model` on `source`."""

    def work(report: Report, cancel: CancelToken) -> Evaluated:
        from precmed_gui.learning.evaluate import evaluate as measure
        from precmed_gui.learning.shelf import load_card

        cohort = opened([source], report, cancel)
        result = measure(str(model), cohort, report, cancel)
        card = load_card(model, verify=False)
        _tell_unreadable((*cohort.unreadable, *result.unreadable))
        document = evaluated_document(result, card)
        _answer(document, evaluated_text(result, card), as_json=as_json)
        return result

    _do(work)


@app.command(help=_("Compare two models on the same labelled images."))
def compare(
    model: ModelFolder,
    other: OtherModelFolder,
    source: LabelledSource,
    as_json: AsJson = False,
) -> None:
    """Measure `model` and `other` on the same cases of `source`."""

    def work(report: Report, cancel: CancelToken) -> Comparison:
        from precmed_gui.learning.evaluate import compare_on

        cohort = opened([source], report, cancel)
        models = (str(model), str(other))
        result = compare_on(*models, cohort, report, cancel)
        _tell_unreadable(cohort.unreadable)
        document = compared_document(result, models)
        _answer(document, str(document["sentence"]), as_json=as_json)
        return result

    _do(work)


@app.command(help=_("Show what a model is, what it was made from and how good it is."))
def card(model: ModelFolder, html: PageFile = None, as_json: AsJson = False) -> None:
    """Show the card of `model`, and write it as a page."""

    def work(report: Report, cancel: CancelToken) -> ModelReport:
        from precmed_gui.exchange.card_page import write_card_page
        from precmed_gui.learning.model_report import load_report

        found = load_report(str(model), report, cancel)
        page = html.expanduser().resolve() if html else None
        if page:
            write_card_page(page, found)
        _answer(card_document(model, found.card, page), card_text(found.card), as_json=as_json)
        return found

    _do(work)


@app.command(help=_("Read images with a model: how probable each class is."))
def predict(
    model: ModelFolder,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help=_("Images, folders or .npz files."))
    ],
    csv: TableFile = None,
    archive: Archive = False,
    as_json: AsJson = False,
) -> None:
    """Read `paths` with `model`."""

    def work(report: Report, cancel: CancelToken) -> PredictionList:
        from precmed_gui.exchange.predictions_csv import write_predictions_csv
        from precmed_gui.learning.predict import predict_paths

        require_there(paths)
        answers = predict_paths(str(model), tuple(absolute(paths)), report, cancel)
        document = predicted_document(answers)
        table = csv.expanduser().resolve() if csv else None
        if archive:
            document["archive"] = kept_answers(model, answers, table)
        elif table:
            write_predictions_csv(table, answers)
        _tell_unreadable(answers.unreadable)
        _answer(document, predicted_text(answers), as_json=as_json)
        return answers

    _do(work)


@app.command(help=_("List the models on your shelf and those that come with the program."))
def models(as_json: AsJson = False) -> None:
    """List all models."""
    from precmed_gui.learning.shelf import list_models

    found = list_models(user_models_folder(), shipped_models_folder())
    _answer(listed_document(found), listed_text(found), as_json=as_json)


add_explain(app)
add_export(app)
add_report(app)
add_record(app)


def _do(work: Callable[[Report, CancelToken], _Result]) -> _Result:
    """Run a piece of work with progress on stderr and Ctrl+C as Stop."""
    with stopping_on_interrupt() as cancel, shown_progress() as display:
        return work(display, cancel)


def _new_place(cohort: Cohort) -> Path:
    """A folder on the user's shelf that does not exist yet."""
    name = re.sub(r"[^\w.-]+", "-", cohort.name).strip(".-") or "model"
    first = user_models_folder() / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    place, number = first, 2
    while place.exists():
        place, number = first.with_name(f"{first.name}-{number}"), number + 1
    return place


def _tell_unreadable(files: Sequence[Unreadable]) -> None:
    for file in files:
        say(_("Not read: {path}: {reason}").format(path=file.path, reason=file.reason))


def _answer(document: Mapping[str, object], text: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(document, allow_nan=False) if as_json else text)


if __name__ == "__main__":
    sys.exit(main())
