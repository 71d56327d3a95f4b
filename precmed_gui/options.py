"""The arguments and options of `precmed` with their help, in the language of the terminal.

Importing this sets that language, for typer reads the help texts at once. Used by `cli` alone.
"""

import locale
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, get_args

import typer

from precmed_gui.diagnosis.model_card import SliceRule
from precmed_gui.diagnosis.tables import ColumnMeaning
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.language import _, use_language
from precmed_gui.modalities import NAMES, modality

RECIPES = modality(NAMES[0]).recipes()
DEFAULT_RECIPE = TrainingSettings().recipe
DEFAULT_BUDGET = TrainingSettings().budget
SLICE_RULES: tuple[SliceRule, ...] = get_args(SliceRule)
WINDOWS = ("file", *modality(NAMES[0]).windows())

_LARGEST_SEED = 2**32 - 1
_LONGEST_BUDGET = 600
_FEWEST_FOLDS, _MOST_FOLDS = 2, 20
MEANINGS = tuple(meaning for meaning in get_args(ColumnMeaning) if meaning)


@dataclass(frozen=True, slots=True)
class TableChoice:
    """The table of `--table`, if any, and what `--table-columns` says of its columns."""

    file: Path | None = None
    columns: str = ""


def _environment_language() -> str:
    """The language of the terminal, as its variables say."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh_CN" if value.startswith("zh") else "en"
    return "zh_CN" if (locale.getlocale()[0] or "").startswith("zh") else "en"


use_language(_environment_language())


def _known_recipe(name: str) -> str:
    if name not in RECIPES:
        raise typer.BadParameter(_("choose one of: {names}").format(names=", ".join(RECIPES)))
    return name


def _known_window(name: str) -> str:
    if name and name not in WINDOWS:
        raise typer.BadParameter(_("choose one of: {names}").format(names=", ".join(WINDOWS)))
    return name


def _known_slices(rule: str) -> str:
    if rule not in SLICE_RULES:
        raise typer.BadParameter(_("choose one of: {names}").format(names=", ".join(SLICE_RULES)))
    return rule


def stated_rule(text: str) -> SliceRule:
    """The rule of `--slices`, which was checked before."""
    return "each" if text == "each" else "middle"


def _regular(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise typer.BadParameter(_("not a regular expression: {why}").format(why=error)) from error
    return text


def _column_meanings(text: str) -> str:
    for column, meaning in stated_meanings(text).items():
        if not column or meaning not in ("", *MEANINGS):
            raise typer.BadParameter(
                _("write it as name=meaning, with a meaning of: {names}").format(
                    names=", ".join(MEANINGS)
                )
            )
    return text


def stated_meanings(text: str) -> dict[str, str]:
    """Meaning by column from "name=meaning,name=meaning"; a meaning may be empty: ignored."""
    pairs = (piece.rpartition("=") for piece in text.split(",") if piece.strip())
    return {column.strip(): meaning.strip() for column, _sign, meaning in pairs}


Sources = Annotated[
    list[Path],
    typer.Argument(
        metavar="SOURCE",
        help=_("Folders, image files, .zip, .npz, IDX or NIfTI files, a DICOMDIR."),
    ),
]
LabelledSource = Annotated[
    Path, typer.Argument(metavar="SOURCE", help=_("A folder, an .npz or an IDX file."))
]
ModelFolder = Annotated[Path, typer.Argument(metavar="MODEL", help=_("A model folder."))]
OtherModelFolder = Annotated[
    Path, typer.Argument(metavar="MODEL", help=_("The model folder to compare it with."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document on stdout."))]
OutFolder = Annotated[
    Path | None, typer.Option(metavar="DIR", help=_("The model folder (default: on your shelf)."))
]
RecipeName = Annotated[
    str,
    typer.Option(
        callback=_known_recipe, help=_("How to train: {names}.").format(names=", ".join(RECIPES))
    ),
]
Epochs = Annotated[
    int | None, typer.Option(min=1, help=_("How often each image is seen, at most."))
]
BatchSize = Annotated[int | None, typer.Option(min=1, max=4096, help=_("Images a step."))]
LearningRate = Annotated[float | None, typer.Option(help=_("Of Adam, above 0, at most 1."))]
ImageSize = Annotated[
    int | None, typer.Option(help=_("Side in pixels of the square the network sees."))
]
Seed = Annotated[
    int,
    typer.Option(min=0, max=_LARGEST_SEED, help=_("The same seed gives the same numbers again.")),
]
Budget = Annotated[
    float,
    typer.Option(metavar="MINUTES", help=_("How long the automatic recipe may look for the best.")),
]
Folds = Annotated[
    int,
    typer.Option(
        min=0, max=_MOST_FOLDS, help=_("Also cross-validate by patient in so many parts (0: not).")
    ),
]
Flips = Annotated[
    bool,
    typer.Option(
        "--flips", help=_("Mirror training images too; only where left and right mean nothing.")
    ),
]
WindowName = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        callback=_known_window,
        help=_("What the network sees of CT: {names} (default: soft-tissue, of CT only).").format(
            names=", ".join(WINDOWS)
        ),
    ),
]
SliceChoice = Annotated[
    str,
    typer.Option(
        metavar="RULE",
        callback=_known_slices,
        help=_("What it sees of cases with several slices: {names}.").format(
            names=", ".join(SLICE_RULES)
        ),
    ),
]
PatientPattern = Annotated[
    str,
    typer.Option(
        metavar="REGEX",
        callback=_regular,
        help=_("What in a file name is the patient, for instance 'person[0-9]+'."),
    ),
]
CohortTable = Annotated[
    Path | None,
    typer.Option(
        "--table",
        metavar="FILE",
        help=_("A CSV or XLSX that says class, patient, age, sex … of the images."),
    ),
]
TableColumns = Annotated[
    str,
    typer.Option(
        "--table-columns",
        metavar="NAME=MEANING,…",
        callback=_column_meanings,
        help=_("What its columns mean, where that is not clear: {meanings}.").format(
            meanings=", ".join(MEANINGS)
        ),
    ),
]
AcceptLeak = Annotated[
    str,
    typer.Option(
        metavar="TEXT",
        help=_("Train although the given split leaks, for this reason; it goes on the card."),
    ),
]
Redivide = Annotated[
    bool,
    typer.Option(
        "--redivide", help=_("Forget the split that came with the data; draw one by patient.")
    ),
]
Notes = Annotated[str, typer.Option(metavar="TEXT", help=_("For the reader of the model's card."))]
IntendedUse = Annotated[
    str, typer.Option(metavar="TEXT", help=_("What the model is for, in your words."))
]
TableFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help=_("Also save a table for a spreadsheet."))
]
Archive = Annotated[
    bool, typer.Option("--archive", help=_("Keep every answer in the record before it is printed."))
]
ArchiveTraining = Annotated[
    bool, typer.Option("--archive", help=_("Keep in the record that this model was trained."))
]
PageFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help=_("Also save the card as a page to print."))
]


def check_settings(settings: TrainingSettings) -> None:
    """Raise `BadParameter` for what typer cannot check: ranges of the recipe, and open ends."""
    smallest, largest = RECIPES[settings.recipe].image_sizes
    if settings.image_size is not None and not smallest <= settings.image_size <= largest:
        raise typer.BadParameter(
            _("{recipe} takes {smallest} to {largest} pixels").format(
                recipe=settings.recipe, smallest=smallest, largest=largest
            ),
            param_hint="--image-size",
        )
    if settings.learning_rate is not None and not 0 < settings.learning_rate <= 1:
        raise typer.BadParameter(_("above 0, at most 1"), param_hint="--learning-rate")
    if not 0 < settings.budget <= _LONGEST_BUDGET:
        text = _("above 0, at most {most} minutes").format(most=_LONGEST_BUDGET)
        raise typer.BadParameter(text, param_hint="--budget")
    if 0 < settings.folds < _FEWEST_FOLDS:
        raise typer.BadParameter(_("0, or 2 to 20"), param_hint="--folds")
