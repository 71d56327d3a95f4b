"""Which engine warms up with what."""

from precmed_gui.jobs.jobs import Jobs, Lane
from precmed_gui.learning.warm_up import warm_up as warm_up_learning
from precmed_gui.modalities.warm_up import warm_up as warm_up_reading


def make_jobs() -> Jobs:
    """The two engines of the window, not started yet."""
    return Jobs({Lane.LEARNING: warm_up_learning, Lane.READING: warm_up_reading})
