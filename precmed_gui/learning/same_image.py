"""Whether a file still holds the image that an answer of the record is about.

A name says nothing: exports of a workstation are often called alike. The window and
`precmed report` ask before an old answer stands beside a picture.
"""

from collections.abc import Sequence
from pathlib import Path

from precmed_gui.cohorts.picture_facts import fingerprint
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.record import Shown
from precmed_gui.learning.predict import read_fingerprint
from precmed_gui.learning.shelf import load_card, model_digest
from precmed_gui.modalities import NAMES, modality


def folder_that_gave(shown: Shown, shelves: Sequence[Path]) -> Path | None:
    """The model on `shelves` that gave an answer; None where it is on none of them any more."""
    folders = (folder for shelf in shelves if shelf.is_dir() for folder in sorted(shelf.iterdir()))
    found = (folder for folder in folders if model_digest(folder) == shown.model_digest)
    return next(found, None) if shown.model_digest else None


def is_same_image(shown: Shown, case: Case, folder: Path | None) -> bool | None:
    """Whether the pixels of `case` are those that were read.

    Parameters
    ----------
    shown
        The answer.
    case
        With as many slices as were read; with others it is another image.
    folder
        The model that gave the answer, which knows how it looked at the image (window, choice of
        slices); None where it is gone.

    Returns
    -------
    bool or None
        None where nobody can tell: the answer was kept without a fingerprint, or its model is
        gone and the image is one that looks different from window to window.

    Raises
    ------
    UnreadableFile
        If nothing of it can be read.
    RefusedModel
        If the card of the model is damaged.
    """
    if not shown.fingerprint:
        return None
    if folder is not None:
        return read_fingerprint(case, load_card(folder, verify=False)) == shown.fingerprint
    return _is_same_without_model(shown, case)


def _is_same_without_model(shown: Shown, case: Case) -> bool | None:
    """Tried with every window that a network is usually given; a series cannot be told."""
    if shown.slices > 1:
        return None
    kind = modality(NAMES[0])
    looks = {fingerprint(kind.read(case, window)) for window in (None, *kind.windows().values())}
    if shown.fingerprint in looks:
        return True
    return None if len(looks) > 1 else False
