"""The figures of a model's test as tables for a spreadsheet, one row a figure."""

from collections.abc import Iterator
from pathlib import Path

from precmed_gui.diagnosis.errors import UnfitCohort
from precmed_gui.diagnosis.evaluation import ClassMeasures, Evaluation, Figure, Measures
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.evaluation.named_figures import class_figures, overall_figures
from precmed_gui.evaluation.wording import never_tested
from precmed_gui.exchange.cells import harmless, write_table
from precmed_gui.language import _

_INTERVAL = ["value", "low", "high"]


def write_evaluation_csv(path: Path, report: ModelReport) -> None:
    """Write three tables below each other, an empty row between them.

    The first has the figures over all classes, the second those of each class, the third the counts
    of answers (columns) for each true class (rows). Shares are in [0, 1], six decimals; an
    undefined figure has empty cells.

    Raises
    ------
    UnfitCohort
        If the model was never tested.
    FailedStorage
        If the disk refuses.
    """
    evaluation = report.card.evaluation
    if evaluation is None:
        raise UnfitCohort(never_tested(), _("Choose a model with a test part."))
    name = harmless(report.card.name)
    overall = [[*row, name] for row in _overall(evaluation)]
    classes = [[*row, name] for row in _by_class(evaluation)]
    rows: list[list[str | int]] = [
        ["measure", *_INTERVAL, "n", "model"],
        *overall,
        [],
        ["class", "measure", *_INTERVAL, "n", "model"],
        *classes,
        [],
        *_confusion(evaluation.measures),
    ]
    write_table(path, rows)


def _overall(evaluation: Evaluation) -> Iterator[list[str | int]]:
    n = evaluation.measures.n
    for found in overall_figures(evaluation.measures):
        yield [found.key, *_cells(found.figure), n]
    yield ["ece_uncalibrated", *_cells(evaluation.ece_uncalibrated), n]
    yield ["coverage", *_cells(evaluation.coverage), n]
    yield ["mean_set_size", f"{evaluation.mean_set_size:.6f}", "", "", n]
    yield ["referred", *_cells(evaluation.referred), n]
    yield ["refused", *_cells(evaluation.refused), n]
    for group in evaluation.subgroups:
        who = harmless(f"{group.trait}: {group.group}")
        yield [f"accuracy ({who})", *_cells(group.accuracy), group.n]
        yield [f"auc ({who})", *_cells(group.auc), group.n]


def _by_class(evaluation: Evaluation) -> Iterator[list[str | int]]:
    pairs = zip(evaluation.measures.classes, evaluation.coverage_by_class, strict=True)
    for found, coverage in pairs:
        yield from _of_class(found)
        yield [harmless(found.label), "coverage", *_cells(coverage), found.n]


def _of_class(found: ClassMeasures) -> Iterator[list[str | int]]:
    for figure in class_figures(found):
        yield [harmless(found.label), figure.key, *_cells(figure.figure), found.n]


def _confusion(measures: Measures) -> Iterator[list[str | int]]:
    labels = [harmless(found.label) for found in measures.classes]
    yield ["truth", *labels]
    for label, row in zip(labels, measures.confusion, strict=True):
        yield [label, *row]


def _cells(figure: Figure | None) -> list[str]:
    if figure is None:
        return ["", "", ""]
    return [f"{value:.6f}" for value in (figure.value, figure.low, figure.high)]
