"""`precmed explain`: what an answer hangs on, as a picture; `cli` puts it beside its commands."""

import json
from pathlib import Path
from typing import Annotated, get_args

import typer

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.explanation import Explanation, MapMethod
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _, sentences
from precmed_gui.modalities import NAMES, modality
from precmed_gui.options import AsJson, ModelFolder
from precmed_gui.sources import opened
from precmed_gui.terminal import say, shown_progress, stopping_on_interrupt

METHODS: tuple[MapMethod, ...] = ("class-activation", "gradient")
assert set(METHODS) <= set(get_args(MapMethod))


def _known_method(name: str) -> str:
    if name not in METHODS:
        raise typer.BadParameter(_("choose one of: {names}").format(names=", ".join(METHODS)))
    return name


Image = Annotated[Path, typer.Argument(metavar="IMAGE", help=_("One image."))]
Picture = Annotated[Path, typer.Option(metavar="PNG", help=_("Where to save the picture."))]
Label = Annotated[
    str, typer.Option(metavar="CLASS", help=_("Of which class (default: the most probable)."))
]
SliceNumber = Annotated[
    int,
    typer.Option(
        "--slice",
        min=0,
        help=_("Of which slice (default: the one that counts most, or the middle)."),
    ),
]
Method = Annotated[
    str,
    typer.Option(metavar="|".join(METHODS), callback=_known_method, help=_("How the map is made.")),
]
Opacity = Annotated[
    float, typer.Option(min=0, max=1, help=_("How much the strongest place covers, 0 to 1."))
]
Contour = Annotated[bool, typer.Option("--contour", help=_("Draw outlines in place of colours."))]


def explain(
    model: ModelFolder,
    image: Image,
    out: Picture,
    label: Label = "",
    slice_number: SliceNumber = 0,
    method: Method = METHODS[0],
    opacity: Opacity = 0.6,
    contour: Contour = False,
    as_json: AsJson = False,
) -> None:
    """Draw what an answer of `model` about `image` hangs on."""
    from precmed_gui.exchange.map_picture import MapLook, map_png
    from precmed_gui.exchange.report_contents import display_pixels
    from precmed_gui.learning.explain import MapWish, explained

    target = out.expanduser().resolve()
    _require_png(target)
    with stopping_on_interrupt() as cancel, shown_progress() as report:
        case = _only_case(image, report, cancel)
        _require_other_file(target, case)
        _tell_refused(model, case, report, cancel)
        way: MapMethod = "gradient" if method == "gradient" else "class-activation"
        found = explained(str(model), MapWish(case, label, slice_number, way), report, cancel)
        picture = modality(NAMES[0]).read_picture(case, found.slice_number)
        pixels = display_pixels(picture)
        png = map_png(pixels, found, MapLook(opacity, contour))
        write_atomically(target, png)
    document = explained_document(found)
    typer.echo(json.dumps(document, allow_nan=False) if as_json else explained_text(found, out))


def add_to(app: typer.Typer) -> None:
    """Make `explain` a command of `app`."""
    app.command(help=_("Draw which parts of an image an answer hangs on."))(explain)


def explained_document(found: Explanation) -> dict[str, object]:
    """The document of `precmed explain`."""
    return {
        "label": found.label,
        "method": found.method,
        "checks": {
            "randomisation": found.checks.randomisation,
            "repeatability": found.checks.repeatability,
            "passed": found.checks.passed,
        },
        "seconds": round(found.seconds, 3),
    }


def explained_text(found: Explanation, out: Path) -> str:
    """The lines of `precmed explain`."""
    from precmed_gui.exchange.report_texts import map_caveat

    made = _("The map for “{label}” is in {file}.").format(label=found.label, file=out)
    place = ""
    if found.case.slices > 1:
        place = _("It is of slice {number} of {count}.").format(
            number=found.slice_number, count=found.case.slices
        )
    return sentences(made, place, map_caveat(found))


def _require_png(target: Path) -> None:
    if target.is_dir():
        raise PrecmedError(
            _("“{name}” is a folder.").format(name=target.name),
            _("Name a file in it that ends in .png."),
        )
    if target.suffix.lower() != ".png":
        raise PrecmedError(
            _("The map is saved as a PNG file; “{name}” is named otherwise.").format(
                name=target.name
            ),
            _("Choose a name that ends in .png."),
        )


def _require_other_file(target: Path, case: Case) -> None:
    files = (case.path, *case.files)
    if target.exists() and any(target.samefile(file) for file in files if Path(file).exists()):
        raise PrecmedError(
            _("The map would overwrite the image itself."), _("Choose another name for --out.")
        )


def _only_case(image: Path, report: Report, cancel: CancelToken) -> Case:
    cohort = opened([image], report, cancel)
    if len(cohort.cases) != 1:
        raise PrecmedError(
            _("“{path}” is not one image.").format(path=image),
            cohort.unreadable[0].reason
            if cohort.unreadable
            else _("Name one image file, or the folder of one series."),
        )
    return cohort.cases[0]


def _tell_refused(model: Path, case: Case, report: Report, cancel: CancelToken) -> None:
    from precmed_gui.learning.predict import predict

    for prediction in predict(str(model), (case,), report, cancel).predictions:
        if prediction.verdict == "refused":
            say(
                _("The model refuses this image: {reason} The map is made all the same.").format(
                    reason=prediction.reason
                )
            )
