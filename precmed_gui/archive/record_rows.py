"""What a row of each kind says, both ways; used by `record*` alone.

What all answers of a model share (its classes, what it is for) stands once, in a "model" row.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from precmed_gui.archive.record_chain import Document, Entry
from precmed_gui.diagnosis.record import Comment, Decision, Export, Shown


@dataclass(frozen=True, slots=True)
class Model:
    """What the answers of one model share."""

    name: str
    digest: str
    labels: tuple[str, ...]
    intended_use: str
    test_sentence: str


def model_of(shown: Shown) -> Model:
    """What `shown` shares with other answers."""
    use, test = shown.intended_use, shown.test_sentence
    return Model(shown.model_name, shown.model_digest, tuple(shown.labels), use, test)


def model_entry(model: Model) -> Entry:
    """The row of a model."""
    return Entry("model", asdict(model))


def model_in(document: Document) -> Model:
    """The model of a row's document."""
    return Model(
        document["name"],
        document["digest"],
        tuple(document["labels"]),
        document["intended_use"],
        document["test_sentence"],
    )


def shown_entry(shown: Shown, model: int) -> Entry:
    """The row of an answer of the model in row `model`."""
    content = {
        "model": model,
        "probabilities": [float(value) for value in shown.probabilities],
        "set": list(shown.label_set),
        "verdict": shown.verdict,
        "reason": shown.reason,
    }
    if shown.slices > 1:
        content["slices"] = shown.slices
    identity = {
        "case_key": shown.case_key,
        "case_name": shown.case_name,
        "patient": shown.patient,
        "fingerprint": shown.fingerprint,
    }
    return Entry("shown", content, identity)


def shown_in(document: Document, models: Mapping[int, Model], number: int, at: str) -> Shown:
    """The answer of a row's document; who it is about is empty where that was erased."""
    model = models[document["model"]]
    return Shown(
        case_key=document.get("case_key", ""),
        case_name=document.get("case_name", ""),
        patient=document.get("patient", ""),
        fingerprint=document.get("fingerprint", ""),
        model_name=model.name,
        model_digest=model.digest,
        labels=model.labels,
        probabilities=tuple(document["probabilities"]),
        label_set=tuple(document["set"]),
        verdict=document["verdict"],
        reason=document["reason"],
        intended_use=model.intended_use,
        test_sentence=model.test_sentence,
        number=number,
        at=at,
        slices=document.get("slices", 1),
    )


def decision_entry(decision: Decision) -> Entry:
    """The row of a decision."""
    content = {
        "kind": decision.kind,
        "label": decision.label,
        "reader": decision.reader,
        "blind": decision.is_blind,
        "seconds": float(decision.seconds),
    }
    return Entry("decision", content, {"comment": decision.comment}, decision.shown)


def decision_in(document: Document, about: int, number: int, at: str) -> Decision:
    """The decision of a row's document."""
    return Decision(
        shown=about,
        kind=document["kind"],
        label=document["label"],
        reader=document["reader"],
        comment=document.get("comment", ""),
        is_blind=document["blind"],
        seconds=document["seconds"],
        number=number,
        at=at,
    )


def comment_entry(comment: Comment) -> Entry:
    """The row of a comment."""
    return Entry("comment", {"reader": comment.reader}, {"text": comment.text}, comment.shown)


def comment_in(document: Document, about: int, number: int, at: str) -> Comment:
    """The comment of a row's document."""
    return Comment(about, document["reader"], document.get("text", ""), number, at)


def export_entry(export: Export) -> Entry:
    """The row of something that left the program."""
    content: dict[str, Any] = {"kind": export.kind, "digest": export.digest}
    return Entry("export", content, {"name": export.name}, export.shown)


def export_in(document: Document, about: int, number: int, at: str) -> Export:
    """The export of a row's document."""
    name = document.get("name", "")
    return Export(about, document["kind"], name, document["digest"], number, at)
