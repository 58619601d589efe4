"""Estimates, intervals, comparisons and ranks against closed forms, brute force and other libraries."""

import numpy as np
import pytest
from scipy import stats

from svr3d.leaderboards.statistics import Bootstrap, Scores, holm, ranks


def scores(values, categories=None):
    values = np.asarray(values, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    return Scores.of_values(values, categories or ["c"] * len(values))


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
    assert estimates.draws.std() == pytest.approx(error, rel=0.03)


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
    estimates = Bootstrap(resamples=20_000).estimates(Scores(num, den, ("c",) * 9))["objects"]
    loop = []
    for _ in range(20_000):
        drawn = rng.integers(9, size=8)
        loop.append(num[drawn].sum(0) / den[drawn].sum(0))
    np.testing.assert_allclose(estimates.value, num.sum(0) / den.sum(0))
    for q in (2.5, 50, 97.5):
        np.testing.assert_allclose(np.percentile(estimates.draws, q, 0), np.percentile(loop, q, 0), atol=0.01)


def test_a_ratio_of_sums_is_not_a_mean_of_ratios():
    pooled = Scores(np.array([[1.0], [90.0]]), np.array([[2.0], [100.0]]), ("c", "c"))
    assert pooled.estimate()[0] == pytest.approx(91 / 102)
    assert (pooled.numerator / pooled.denominator).mean() == pytest.approx(0.7)


def test_pairing_finds_what_separate_intervals_hide():
    rng = np.random.default_rng(4)
    objects = rng.normal(0, 1, size=50)
    both = np.stack([objects + 0.05 + rng.normal(0, 0.03, 50), objects], axis=1)
    estimates = Bootstrap().estimates(scores(both))["objects"]
    low, high = estimates.interval()
    assert low[0] < high[1] and low[1] < high[0]  # apart, the two overlap
    difference, low, high, p = estimates.compare(0, 1)
    assert difference == pytest.approx((both[:, 0] - both[:, 1]).mean())
    assert low > 0 and p < 0.001
    assert stats.ttest_ind(both[:, 0], both[:, 1]).pvalue > 0.5


@pytest.mark.parametrize("shift", [0.0, 0.3, 0.5])
def test_p_values_agree_with_the_paired_t_test(shift):
    rng = np.random.default_rng(5)
    both = rng.normal(size=(60, 2))
    both[:, 0] += shift
    p = Bootstrap(resamples=40_000).estimates(scores(both))["objects"].compare(0, 1)[3]
    assert p == pytest.approx(stats.ttest_rel(both[:, 0], both[:, 1]).pvalue, abs=0.03)


def test_few_objects_are_no_proof():
    # six differences of one sign: no resample crosses zero, yet a t-test is not convinced
    both = np.stack([[0.1, 0.1, 0.1, 0.1, 0.1, 3.0], np.zeros(6)], axis=1)
    p = Bootstrap().estimates(scores(both))["objects"].compare(0, 1)[3]
    assert p == pytest.approx(stats.ttest_rel(both[:, 0], both[:, 1]).pvalue, rel=0.05)
    assert p > 0.2


def test_p_is_never_zero_and_one_for_equals():
    x = np.arange(30.0)
    estimates = Bootstrap(resamples=999).estimates(scores(np.stack([x, x, x + 1], axis=1)))["objects"]
    assert estimates.compare(0, 1)[0] == 0 and estimates.compare(0, 1)[3] == 1.0
    assert estimates.compare(2, 0)[3] == pytest.approx(2 / 1000)
    assert estimates.compare(0, 2)[:3] == tuple(-v for v in np.array(estimates.compare(2, 0))[[0, 2, 1]])


def test_fewer_than_six_objects_have_no_interval():
    for n in (1, 2, 5):
        estimates = Bootstrap(resamples=100).estimates(scores(np.arange(n, dtype=float)))
        for part in estimates.values():
            assert np.isnan(part.interval()).all() and part.objects == n
            assert np.isnan(part.compare(0, 0)[1:]).all()
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


def test_holm_by_hand():
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([0.9, 0.8]), [1.0, 1.0])
    np.testing.assert_allclose(holm([0.02, np.nan, 0.01]), [0.02, np.nan, 0.02])
    assert holm([]).shape == (0,)


def test_ranks_are_shared_by_those_that_cannot_be_told_apart():
    # a and b alike, both better than c; d worse than a only
    better = np.zeros((4, 4), bool)
    better[0, 2] = better[1, 2] = better[0, 3] = True
    assert ranks(better).tolist() == [1, 1, 3, 2]
