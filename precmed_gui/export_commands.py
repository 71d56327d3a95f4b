"""`precmed export`: a model leaves as Keras, SavedModel or ONNX; `cli` adds it to its commands."""

import json
from pathlib import Path
from typing import Annotated

import typer

from precmed_gui.evaluation.figure_texts import images_text
from precmed_gui.language import _
from precmed_gui.options import AsJson, ModelFolder
from precmed_gui.terminal import shown_progress, stopping_on_interrupt

KINDS = ("keras", "savedmodel", "onnx")
"""Of `learning.export_formats`, which is imported only when something is exported."""


def _known_kind(name: str) -> str:
    if name not in KINDS:
        raise typer.BadParameter(_("choose one of: {names}").format(names=", ".join(KINDS)))
    return name


Kind = Annotated[
    str,
    typer.Option(
        "--to", metavar="|".join(KINDS), callback=_known_kind, help=_("The format of the file.")
    ),
]
NewFolder = Annotated[Path, typer.Argument(metavar="DIR", help=_("A folder that is new or empty."))]


def export(model: ModelFolder, folder: NewFolder, to: Kind, as_json: AsJson = False) -> None:
    """Export `model` into `folder`."""
    from precmed_gui.learning.export_model import export_model

    place = folder.expanduser().resolve()
    with stopping_on_interrupt() as cancel, shown_progress() as report:
        found = export_model(str(model), to, str(place), report, cancel)
    document = {
        "folder": found.folder,
        "file": found.file,
        "format": found.kind,
        "images": found.images,
        "own_images": found.own_images,
        "largest_difference": found.largest_difference,
    }
    text = _(
        "The model is in {folder} as {file}. On {images} its probabilities differ from those of "
        "PrecMed by {difference} at most. It gives probabilities only: see README.txt."
    ).format(
        folder=found.folder,
        file=found.file,
        images=images_text(found.images),
        difference=f"{found.largest_difference:.1e}",
    )
    typer.echo(json.dumps(document, allow_nan=False) if as_json else text)


def add_to(app: typer.Typer) -> None:
    """Make `export` a command of `app`."""
    about = _("Export a model as Keras, TensorFlow SavedModel or ONNX for other programs.")
    app.command(help=about)(export)
