"""What `precmed archive statistics` answers: the figures of readers, and what is held for true."""

from dataclasses import asdict
from pathlib import Path

from precmed_gui.archive.kept_cases import file_of
from precmed_gui.archive.table_readings import Readings
from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.record import Shown
from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.evaluation.agreement import Agreement
from precmed_gui.evaluation.figure_texts import named
from precmed_gui.evaluation.reader_statistics import Arm, ReaderStatistics, Times
from precmed_gui.evaluation.reader_texts import reader_texts
from precmed_gui.figure_documents import Document, figure_document
from precmed_gui.language import _
from precmed_gui.options import TableChoice
from precmed_gui.sources import absolute, opened, require_there, with_table

Found = tuple[tuple[str, ReaderStatistics], ...]


def known_truth(
    source: TableChoice, readings: Readings, report: Report, cancel: CancelToken
) -> dict[str, str]:
    """The class of each read case by `Case.key`, where it is known.

    Parameters
    ----------
    source
        Images sorted into classes, or a table with classes by file; nothing for nothing known.
    readings
        What was read; the rows of a table are looked for among its cases.

    Raises
    ------
    PrecmedError
        If the source is not there, or says nothing about any of the cases.
    """
    from precmed_gui.exchange.cohort_table import is_table

    if source.file is None:
        return {}
    require_there([source.file])
    if is_table(str(source.file)):
        cases = {shown.case_key: _case(shown) for shown, _some in readings if shown.case_key}
        cohort = with_table(Cohort(cases=tuple(cases.values())), source.file, source.columns)
    else:
        cohort = opened([source.file], report, cancel)
    truth = {case.key: case.label for case in cohort.labelled if case.label is not None}
    read = {shown.case_key for shown, _some in readings}
    if not read & truth.keys():
        raise PrecmedError(
            _("“{source}” gives no class of any case that was read.").format(source=source.file),
            _(
                "Name the folder the cases were read from, with a sub-folder for each class, or a "
                "table with a column of files and one of classes."
            ),
        )
    return truth


def _case(shown: Shown) -> Case:
    path = str(file_of(shown.case_key))
    return Case(path, shown.case_key[len(path) + 1 :], patient=shown.patient)


def of_reader(found: Found, reader: str) -> Found:
    """The statistics of one reader alone; "" for all of them. Raises `PrecmedError`."""
    if not reader:
        return found
    readers = found[0][1].readers
    own = tuple(one for one in found if one[0] == reader)
    if not own and readers != (reader,):
        raise PrecmedError(
            _("“{reader}” has decided about no case.").format(reader=reader),
            _("Who has: {names}.").format(names=named(readers)) if readers else "",
        )
    return own or ((reader, found[0][1]),)


def statistics_text(found: Found) -> str:
    """All figures in sentences, reader by reader."""
    texts = []
    for reader, statistics in found:
        head = reader or _("All readers")
        texts.append("\n".join((f"{head}:", *(f"  {one}" for one in reader_texts(statistics)))))
    return "\n\n".join(texts)


def statistics_document(found: Found, truth: Path | None) -> Document:
    """The document of `precmed archive statistics`; times are in seconds."""
    return {
        "truth": absolute([truth])[0] if truth else None,
        "readers": [
            {"reader": reader or None, **_statistics(statistics)} for reader, statistics in found
        ],
    }


def _statistics(found: ReaderStatistics) -> Document:
    return {
        "readings": found.readings,
        "patients": found.patients,
        "model": found.model_name,
        "other_models": found.other_models,
        "compared": found.compared,
        "left_out": dict(found.left_out),
        "reader_alone": _arm(found.blind),
        "model_alone": _arm(found.model),
        "reader_with_model": _arm(found.together),
        "gain": figure_document(found.gain),
        "agreement_with_model": {
            "before": _agreement(found.blind_and_model),
            "after": _agreement(found.final_and_model),
        },
        "changes": asdict(found.changes) if found.changes else None,
        "seconds": {
            "alone": _times(found.blind_times),
            "alone_and_with_model": _times(found.final_times),
            "with_model_from_start": _times(found.open_times),
        },
        "pairs": _pairs(found),
    }


def _arm(arm: Arm | None) -> Document | None:
    if arm is None:
        return None
    classes = {
        one.label: {
            "n": one.n,
            "sensitivity": figure_document(one.sensitivity),
            "specificity": figure_document(one.specificity),
        }
        for one in arm.classes
    }
    return {
        "n": arm.n,
        "right": arm.right,
        "accuracy": figure_document(arm.accuracy),
        "kappa": figure_document(arm.kappa),
        "classes": classes,
    }


def _agreement(found: Agreement) -> Document:
    same, kappa = figure_document(found.same), figure_document(found.kappa)
    return {"n": found.n, "same": same, "kappa": kappa}


def _times(times: Times | None) -> Document | None:
    return asdict(times) if times else None


def _pairs(found: ReaderStatistics) -> list[Document]:
    return [
        {"readers": [pair.first, pair.second], "blind": pair.is_blind, **_agreement(pair.agreement)}
        for pair in found.pairs
    ]
