"""The model card: what a model is, what it was made from, and how good it was when tested."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from precmed_gui.diagnosis.documents import from_document
from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.diagnosis.evaluation import Calibration, Evaluation, Figure, GateRule, SetRule
from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.language import _

CARD_FORMAT = 2
SliceRule = Literal["middle", "each"]


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
    `patients_shared` says nothing about them. `images` holds (class, train, validation, test) and
    `patients_by_part` the patients of each part; both are empty in models of earlier versions.
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
    images: tuple[tuple[str, int, int, int], ...] = ()
    patients_by_part: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaks:
    """What a given split lets through from one part to another, and what was done about it.

    Parameters
    ----------
    patients
        Known patients with cases in more than one part.
    duplicates
        Pictures (equal pixels) that cases of more than one part have.
    left_out
        Cases that were left out of training, or of validation, so that no leak is left.
    statement
        Why a leak was accepted, in the user's words; "" where none was.
    """

    patients: int = 0
    duplicates: int = 0
    left_out: int = 0
    statement: str = ""


@dataclass(frozen=True, slots=True)
class DataFingerprint:
    """What the training images are like; it decides what the automatic recipe tries.

    Parameters
    ----------
    images, patients
        Counts of labelled, readable cases; an unknown patient counts once a case.
    counts
        Images a class, in the order of the card's labels.
    shorter_side
        Pixels; one image in twenty is smaller.
    channels
        1 grey, 3 colour.
    imbalance
        The commonest class' count over the rarest one's, at least 1.
    """

    images: int
    patients: int
    counts: tuple[int, ...]
    shorter_side: int
    channels: int
    imbalance: float


@dataclass(frozen=True, slots=True)
class Member:
    """One network of a model; the model's answer is the weighted mean of its members'.

    Parameters
    ----------
    recipe
        Which of our networks it is.
    image_size
        The side it works at; the model's input is brought to it inside the network.
    weight
        Its share in the mean; all members' weights sum to 1. A member of weight 0 only describes
        images, for the gate and the nearest training images.
    scale
        What its log-probabilities are multiplied by before the mean (1 / temperature, fitted on
        images left out of learning), so that an over-confident network does not drown out the
        others; above 0.
    """

    recipe: str
    image_size: int
    weight: float = 1.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the search tried, and how right it was on images left out of learning.

    Parameters
    ----------
    recipes
        What is in it; more than one for an average.
    log_loss, auc, accuracy
        On images left out of learning; the auc is None where a class is missing there.
    is_kept
        Whether it became the model.
    seconds
        What it took.
    networks
        How many networks each of `recipes` has; empty: one each.
    n
        Images it was judged on; 0: not known.
    """

    recipes: tuple[str, ...]
    log_loss: float
    auc: float | None
    accuracy: float
    is_kept: bool
    seconds: float
    networks: tuple[int, ...] = ()
    n: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """How right a model is on images of which it sees a part; the auc is None without all classes.

    `class_aucs` holds one auc a class, against all others, in the order of the card's labels.
    """

    accuracy: Figure
    auc: Figure | None
    class_aucs: tuple[Figure | None, ...]


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """What a model can still do where it should be able to do little, or no less.

    Parameters
    ----------
    part
        Which part of the split the images are of.
    n
        Images looked at; 200 at most.
    whole, border, centre
        On the whole images, on nothing but their border, and on nothing but the rest.
    unmarked
        With bright places near the border painted over that look like writing or metal letters.
    marked
        Images with such places.
    drop
        Share of right answers lost without the marks; None where no image has any.
    without_middle
        With the middle masked, a quarter of the image; None on a card made before this was asked.
    class_drops
        As `drop`, among the images of each class; None for a class with fewer than 3 patients, ()
        where no image has a mark and on a card made before this was asked.
    """

    part: Literal["validation", "test"]
    n: int
    whole: Seen
    border: Seen
    centre: Seen
    unmarked: Seen
    marked: int
    drop: Figure | None
    without_middle: Seen | None = None
    class_drops: tuple[Figure | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelCard:
    """All that is needed to rebuild and to judge a model; written as card.json.

    Parameters
    ----------
    name, modality, recipe
        What it is called, what it reads, which recipe made it.
    labels
        The classes, in the order of the network's outputs.
    image_size, channels
        The model's input: a square side in pixels; 1 grey or 3 colour.
    full_scale
        The pixel value that becomes 1.0: 255 for 8-bit images, up to 65535 for 16-bit ones.
    members
        Its networks, at least one.
    settings
        Epochs, batch size, learning rate, seed and budget actually used.
    history
        The curves of the last member, which took longest to train.
    split
        The receipt of the division.
    data
        What the images are like.
    candidates
        What the automatic recipe tried; empty for a single recipe.
    views
        How many slightly moved views of an image are averaged when predicting; 1: the image alone.
    calibration, sets, gate
        How percentages, sets and refusals come about; None for a checkpoint.
    evaluation
        On the test part; None for a checkpoint and for a first model whose search goes on.
    has_parted
        Whether training and validation had parted when the best epoch was taken (over-fitting).
    trained_at
        ISO 8601, UTC.
    versions
        Of PrecMed, Keras, TensorFlow, NumPy and Python.
    device
        What it was trained on.
    seconds
        From the first image read to the card.
    is_stopped
        Whether a user stopped it early.
    is_checkpoint
        Whether it was saved in the middle of a training and never tested.
    intended_use
        The user's words; empty until given.
    window
        The window on stored units the networks were trained with; None: as each file says.
    slices
        Which slices of a case with several the networks see.
    leaks
        Between the parts of a given split; None where nobody looked (models of earlier versions).
    shortcuts
        What it can do without what it should look at; None where nobody looked.
    source, source_folder, notes
        The cohort's name, the folder its cases' names are relative to, and what a reader of the
        card must know (synthetic data, attribution).
    """

    name: str
    modality: str
    recipe: str
    labels: tuple[str, ...]
    image_size: int
    channels: int
    full_scale: int
    members: tuple[Member, ...]
    settings: dict[str, float | int]
    history: History
    split: SplitReceipt
    data: DataFingerprint
    trained_at: str
    versions: dict[str, str]
    candidates: tuple[Candidate, ...] = ()
    views: int = 1
    calibration: Calibration | None = None
    sets: SetRule | None = None
    gate: GateRule | None = None
    evaluation: Evaluation | None = None
    has_parted: bool = False
    device: str = ""
    seconds: float = 0.0
    is_stopped: bool = False
    is_checkpoint: bool = False
    intended_use: str = ""
    window: StatedWindow | None = None
    slices: SliceRule = "middle"
    leaks: Leaks | None = None
    shortcuts: Shortcuts | None = None
    source: str = ""
    source_folder: str = ""
    notes: str = ""
    format: int = field(default=CARD_FORMAT)

    @property
    def tested(self) -> int:
        """Cases of the test part it was measured on; 0 if it was never tested."""
        return self.evaluation.measures.n if self.evaluation else 0

    @property
    def accuracy(self) -> Figure | None:
        """On the test part."""
        return self.evaluation.measures.accuracy if self.evaluation else None

    @property
    def auc(self) -> Figure | None:
        """On the test part."""
        return self.evaluation.measures.auc if self.evaluation else None

    @property
    def commonest(self) -> float | None:
        """The share of the test part's commonest class: what always saying the same would get."""
        if self.evaluation is None:
            return None
        counts = [sum(row) for row in self.evaluation.measures.confusion]
        return max(counts) / sum(counts)

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for `json.dump`."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "ModelCard":
        """The card of a document made by `to_json`; raises `RefusedModel` for any other."""
        if document.get("format") != CARD_FORMAT:
            raise RefusedModel(
                _("The model was made by another version of PrecMed."),
                _("Open it with the version named on its card, or train again."),
            )
        try:
            return from_document(cls, document)
        except ValueError as error:
            raise RefusedModel(
                _("The model's card is incomplete."), _("Choose another model, or train again.")
            ) from error
