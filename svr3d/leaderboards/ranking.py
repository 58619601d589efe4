"""Who is better than whom, over a whole board: adjusted p-values, and ranks. Arrays in, arrays out.

A method must not gain by doing worse. Holm's adjustment over all pairs would let it: each claim that is proven makes
the others easier to prove, so a method that fails and is no longer better than a third one could take from its rivals
what they needed to be better than it. Here the claims against each method are a family of their own, adjusted by Holm
within, and the families share the 5 % equally. A method's worse prediction lowers the p-values of all claims against it
and raises those of its claims against others, each in a family of its own; so, with p-values that are monotone as those
of `statistics` are,

- no claim against it is lost, and none of its own is won;
- of the other methods, none is seen as worse than before by more methods;
- its `first` and its `last` rank do not improve, and no method comes to stand behind it that did not before.

`tests/leaderboards/test_monotone.py` tries it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """Holm's step-down adjustment (1979): adjusted p-values, which bound the chance of any false claim among all.

    NaN stays NaN and counts for nothing.
    """
    p = np.asarray(values, dtype=np.float64)
    adjusted = np.full_like(p, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * p[order]))
    return adjusted


def adjusted(p: np.ndarray, claims: np.ndarray) -> np.ndarray:
    """One-sided p-values, adjusted by Holm among the claims against the same method, and by Bonferroni over methods.

    The chance of any false claim is at most the sum over methods of that of a false claim against it.

    Args:
        p: Float[M, M]; [a, b] of the claim that a is better than b.
        claims: Bool[M, M], which claims there are; which of them seem true must not matter.

    Returns:
        Float[M, M]; NaN where there is no claim.
    """
    result = np.full(p.shape, np.nan)
    families = claims.any(axis=0).sum()
    for b in range(len(p)):
        own = claims[:, b]
        result[own, b] = np.minimum(1.0, families * holm(p[own, b]))
    return result


def ranks(better: np.ndarray, quality: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last rank that each of M methods may have for all that is proven.

    First = 1 + the number of methods that are significantly better than it, or than one whose value is as good or
    better; last = M - the number that are significantly worse than it, or than one whose value is as bad or worse. So
    neither ever improves where values get worse, and a noisy method has a wide range instead of a good rank. As a
    confidence set: Mogstad, Romano, Shaikh and Wilhelm, Inference for ranks, Review of Economic Studies 2024.

    Args:
        better: Bool[M, M]; [a, b] says that a is significantly better than b.
        quality: Float[M], the values; more is better.
    """
    better = np.asarray(better, dtype=bool)
    ahead = quality[:, None] >= quality  # [a, b]: a's value is as good as b's, or better
    first = np.where(ahead, 1 + better.sum(axis=0)[:, None], 1).max(axis=0, initial=1)
    last = np.where(ahead.T, len(quality) - better.sum(axis=1)[:, None], len(quality)).min(axis=0, initial=len(quality))
    return first, last
