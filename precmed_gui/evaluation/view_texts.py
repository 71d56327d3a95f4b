"""What a model sees of its cases, in words: the slices of a series, the window on its values."""

from precmed_gui.diagnosis.model_card import ModelCard, SliceRule
from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.language import N_, _, sentences

WINDOWS = {
    "file": N_("As the file says"),
    "lung": N_("Lung"),
    "bone": N_("Bone"),
    "soft-tissue": N_("Soft tissue"),
    "brain": N_("Brain"),
}


def window_name(name: str) -> str:
    """What people call a window."""
    return _(WINDOWS[name]) if name in WINDOWS else name


def window_text(window: StatedWindow | None) -> str:
    """A window by name and numbers; None: as each file says."""
    if window is None:
        return window_name("file")
    return _("{name} (width {width}, center {center})").format(
        name=window_name(window.name), width=f"{window.width:g}", center=f"{window.center:g}"
    )


def slices_text(rule: SliceRule) -> str:
    """What the networks see of a case with several slices, and how it is answered."""
    if rule == "middle":
        return _("the middle slice")
    return _(
        "each slice; the answer for a case is the geometric mean over its slices, and it is "
        "refused if more than half of them are"
    )


def seen_text(card: ModelCard) -> str:
    """What is not usual about what the model sees, as sentences; "" where all is."""
    found = []
    if card.window is not None:
        text = _("It sees through the window {window}.")
        found.append(text.format(window=window_text(card.window)))
    if card.slices == "each":
        found.append(_("Of a case with several slices it sees each, and answers for all together."))
    return sentences(*found)
