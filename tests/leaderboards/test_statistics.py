"""Estimates, intervals and comparisons against closed forms, brute force and other libraries."""

import numpy as np
import pytest
from scipy import stats

from svr3d.leaderboards.ranking import adjusted
from svr3d.leaderboards.statistics import Bootstrap, Scores, enough_resamples


def scores(values, categories=None):
    values = np.asarray(values, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    return Scores.of_values(values, categories or ["c"] * len(values))


def two_sided(estimates):
    """The p-value of the claim that the better of two methods is better."""
    return 2 * estimates.p_values(higher_is_better=True).min()


def test_interval_of_a_normal_mean_is_students():
    x = np.random.default_rng(0).normal(3.0, 2.0, size=40)
    for seed in (0, 1):
        low, high = Bootstrap(resamples=20_000, seed=seed).estimates(scores(x))["objects"].interval()
        expected = stats.t.interval(0.95, 39, loc=x.mean(), scale=stats.sem(x))
        np.testing.assert_allclose([low[0], high[0]], expected, atol=0.04 * (expected[1] - expected[0]))


@pytest.mark.parametrize("sizes", [(7,), (100,), (2, 2, 2, 2), (3, 5, 4)])
def test_spread_of_resamples_is_the_stratified_standard_error(sizes):
    rng = np.random.default_rng(1)
    values = [rng.normal(5 * i, 1 + i, size=n) for i, n in enumerate(sizes)]
    names = [f"c{i}" for i, n in enumerate(sizes) for _ in range(n)]
    estimates = Bootstrap(resamples=20_000).estimates(scores(np.concatenate(values), names))["mean"]
    # not biased by (n - 1) / n, which for two objects would be a half
    error = np.sqrt(sum(v.var(ddof=1) / len(v) for v in values)) / len(sizes)
    assert estimates.value[0] == pytest.approx(np.mean([v.mean() for v in values]))
    for resamples in (estimates.draws, estimates.halves):
        assert resamples.mean() == pytest.approx(estimates.value[0], abs=0.03 * error)
        assert resamples.std() == pytest.approx(error, rel=0.03)


def test_intervals_cover_the_truth():
    rng = np.random.default_rng(2)
    names = [f"c{i % 3}" for i in range(12)]
    covered = 0
    for seed in range(300):
        low, high = Bootstrap(resamples=400, seed=seed).estimates(scores(rng.normal(size=12), names))["mean"].interval()
        covered += low[0] <= 0 <= high[0]
    assert 0.91 <= covered / 300 <= 0.99


def test_resamples_match_a_plain_loop():
    rng = np.random.default_rng(3)
    num, den = rng.uniform(1, 5, (9, 2)), rng.uniform(5, 9, (9, 2))
    scores = Scores(num, den, ("c",) * 9, ("a", "b"), np.zeros((9, 2), bool))
    estimates = Bootstrap(resamples=20_000).estimates(scores)["objects"]
    loop = []
    for _ in range(20_000):
        drawn = rng.integers(9, size=8)
        loop.append(num[drawn].sum(0) / den[drawn].sum(0))
    np.testing.assert_allclose(estimates.value, num.sum(0) / den.sum(0))
    for q in (2.5, 50, 97.5):
        np.testing.assert_allclose(np.percentile(estimates.draws, q, 0), np.percentile(loop, q, 0), atol=0.01)


def test_a_ratio_of_sums_is_not_a_mean_of_ratios():
    none = np.zeros((2, 1), bool)
    pooled = Scores(np.array([[1.0], [90.0]]), np.array([[2.0], [100.0]]), ("c", "c"), ("a",), none)
    assert pooled.estimate()[0] == pytest.approx(91 / 102)
    assert (pooled.numerator / pooled.denominator).mean() == pytest.approx(0.7)


def test_pairing_finds_what_separate_intervals_hide():
    rng = np.random.default_rng(4)
    objects = rng.normal(0, 1, size=50)
    both = np.stack([objects + 0.05 + rng.normal(0, 0.03, 50), objects], axis=1)
    estimates = Bootstrap().estimates(scores(both))["objects"]
    low, high = estimates.interval()
    assert low[0] < high[1] and low[1] < high[0]  # apart, the two overlap
    difference, low, _ = estimates.compare(0, 1)
    assert difference == pytest.approx((both[:, 0] - both[:, 1]).mean())
    assert low > 0 and two_sided(estimates) < 0.001
    assert stats.ttest_ind(both[:, 0], both[:, 1]).pvalue > 0.5


@pytest.mark.parametrize("shift", [0.1, 0.3, 0.5])
def test_p_values_agree_with_the_paired_t_test(shift):
    both = np.random.default_rng(5).normal(size=(60, 2))
    both[:, 0] += shift - (both[:, 0] - both[:, 1]).mean()
    p = two_sided(Bootstrap(resamples=40_000).estimates(scores(both))["objects"])
    assert p == pytest.approx(stats.ttest_rel(both[:, 0], both[:, 1]).pvalue, abs=0.03)


@pytest.mark.parametrize("last", [0.1, 3.0, 1000.0])
def test_few_objects_are_little_proof_however_large_one_difference_is(last):
    # six differences of one sign, which chance gives once in 32: a t-test would be less convinced by a larger one
    both = np.stack([[0.1, 0.1, 0.1, 0.1, 0.1, last], np.zeros(6)], axis=1)
    p = two_sided(Bootstrap().estimates(scores(both))["objects"])
    assert p == pytest.approx(stats.binomtest(6, 6).pvalue) == pytest.approx(1 / 32)


def test_differences_on_few_of_many_objects_are_told_by_their_number():
    # nothing but four failures of the other method among 40 objects: 2^-4 by a test of signs
    both = np.zeros((40, 2))
    both[:4, 1] = -1.0
    p = two_sided(Bootstrap(resamples=40_000).estimates(scores(both))["objects"])
    assert stats.binomtest(4, 4).pvalue / 2 <= p <= 1.5 * stats.binomtest(4, 4).pvalue


def test_p_is_never_zero_and_one_for_equals():
    x = np.arange(30.0)
    estimates = Bootstrap(resamples=999).estimates(scores(np.stack([x, x, x + 1], axis=1)))["objects"]
    p = estimates.p_values(higher_is_better=True)
    assert p[0, 1] == p[1, 0] == p[0, 2] == 1.0
    assert p[2, 0] == pytest.approx(stats.t.cdf(stats.norm.ppf(1 / 1000), 29))
    np.testing.assert_array_equal(estimates.p_values(higher_is_better=False), p.T)
    assert estimates.compare(0, 1) == (0, 0, 0)
    assert estimates.compare(0, 2) == tuple(-v for v in np.array(estimates.compare(2, 0))[[0, 2, 1]])


@pytest.mark.parametrize(("claims", "freedom"), [(2, 10), (12, 12), (90, 105), (90, 12)])
def test_enough_resamples_can_tell(claims, freedom):
    least = stats.t.cdf(stats.norm.ppf(1 / (1 + enough_resamples(claims, freedom))), freedom)
    assert least * claims <= 0.05


def test_one_failure_does_not_hide_what_all_other_objects_say():
    """Distances of which one has the worst value, 6, so that the interval reaches far beyond the other method's."""
    rng = np.random.default_rng(8)
    good = rng.lognormal(-5, 0.5, size=100)
    bad = 2 * good
    bad[17] = 6.0
    assert stats.ttest_rel(good, bad).pvalue > 0.2
    estimates = Bootstrap().estimates(scores(np.stack([good, bad], axis=1)))["objects"]
    assert estimates.p_values(higher_is_better=False)[0, 1] < 0.001


def test_fewer_than_six_objects_have_no_interval():
    for n in (1, 2, 5):
        estimates = Bootstrap(resamples=100).estimates(scores(np.arange(n, dtype=float)))
        for part in estimates.values():
            assert np.isnan(part.interval()).all() and part.objects == n
            assert np.isnan(part.compare(0, 0)[1:]).all() and np.isnan(part.p_values(higher_is_better=True)).all()
    assert not np.isnan(Bootstrap(resamples=100).estimates(scores(np.arange(6.0)))["mean"].interval()).any()


def test_a_category_of_one_borrows_its_spread():
    rng = np.random.default_rng(6)
    values = np.concatenate([rng.normal(0, 1, 200), [7.0]])
    estimates = Bootstrap(resamples=20_000).estimates(scores(values, ["many"] * 200 + ["one"]))
    assert np.isnan(estimates["one"].draws).all()
    mean = estimates["mean"]
    assert mean.value[0] == pytest.approx((values[:200].mean() + 7.0) / 2)
    assert mean.draws.std() == pytest.approx(np.sqrt(1 + 1 / 200) * values[:200].std() / 2, rel=0.03)
    only_ones = Bootstrap(resamples=100).estimates(scores(np.arange(8.0), [f"c{i}" for i in range(8)]))
    assert np.isnan(only_ones["mean"].interval()).all() and not np.isnan(only_ones["objects"].interval()).any()


def test_resamples_are_seeded_and_do_not_depend_on_company():
    rng = np.random.default_rng(7)
    values, names = rng.normal(size=(20, 3)), ["a"] * 10 + ["b"] * 10
    one = Bootstrap(resamples=200, seed=1).estimates(scores(values, names))
    two = Bootstrap(resamples=200, seed=1).estimates(scores(values, names))
    np.testing.assert_array_equal(one["mean"].draws, two["mean"].draws)
    alone = Bootstrap(resamples=200, seed=1).estimates(scores(values[:10, :1], names[:10]))
    np.testing.assert_allclose(one["a"].draws[:, :1], alone["a"].draws, rtol=1e-12)
    other = Bootstrap(resamples=200, seed=2).estimates(scores(values, names))
    assert (one["mean"].draws != other["mean"].draws).all()


def seeded(values, categories=None):
    """Scores of methods with several seeds: Float[N, M, S]."""
    n, count, seeds = values.shape
    methods = [f"m{i}" for i in range(count) for _ in range(seeds)]
    return Scores.of_values(values.reshape(n, -1), categories or ["c"] * n, methods)


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("objects", [8, 60])
def test_where_only_seeds_differ_the_interval_is_students_over_seeds(seeds, objects):
    trained = np.random.default_rng(10).normal(size=seeds)
    values = np.broadcast_to(trained, (objects, 1, seeds))
    low, high = Bootstrap(resamples=40_000).estimates(seeded(values))["objects"].interval()
    expected = stats.t.interval(0.95, seeds - 1, loc=trained.mean(), scale=stats.sem(trained))
    np.testing.assert_allclose([low[0], high[0]], expected, atol=0.05 * (expected[1] - expected[0]))


def test_where_seeds_agree_the_interval_is_that_of_one():
    x = np.random.default_rng(11).normal(size=(30, 1))
    three = Bootstrap().estimates(seeded(np.repeat(x[:, None], 3, axis=2)))["objects"]
    one = Bootstrap().estimates(Scores.of_values(x, ["c"] * 30))["objects"]
    np.testing.assert_allclose(three.draws, one.draws, atol=1e-12)


def test_seeds_and_objects_add_up():
    """The spread of resamples of a mean is sqrt(objects' + seeds' variance), of 40 seeds by the normal distribution."""
    rng = np.random.default_rng(12)
    values = rng.normal(size=(50, 1, 1)) + 0.8 * rng.normal(size=(1, 1, 40))
    estimates = Bootstrap(resamples=20_000).estimates(seeded(values))["objects"]
    expected = values.mean(axis=2).var(ddof=1) / 50 + values.mean(axis=0).var(ddof=1) / 40
    assert estimates.draws.var() == pytest.approx(expected, rel=0.1)


def test_a_lead_within_the_spread_of_seeds_is_no_proof():
    """Every object says that `a` is better; so would those of a training with another seed, but for another method."""
    rng = np.random.default_rng(13)
    hard = rng.normal(size=(40, 1, 1))
    seeds = np.array([[0.0, 0.3, -0.2], [0.1, -0.4, 0.1]])
    values = hard + seeds + np.array([0.05, 0.0])[:, None] + 0.01 * rng.normal(size=(40, 2, 3))
    estimates = Bootstrap().estimates(seeded(values))["objects"]
    assert two_sided(estimates) > 0.2
    assert two_sided(Bootstrap().estimates(Scores.of_values(values.mean(axis=2), ["c"] * 40))["objects"]) < 0.001
    _, low, high = estimates.compare(0, 1)
    assert low < 0 < high


def test_the_spread_of_seeds_is_that_of_an_analysis_of_variance():
    """Two-way, seeds × objects, one value a cell: (mean square of seeds - mean square of the rest) / objects."""
    rng = np.random.default_rng(16)
    values = rng.normal(size=(9, 1, 1)) + 2.0 * rng.normal(size=(1, 1, 4)) + 0.5 * rng.normal(size=(9, 1, 4))
    x = values[:, 0]
    rest = x - x.mean(axis=0) - x.mean(axis=1, keepdims=True) + x.mean()
    between, within = 9 * x.mean(axis=0).var(ddof=1), (rest**2).sum() / (8 * 3)
    assert seeded(values).seed_spread()[0] == pytest.approx(np.sqrt((between - within) / 9))
    # of two categories' mean: half the means of both, each with its own rest
    two, means = (x[:4], x[4:]), (x[:4].mean(axis=0) + x[4:].mean(axis=0)) / 2
    pairs = [(i, j) for i in range(4) for j in range(i)]
    errors = [sum(np.var(part[:, i] - part[:, j], ddof=1) / len(part) for part in two) / 4 for i, j in pairs]
    expected = means.var(ddof=1) - np.mean(errors) / 2
    held = seeded(values, ["x"] * 4 + ["y"] * 5)
    assert held.seed_spread(by_category=True)[0] == pytest.approx(np.sqrt(expected))
    # seeds whose means agree while their objects do not
    assert seeded(np.array([[[1.0, -1.0]], [[-1.0, 1.0]], [[0.5, -0.5]], [[-0.5, 0.5]]])).seed_spread()[0] == 0.0


def test_failures_are_no_spread_of_seeds():
    values = np.random.default_rng(17).normal(size=(8, 1, 1)) + np.array([0.0, 1.0, 3.0])
    held, failed = seeded(values), np.zeros((8, 3), bool)
    assert held.seed_spread()[0] == pytest.approx(np.std([0, 1, 3], ddof=1))
    worst = held.numerator.copy()
    worst[2, 0] = worst[5, 1] = 1000.0
    failed[2, 0] = failed[5, 1] = True
    some = Scores(worst, held.denominator, held.categories, held.methods, failed)
    assert some.seed_spread()[0] == pytest.approx(np.std([0, 1, 3], ddof=1))
    failed[:, 0] = True  # a seed that fails throughout is in no pair
    assert some.seed_spread()[0] == pytest.approx(np.std([1, 3], ddof=1))
    failed[:, 1] = True
    assert some.seed_spread()[0] == 0.0


def test_the_spread_of_seeds_of_a_pooled_metric_is_that_of_ratios():
    num, den = np.array([[1.0, 3.0], [5.0, 9.0]]), np.array([[4.0, 4.0], [20.0, 12.0]])
    pooled = Scores(num, den, ("c", "c"), ("a", "a"), np.zeros((2, 2), bool))
    assert pooled.seed_spread()[0] == pytest.approx(np.std([6 / 24, 12 / 16], ddof=1))  # each object has the same ratio
    assert pooled.estimate()[0] == pytest.approx(18 / 40)


@pytest.mark.parametrize("seed_spread", [0.0, 1.0, 3.0])
def test_intervals_over_seeds_and_objects_cover_the_truth(seed_spread):
    """Three seeds; their spread in standard errors of the mean over objects. Seeds held fixed would cover 70 % at 3."""
    rng, covered = np.random.default_rng(14), []
    for seed in range(5):
        values = rng.normal(size=(24, 20, 1)) + seed_spread / np.sqrt(24) * rng.normal(size=(1, 20, 3))
        scores = seeded(values + 0.3 * rng.normal(size=(24, 20, 3)), [f"c{i % 3}" for i in range(24)])
        low, high = Bootstrap(resamples=1000, seed=seed).estimates(scores)["mean"].interval()
        covered.append((low <= 0) & (high >= 0))
    assert 0.91 <= np.mean(covered) <= 0.995


def test_false_claims_are_as_rare_as_they_say():
    """Four methods that are alike, all of which fail at random with distances 300 times the usual."""
    rng, false = np.random.default_rng(15), 0
    names = [f"c{i % 5}" for i in range(40)]
    for seed in range(100):
        values = 0.01 * rng.lognormal(0, 0.7, size=(40, 4))
        values[rng.random(values.shape) < 0.03] = 6.0
        p = (
            Bootstrap(resamples=1500, seed=seed)
            .estimates(scores(values, names))["mean"]
            .p_values(higher_is_better=False)
        )
        false += np.nanmin(adjusted(p, ~np.eye(4, dtype=bool))) <= 0.05
    assert false / 100 <= 0.09  # 5 % and two standard errors
