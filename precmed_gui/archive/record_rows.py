"""What a row of each kind says, both ways; used by `record*` alone.

What all answers of a model share (its classes, what it is for) stands once, in a "model" row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from precmed_gui.archive.record_chain import Document, Entry
from precmed_gui.diagnosis.documents import from_document
from precmed_gui.diagnosis.prediction import Neighbour
from precmed_gui.diagnosis.record import (
    Decision,
    Export,
    ModelFigures,
    ModelOrigin,
    Shown,
    ShownMap,
    Training,
)


@dataclass(frozen=True, slots=True)
class Model:
    """What the answers of one model share."""

    name: str
    digest: str
    labels: tuple[str, ...]
    intended_use: str
    test_sentence: str
    figures: ModelFigures | None = field(default=None, compare=False, repr=False)
    """Of the model's folder, so the same in all rows of one digest that have them."""


def model_of(shown: Shown) -> Model:
    """What `shown` shares with other answers."""
    name, digest, labels = shown.model_name, shown.model_digest, tuple(shown.labels)
    return Model(name, digest, labels, shown.intended_use, shown.test_sentence, shown.figures)


def model_entry(model: Model, origin: ModelOrigin | None = None) -> Entry:
    """The row of a model, with its origin and its figures as far as these are known."""
    content: dict[str, Any] = {
        "name": model.name,
        "digest": model.digest,
        "labels": list(model.labels),
        "intended_use": model.intended_use,
        "test_sentence": model.test_sentence,
    }
    if origin is not None:
        content["origin"] = asdict(origin)
    if model.figures is not None:
        content["figures"] = asdict(model.figures)
    return Entry("model", content)


def model_in(document: Document) -> Model:
    """The model of a row's document."""
    return Model(
        document["name"],
        document["digest"],
        tuple(document["labels"]),
        document["intended_use"],
        document["test_sentence"],
        _figures_in(document),
    )


def _figures_in(document: Document) -> ModelFigures | None:
    said = document.get("figures")
    return None if said is None else from_document(ModelFigures, said)


def origin_in(document: Document) -> ModelOrigin | None:
    """Where the model of a row's document comes from; None where it does not say."""
    said = document.get("origin")
    return None if said is None else from_document(ModelOrigin, said)


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
        figures=model.figures,
    )


def nearest_entry(nearest: Sequence[Neighbour], unkept: Sequence[str], shown: int) -> Entry:
    """The row of the training images beside the answer in row `shown`.

    They have a row of their own, as their names are about other patients: these can be erased
    without erasing whom the answer is about.
    """
    content: dict[str, Any] = {
        "labels": [one.label for one in nearest],
        "distances": [float(one.distance) for one in nearest],
        "same": [one.is_same for one in nearest],
    }
    if unkept:
        content["unkept"] = list(unkept)
    return Entry("nearest", content, {"keys": [one.path for one in nearest]}, shown)


def nearest_in(document: Document) -> tuple[Neighbour, ...]:
    """The training images of a row's document."""
    labels, distances = document["labels"], document["distances"]
    keys = document.get("keys", [""] * len(labels))
    return tuple(map(Neighbour, keys, labels, distances))


def with_nearest(shown: Shown, document: Document) -> Shown:
    """The answer with the training images of a row's document, and of which classes none is kept.

    Earlier versions did not look for classes without any, and wrote nothing of them.
    """
    unkept = tuple(document.get("unkept", ()))
    return replace(shown, nearest=nearest_in(document), unkept=unkept)


def map_entry(found: ShownMap) -> Entry:
    """The row of a map; its digest tells the image again, so it is identity."""
    content = {
        "label": found.label,
        "method": found.method,
        "slice": found.slice_number,
        "randomisation": float(found.randomisation),
        "repeatability": float(found.repeatability),
        "passed": bool(found.passed),
    }
    return Entry("map", content, {"digest": found.digest}, found.shown)


def map_in(document: Document, about: int, number: int, at: str) -> ShownMap:
    """The map of a row's document."""
    return ShownMap(
        shown=about,
        label=document["label"],
        method=document["method"],
        slice_number=document["slice"],
        randomisation=document["randomisation"],
        repeatability=document["repeatability"],
        passed=document["passed"],
        digest=document.get("digest", ""),
        number=number,
        at=at,
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


def export_entry(export: Export) -> Entry:
    """The row of something that left the program."""
    content: dict[str, Any] = {"kind": export.kind, "digest": export.digest}
    if export.cases:
        content["cases"] = export.cases
    if export.signed_by:
        content["signed_by"] = export.signed_by
    return Entry("export", content, {"name": export.name}, export.shown)


def export_in(document: Document, about: int, number: int, at: str) -> Export:
    """The export of a row's document."""
    kind, name, cases = document["kind"], document.get("name", ""), document.get("cases", 0)
    signed_by = document.get("signed_by", "")
    return Export(about, kind, name, document["digest"], number, at, cases, signed_by)


def training_entry(training: Training) -> Entry:
    """The row of a training; it names no patient, so that an erasure leaves it."""
    content = asdict(training)
    del content["number"], content["at"]
    return Entry("training", content)


def training_in(document: Document, number: int, at: str) -> Training:
    """The training of a row's document."""
    return from_document(Training, {**document, "number": number, "at": at})
