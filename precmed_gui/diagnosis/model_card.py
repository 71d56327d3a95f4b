"""The model card: what a model is, what it was made from, and how good it was when tested."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.language import _

CARD_FORMAT = 1


@dataclass(frozen=True, slots=True)
class History:
    """One number an epoch, for the curves; all four lists are of one length."""

    loss: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()
    val_loss: tuple[float, ...] = ()
    val_accuracy: tuple[float, ...] = ()
    best_epoch: int = 0


@dataclass(frozen=True, slots=True)
class SplitReceipt:
    """How the cohort was divided; counts are images, `fingerprint` a SHA-256 over the parts.

    Where `are_patients_known` is false, some images counted as patients of their own, and
    `patients_shared` says nothing about them.
    """

    train: int
    validation: int
    test: int
    patients: int
    patients_shared: int
    is_given: bool
    seed: int
    fingerprint: str
    are_patients_known: bool = False


@dataclass(frozen=True, slots=True)
class ModelCard:
    """All that is needed to rebuild and to judge a model; written as card.json.

    Parameters
    ----------
    name, modality, recipe
        What it is called, what it reads, which of our networks it is.
    labels
        The classes, in the order of the network's outputs.
    image_size, channels
        The network's input: a square side in pixels; 1 grey or 3 colour.
    full_scale
        The pixel value that becomes 1.0: 255 for 8-bit images, up to 65535 for 16-bit ones.
    settings
        Epochs, batch size, learning rate and seed actually used.
    history
        The curves.
    split
        The receipt of the division.
    test
        {"n", "accuracy", "auc", "commonest"} on the test part, the last being the share of its
        commonest class: what is right by always saying the same; empty for a checkpoint.
    trained_at
        ISO 8601, UTC.
    versions
        Of PrecMed, Keras, TensorFlow, NumPy and Python.
    device
        What it was trained on.
    is_stopped
        Whether a user stopped it early.
    is_checkpoint
        Whether it was saved in the middle of a training and never tested.
    intended_use
        The user's words; empty until given.
    source, notes
        The cohort's name, and what a reader of the card must know (synthetic data, attribution).
    """

    name: str
    modality: str
    recipe: str
    labels: tuple[str, ...]
    image_size: int
    channels: int
    full_scale: int
    settings: dict[str, float | int]
    history: History
    split: SplitReceipt
    test: dict[str, float | int | None]
    trained_at: str
    versions: dict[str, str]
    device: str = ""
    is_stopped: bool = False
    is_checkpoint: bool = False
    intended_use: str = ""
    source: str = ""
    notes: str = ""
    format: int = field(default=CARD_FORMAT)

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for `json.dump`."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "ModelCard":
        """The card of a document made by `to_json`; raises `RefusedModel` for any other."""
        try:
            if document["format"] != CARD_FORMAT:
                raise RefusedModel(
                    _("The model was made by another version of PrecMed."),
                    _("Open it with the version named on its card, or train again."),
                )
            known = {name.name for name in fields(cls)}
            values = {key: value for key, value in document.items() if key in known}
            history: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in document["history"].items()
            }
            values["history"] = History(**history)
            values["split"] = SplitReceipt(**document["split"])
            values["labels"] = tuple(str(label) for label in document["labels"])
            return cls(**values)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise RefusedModel(
                _("The model's card is incomplete."), _("Choose another model, or train again.")
            ) from error
