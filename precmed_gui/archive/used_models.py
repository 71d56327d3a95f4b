"""What the record keeps of a model, out of its card; the window and the commands use it."""

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.record import ModelOrigin, UsedModel
from precmed_gui.evaluation.wording import worth


def used_model(card: ModelCard, digest: str) -> UsedModel:
    """The model of a card, whose folder has this digest (`learning.shelf.model_digest`)."""
    return UsedModel(card.name, digest, card.intended_use, worth(card), _origin(card))


def _origin(card: ModelCard) -> ModelOrigin:
    counts = tuple(zip(card.labels, card.data.counts, strict=False))
    return ModelOrigin(
        recipe=card.recipe,
        trained_at=card.trained_at,
        version=card.versions.get("precmed", ""),
        cohort=card.source,
        split=card.split.fingerprint,
        images=card.data.images,
        patients=card.data.patients,
        counts=counts,
        tested=card.tested,
    )
