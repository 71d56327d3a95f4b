"""Findings about pictures: what is tiny, blank, inverted, oddly bright, coloured, written on.

Odd means unlike the rest of the cohort: what is usual differs from one kind of image to the next.
"""

import numpy as np
from numpy.typing import NDArray

from precmed_gui.cohorts.checked_cohort import CheckedCohort, exclude, one_each
from precmed_gui.cohorts.odd_pictures import (
    GLYPHS,
    SMALLEST_SIDE,
    are_blank,
    are_inverted,
    are_odd_in_brightness,
)
from precmed_gui.diagnosis.checks import Finding
from precmed_gui.evaluation.figure_texts import images_text, number, share
from precmed_gui.language import _, ngettext

_FEW_IN_COLOUR = 0.2
_TEXT_SEPARATES = 0.3


def picture_findings(checked: CheckedCohort) -> list[Finding]:
    """What is odd about single pictures."""
    if not len(checked.table):
        return []
    found = [
        _tiny(checked),
        _blank(checked),
        _inverted(checked),
        _exposure(checked),
        _colour(checked),
        _sizes(checked),
        _text(checked),
    ]
    return [finding for finding in found if finding is not None]


def _tiny(checked: CheckedCohort) -> Finding | None:
    shorter = np.minimum(checked.table["width"], checked.table["height"])
    keys = checked.keys(shorter < SMALLEST_SIDE)
    if not keys:
        return None
    title = ngettext(
        "{n} image is smaller than {side} pixels", "{n} images are smaller than {side} pixels",
        len(keys),
    )  # fmt: skip
    return Finding(
        "tiny",
        "warns",
        title.format(n=number(len(keys)), side=SMALLEST_SIDE),
        _("No network here takes them; they are perhaps thumbnails of the real images."),
        one_each(keys),
        (exclude(len(keys)),),
    )


def _blank(checked: CheckedCohort) -> Finding | None:
    keys = checked.keys(are_blank(checked.table))
    if not keys:
        return None
    title = ngettext("{n} image shows nothing", "{n} images show nothing", len(keys))
    return Finding(
        "blank",
        "warns",
        title.format(n=number(len(keys))),
        _("All of it is of nearly the same brightness: an exposure that failed, or an empty page."),
        one_each(keys),
        (exclude(len(keys)),),
    )


def _inverted(checked: CheckedCohort) -> Finding | None:
    keys = checked.keys(are_inverted(checked.table))
    if not keys:
        return None
    title = ngettext(
        "{n} image looks inverted, or has a white background",
        "{n} images look inverted, or have a white background",
        len(keys),
    )
    return Finding(
        "inverted",
        "warns",
        title.format(n=number(len(keys))),
        _(
            "They are bright where the other images are dark. A network could learn which machine "
            "or program stored an image so. Invert them where they come from, or leave them out."
        ),
        one_each(keys),
        (exclude(len(keys)),),
    )


def _exposure(checked: CheckedCohort) -> Finding | None:
    dark, bright = are_odd_in_brightness(checked.table)
    places = np.flatnonzero(dark | bright).tolist()
    if not places:
        return None
    title = ngettext(
        "{n} image is much darker or brighter than the others",
        "{n} images are much darker or brighter than the others",
        len(places),
    )
    means = checked.table["mean"]
    return Finding(
        "exposure",
        "tells",
        title.format(n=number(len(places))),
        _("Look at them: an exposure that failed, another machine, or simply a special image."),
        one_each(checked.keys(places)),
        (exclude(len(places)),),
        tuple(
            (_("Dark: {share} of full brightness on average.") if dark[i]
             else _("Bright: {share} of full brightness on average.")
             ).format(share=share(float(means[i])))
            for i in places
        ),
    )  # fmt: skip


def _colour(checked: CheckedCohort) -> Finding | None:
    is_grey = checked.table["is_grey"]
    in_colour = int((~is_grey).sum())
    if in_colour in (0, len(is_grey)):
        return None
    few = ~is_grey if in_colour <= _FEW_IN_COLOUR * len(is_grey) else np.zeros_like(is_grey)
    keys = checked.keys(few)
    return Finding(
        "colour",
        "warns" if keys else "tells",
        _("{colour} in colour among {grey} in grey").format(
            colour=images_text(in_colour), grey=images_text(len(is_grey) - in_colour)
        ),
        _(
            "Grey images in three equal channels count as grey. If one class has more colour than "
            "the others (coloured marks, screenshots), a network may learn that."
        ),
        one_each(keys),
        (exclude(len(keys)),) if keys else (),
    )


def _sizes(checked: CheckedCohort) -> Finding | None:
    widths, heights = checked.table["width"].astype(int), checked.table["height"].astype(int)
    if len(np.unique(np.stack([widths, heights]), axis=1).T) < 2:
        return None
    areas = widths * heights
    least, most = int(areas.argmin()), int(areas.argmax())
    ratios = widths / heights
    why = _("The training brings all of them to one square.")
    if ratios.max() > 2 * ratios.min():
        why = f"{why} " + _("Some are wide and some are high: these are squeezed differently.")
    return Finding(
        "sizes",
        "tells",
        _("Sizes from {w} × {h} to {width} × {height} pixels").format(
            w=widths[least], h=heights[least], width=widths[most], height=heights[most]
        ),
        why,
    )


def _text(checked: CheckedCohort) -> Finding | None:
    has_text = checked.table["glyphs"] >= GLYPHS
    keys = checked.keys(has_text)
    if not keys:
        return None
    title = ngettext(
        "{n} image may have writing in its pixels",
        "{n} images may have writing in their pixels",
        len(keys),
    )
    why = _(
        "A suspicion: bright signs stand in a row near the border. Writing may name the patient, "
        "and a network may learn it instead of the disease."
    )
    if _separates(checked, has_text):
        why = f"{why} " + _("It is much more frequent in one class than in another.")
    return Finding(
        "burnt_in_text",
        "warns",
        title.format(n=number(len(keys))),
        why,
        one_each(keys),
        (exclude(len(keys)),),
    )


def _separates(checked: CheckedCohort, mask: NDArray[np.bool_]) -> bool:
    labels = np.array([case.label or "" for case in checked.cases])
    shares = [float(mask[labels == label].mean()) for label in checked.cohort.labels
              if (labels == label).any()]  # fmt: skip
    return len(shares) > 1 and max(shares) - min(shares) > _TEXT_SEPARATES
