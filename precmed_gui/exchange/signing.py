"""Whether a reader may sign the structured report of a case; for the SR and whoever offers it."""

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.report import Report
from precmed_gui.exchange.report_texts import first_label
from precmed_gui.language import _


def class_by_reader(report: Report) -> str:
    """The class the last decision names, "" where it names none."""
    if not report.decisions:
        return ""
    last = report.decisions[-1]
    if last.kind == "agree" and report.is_refused:
        return ""
    said = first_label(report.shown) if last.kind == "agree" else ""
    return (last.label or said) if last.kind in ("agree", "other") else ""


def why_unsigned(report: Report, signer: str) -> PrecmedError | None:
    """Return why `signer` cannot sign the report, None where nothing is against it.

    A signature says that this person stands by a class for this case: so it needs that person's
    own last decision, made with everything in sight, about an answer that a record holds.
    """
    if not report.decisions:
        return _refusal(_("no reader has decided about this case"))
    last = report.decisions[-1]
    if not report.shown.number or not report.chain_head:
        return PrecmedError(
            _("The report cannot be signed: no record holds this answer and its decision."),
            _("Keep the answer in the record, decide about it there, and sign that case."),
        )
    if last.reader != signer:
        return _refusal(_("the last decision is by {reader}").format(reader=_named(last.reader)))
    if last.is_blind:
        return _refusal(_("the last decision was made before seeing the model's answer"))
    if not class_by_reader(report):
        return _refusal(_("the last decision names no class"))
    return None


def _named(reader: str) -> str:
    return reader or _("a reader who is not named")


def _refusal(why: str) -> PrecmedError:
    return PrecmedError(
        _("The report cannot be signed: {reason}.").format(reason=why),
        _("Decide about the case first, or write the report unsigned."),
    )
