"""From what a user drops to a cohort: every file looked at by its header, none decoded."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from precmed_gui.diagnosis.cases import Case, Cohort, Unreadable, make_cohort
from precmed_gui.diagnosis.errors import UnfitCohort, UnreadableFile
from precmed_gui.diagnosis.work import CancelToken, Report, Step
from precmed_gui.language import _
from precmed_gui.modalities.imaging.decoding import quiet_decoders
from precmed_gui.modalities.imaging.dicom import picture_digest
from precmed_gui.modalities.imaging.dicom_series import FoundSlice, grouped
from precmed_gui.modalities.imaging.files import look_for_slices
from precmed_gui.modalities.imaging.folders import FoundFile, Search, class_name
from precmed_gui.modalities.imaging.zips import without_zips

_REPORT_SECONDS = 0.1


class _Progress:
    """Reports a step at most ten times a second, and asks whether to go on."""

    def __init__(self, report: Report, cancel: CancelToken) -> None:
        self._report = report
        self._cancel = cancel
        self._last = 0.0

    def raise_if_stopped(self) -> None:
        self._cancel.raise_if_set()

    def show(self, stage: str, done: int, total: int) -> None:
        self.raise_if_stopped()
        now = time.monotonic()
        if now - self._last >= _REPORT_SECONDS or done == total:
            self._last = now
            self._report(Step(stage, done, total))


def find_cases(paths: Sequence[Path], report: Report, cancel: CancelToken) -> Cohort:
    """All images in files, folders and containers, with the classes and parts folders give them.

    Parameters
    ----------
    paths
        What was dropped together. A folder with a sub-folder a class; folders train, val and test
        holding class folders; several class folders; loose files; .npz; IDX pairs; ZIP files,
        which are unpacked first; a DICOMDIR or the folder of one. Tables are passed over.

    Returns
    -------
    Cohort
        In natural order; files that cannot be read are listed with the reason.

    Raises
    ------
    UnfitCohort
        If there is neither an image nor a file to give a reason for.
    Cancelled
        If the user stops it.
    """
    progress = _Progress(report, cancel)
    dropped = list(dict.fromkeys(Path(path).absolute() for path in paths))
    finding = _("Finding images")
    search = Search(on_folder=lambda count: progress.show(finding, count, 0))
    opened, refused = without_zips(dropped, progress.show)
    search.search(opened)
    cases, unreadable = _checked(search.files, progress)
    _require_something(dropped, cases, [*refused, *search.left_out, *unreadable])
    return make_cohort(
        cases,
        modality="imaging",
        name=_name(dropped),
        unreadable=[*refused, *search.left_out, *unreadable],
    )


def _checked(files: list[FoundFile], progress: _Progress) -> tuple[list[Case], list[Unreadable]]:
    """The cases, slices of one series joined, and the files that are none, with the reason."""
    found: list[FoundSlice] = []
    unreadable: list[Unreadable] = []
    stage = _("Looking at images")
    with quiet_decoders():
        for done, file in enumerate(files, start=1):
            try:
                found += [_placed(one, file) for one in look_for_slices(file.path)]
            except UnreadableFile as error:
                unreadable.append(Unreadable(str(file.path), error.message))
            progress.show(stage, done, len(files))
        cases, copies = grouped(found, partial(_digest, progress))
    return cases, [*unreadable, *copies]


def _digest(progress: _Progress, path: str) -> bytes:
    progress.raise_if_stopped()
    return picture_digest(path)


def _placed(one: FoundSlice, file: FoundFile) -> FoundSlice:
    """`one` with the class and part of its folders, unless its file names them itself."""
    case = one.case
    if case.label is not None:
        return replace(one, case=replace(case, label=class_name(case.label)))
    if file.label is None:
        return one
    return replace(one, case=replace(case, label=class_name(file.label), part=file.part))


def _require_something(
    dropped: list[Path], cases: list[Case], unreadable: list[Unreadable]
) -> None:
    missing = [path for path in dropped if not path.exists()]
    if missing and len(missing) == len(dropped):
        raise UnfitCohort(
            _("“{name}” does not exist.").format(name=missing[0]),
            _("Check the name, and that the disk is connected."),
        )
    if not cases and not unreadable:
        raise UnfitCohort(
            _("There are no images in “{name}”.").format(name=_name(dropped)),
            _("Choose a folder with images, or one whose sub-folders are the classes."),
        )


def _name(dropped: list[Path]) -> str:
    if len(dropped) == 1:
        return dropped[0].name or str(dropped[0])
    parents = {path.parent for path in dropped}
    return parents.pop().name if len(parents) == 1 else ", ".join(p.name for p in dropped[:3])
