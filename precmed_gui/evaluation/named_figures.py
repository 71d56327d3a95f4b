"""The figures of an evaluation with their names: the same rows for page, tables and terminal."""

from dataclasses import dataclass

from precmed_gui.diagnosis.evaluation import ClassMeasures, Figure, Measures
from precmed_gui.evaluation.figure_texts import decimal_text, figure_text
from precmed_gui.language import _


@dataclass(frozen=True, slots=True)
class NamedFigure:
    """A figure, its key in tables and documents, and its name for people.

    Parameters
    ----------
    key, title
        For machines, and translated for people.
    figure
        None where it is not defined.
    is_share
        Whether it is a share of cases, to be read in percent.
    """

    key: str
    title: str
    figure: Figure | None
    is_share: bool = False

    @property
    def text(self) -> str:
        """The figure with its interval, as a person reads it."""
        return figure_text(self.figure) if self.is_share else decimal_text(self.figure)


def overall_figures(measures: Measures) -> tuple[NamedFigure, ...]:
    """The figures over all classes."""
    return (
        NamedFigure("accuracy", _("Right answers (accuracy)"), measures.accuracy, True),
        NamedFigure(
            "balanced_accuracy",
            _("Right answers, each class counting the same (balanced accuracy)"),
            measures.balanced_accuracy,
            True,
        ),
        NamedFigure("auc", _("Area under the ROC curve, mean of the classes"), measures.auc),
        NamedFigure(
            "average_precision",
            _("Average precision, mean of the classes"),
            measures.average_precision,
        ),
        NamedFigure("brier", _("Brier score (0 is best)"), measures.brier),
        NamedFigure("log_loss", _("Log loss (0 is best)"), measures.log_loss),
        NamedFigure("ece", _("Calibration error, ECE (0 is best)"), measures.ece),
    )


def class_figures(found: ClassMeasures) -> tuple[NamedFigure, ...]:
    """The figures of one class against the rest."""
    return (
        NamedFigure("sensitivity", _("Sensitivity"), found.sensitivity, True),
        NamedFigure("specificity", _("Specificity"), found.specificity, True),
        NamedFigure("ppv", _("Positive predictive value"), found.ppv, True),
        NamedFigure("npv", _("Negative predictive value"), found.npv, True),
        NamedFigure("f1", _("F1"), found.f1),
        NamedFigure("auc", _("AUC"), found.auc),
        NamedFigure("average_precision", _("Average precision"), found.average_precision),
    )
