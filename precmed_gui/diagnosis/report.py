"""What a report of one case says, before anybody draws it: for PDF, DICOM SR and secondary capture.

`exchange.report_contents.report_of` puts it together; `exchange` alone writes it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.explanation import Explanation
from precmed_gui.diagnosis.record import Decision, Shown

Paper = Literal["A4", "Letter"]


@dataclass(frozen=True, slots=True)
class ReportForm:
    """How a report is to look.

    Parameters
    ----------
    language
        A key of `language.LANGUAGES`.
    paper
        The size of its pages.
    reader
        Who makes it; "" where nobody says.
    has_identity
        Whether the name of the case and the patient are printed.
    """

    language: str = "en"
    paper: Paper = "A4"
    reader: str = ""
    has_identity: bool = False


@dataclass(frozen=True, slots=True)
class ReportBar:
    """One class: its probability in [0, 1], and how often that was right in the test."""

    label: str
    probability: float
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One case as it was read and decided; all sentences are in `form.language`.

    Parameters
    ----------
    pixels
        (height, width) or (height, width, 3) uint8, as shown on the screen.
    shown
        The answer as it was put before the reader.
    bars
        Most probable first; empty where the case was refused.
    set_text
        Which classes cannot be ruled out; "" where the model has no rule for it.
    figures
        (name, figure with its interval) of the model's test; empty where it was never tested.
    summary
        What the model card says, in sentences.
    cautions
        What must be known before relying on the model, most important first.
    form
        Language, paper, and who is named.
    decisions
        Oldest first; the last one holds.
    explanation
        The map, with what it was put through; None without one. Of a refused case it is not drawn.
    chain_head
        Of the record when the report was made, 64 hexadecimal digits; "" where nothing is kept.
    made_at
        ISO 8601, UTC.
    """

    pixels: NDArray[np.uint8]
    shown: Shown
    bars: tuple[ReportBar, ...]
    set_text: str
    figures: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    cautions: tuple[str, ...]
    form: ReportForm
    decisions: tuple[Decision, ...] = ()
    explanation: Explanation | None = None
    chain_head: str = ""
    made_at: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether the model will not read the image, so that its percentages mean nothing."""
        return self.shown.verdict == "refused"

    @property
    def map(self) -> Explanation | None:
        """The map that may be drawn."""
        return None if self.is_refused else self.explanation


def file_stem(report: Report) -> str:
    """A file name without ending; it says who the patient is only if the report does.

    Without identity it is the number in the record, else the start of the pixels' fingerprint.
    """
    shown = report.shown
    if report.form.has_identity and shown.case_name:
        kept = "".join(sign if sign.isalnum() else "-" for sign in shown.case_name)
        return f"report-{kept.strip('-')[:80]}"
    told = str(shown.number) if shown.number else shown.fingerprint[:12]
    return f"report-{told}" if told else "report"
