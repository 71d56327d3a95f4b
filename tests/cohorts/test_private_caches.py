"""While the record is encrypted, what was found in images stays in memory."""

import numpy as np

from precmed_gui.cohorts.facts_cache import FactsCache
from precmed_gui.cohorts.kept_pairs import keep_pairs, kept_pairs
from precmed_gui.cohorts.picture_facts import FACTS
from precmed_gui.cohorts.private_caches import allow_caches, is_private, keep_private
from precmed_gui.places import cache_folder


def on_disk() -> list[str]:
    return sorted(path.name for path in cache_folder().rglob("*") if path.is_file())


def know(stamp: bytes) -> bool:
    table = np.zeros(1, FACTS)
    with FactsCache() as cache:
        return bool(cache.known((stamp,), table)[0])


def keep(stamp: bytes) -> None:
    with FactsCache() as cache:
        cache.keep((stamp,), np.zeros(1, FACTS), (0,))


def test_facts_and_near_copies_are_remembered_without_the_disk() -> None:
    keep(b"before")
    assert "facts.sqlite" in on_disk()
    keep_private()
    assert on_disk() == []
    assert not know(b"before")
    keep(b"secret")
    assert know(b"secret")
    prints = np.array([b"aa", b"bb", b"cc"])
    keep_pairs(prints, np.array([[0, 2]]))
    found = kept_pairs(prints)
    assert found is not None
    assert found.tolist() == [[0, 2]]
    assert on_disk() == []
    allow_caches()
    assert not is_private()
    assert not know(b"secret")


def test_other_things_in_the_cache_stay() -> None:
    weights = cache_folder() / "pretrained" / "lite0.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"weights")
    keep_private()
    assert weights.exists()
