"""What the search for shortcuts found, as sentences for warnings, page and terminal."""

from collections.abc import Sequence

from precmed_gui.diagnosis.evaluation import Figure
from precmed_gui.diagnosis.model_card import Seen, Shortcuts
from precmed_gui.evaluation.figure_texts import decimal_text, listed, number, points_text
from precmed_gui.language import _, ngettext

_CHANCE = 0.5
_CLEARLY = 0.1
"""The interval of an area under the curve must lie so far above chance."""
_NEAR = 0.6
"""Of what the whole image brings above chance: so much the border alone must bring."""
_LEAST_DROP = 0.05
_LEAST_CLASS_DROP = 0.2


def shortcut_warnings(found: Shortcuts, labels: Sequence[str]) -> tuple[str, ...]:
    """One sentence a shortcut; () where none was found."""
    return tuple(text for text in (_border(found, labels), _marks(found, labels)) if text)


def shortcut_text(found: Shortcuts, labels: Sequence[str]) -> str:
    """That none was found, and what that is worth, or that little was; "" where one was."""
    if shortcut_warnings(found, labels):
        return ""
    if found.drop is not None and found.drop.low > 0:
        return _(
            "With bright marks near the border painted over, slightly fewer answers are right (by "
            "{points}). In a rare class that can be many: look for letters there."
        ).format(points=points_text(found.drop))
    return ngettext(
        "No shortcut was found on {n} image: neither by the border alone nor by bright marks in "
        "it. Other shortcuts are possible.",
        "No shortcut was found on {n} images: neither by the border alone nor by bright marks in "
        "it. Other shortcuts are possible.",
        found.n,
    ).format(n=number(found.n))


def shortcut_basis(found: Shortcuts) -> str:
    """On how many images it was looked for, and in how many something looked like a mark."""
    return ngettext(
        "Looked for on {n} image nobody trained on; near the border of {marked} something looks "
        "like letters or metal.",
        "Looked for on {n} images nobody trained on; near the border of {marked} something looks "
        "like letters or metal.",
        found.n,
    ).format(n=number(found.n), marked=number(found.marked))


def shortcut_rows(found: Shortcuts) -> tuple[tuple[str, Seen], ...]:
    """What the model saw, in words, and how right it was."""
    rows = (
        (_("The whole image"), found.whole),
        (_("Its middle masked"), found.without_middle),
        (_("Nothing but its border"), found.border),
        (_("Its border masked"), found.centre),
        (_("Letter-like marks removed"), found.unmarked),
    )
    return tuple((name, seen) for name, seen in rows if seen is not None)


def _border(found: Shortcuts, labels: Sequence[str]) -> str:
    known = [
        (label, alone)
        for label, alone, whole in zip(
            labels, found.border.class_aucs, found.whole.class_aucs, strict=True
        )
        if alone is not None and whole is not None and _is_near(alone, whole)
    ]
    if not known:
        return ""
    names = listed([_("“{name}”").format(name=label) for label, _alone in known])
    best = max((alone for _label, alone in known), key=lambda figure: figure.value)
    return _(
        "Beware of a shortcut: it still tells {classes} from the border of the image alone "
        "(area under the curve up to {auc}). Look for letters, frames or marks of one site there."
    ).format(classes=names, auc=decimal_text(best))


def _is_near(alone: Figure, whole: Figure) -> bool:
    is_clear = alone.low > _CHANCE + _CLEARLY
    return is_clear and alone.value - _CHANCE >= _NEAR * (whole.value - _CHANCE)


def _marks(found: Shortcuts, labels: Sequence[str]) -> str:
    drop = found.drop
    if drop is not None and drop.low > 0 and drop.value >= _LEAST_DROP:
        return _(
            "Beware of a shortcut: with bright marks near the border painted over, fewer answers "
            "are right (by {points})."
        ).format(points=points_text(drop))
    of_class = zip(labels, found.class_drops, strict=False)
    known = [(label, one) for label, one in of_class if one is not None]
    fallen = [pair for pair in known if pair[1].low > 0 and pair[1].value >= _LEAST_CLASS_DROP]
    if not fallen:
        return ""
    names = listed([_("“{name}”").format(name=label) for label, _one in fallen])
    most = max((one for _label, one in fallen), key=lambda figure: figure.value)
    return _(
        "Beware of a shortcut: with bright marks near the border painted over, fewer images of "
        "{classes} are recognised (by up to {points})."
    ).format(classes=names, points=points_text(most))
