"""What a card says about leaks between the parts of a split that came with the data."""

from precmed_gui.diagnosis.model_card import Leaks
from precmed_gui.language import _, ngettext


def leaks_texts(leaks: Leaks) -> tuple[str, ...]:
    """Sentences about what leaked and what was done; none where nothing did."""
    texts = [_patients(leaks), _duplicates(leaks), _left_out(leaks), _accepted(leaks)]
    return tuple(text for text in texts if text)


def _patients(leaks: Leaks) -> str:
    if not leaks.patients:
        return ""
    return ngettext(
        "{n} patient is in more than one part of the given split.",
        "{n} patients are in more than one part of the given split.",
        leaks.patients,
    ).format(n=f"{leaks.patients:,}")


def _duplicates(leaks: Leaks) -> str:
    if not leaks.duplicates:
        return ""
    return ngettext(
        "{n} picture is in more than one part of the given split.",
        "{n} pictures are in more than one part of the given split.",
        leaks.duplicates,
    ).format(n=f"{leaks.duplicates:,}")


def _left_out(leaks: Leaks) -> str:
    if not leaks.left_out:
        return ""
    return ngettext(
        "{n} copy was left out of the earlier part.",
        "{n} copies were left out of the earlier parts.",
        leaks.left_out,
    ).format(n=f"{leaks.left_out:,}")


def _accepted(leaks: Leaks) -> str:
    if not leaks.statement:
        return ""
    return _("Accepted by who trained it: {statement}").format(statement=leaks.statement)
