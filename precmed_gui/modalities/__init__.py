"""The kinds of data PrecMed reads, one folder each; nothing else names them one by one."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.diagnosis.modality import Modality
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _

NAMES = ("imaging",)


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
