"""The findings of a structured report: one measurement group (PS3.16 TID 1501) a class.

The class that the reader names comes first, in a group of that person without an algorithm; the
groups of the model follow.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from precmed_gui import __version__
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.report import Report
from precmed_gui.exchange.dicom_input import frame_of, person_name
from precmed_gui.exchange.report_texts import (
    NOTICE,
    decision_text,
    first_label,
    record_text,
    verdict_text,
)
from precmed_gui.exchange.signing import class_by_reader
from precmed_gui.language import _

if TYPE_CHECKING:
    from highdicom.sr import (
        AlgorithmIdentification,
        CodedConcept,
        ContentItem,
        MeasurementsAndQualitativeEvaluations,
        QualitativeEvaluation,
        SourceImageForMeasurementGroup,
    )
    from pydicom.dataset import Dataset

SCHEME = "99PRECMED"
"""Our private codes (PS3.16 section 8.2): classes have no codes of a standard."""
_VERDICTS = {"answer": "Answer", "refer": "Refer to a colleague", "refused": "Refused"}
_DECISIONS = {
    "agree": "Agrees with the model",
    "other": "Names another class",
    "refer": "Refers to a colleague",
    "reject": "Rejects the image",
}
_BLIND = "Decided before seeing the model's answer"
_LONGEST_MEANING = 64
_LONGEST_TEXT = 1024


def finding_groups(
    report: Report, case: Case, headers: "Sequence[Dataset]"
) -> "list[MeasurementsAndQualitativeEvaluations]":
    """Return the reader's class, then each that the model cannot rule out.

    Of a refused case the model's group has no finding.
    """
    algorithm, images = _algorithm(report), _images(case, headers)
    shares = dict(zip(report.shown.labels, report.shown.probabilities, strict=True))
    names = () if report.is_refused else _told(report)
    groups = [_group(report, (name, shares[name]), algorithm, images) for name in names]
    groups = groups or [_group(report, None, algorithm, images)]
    if class_by_reader(report):
        groups.insert(0, _group_of_reader(report, images))
    for text in _comments(report):
        _add_comment(groups[0], text)
    return groups


def _told(report: Report) -> tuple[str, ...]:
    """The classes the report says something about, the most probable first."""
    first = first_label(report.shown)
    return tuple(dict.fromkeys((first, *report.shown.label_set)))


def _group(
    report: Report,
    finding: tuple[str, float] | None,
    algorithm: "AlgorithmIdentification",
    images: "Sequence[SourceImageForMeasurementGroup]",
) -> "MeasurementsAndQualitativeEvaluations":
    from highdicom import UID
    from highdicom.sr import (
        CodedConcept,
        Measurement,
        MeasurementsAndQualitativeEvaluations,
        TrackingIdentifier,
    )

    certainty = None if finding is None else [
        Measurement(
            name=CodedConcept("111012", "DCM", "Certainty of Finding"),
            value=round(100 * finding[1], 4),
            unit=CodedConcept("%", "UCUM", "Percent"),
        )
    ]  # fmt: skip
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=UID(), identifier=_tracked(report, finding)),
        finding_type=None if finding is None else class_code(report, finding[0]),
        algorithm_id=algorithm,
        measurements=certainty,
        qualitative_evaluations=_evaluations(report),
        source_images=images,
    )


def _group_of_reader(
    report: Report, images: "Sequence[SourceImageForMeasurementGroup]"
) -> "MeasurementsAndQualitativeEvaluations":
    """The class a person names: no model, no certainty, and who it is (PS3.16 TID 1003)."""
    from highdicom import UID
    from highdicom.sr import MeasurementsAndQualitativeEvaluations, TrackingIdentifier

    label = class_by_reader(report)
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=UID(), identifier=_tracked(report, ("reader", 0.0))
        ),
        finding_type=class_code(report, label),
        qualitative_evaluations=_decided(report),
        source_images=images,
    )
    group[0].ContentSequence.extend(_person(report.decisions[-1].reader))
    return group


def _person(name: str) -> "list[ContentItem]":
    from highdicom.sr import (
        CodeContentItem,
        CodedConcept,
        PnameContentItem,
        RelationshipTypeValues,
    )

    within = RelationshipTypeValues.HAS_OBS_CONTEXT
    kind = CodeContentItem(
        CodedConcept("121005", "DCM", "Observer Type"),
        CodedConcept("121006", "DCM", "Person"),
        within,
    )
    if not name:
        return [kind]
    said = CodedConcept("121008", "DCM", "Person Observer Name")
    return [kind, PnameContentItem(said, person_name(name), within)]


def _tracked(report: Report, finding: tuple[str, float] | None) -> str:
    number = f"{report.shown.number} " if report.shown.number else ""
    return f"PrecMed {number}{finding[0] if finding else 'refused'}"


def class_code(report: Report, label: str) -> "CodedConcept":
    """A class as a private code: its place in the model (C1, C2 ...; C0: none), and its name."""
    labels = report.shown.labels
    place = labels.index(label) + 1 if label in labels else 0
    return _code(f"C{place}", label[:_LONGEST_MEANING] or "?")


def _evaluations(report: Report) -> "list[QualitativeEvaluation]":
    """The verdict and, where there is one, the reader's decision, as codes."""
    from highdicom.sr import QualitativeEvaluation

    verdict = report.shown.verdict
    said = _code(verdict.upper(), _VERDICTS.get(verdict, verdict))
    return [
        QualitativeEvaluation(_code("VERDICT", "Verdict of the model"), said),
        *_decided(report),
    ]


def _decided(report: Report) -> "list[QualitativeEvaluation]":
    """The last decision; whoever read blinded neither agreed with the model nor contradicted it."""
    from highdicom.sr import QualitativeEvaluation

    if not report.decisions:
        return []
    last = report.decisions[-1]
    codes = [("BLIND", _BLIND)] if last.is_blind else []
    if not last.is_blind or last.kind in ("refer", "reject"):
        codes.append((last.kind.upper(), _DECISIONS[last.kind]))
    about = _code("DECISION", "Decision of the reader")
    found = [QualitativeEvaluation(about, _code(*code)) for code in codes]
    if label := class_by_reader(report):
        named = _code("READERCLASS", "Class named by the reader")
        found.append(QualitativeEvaluation(named, class_code(report, label)))
    return found


def _comments(report: Report) -> list[str]:
    shown = report.shown
    texts = [_(NOTICE), verdict_text(shown), record_text(report)]
    if shown.intended_use.strip():
        texts.append(_("Intended use: {text}").format(text=shown.intended_use.strip()))
    if report.decisions:
        last = report.decisions[-1]
        texts += [decision_text(last, shown), last.comment.strip()]
    return [text for text in texts if text]


def _add_comment(group: "MeasurementsAndQualitativeEvaluations", text: str) -> None:
    """TID 1501 is extensible; a comment (121106, DCM) is free text inside the group."""
    from highdicom.sr import CodedConcept, RelationshipTypeValues, TextContentItem

    group[0].ContentSequence.append(
        TextContentItem(
            name=CodedConcept("121106", "DCM", "Comment"),
            value=text[:_LONGEST_TEXT],
            relationship_type=RelationshipTypeValues.CONTAINS,
        )
    )


def _algorithm(report: Report) -> "AlgorithmIdentification":
    """Which model it was, with the digest of its folder (PS3.16 TID 4019)."""
    from highdicom.sr import AlgorithmIdentification

    shown = report.shown
    parameters = [f"model sha256 {shown.model_digest}"] if shown.model_digest else []
    if shown.fingerprint:
        parameters.append(f"pixels {shown.fingerprint}")
    if report.chain_head:
        parameters.append(f"record head {report.chain_head}")
    return AlgorithmIdentification(
        name=shown.model_name or "PrecMed", version=__version__, parameters=parameters or None
    )


def _images(case: Case, headers: "Sequence[Dataset]") -> "list[SourceImageForMeasurementGroup]":
    from highdicom.sr import SourceImageForMeasurementGroup

    frame = frame_of(case)
    return [
        SourceImageForMeasurementGroup(
            header.SOPClassUID, header.SOPInstanceUID, [frame] if frame else None
        )
        for header in headers
    ]


def _code(value: str, meaning: str) -> "CodedConcept":
    from highdicom.sr import CodedConcept

    return CodedConcept(value, SCHEME, meaning)
