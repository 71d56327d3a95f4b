"""How a whole pretrained network is adapted: carefully, its early layers least of all."""

from typing import Any

from precmed_gui.diagnosis.training import Recipe

DECAY = 0.65
"""A stage learns at this share of the rate of the stage after it (Howard and Ruder 2018)."""
STAGES = 8
WARM_UP = 0.1
"""Of all steps, the learning rate first rises from 0 over so many."""
_WEIGHT_DECAY = 0.01


def tuned_optimizer(network: Any, recipe: Recipe, steps: int) -> Any:
    """AdamW with a warm-up, half a cosine, and a rate for each stage of the network.

    Discriminative rates after Howard and Ruder 2018 (arXiv:1801.06146, section 3.1). The statistics
    of the normalisations stay those of the pretraining: batches of a small cohort would spoil them.
    """
    import keras

    _freeze_norms(network)
    shares = {
        variable.value.ref(): _share(variable.path) for variable in network.trainable_variables
    }

    class StagedAdamW(keras.optimizers.AdamW):  # type: ignore[misc]
        """AdamW whose steps are shorter the earlier the layer."""

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            super().update_step(gradient, variable, learning_rate * shares[variable.ref()])

    warm = max(1, round(WARM_UP * steps))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm), warmup_target=recipe.learning_rate, warmup_steps=warm
    )
    return StagedAdamW(rate, weight_decay=_WEIGHT_DECAY, clipnorm=1.0)


def _freeze_norms(network: Any) -> None:
    import keras

    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _share(path: str) -> float:
    """1 for the classes, less for each stage before: "stage3_block1_expand_filters/kernel"."""
    if path.startswith("classes"):
        return 1.0
    stage = int(path[len("stage")]) if path.startswith("stage") else 0
    return float(DECAY ** (STAGES - stage))
