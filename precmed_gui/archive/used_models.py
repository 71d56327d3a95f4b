"""What the record keeps of a model, out of its card; the window and the commands use it."""

from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.record import ModelOrigin, UsedModel
from precmed_gui.evaluation.answer_texts import figures_of
from precmed_gui.evaluation.wording import worth


def used_model(card: ModelCard, digest: str) -> UsedModel:
    """The model of a card, whose folder has this digest (`learning.shelf.model_digest`)."""
    said = card.intended_use, worth(card)
    return UsedModel(card.name, digest, *said, origin_of(card), figures_of(card))


def origin_of(card: ModelCard) -> ModelOrigin:
    """Where a model comes from."""
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
