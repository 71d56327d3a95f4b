"""How the nearest training images of an answer are laid out: a row a class, or of few words.

Pure words and order for `nearest_images`, without a widget.
"""

from dataclasses import dataclass

from precmed_gui.diagnosis.prediction import FEW_CLASSES, NEAREST, Neighbour, Prediction
from precmed_gui.language import N_, _

OF_ALL = N_("Nearest of all")
OF_OTHERS = N_("Nearest of each other class")
OF_SOME = N_("Nearest of {count} other classes")
NONE_KEPT = N_("The model keeps no training image of this class.")
NONE_KEPT_OF = N_("The model keeps no training image of: {labels}.")


@dataclass(frozen=True, slots=True)
class Section:
    """Some training images under one heading.

    Parameters
    ----------
    title
        The heading; "" for none.
    label
        The class that all of them are of; "" where each has its own.
    neighbours
        The images from left to right.
    note
        What is to be said below them; "" for nothing.
    """

    title: str
    label: str
    neighbours: tuple[Neighbour, ...]
    note: str = ""


def sections_of(prediction: Prediction) -> tuple[Section, ...]:
    """The sections of an answer from top to bottom; none where no training image is known.

    Classes stand as in the bars, the most probable first; those of a refused image, whose
    probabilities mean nothing, as in the model.
    """
    if not prediction.nearest:
        return ()
    if len(prediction.labels) <= FEW_CLASSES:
        return _rows(prediction)
    return _nearest_and_others(prediction)


def _order(prediction: Prediction) -> tuple[str, ...]:
    if prediction.verdict == "refused":
        return prediction.labels
    return tuple(label for label, _probability in prediction.ranked)


def _rows(prediction: Prediction) -> tuple[Section, ...]:
    found = dict(prediction.nearest_by_class)
    rows = (
        Section(
            label,
            label,
            found.get(label, ())[:NEAREST],
            _(NONE_KEPT) if label in prediction.unkept else "",
        )
        for label in _order(prediction)
    )
    return tuple(row for row in rows if row.neighbours or row.note)


def _nearest_and_others(prediction: Prediction) -> tuple[Section, ...]:
    order = _order(prediction)
    first, more = prediction.nearest[:NEAREST], prediction.nearest[NEAREST:]
    places = {label: place for place, label in enumerate(order)}
    others = tuple(sorted(more, key=lambda one: places.get(one.label, len(places))))
    seen = {one.label for one in prediction.nearest}
    is_whole = seen.issuperset(set(order) - set(prediction.unkept))
    title = _(OF_OTHERS) if is_whole else _(OF_SOME).format(count=len(others))
    lacking = ", ".join(label for label in order if label in prediction.unkept)
    note = _(NONE_KEPT_OF).format(labels=lacking) if lacking else ""
    sections = [Section(_(OF_ALL) if others else "", "", first)]
    if others or note:
        sections.append(Section(title if others else "", "", others, note))
    return tuple(sections)
