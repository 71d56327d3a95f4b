"""What people call the networks of a model, by the names of their recipes; part of `wording`."""

from collections import Counter
from collections.abc import Sequence

from precmed_gui.diagnosis.model_card import Candidate
from precmed_gui.evaluation.figure_texts import listed
from precmed_gui.language import N_, _, ngettext

_TITLES = {
    "auto": N_("Automatic"),
    "transfer": N_("Pretrained network"),
    "fine-tuned": N_("Fine-tuned network"),
    "small-cnn": N_("Small network"),
    "article-cnn": N_("Network of the article"),
}


def recipe_title(recipe: str) -> str:
    """What the window calls a recipe; a name nobody has a title for stays as it is."""
    return _(_TITLES[recipe]) if recipe in _TITLES else recipe


def networks_text(candidate: Candidate) -> str:
    """The networks of a candidate in one breath, those of one recipe together."""
    counts: Counter[str] = Counter()
    for recipe, networks in zip(candidate.recipes, network_counts(candidate), strict=True):
        counts[recipe] += networks
    names = listed([_counted(recipe, count) for recipe, count in counts.items()])
    if sum(counts.values()) == 1:
        return names
    return _("the average of {networks}").format(networks=names)


def network_counts(candidate: Candidate) -> Sequence[int]:
    """How many networks each of its recipes has; one where the card does not say."""
    return candidate.networks or (1,) * len(candidate.recipes)


def _counted(recipe: str, n: int) -> str:
    texts = {
        "transfer": ngettext("the pretrained network", "{n} pretrained networks", n),
        "fine-tuned": ngettext("the fine-tuned network", "{n} fine-tuned networks", n),
        "small-cnn": ngettext("one small network", "{n} small networks", n),
    }
    other = ngettext("the network “{name}”", "{n} networks “{name}”", n)
    return texts.get(recipe, other).format(n=n, name=recipe_title(recipe))
