"""EfficientNet-Lite0 in Keras, able to take the pretrained weights; recipes build upon it.

The published network without squeeze-and-excitation and with ReLU6 (Tan and Le 2019,
arXiv:1905.11946; the Lite variants: github.com/tensorflow/tpu, efficientnet/lite).
"""

from typing import Any

import keras

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.language import _
from precmed_gui.modalities.imaging.pretrained import (
    BACKBONE,
    STAGES,
    Stage,
    pretrained_weights,
)

FEATURES = 2 * (80 + 112 + 192 + 320)
"""How many numbers `pooled_features` gives for an image."""

_STEM_WIDTH = 32
_HEAD_WIDTH = 1280
_FIRST_STAGE_OUT = 3
_LEAST_VARIANCE = 1e-6


def backbone() -> keras.Model:
    """EfficientNet-Lite0 without its classes, untrained; every layer can be trained.

    Returns
    -------
    keras.Model
        Takes float32 images in [0, 1], (n, height, width, 3), of any size, and scales them by
        itself. Gives six outputs, from fine to coarse: the last blocks with 40, 80, 112, 192 and
        320 channels, and the 1280 channels of the head after its ReLU6; (n, h, w, channels) each.
    """
    images = keras.Input((None, None, 3), name="images")
    stages = stage_outputs(images)
    head = _activated(_filters(stages[-1], _HEAD_WIDTH, 1, "head"), "head")
    return keras.Model(images, [*stages, head], name=BACKBONE)


def stage_outputs(images: Any) -> list[Any]:
    """The five stages of `backbone` for colour images in [0, 1], as part of a larger network."""
    # Published scaling of 8-bit pixels: (x - 127) / 128.
    x = keras.layers.Rescaling(255 / 128, -127 / 128, name="scale")(images)
    x = _activated(_filters(x, _STEM_WIDTH, 3, "stem", stride=2), "stem")
    outputs = []
    for number, stage in enumerate(STAGES, 1):
        x = _stage(x, stage, f"stage{number}")
        if number >= _FIRST_STAGE_OUT:
            outputs.append(x)
    return outputs


def pooled_features(outputs: Any) -> Any:
    """Means and standard deviations over the image of the stages with 80 to 320 channels.

    How much a feature varies over the image tells textures apart that have the same mean; on small
    grey pictures this was worth more than the last 1280 channels (`docs/decisions`).

    Parameters
    ----------
    outputs
        The outputs of `stage_outputs`; the first, of 40 channels, is left out.

    Returns
    -------
    keras tensor
        (n, `FEATURES`), float32.
    """
    pooled = []
    for output in outputs[1:5]:
        mean, variance = keras.ops.moments(output, axes=[1, 2])
        pooled += [mean, keras.ops.sqrt(variance + _LEAST_VARIANCE)]
    return keras.layers.Concatenate(name="features")(pooled)


def load_pretrained(model: keras.Model) -> None:
    """Give the layers of a backbone in `model` the pretrained weights; others stay as they are.

    A model that stops at the last stage lacks the head, and that alone.

    Raises
    ------
    PrecmedError
        If the weights are not installed, or are not the published ones.
    RefusedModel
        If `model` does not hold the whole backbone.
    """
    variables = {variable.path: variable for variable in model.variables}
    weights = pretrained_weights()
    if not all(path in variables or path.startswith("head_") for path in weights):
        raise RefusedModel(
            _("The pretrained weights do not fit the network “{name}”.").format(name=model.name),
            _("Choose a network that starts from zero."),
        )
    for path in weights.keys() & variables.keys():
        variables[path].assign(weights[path])


def _stage(x: Any, stage: Stage, name: str) -> Any:
    for number in range(1, stage.blocks + 1):
        x = _block(x, stage, f"{name}_block{number}", stride=stage.stride if number == 1 else 1)
    return x


def _block(x: Any, stage: Stage, name: str, *, stride: int) -> Any:
    """An inverted residual block (Sandler et al. 2018, arXiv:1801.04381)."""
    entry, width = x, x.shape[-1]
    if stage.expansion > 1:
        expand = f"{name}_expand"
        x = _activated(_filters(x, width * stage.expansion, 1, expand), expand)
    depth = f"{name}_depth"
    x = keras.layers.DepthwiseConv2D(
        stage.kernel, strides=stride, padding="same", use_bias=False, name=f"{depth}_filters"
    )(x)
    x = _activated(_normalised(x, depth), depth)
    x = _filters(x, stage.width, 1, f"{name}_project")
    if stride == 1 and width == stage.width:
        x = keras.layers.Add(name=f"{name}_sum")([entry, x])
    return x


def _filters(x: Any, width: int, kernel: int, name: str, *, stride: int = 1) -> Any:
    x = keras.layers.Conv2D(
        width, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_filters"
    )(x)
    return _normalised(x, name)


def _normalised(x: Any, name: str) -> Any:
    return keras.layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name=f"{name}_norm")(x)


def _activated(x: Any, name: str) -> Any:
    return keras.layers.ReLU(max_value=6.0, name=f"{name}_relu")(x)
