"""Adjusted p-values and ranks by hand."""

import numpy as np
import pytest

from svr3d.leaderboards.ranking import adjusted, holm, ranks


def test_holm_by_hand():
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([0.9, 0.8]), [1.0, 1.0])
    np.testing.assert_allclose(holm([0.02, np.nan, 0.01]), [0.02, np.nan, 0.02])
    assert holm([]).shape == (0,)


def test_claims_are_adjusted_by_the_method_that_they_are_against():
    p = np.array([[1.0, 0.01, 0.002], [0.9, 1.0, 0.01], [0.95, 0.9, 1.0]])
    others = ~np.eye(3, dtype=bool)
    by_hand = [[np.nan, 3 * 0.02, 3 * 0.004], [1.0, np.nan, 3 * 0.01], [1.0, 1.0, np.nan]]
    np.testing.assert_allclose(adjusted(p, others), by_hand)
    # of two methods: what is two-sided
    two = adjusted(np.array([[1.0, 0.02], [0.98, 1.0]]), ~np.eye(2, dtype=bool))
    assert two[0, 1] == pytest.approx(0.04)
    # a family without claims is none
    assert adjusted(p, others & (np.arange(3) == 2))[0, 2] == pytest.approx(0.004)


def test_losing_a_claim_does_not_save_from_another():
    """By Holm over all pairs, the middle method would be no worse than the first once it is no better than the last."""
    p = np.array([[1.0, 0.01, 0.0001], [0.99, 1.0, 0.001], [1.0, 1.0, 1.0]])
    others = ~np.eye(3, dtype=bool)
    failing = p.copy()
    failing[1, 2], failing[0, 1] = 0.3, 0.008
    assert adjusted(p, others)[0, 1] <= 0.06 and adjusted(failing, others)[0, 1] <= adjusted(p, others)[0, 1]
    pairs = [2 * p[0, 1], 2 * p[0, 2], 2 * p[1, 2]]
    after = [2 * failing[0, 1], 2 * failing[0, 2], 2 * failing[1, 2]]
    assert holm(pairs)[0] <= 0.05
    assert holm(after)[0] > holm(pairs)[0]


def test_ranks_are_shared_by_those_that_cannot_be_told_apart():
    # a and b alike, both better than c
    better = np.zeros((3, 3), bool)
    better[0, 2] = better[1, 2] = True
    first, last = ranks(better, np.array([0.9, 0.8, 0.1]))
    assert first.tolist() == [1, 1, 3] and last.tolist() == [2, 2, 3]


def test_a_worse_value_never_has_a_better_rank():
    # d is so noisy that nothing is known of it; c is worse than a
    better = np.zeros((4, 4), bool)
    better[0, 1] = better[0, 2] = True
    first, last = ranks(better, np.array([0.9, 0.5, 0.4, 0.3]))
    assert first.tolist() == [1, 2, 2, 2]  # not 1 for the last
    assert last.tolist() == [2, 4, 4, 4]
    # a noisy method at the top does not push the others down
    first, last = ranks(better, np.array([0.9, 0.5, 0.4, 1.0]))
    assert first.tolist() == [1, 2, 2, 1] and last.tolist() == [2, 4, 4, 2]


def test_equal_values_share_both_ranks():
    better = np.zeros((3, 3), bool)
    better[0, 1] = True
    first, last = ranks(better, np.array([0.9, 0.5, 0.5]))
    assert first.tolist() == [1, 2, 2] and last.tolist() == [2, 3, 3]
    first, last = ranks(np.zeros((2, 2), bool), np.zeros(2))
    assert first.tolist() == [1, 1] and last.tolist() == [2, 2]


def test_no_method_has_no_rank():
    first, last = ranks(np.zeros((0, 0), bool), np.zeros(0))
    assert first.shape == last.shape == (0,)
