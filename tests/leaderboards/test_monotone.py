"""Failing, or doing worse in any way, never improves a rank; nor does noise make a method the leader's equal."""

import numpy as np
import pytest

from svr3d.leaderboards.analysis import judge
from svr3d.leaderboards.statistics import Bootstrap, Scores
from svr3d.metrics import get_metric

METHODS = 5


def drawn(rng, metric, seeds=1):
    """Scores of methods of which some are alike, on 40 to 120 objects in 5 to 10 categories, and the worst value."""
    categories = int(rng.integers(5, 11))
    names = sorted(f"c{i % categories}" for i in range(int(rng.integers(40, 121))))
    n, skill = len(names), np.array([0.0, 0.0, 0.15, 0.3, 0.5]) * rng.uniform(0.5, 1.5)
    hard, own = rng.normal(size=(n, 1, 1)), 0.5 * rng.normal(size=(n, METHODS, 1))
    noise = 0.3 * rng.normal(size=(n, METHODS, seeds)) * rng.uniform(0.5, 3, size=(METHODS, 1))
    z = hard + own + noise + skill[:, None] + 0.05 * rng.normal(size=(METHODS, seeds))
    values = 1 / (1 + np.exp(z)) if metric == "iou" else 0.01 * np.exp(z)
    methods = tuple(f"m{i}" for i in range(METHODS) for _ in range(seeds))
    return Scores.of_values(values.reshape(n, -1), names, methods)


def failing(scores, metric, method, objects, worst):
    """The scores with the method's predictions of some objects failed, all seeds of them."""
    values, failed = scores.numerator.copy(), scores.failed.copy()
    columns = scores.runs[f"m{method}"]
    values[np.ix_(objects, columns)] = worst
    failed[np.ix_(objects, columns)] = True
    return Scores(values, scores.denominator, scores.categories, scores.methods, failed)


def judged(bootstrap, scores, metric):
    estimates = bootstrap.estimates(scores)
    return [
        judge(get_metric(metric), True, [False] * METHODS, estimates[name], np.zeros(METHODS))
        for name in ("mean", "objects")
    ]


def better_than(result, method):
    return {pair.a for pair in result.pairs if pair.b == method and pair.p_holm <= 0.05}


def worse_than(result, method):
    return {pair.b for pair in result.pairs if pair.a == method and pair.p_holm <= 0.05}


def behind(result, method):
    return {i for i in range(METHODS) if result.ranks[i][0] > result.ranks[method][0]}


def assert_nothing_gained(before, after, method):
    assert after.ranks[method][0] >= before.ranks[method][0]
    assert after.ranks[method][1] >= before.ranks[method][1]
    assert better_than(after, method) >= better_than(before, method)
    assert worse_than(after, method) <= worse_than(before, method)
    assert behind(after, method) <= behind(before, method)


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("metric", ["iou", "cd_l2"])
def test_failing_never_improves_a_rank(metric, seeds):
    """At random, on the objects of which a method makes most, and where it is ahead of its rivals most or least."""
    worst, moved = get_metric(metric).worst, 0
    sign = 1 if metric == "iou" else -1
    for draw in range(2):
        rng = np.random.default_rng([draw, seeds])
        bootstrap, scores = Bootstrap(resamples=1200, seed=draw), drawn(rng, metric, seeds)
        before = judged(bootstrap, scores, metric)
        for method in range(METHODS):
            own = sign * scores.by_object()[0]
            lead = own[:, method] - np.delete(own, method, axis=1).mean(axis=1)
            orders = (rng.permutation(len(own)), np.argsort(-own[:, method]), np.argsort(lead), np.argsort(-lead))
            for count, order in zip((1, 2, 4, 4), orders, strict=True):
                after = judged(bootstrap, failing(scores, metric, method, order[:count], worst), metric)
                for one, other in zip(before, after, strict=True):
                    assert_nothing_gained(one, other, method)
                    moved += one.ranks != other.ranks
    assert moved > 5  # so that there was something to see


def test_doing_worse_without_failing_gains_nothing_either():
    for draw in range(2):
        rng = np.random.default_rng(draw)
        bootstrap, scores = Bootstrap(resamples=1200, seed=draw), drawn(rng, "cd_l2")
        before = judged(bootstrap, scores, "cd_l2")
        for method in range(METHODS):
            values = scores.numerator.copy()
            values[:, method] *= 1 + rng.pareto(1.5, size=len(values)) * (rng.random(len(values)) < 0.1)
            worse = Scores.of_values(values, scores.categories, scores.methods)
            for one, other in zip(before, judged(bootstrap, worse, "cd_l2"), strict=True):
                assert_nothing_gained(one, other, method)


@pytest.mark.parametrize("times", [3, 10])
def test_noise_does_not_make_a_method_the_leaders_equal(times):
    """The last method's scores vary more about the same mean: its first rank says less, its last rank no more."""
    for draw in range(4):
        rng = np.random.default_rng(draw)
        bootstrap, scores = Bootstrap(resamples=1200, seed=draw), drawn(rng, "iou")
        before = judged(bootstrap, scores, "iou")[1]
        worst = int(np.argmin(before.value))
        values = scores.numerator.copy()
        noise = rng.normal(size=len(values))
        values[:, worst] += (times - 1) * 0.2 * (noise - noise.mean())
        after = judged(bootstrap, Scores.of_values(values, scores.categories, scores.methods), "iou")[1]
        assert after.value[worst] == pytest.approx(before.value[worst])
        assert after.ranks[worst][0] == max(first for first, _ in after.ranks)
        assert after.ranks[worst][1] == before.ranks[worst][1] == METHODS
        leader = int(np.argmax(after.value))
        if before.ranks[leader][1] < METHODS and after.ranks[leader][1] < METHODS:
            assert after.ranks[worst] != after.ranks[leader]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_failing_method_is_last_on_the_board_too(table, count):
    """From records: distances of three methods, of which the worst fails on some objects and is noisy for it."""
    from svr3d.leaderboards import leaderboard

    rng = np.random.default_rng(9)
    hard = rng.lognormal(-5, 0.5, size=60)
    values = {name: dict.fromkeys("xy", None) for name in ("good", "fair", "poor")}
    for name, factor in (("good", 1.0), ("fair", 1.5), ("poor", 2.5)):
        own = factor * hard * rng.lognormal(0, 0.1, size=60)
        values[name] = {"chair": list(own[:30]), "mug": list(own[30:])}
    records = table(values, metric="cd_l2")
    rows = records.index[records["method"] == "poor"][:count]
    records.loc[rows, ["value", "status"]] = [get_metric("cd_l2").worst, "failed"]
    board = leaderboard(records).query("category == 'mean'").set_index("method")
    assert board["high"]["poor"] - board["low"]["poor"] > 10 * board["value"]["good"]
    assert board["rank"].to_dict() == {"good": 1, "fair": 2, "poor": 3}
    assert board["failed"].to_dict() == {"good": 0, "fair": 0, "poor": count}
