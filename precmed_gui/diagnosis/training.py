"""What a training is told, what it says while it runs, and what it ends with."""

from dataclasses import dataclass

from precmed_gui.diagnosis.cases import Cohort, Unreadable
from precmed_gui.diagnosis.model_card import ModelCard, SliceRule


@dataclass(frozen=True, slots=True)
class Recipe:
    """A network and how it likes to be trained, by name; known without Keras.

    Parameters
    ----------
    name
        For the command line and the model card, for instance "small-cnn".
    title, summary
        Marked for translation: its name in the window, and one sentence on when to choose it.
    epochs, batch_size, learning_rate
        Its defaults.
    image_sizes
        (smallest, largest) side in pixels; equal where the recipe has only one size.
    patience
        Epochs without a better validation loss before it stops early; 0 means it never does.
    is_grey_only
        Whether colour images are turned to grey for it.
    is_augmented
        Whether training images are shifted, turned, zoomed and brightened a little each epoch.
    weighs_classes
        Whether each class counts the same in the loss, however many images it has.
    is_annealed
        Whether the learning rate falls to 0 over the epochs along half a cosine.
    weight_decay
        How much each step shrinks the weights, times the learning rate (AdamW); 0: Adam.
    label_smoothing
        How unsure the truth is taken to be, in [0, 1).
    is_search
        Whether it tries other recipes within a budget of minutes and keeps the best; then epochs,
        batch size and learning rate are chosen for each of them.
    is_pretrained
        Whether it starts from weights learned on other pictures; it may then be unavailable.
    """

    name: str
    title: str
    summary: str
    epochs: int
    batch_size: int
    learning_rate: float
    image_sizes: tuple[int, int]
    patience: int = 0
    is_grey_only: bool = False
    is_augmented: bool = False
    weighs_classes: bool = False
    is_annealed: bool = False
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    is_search: bool = False
    is_pretrained: bool = False


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """A user's choices; None means the recipe decides.

    Parameters
    ----------
    recipe
        Name of a `Recipe` of the cohort's modality.
    epochs
        Passes over the training part, at least 1.
    batch_size
        Images a step, 1 to 4096.
    learning_rate
        Of Adam, above 0, at most 1.
    image_size
        Side in pixels of the square the network sees.
    seed
        Of the split, the initial weights, the order and the augmentation.
    budget
        Minutes the automatic recipe may plan for, above 0, at most 600.
    folds
        Parts of a cross-validation over training and validation images, by patient; 0: none, else
        2 to 20.
    has_flips
        Whether training images are mirrored too; only where left and right mean nothing.
    window
        What the network sees of data with a unit: "" (the modality decides), "file" (as each file
        says), or a name of `Modality.windows`.
    slices
        What it sees of cases with several slices: "middle" (the middle one) or "each" (all, each
        an image of the same patient).
    """

    recipe: str = "auto"
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    image_size: int | None = None
    seed: int = 1
    budget: float = 5.0
    folds: int = 0
    has_flips: bool = False
    window: str = ""
    slices: SliceRule = "middle"


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """Everything a training needs, picklable.

    Parameters
    ----------
    cohort
        Labelled cases of one modality.
    settings
        The user's choices.
    folder
        Where the model folder is to appear; must not exist, or be an earlier model to replace.
    name
        What the model is called on its card.
    notes
        What a reader of the card must know, in the user's words.
    intended_use
        What the model is for, in the user's words; may be given later.
    leak_statement
        Why a leak between the parts of a given split is accepted, in the user's words; without
        it a training on a leak is refused. It goes on the card.
    """

    cohort: Cohort
    settings: TrainingSettings
    folder: str
    name: str
    notes: str = ""
    intended_use: str = ""
    leak_statement: str = ""


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """A network is built, the first batch follows; it is number `attempt` of `attempts` planned."""

    recipe: str
    device: str
    epochs: int
    batches: int
    train: int
    validation: int
    test: int
    image_size: int
    channels: int
    parameters: int
    attempt: int = 1
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """One step; `loss` and `accuracy` are running means over the epoch; counts from 1."""

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    accuracy: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """One pass over the training part, with the validation part measured; counts from 1."""

    epoch: int
    epochs: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    is_best: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class FirstModelReady:
    """A calibrated model is in `folder` and may be used; the search for a better one goes on."""

    folder: str
    card: ModelCard


@dataclass(frozen=True, slots=True)
class NetworksParted:
    """Training and validation have parted: the network learns the training images by heart."""

    epoch: int


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A finished or stopped training whose model is on the shelf."""

    folder: str
    card: ModelCard
    is_stopped: bool
    seconds: float
    unreadable: tuple[Unreadable, ...] = ()
