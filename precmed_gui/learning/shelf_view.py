"""The shelf for the window: what is on it, what an interruption left, and copies; no Keras."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from precmed_gui.diagnosis.errors import FailedStorage, RefusedModel
from precmed_gui.diagnosis.storage import atomic_folder
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _
from precmed_gui.learning.checkpoints import is_in_use
from precmed_gui.learning.shelf import ShelvedModel, list_models, load_card

CHECKPOINTS = ".checkpoints"


@dataclass(frozen=True, slots=True)
class ShelfContent:
    """Everything the window offers to read with.

    Parameters
    ----------
    models
        Newest first within a shelf; a refused one has no card but a reason.
    interrupted
        (model folder that was to be, newest whole epoch) of trainings that never ended.
    """

    models: tuple[ShelvedModel, ...]
    interrupted: tuple[tuple[str, int], ...]


def look_at_shelf(
    shelves: tuple[str, ...], extra: tuple[str, ...], report: Report, cancel: CancelToken
) -> ShelfContent:
    """All models of some shelves and single folders, and trainings that can be rescued."""
    models = list(list_models(*(Path(shelf) for shelf in shelves)))
    known = {str(model.folder) for model in models}
    for folder in extra:
        cancel.raise_if_set()
        if folder not in known:
            models.append(_look_at(Path(folder)))
    rescues = tuple(
        (str(folder)[: -len(CHECKPOINTS)], epoch)
        for shelf in shelves
        for folder in sorted(Path(shelf).glob(f"*{CHECKPOINTS}"))
        if not Path(str(folder)[: -len(CHECKPOINTS)]).exists()
        and not is_in_use(folder)
        and (epoch := _newest_epoch(folder))
    )
    return ShelfContent(tuple(models), rescues)


def copy_model(folder: str, target: str, report: Report, cancel: CancelToken) -> str:
    """Copy a checked model folder; answers the copy. Raises `RefusedModel` or `FailedStorage`."""
    load_card(Path(folder))
    if Path(target).exists() or Path(folder) in Path(target).parents:
        raise FailedStorage(
            _("There is a folder called “{name}” there already.").format(name=Path(target).name),
            _("Choose another folder for the copy."),
        )
    with atomic_folder(Path(target)) as temporary:
        shutil.copytree(folder, temporary, dirs_exist_ok=True)
    return target


def _look_at(folder: Path) -> ShelvedModel:
    try:
        return ShelvedModel(folder, load_card(folder), "")
    except RefusedModel as refusal:
        return ShelvedModel(folder, None, str(refusal))


def _newest_epoch(folder: Path) -> int:
    epochs = [path.name.rpartition("-")[2] for path in folder.glob("epoch-*")]
    return max((int(epoch) for epoch in epochs if epoch.isdecimal()), default=0)
