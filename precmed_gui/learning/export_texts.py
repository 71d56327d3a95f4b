"""README.txt beside an exported model: what goes in, what comes out, what is not in the file."""

from collections.abc import Sequence

import precmed_gui
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.evaluation.figure_texts import images_text, named
from precmed_gui.evaluation.warning_texts import no_intended_use
from precmed_gui.evaluation.wording import worth
from precmed_gui.language import _, sentences
from precmed_gui.learning.export_formats import Format
from precmed_gui.learning.export_network import INPUT, OUTPUT

LEFT_OUT = ("sets", "referrals", "gate", "refusals", "nearest images")
"""What PrecMed tells a reader and an exported model does not; as card.json says it."""


def readme(card: ModelCard, form: Format, check: str) -> str:
    """The text in the language in use; `check` says how the file was compared with PrecMed."""
    title = _("“{name}”, exported from PrecMed {version} as {format}").format(
        name=card.name, version=precmed_gui.__version__, format=_(form.title)
    )
    notice = _("Research use only. Designed to support a reader, never to replace one.")
    parts = [
        title,
        notice,
        sentences(_("Intended use:"), card.intended_use or no_intended_use()),
        card.notes,
        worth(card),
        _listed(_("What goes in"), _inputs(card)),
        _listed(_("What comes out"), _outputs(card)),
        _listed(_("What is NOT in it"), _left_out()),
        _listed(_("How it was checked"), [check]),
        _("In Python:") + "\n\n" + form.example,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _listed(title: str, texts: Sequence[str]) -> str:
    return "\n".join([title, *(f"- {text}" for text in texts if text)])


def _inputs(card: ModelCard) -> list[str]:
    return [
        _("“{name}”: float32, (n, {size}, {size}, {channels}), values from 0 to 1.").format(
            name=INPUT, size=card.image_size, channels=card.channels
        ),
        _channels(card),
        _("A picture is brought to {size} × {size} pixels by bilinear interpolation with a support "
          "that grows with the reduction (antialiasing), before scaling; the aspect ratio is not "
          "kept. PrecMed refuses smaller pictures; the file cannot.").format(size=card.image_size),
        _scale(card),
        _window(card),
        _("Of a case with several slices PrecMed averages the logarithms of all slices before "
          "calibration; the file reads one slice.") if card.slices == "each" else "",
    ]  # fmt: skip


def _channels(card: ModelCard) -> str:
    if card.channels == 1:
        return _("One channel: grey. Colour becomes luminance (ITU-R BT.601).")
    return _("Three channels: red, green, blue. A grey picture is repeated three times.")


def _scale(card: ModelCard) -> str:
    eight = _("Pixels of 8 bits are divided by 255.")
    if card.full_scale > 255:
        wide = _("Pixels of 16 bits are divided by {full_scale}, and cut off above 1.")
        return sentences(eight, wide.format(full_scale=card.full_scale))
    return sentences(
        eight,
        _("Pixels of 16 bits are divided by the smallest of 255, 511, 1023 … 65535 that none "
          "exceeds."),
    )  # fmt: skip


def _window(card: ModelCard) -> str:
    if card.window is None:
        return _("DICOM values are shown by the window that the file states.")
    text = _("DICOM values with a unit are shown by the window “{name}”: center {center}, width "
             "{width}.")  # fmt: skip
    return text.format(
        name=card.window.name, center=f"{card.window.center:g}", width=f"{card.window.width:g}"
    )


def _outputs(card: ModelCard) -> list[str]:
    return [
        _(
            "“{name}”: float32, (n, {classes}), the probabilities of {labels}, in this order."
        ).format(name=OUTPUT, classes=len(card.labels), labels=named(card.labels)),
        _("They are those PrecMed shows: averaged over its networks, and calibrated."),
        _("Each image is read {views} times, moved a little, and averaged.").format(
            views=card.views
        ) if card.views > 1 else "",
    ]  # fmt: skip


def _left_out() -> list[str]:
    return [
        _("Sets of classes that cannot be ruled out, and the advice to ask a colleague."),
        _("The gate: the file answers for any picture, also for one unlike its training images "
          "that PrecMed refuses."),
        _("The nearest training images. No picture and no name of a patient is in it."),
    ]  # fmt: skip


def check_text(count: int, own: int, difference: float) -> str:
    """How an export was compared, and how far it is off."""
    return sentences(
        _("It was opened again and compared with PrecMed on {images}, {own} of them the model's "
          "own.").format(images=images_text(count), own=own),
        _("The largest difference of a probability was {difference}.").format(
            difference=f"{difference:.1e}"
        ),
    )  # fmt: skip
