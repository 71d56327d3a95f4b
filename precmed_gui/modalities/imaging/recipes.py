"""The networks that can be trained on images, by name; known to everybody without Keras."""

from collections.abc import Mapping
from types import MappingProxyType

from precmed_gui.diagnosis.training import Recipe
from precmed_gui.language import N_

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "auto": Recipe(
            name="auto",
            title=N_("Automatic"),
            summary=N_(
                "Looks at your images, trains several networks within the time you give it, and "
                "averages them, unless fewer are clearly better on images left out of learning. "
                "Choose it first."
            ),
            epochs=20,
            batch_size=32,
            learning_rate=0.001,
            image_sizes=(28, 224),
            is_search=True,
        ),
        "transfer": Recipe(
            name="transfer",
            title=N_("Pretrained network"),
            summary=N_(
                "A network that has seen a million everyday pictures describes yours; only the "
                "last step is learned, in seconds. Choose it for few images."
            ),
            epochs=60,
            batch_size=64,
            learning_rate=1.0,
            image_sizes=(28, 224),
            weighs_classes=True,
            is_pretrained=True,
        ),
        "fine-tuned": Recipe(
            name="fine-tuned",
            title=N_("Fine-tuned network"),
            summary=N_(
                "The pretrained network, then all of it adapted carefully to your images. Slower; "
                "choose it for two thousand images or more."
            ),
            epochs=6,
            batch_size=32,
            learning_rate=0.0003,
            image_sizes=(28, 224),
            patience=3,
            is_augmented=True,
            weighs_classes=True,
            is_annealed=True,
            is_pretrained=True,
        ),
        "small-cnn": Recipe(
            name="small-cnn",
            title=N_("Small network"),
            summary=N_(
                "A modern network for small pictures that starts from nothing. It varies the "
                "training images a little, gives rare classes more weight and stops by itself."
            ),
            epochs=20,
            batch_size=32,
            learning_rate=0.001,
            image_sizes=(28, 160),
            patience=8,
            is_augmented=True,
            weighs_classes=True,
            is_annealed=True,
            weight_decay=0.01,
            label_smoothing=0.05,
        ),
        "article-cnn": Recipe(
            name="article-cnn",
            title=N_("Network of the article"),
            summary=N_(
                "The simplest network that learns pictures: grey, 28 × 28 pixels, one layer of "
                "filters. Choose it to follow the article, or for a quick first look."
            ),
            epochs=5,
            batch_size=128,
            learning_rate=0.001,
            image_sizes=(28, 28),
            is_grey_only=True,
        ),
    }
)
