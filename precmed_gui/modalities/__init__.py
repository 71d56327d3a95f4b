"""The kinds of data PrecMed reads, one folder each; nothing else names them one by one."""

import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.diagnosis.modality import Modality
from precmed_gui.diagnosis.pictures import Picture, Tag, Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _

NAMES = ("imaging",)
_GROUP_SECONDS = 0.05


def modality(name: str) -> Modality:
    """The modality called `name`; raises `RefusedModel` for one this version does not have."""
    if name not in NAMES:
        raise RefusedModel(
            _("This version of PrecMed cannot read data of the kind “{name}”.").format(name=name),
            _("Choose a model for images."),
        )
    found: Modality = import_module(f"precmed_gui.modalities.{name}").MODALITY
    return found


def open_cohort(paths: Sequence[str], report: Report, cancel: CancelToken) -> Cohort:
    """All cases in files, folders and containers, as one work function.

    The modality is the first that accepts any of the files; raises `UnfitCohort` when there is
    nothing at all in `paths`.
    """
    return modality(NAMES[0]).find_cases([Path(path) for path in paths], report, cancel)


def read_thumbnails(
    name: str, cases: tuple[Case, ...], side: int, report: Report, cancel: CancelToken
) -> int:
    """Report a `Thumbnail` of every case, in groups as `ThumbnailsRead`; returns how many.

    `name` is the modality, `side` the longest side in pixels. Cases that cannot be read are
    reported with the reason.
    """
    reader = modality(name)
    group: list[Thumbnail] = []
    last = time.monotonic()
    for case in cases:
        cancel.raise_if_set()
        group.append(reader.read_thumbnail(case, side))
        if time.monotonic() - last >= _GROUP_SECONDS:
            report(ThumbnailsRead(tuple(group)))
            group, last = [], time.monotonic()
    if group:
        report(ThumbnailsRead(tuple(group)))
    return len(cases)


def read_picture(
    name: str, case: Case, slice_number: int, report: Report, cancel: CancelToken
) -> Picture:
    """One slice of a case at full size, from 1 (0: the middle one); raises `UnreadableFile`."""
    cancel.raise_if_set()
    return modality(name).read_picture(case, slice_number)


def read_tags(name: str, case: Case, report: Report, cancel: CancelToken) -> tuple[Tag, ...]:
    """The header of a case's (first) file, () where it has none; raises `UnreadableFile`."""
    cancel.raise_if_set()
    return modality(name).read_tags(case)
