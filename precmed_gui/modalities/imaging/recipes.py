"""The networks that can be trained on images, by name; known to everybody without Keras."""

from collections.abc import Mapping
from types import MappingProxyType

from precmed_gui.diagnosis.training import Recipe
from precmed_gui.language import N_

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "small-cnn": Recipe(
            name="small-cnn",
            title=N_("Small network"),
            summary=N_(
                "A modern network for small pictures. It varies the training images a little, "
                "gives rare classes more weight and stops by itself. Choose it first."
            ),
            epochs=20,
            batch_size=32,
            learning_rate=0.001,
            image_sizes=(28, 160),
            patience=8,
            is_augmented=True,
            weighs_classes=True,
            is_annealed=True,
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
