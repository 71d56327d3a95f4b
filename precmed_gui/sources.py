"""What the command line names becomes a cohort: files and folders, patients from names, a table."""

from collections.abc import Sequence
from pathlib import Path

from precmed_gui.cohorts.patient_names import compiled, file_names, patients_of
from precmed_gui.diagnosis.cases import Cohort, with_patients
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _
from precmed_gui.modalities import open_cohort
from precmed_gui.options import TableChoice, stated_meanings
from precmed_gui.terminal import say


def opened(sources: Sequence[Path], report: Report, cancel: CancelToken) -> Cohort:
    """All cases in `sources`; raises `PrecmedError` where one of them is not there."""
    require_there(sources)
    return open_cohort(absolute(sources), report, cancel)


def prepared(
    sources: Sequence[Path],
    patient_pattern: str,
    table: TableChoice,
    report: Report,
    cancel: CancelToken,
) -> Cohort:
    """The cohort in `sources`, with patients from file names, then what the table says."""
    cohort = _with_patients(opened(sources, report, cancel), patient_pattern)
    return cohort if table.file is None else with_table(cohort, table.file, table.columns)


def absolute(paths: Sequence[Path]) -> list[str]:
    """Paths that hold in every process."""
    return [str(path.expanduser().absolute()) for path in paths]


def require_there(paths: Sequence[Path]) -> None:
    """Raise `PrecmedError` where a path leads nowhere."""
    for path in paths:
        if not path.expanduser().exists():
            raise PrecmedError(
                _("There is no file or folder called “{path}”.").format(path=path),
                _("Check the spelling."),
            )


def with_table(cohort: Cohort, file: Path, columns: str) -> Cohort:
    """`cohort` with what a table says about it; says on stderr what matched and what did not."""
    from precmed_gui.exchange.cohort_table import (
        chosen_meanings,
        match_text,
        matched,
        read_table,
        require_match,
    )

    require_there([file])
    table = read_table(absolute([file])[0])
    match = matched(cohort, table, chosen_meanings(table, cohort, stated_meanings(columns)))
    require_match(match, table)
    say(match_text(match))
    return match.cohort


def _with_patients(cohort: Cohort, pattern: str) -> Cohort:
    if not pattern:
        return cohort
    rule = compiled(pattern)
    names = file_names(case.path for case in cohort.cases)
    if not any(patients_of(rule, names)):
        raise PrecmedError(
            _("No file name holds a patient as “{pattern}” describes it.").format(pattern=pattern),
            _("Try the expression on one of your file names, for instance {name}.").format(
                name=Path(cohort.cases[0].path).name if cohort.cases else "–"
            ),
        )
    return with_patients(cohort, rule)
