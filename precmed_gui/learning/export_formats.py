"""The formats a predictor can leave in: how each is written, and asked again once it is there.

Used by `export_model`, which compares what comes back with PrecMed.
"""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.language import N_, _
from precmed_gui.learning.export_network import INPUT, OUTPUT

Ask = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""(n, size, size, channels) to (n, classes)."""

_OPSET = 18
"""Of ONNX: what runtimes of the last years understand."""


@dataclass(frozen=True)
class Format:
    """One kind of export.

    Parameters
    ----------
    file
        What it is called in the folder; of a SavedModel a folder.
    title
        What people call it, marked for translation.
    packages
        What it needs besides Keras.
    write
        Puts a predictor at a path.
    open
        Answers with what stands at a path, by the means of the format alone.
    example
        How somebody else asks it in Python.
    """

    file: str
    title: str
    packages: tuple[str, ...]
    write: Callable[[Any, Path], None]
    open: Callable[[Path], Ask]
    example: str


def require_packages(kind: str) -> None:
    """Raise `PrecmedError` where a format needs a package that is not installed."""
    missing = [name for name in FORMATS[kind].packages if find_spec(name) is None]
    if missing:
        raise PrecmedError(
            _("For this format a package is missing: {names}.").format(names=", ".join(missing)),
            _("Install PrecMed with its group “onnx”, or choose another format."),
        )


def _write_keras(predictor: Any, path: Path) -> None:
    predictor.save(path)


def _open_keras(path: Path) -> Ask:
    import keras

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    return lambda images: np.asarray(keras.ops.convert_to_numpy(model(images, training=False)))


def _write_saved_model(predictor: Any, path: Path) -> None:
    predictor.export(path, format="tf_saved_model", verbose=False)


def _open_saved_model(path: Path) -> Ask:
    import tensorflow as tf

    model = tf.saved_model.load(str(path))
    return lambda images: np.asarray(model.serve(tf.constant(images)).numpy())


def _write_onnx(predictor: Any, path: Path) -> None:
    """Trace the predictor, translate its graph, name its ends, and check the document."""
    import tensorflow as tf

    with _quiet():
        import onnx
        import tf2onnx

        shape = tf.TensorSpec((None, *predictor.input.shape[1:]), tf.float32, name=INPUT)

        def answer(images: Any) -> Any:
            return tf.identity(predictor(images, training=False), name=OUTPUT)

        traced = tf.function(answer, input_signature=[shape])
        document, _files = tf2onnx.convert.from_function(traced, [shape], opset=_OPSET)
        _name_ends(document)
        onnx.checker.check_model(document, full_check=True)
        onnx.save(document, str(path))


def _name_ends(document: Any) -> None:
    """Call input, output and the number of images by names that say what they are."""
    graph = document.graph
    before, graph.output[0].name = graph.output[0].name, OUTPUT
    for node in graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                if name == before:
                    names[place] = OUTPUT
    for end in (graph.input[0], graph.output[0]):
        end.type.tensor_type.shape.dim[0].dim_param = "n"


def _open_onnx(path: Path) -> Ask:
    """By onnxruntime where it is installed, else by the slow reference of onnx itself."""
    if find_spec("onnxruntime") is None:
        from onnx.reference import ReferenceEvaluator

        slow: Any = ReferenceEvaluator(str(path))
        return lambda images: np.asarray(slow.run(None, {INPUT: images})[0])
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return lambda images: np.asarray(session.run([OUTPUT], {INPUT: images})[0])


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep hints for programmers off the terminal."""
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


FORMATS = {
    "keras": Format(
        "model.keras",
        N_("Keras"),
        (),
        _write_keras,
        _open_keras,
        'model = keras.saving.load_model("model.keras")\nprobabilities = model(images)',
    ),
    "savedmodel": Format(
        "saved_model",
        N_("TensorFlow SavedModel"),
        (),
        _write_saved_model,
        _open_saved_model,
        'model = tensorflow.saved_model.load("saved_model")\nprobabilities = model.serve(images)',
    ),
    "onnx": Format(
        "model.onnx",
        N_("ONNX"),
        ("onnx", "tf2onnx"),
        _write_onnx,
        _open_onnx,
        'session = onnxruntime.InferenceSession("model.onnx")\n'
        f'probabilities = session.run(["{OUTPUT}"], {{"{INPUT}": images}})[0]',
    ),
}
"""By the name that the command line and the card of an export use."""
KINDS = tuple(FORMATS)
