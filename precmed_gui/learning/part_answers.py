"""What a trained model says about the parts of its cohort, for judging it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.model_card import Member
from precmed_gui.learning.batches import ordered_batches
from precmed_gui.learning.ensemble import PartAnswers, Run, feature_place
from precmed_gui.learning.features import computed_features, pretrained_features
from precmed_gui.learning.fitting import MEASURING_BATCH
from precmed_gui.learning.training_data import PartImages

Attend = Callable[[int, int], None]
"""Called with (done, total) before each batch."""


def answers_of(run: Run, part: PartImages, attend: Attend) -> PartAnswers:
    """What the model says about every image of a part."""
    probabilities: list[NDArray[np.float32]] = []
    features: list[NDArray[np.float32]] = []
    for images, _labels, _weights in ordered_batches(part, MEASURING_BATCH):
        attend(len(features) * MEASURING_BATCH, len(part.rows))
        found = run(images.numpy())
        probabilities.append(found[0])
        features.append(found[1])
    return PartAnswers(np.concatenate(probabilities).astype(np.float64), np.concatenate(features))


def features_of(
    members: Sequence[Member], networks: Sequence[Any], part: PartImages, attend: Attend
) -> PartAnswers:
    """The features alone, without probabilities; from the cache where they are there already."""
    place = feature_place(members)
    member, network = members[place], networks[place]
    if member.recipe == "transfer":
        features = pretrained_features(network, member.image_size, part, attend)
    else:
        features = computed_features(network, part, attend)
    return PartAnswers(np.zeros((0, network.output.shape[-1])), features)
