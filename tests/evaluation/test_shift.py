import numpy as np
import pytest

from precmed_gui.evaluation.shift import ShiftSample, find_shift

FEATURES = 20


def sample(random, patients, *, move=0.0, accuracy=0.85, name="p", cases=3):
    """Patients with one to `cases` similar cases each."""
    own = random.normal(0, 1, (patients, FEATURES)) + move
    of_case = np.repeat(np.arange(patients), random.integers(1, cases + 1, patients))
    features = own[of_case] + 0.3 * random.normal(0, 1, (len(of_case), FEATURES))
    easy = random.random(patients)[of_case] < accuracy
    truth = random.integers(0, 3, len(of_case))
    probabilities = np.eye(3)[np.where(easy, truth, (truth + 1) % 3)]
    return ShiftSample(features, truth, probabilities, [f"{name}{i}" for i in of_case])


def taken(whole, rows):
    return ShiftSample(
        whole.features[rows],
        whole.truth[rows],
        whole.probabilities[rows],
        [whole.patients[row] for row in rows],
    )


def halves(whole, random):
    """The cases in two parts, patient by patient."""
    names = sorted(set(whole.patients))
    first = set(random.permutation(names)[: len(names) // 2])
    is_first = np.array([p in first for p in whole.patients])
    return taken(whole, np.flatnonzero(is_first)), taken(whole, np.flatnonzero(~is_first))


def test_a_moved_sample_is_found():
    random = np.random.default_rng(0)
    shift = find_shift(sample(random, 100), sample(random, 100, move=0.4))
    assert shift.is_found
    assert shift.p_value < 0.005
    assert shift.accuracy_drop.low < 0 < shift.accuracy_drop.high
    assert shift.alpha == 0.01


def test_a_change_of_spread_alone_is_found():
    random = np.random.default_rng(1)
    wide = sample(random, 150)
    scaled = ShiftSample(1.7 * wide.features, wide.truth, wide.probabilities, wide.patients)
    assert find_shift(sample(random, 150), scaled).p_value < 0.005


def test_a_drop_of_accuracy_is_found_where_the_features_are_alike():
    random = np.random.default_rng(2)
    shift = find_shift(sample(random, 150, accuracy=0.95), sample(random, 150, accuracy=0.7))
    assert shift.is_found
    assert shift.p_value > 0.005
    assert shift.accuracy_drop.low > 0.1
    assert 0.15 < shift.accuracy_drop.value < 0.35


def test_a_drop_is_found_where_there_are_no_features():
    random = np.random.default_rng(3)
    first, second = sample(random, 150, accuracy=0.95), sample(random, 150, accuracy=0.7)
    blind = [ShiftSample(None, s.truth, s.probabilities, s.patients) for s in (first, second)]
    shift = find_shift(*blind)
    assert shift.p_value is None
    assert shift.is_found


def test_doing_better_than_on_validation_is_no_shift():
    random = np.random.default_rng(4)
    shift = find_shift(sample(random, 150, accuracy=0.7), sample(random, 150, accuracy=0.95))
    assert not shift.is_found
    assert shift.accuracy_drop.high < 0


@pytest.mark.parametrize("alpha", [0.01, 0.2])
def test_random_halves_are_hardly_ever_called_different(alpha):
    random = np.random.default_rng(5)
    found = 0
    for seed in range(100):
        first, second = halves(sample(random, 40, cases=6), random)
        found += find_shift(first, second, alpha=alpha, seed=seed).is_found
    assert found <= (4 if alpha == 0.01 else 30)
    assert found >= (0 if alpha == 0.01 else 6)


def test_many_cases_of_few_patients_are_no_proof():
    random = np.random.default_rng(6)
    found = 0
    for seed in range(20):
        first = sample(random, 6, cases=60, name="a")
        second = sample(random, 6, cases=60, name="b")
        found += find_shift(first, second, seed=seed).is_found
    assert found <= 2


def test_the_same_seed_gives_the_same_answer():
    random = np.random.default_rng(7)
    first, second = sample(random, 30), sample(random, 30, move=0.1)
    assert find_shift(first, second, seed=3) == find_shift(first, second, seed=3)


def test_features_that_never_vary_are_no_obstacle():
    random = np.random.default_rng(8)
    first, second = sample(random, 30), sample(random, 30, move=1.0)
    for part in (first, second):
        part.features[:, ::2] = 4.0
    assert find_shift(first, second).is_found
    for part in (first, second):
        part.features[:] = 4.0
    assert find_shift(first, second).p_value == 1.0


@pytest.mark.parametrize("patients", [1, 2])
def test_a_sample_of_hardly_anybody_is_never_called_different(patients):
    random = np.random.default_rng(9)
    shift = find_shift(sample(random, 50), sample(random, patients, move=5.0, cases=1))
    assert (shift.p_value is None) == (patients == 1)
    assert np.isfinite(shift.accuracy_drop.low)


def test_large_samples_are_compared_by_a_part_of_them():
    random = np.random.default_rng(10)
    first, second = sample(random, 1200), sample(random, 1200, move=0.3)
    assert find_shift(first, second).is_found
