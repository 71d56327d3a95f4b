"""The networks of `recipes.py`, built in Keras; only `learning` calls this.

All take float32 images in [0, 1], (n, size, size, channels), and give one probability a class.
Layers are named, so that weights find their place again whatever Keras counted before.
"""

from typing import Any

import keras

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.language import _
from precmed_gui.modalities.imaging.network.efficientnet import pooled_features, stage_outputs

_WIDTH = 24
_STRIDE_ABOVE = 64


def build(
    recipe: str, image_size: int, channels: int, classes: int, frame_size: int
) -> keras.Model:
    """The untrained network called `recipe`.

    Parameters
    ----------
    recipe
        A key of `RECIPES` that is a network, not a search.
    image_size
        Side of the square the network works at, in pixels.
    channels
        1 for grey, 3 for colour.
    classes
        Number of outputs, at least 2.
    frame_size
        Side of the square input; it is brought to `image_size` inside, where the two differ.

    Returns
    -------
    keras.Model
        Its last layer is called "classes"; what goes into that are the image's features.

    Raises
    ------
    RefusedModel
        If this version has no such recipe.
    """
    builders = {
        "article-cnn": _article_layers,
        "small-cnn": _small_layers,
        "transfer": _pretrained_layers,
        "fine-tuned": _pretrained_layers,
    }
    if recipe not in builders:
        raise RefusedModel(
            _("This version of PrecMed has no network called “{name}”.").format(name=recipe),
            _("Open the model with the version named on its card, or train again."),
        )
    images = keras.Input((frame_size, frame_size, channels), name="images")
    features = builders[recipe](_brought_to(image_size, images), image_size)
    probabilities = keras.layers.Dense(
        classes, activation="softmax", dtype="float32", name="classes"
    )(features)
    return keras.Model(images, probabilities, name=recipe)


def _brought_to(image_size: int, images: Any) -> Any:
    """The images at another size: bilinear, antialiased where they shrink."""
    if images.shape[1] == image_size:
        return images
    return keras.ops.image.resize(
        images, (image_size, image_size), interpolation="bilinear", antialias=True
    )


def _pretrained_layers(images: Any, _image_size: int) -> Any:
    """EfficientNet-Lite0 up to its pooled features; the weights come later."""
    if images.shape[-1] == 1:
        images = keras.ops.repeat(images, 3, axis=-1)
    return pooled_features(stage_outputs(images))


def _article_layers(images: Any, _image_size: int) -> Any:
    """The network of the article, layer by layer."""
    x = keras.layers.Conv2D(32, (3, 3), activation="relu", name="filters")(images)
    x = keras.layers.MaxPooling2D((2, 2), name="pool")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    return keras.layers.Dense(128, activation="relu", name="dense")(x)


def _small_layers(images: Any, image_size: int) -> Any:
    """Three residual stages (He et al. 2016, arXiv:1512.03385) and global average pooling."""
    x = _convolution(images, _WIDTH, "stem", stride=2 if image_size > _STRIDE_ABOVE else 1)
    x = keras.layers.MaxPooling2D(name="stem_pool")(x)
    x = _residual(x, _WIDTH, "stage1")
    for stage, width in ((2, 2 * _WIDTH), (3, 4 * _WIDTH)):
        x = _convolution(x, width, f"down{stage}", stride=2)
        x = _residual(x, width, f"stage{stage}")
    x = keras.layers.GlobalAveragePooling2D(name="mean")(x)
    return keras.layers.Dropout(0.3, name="dropout")(x)


def _convolution(x: Any, width: int, name: str, *, stride: int = 1, is_last: bool = False) -> Any:
    x = keras.layers.Conv2D(
        width, 3, strides=stride, padding="same", use_bias=False, name=f"{name}_filters"
    )(x)
    x = keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return x if is_last else keras.layers.ReLU(name=f"{name}_relu")(x)


def _residual(x: Any, width: int, name: str) -> Any:
    y = _convolution(x, width, f"{name}_a")
    y = _convolution(y, width, f"{name}_b", is_last=True)
    return keras.layers.ReLU(name=f"{name}_relu")(keras.layers.Add(name=f"{name}_sum")([x, y]))
