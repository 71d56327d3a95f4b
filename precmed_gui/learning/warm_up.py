"""Loading Keras and TensorFlow, which takes seconds: once, early, and without their chatter."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from precmed_gui.diagnosis.work import CancelToken, Report
from precmed_gui.language import _, ngettext


def warm_up() -> str:
    """Import what training and predicting need; returns the device, e.g. "CPU, 2 cores"."""
    is_first = "tensorflow" not in sys.modules
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with _silence():
        import keras  # noqa: F401
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")  # its hints are for programmers
        with suppress(RuntimeError):
            for gpu in tf.config.list_physical_devices("GPU"):
                tf.config.experimental.set_memory_growth(gpu, True)
    if is_first:
        # Its 300,000 objects stay for ever; looking through them for garbage costs a sixth of the
        # time of reading a folder.
        gc.collect()
        gc.freeze()
    return device_text()


def name_device(report: Report, cancel: CancelToken) -> str:
    """The device in the language in use now, as a work: the window asks after a change of it."""
    return device_text()


def device_text() -> str:
    """What TensorFlow computes on, for people."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return str(details.get("device_name") or _("Graphics processor"))
    cores = _cores()
    return ngettext("CPU, {count} core", "CPU, {count} cores", cores).format(count=cores)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _silence() -> Iterator[None]:
    """Keep TensorFlow's first lines off the terminal; no setting of its own reaches them."""
    if "tensorflow" in sys.modules:
        yield
        return
    try:
        terminal = os.dup(2)
    except OSError:
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)
