import numpy as np
import pytest

from precmed_gui.evaluation.gate import (
    LARGEST_REFERENCE,
    distances,
    fit_gate,
    nearest,
    projected,
)

LATENT = 16


def world(d, seed=0):
    """A function that draws features of d numbers around three centres, all from one world."""
    random = np.random.default_rng(seed)
    mixing = random.normal(0, 1, (LATENT, d)) * np.exp(-np.arange(LATENT) / 6)[:, None]
    centres = random.normal(0, 1.5, (3, LATENT))

    def draw(n, random):
        latent = centres[random.integers(3, size=n)] + random.normal(0, 1, (n, LATENT))
        noise = 0.3 * random.normal(0, 1, (n, d))
        return np.maximum(latent @ mixing + noise, 0).astype(np.float32)

    return draw


def refused(fit, features):
    return np.mean(distances(fit.reference, features, fit.neighbours) > fit.threshold)


@pytest.mark.parametrize(
    ("n", "v", "d"), [(30, 0, 32), (30, 8, 400), (100, 25, 32), (100, 120, 64), (400, 100, 64)]
)
def test_held_out_images_of_the_same_kind_are_hardly_ever_refused(n, v, d):
    shares = []
    for seed in range(8):
        draw, random = world(d, seed), np.random.default_rng(100 + seed)
        shares.append(refused(fit_gate(draw(n, random), draw(v, random)), draw(500, random)))
    assert np.mean(shares) <= 0.02


@pytest.mark.parametrize(("n", "v", "d"), [(100, 30, 64), (400, 100, 400), (800, 200, 2000)])
def test_shifted_gaussians_are_refused(n, v, d):
    random = np.random.default_rng(n)
    fit = fit_gate(random.normal(0, 1, (n, d)), random.normal(0, 1, (v, d)))
    direction = random.normal(0, 1, d)
    move = 2 * np.sqrt(d) * direction / np.linalg.norm(direction)
    assert refused(fit, random.normal(0, 1, (200, d)) + move) >= 0.95
    assert refused(fit, random.normal(0, 2, (200, d))) >= 0.95


def test_images_of_another_world_are_refused():
    draw, random = world(200), np.random.default_rng(0)
    fit = fit_gate(draw(300, random), draw(100, random))
    assert refused(fit, world(200, seed=9)(200, random)) >= 0.95


def test_what_never_varied_in_training_and_now_does_is_refused():
    draw, random = world(50), np.random.default_rng(1)

    def dead(features):
        features[:, :10] = 0
        return features

    fit = fit_gate(dead(draw(200, random)), dead(draw(100, random)))
    strange = dead(draw(100, random))
    strange[:, :10] = 5.0
    assert refused(fit, strange) == 1.0
    assert refused(fit, dead(draw(300, random))) <= 0.05


@pytest.mark.parametrize(("n", "d"), [(30, 32), (30, 2000), (500, 300), (4000, 32)])
def test_the_nearest_image_of_a_training_image_is_itself(n, d):
    draw, random = world(d), np.random.default_rng(2)
    training = draw(n, random)
    fit = fit_gate(training, draw(99, random))
    positions, away = nearest(fit.reference, training[:20])
    np.testing.assert_array_equal(fit.reference.rows[positions[:, 0]], np.arange(20))
    np.testing.assert_allclose(away[:, 0], 0, atol=1e-3)
    assert (np.diff(away, axis=1) >= 0).all()
    assert positions.shape == (20, 3)
    assert (away[:, 1] > 0.01).all()


def test_nearest_agrees_with_every_distance_computed_one_by_one():
    draw, random = world(40), np.random.default_rng(3)
    fit = fit_gate(draw(100, random), draw(30, random))
    asked = draw(1100, random)
    _, away = nearest(fit.reference, asked, count=5)
    every = np.linalg.norm(
        projected(fit.reference, asked)[:, None] - fit.reference.features[None], axis=2
    )
    np.testing.assert_allclose(away, np.sort(every, axis=1)[:, :5], rtol=1e-6)
    np.testing.assert_allclose(
        distances(fit.reference, asked, 5), np.sort(every, axis=1)[:, :5].mean(axis=1), rtol=1e-6
    )


@pytest.mark.parametrize("each", [1, 3])
def test_the_nearest_of_each_class_agree_with_every_distance_computed_one_by_one(each):
    draw, random = world(40), np.random.default_rng(8)
    fit = fit_gate(draw(100, random), draw(30, random))
    classes = np.array([*random.integers(3, size=98), 4, 4])
    asked = draw(600, random)
    positions, away = nearest(fit.reference, asked, 5, classes, each)
    every = np.linalg.norm(
        projected(fit.reference, asked)[:, None] - fit.reference.features[None], axis=2
    )
    expected = [np.sort(every, axis=1)[:, :5]]
    expected += [np.sort(every[:, classes == place], axis=1)[:, :each] for place in range(5)]
    np.testing.assert_allclose(away, np.concatenate(expected, axis=1), rtol=1e-6)
    np.testing.assert_allclose(away, np.take_along_axis(every, positions, axis=1), rtol=1e-6)
    np.testing.assert_array_equal(positions[:, :5], nearest(fit.reference, asked, 5)[0])


def test_all_validation_images_pass_where_there_are_few():
    draw, random = world(64), np.random.default_rng(4)
    validation = draw(20, random)
    fit = fit_gate(draw(60, random), validation)
    assert refused(fit, validation) == 0
    np.testing.assert_allclose(fit.distances, distances(fit.reference, validation, fit.neighbours))


def test_a_larger_target_refuses_more():
    draw, random = world(64), np.random.default_rng(5)
    training, validation = draw(200, random), draw(200, random)
    strict = fit_gate(training, validation, target=0.1)
    assert strict.threshold < fit_gate(training, validation).threshold
    assert refused(strict, validation) == pytest.approx(0.1, abs=0.01)


def test_a_large_training_set_is_represented_by_a_part_of_it():
    draw, random = world(32), np.random.default_rng(6)
    training = draw(LARGEST_REFERENCE + 500, random)
    fit = fit_gate(training, draw(200, random), seed=1)
    assert len(fit.reference.rows) == len(np.unique(fit.reference.rows)) == LARGEST_REFERENCE
    positions, _ = nearest(fit.reference, training[fit.reference.rows[:10]], count=1)
    np.testing.assert_array_equal(positions[:, 0], np.arange(10))


def test_some_of_each_class_are_kept_however_rare_it_is():
    draw, random = world(8), np.random.default_rng(9)
    count = 5 * LARGEST_REFERENCE
    classes = np.zeros(count, np.int32)
    classes[[5, 700, 9000, 9001, 20, 19_999]] = [1, 1, 1, 1, 2, 2]
    fit = fit_gate(draw(count, random), draw(20, random), classes)
    kept = np.bincount(classes[fit.reference.rows])
    assert kept.sum() == len(np.unique(fit.reference.rows)) == LARGEST_REFERENCE
    assert kept[1] >= 3
    assert kept[2] == 2


def test_what_is_kept_is_small_and_of_the_types_that_are_stored():
    draw, random = world(300), np.random.default_rng(7)
    reference = fit_gate(draw(400, random), draw(100, random)).reference
    assert reference.mean.shape == (300,)
    assert reference.projection.shape == (300, 64)
    assert reference.features.shape == (400, 65)
    kept = (reference.mean, reference.projection, reference.features)
    assert {part.dtype for part in kept} == {np.dtype(np.float32)}
    assert reference.rows.dtype == np.int32


def test_features_that_are_all_alike_do_not_divide_by_zero():
    flat = np.full((30, 32), 7.0, dtype=np.float32)
    fit = fit_gate(flat, flat[:5])
    assert np.isfinite(fit.threshold)
    assert refused(fit, flat) == 0
    assert refused(fit, flat + 1) == 1


def test_two_images_are_enough_to_fit_something():
    features = np.eye(2, 8, dtype=np.float32)
    fit = fit_gate(features, features[:0])
    assert np.isfinite(fit.threshold)
    assert nearest(fit.reference, features)[0].shape == (2, 2)
