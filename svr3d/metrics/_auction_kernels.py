"""The auction for many pairs of clouds at once on a GPU: one Triton program per pair.

The auction runs in float32, because it only has to find good prices; what they certify is computed in float64
afterwards, over blocks of rows, so that memory grows with the number of points. In each round all persons without an
object bid at once (D. P. Bertsekas's "Jacobi" version). Bids meet in an atomic maximum of (price, person), whose result
does not depend on the order of arrival: the kernel is deterministic.
"""

# pyright: reportMissingParameterType=false
# Triton finds out the types of its kernels' parameters itself, and takes annotations for something else.

from __future__ import annotations

import math

import torch
import triton
import triton.language as tl
from torch import Tensor

FIRST_EPSILON = 1 / 50
"""Of the diagonal, as on the CPU."""

EPSILON_STEP = 1 / 5

SMALLEST_EPSILON = 1e-6
"""Of the extent: below it, float32 prices no longer tell objects apart."""

MOST_ROUNDS = 16
"""Per point and phase: the bound that ends every launch. Ordinary clouds need 1 to 4, most with a few persons."""

TILE = 1 << 24
"""Distances held at a time by the float64 pass, over all pairs."""


def match_on_gpu(x: Tensor, y: Tensor, tolerance: float) -> tuple[Tensor, Tensor, Tensor]:
    """Matchings of x: Float[B, N, 3] to y: Float[B, N, 3], N ≥ 2, on their device.

    Returns:
        Long[B, N], the index into y of the partner of each x; Float64[B], a lower bound of the mean cost of all
        matchings; and Bool[B], whether the mean cost v of the matching satisfies v - bound ≤ tolerance · v. Where it
        does not, the first two mean nothing.
    """
    batch, n, _ = x.shape
    x, y = x.double(), y.double()
    points = torch.cat([x, y], dim=1)
    lowest, highest = points.amin(1, keepdim=True), points.amax(1, keepdim=True)
    # A power of two scales without rounding; the shift only has to please float32.
    exponent = torch.frexp((highest - lowest).amax((1, 2))).exponent.clamp(min=-1000)  # 0 where all points are one
    scale = -exponent.double()[:, None, None]
    x, y = x.ldexp(scale), y.ldexp(scale)
    middle = ((lowest + highest) / 2).ldexp(scale)
    a, b = ((p - middle).float().transpose(1, 2).contiguous() for p in (x, y))  # (B, 3, N)

    def filled(value: int, dtype: torch.dtype) -> Tensor:
        return torch.full((batch, n), value, dtype=dtype, device=x.device)

    prices, bids = filled(0, torch.float32), filled(0, torch.int64)
    queue, wanted = filled(0, torch.int32), filled(0, torch.int32)
    everyone = torch.arange(n, dtype=torch.int32, device=x.device)
    permutation, bound = filled(0, torch.int64), torch.zeros(batch, dtype=torch.float64, device=x.device)
    done = torch.zeros(batch, dtype=torch.bool, device=x.device)
    ended = torch.ones_like(done)
    epsilon = FIRST_EPSILON * math.sqrt(3.0)
    while epsilon >= SMALLEST_EPSILON:
        object_of, person_of = filled(-1, torch.int32), filled(-1, torch.int32)
        queue[:] = everyone
        epsilons = torch.where(ended & ~done, epsilon, 0.0).float()
        _auction[(batch,)](
            a, b, prices, object_of, person_of, bids, queue, wanted, epsilons, n, 20 + MOST_ROUNDS * n,
            persons=8, objects=256, listed=1024, num_warps=8, num_stages=1,  # pyright: ignore[reportCallIssue]: of the launch, not of the kernel
        )  # fmt: skip
        new = ended & ~done
        ended &= done | (object_of >= 0).all(1)
        found = object_of.clamp(min=0).long()
        value = torch.linalg.vector_norm(x - y.gather(1, found[..., None].expand_as(y)), dim=-1).mean(1)
        # As on the CPU: the gap is seldom below a twentieth of epsilon.
        look = new & ended & ((value == 0) | (epsilon <= 20 * tolerance * value))
        if look.any():
            certified = _bounds(x, y, prices)
            closed = look & (value - certified <= tolerance * value)
            permutation[closed], bound[closed] = found[closed], certified[closed]
            done |= closed
        if not (ended & ~done).any():
            break
        epsilon *= EPSILON_STEP
    return permutation, bound.ldexp(exponent.double()), done


def _bounds(x: Tensor, y: Tensor, prices: Tensor) -> Tensor:
    """Float64[B]: the lower bounds that the prices certify, less what rounding may have added."""
    batch, n, _ = x.shape
    prices = prices.double()
    rows = max(1, TILE // (batch * n))
    lowest = torch.cat(
        [
            (torch.cdist(part, y, compute_mode="donot_use_mm_for_euclid_dist") + prices[:, None]).amin(2)
            for part in x.split(rows, dim=1)
        ],
        dim=1,
    )
    rounding = 64 * torch.finfo(torch.float64).eps * (prices.abs().amax(1) + lowest.abs().amax(1))
    return ((lowest - prices).mean(1) - rounding).clamp(min=0)


@triton.jit
def _auction(
    x, y, prices, object_of, person_of, bids, queue, wanted, epsilons, n, most_rounds,
    persons: tl.constexpr, objects: tl.constexpr, listed: tl.constexpr,
):  # fmt: skip
    """One phase for one pair: rounds of bids until everyone holds an object within epsilon of its best.

    x, y: Float[B, 3, N]; the others [B, N]; a pair with epsilon 0 is left alone. A round looks at `persons`
    persons × `objects` objects at a time, then at `listed` bids. Barriers part its steps, because each reads what
    other threads wrote in the one before.
    """
    pair = tl.program_id(0).to(tl.int64)
    epsilon = tl.load(epsilons + pair)
    x += pair * 3 * n
    y += pair * 3 * n
    prices += pair * n
    object_of += pair * n
    person_of += pair * n
    bids += pair * n
    queue += pair * n
    wanted += pair * n
    infinity = float("inf")
    column = tl.arange(0, objects)
    count = tl.where(epsilon > 0, n, 0)
    rounds = tl.where(epsilon > 0, 0, most_rounds)
    while (count > 0) & (rounds < most_rounds):
        for start in range(0, count, persons):  # each in the queue bids for its best object
            slot = start + tl.arange(0, persons)
            live = slot < count
            i = tl.load(queue + slot, mask=live, other=0)
            x0 = tl.load(x + i)
            x1 = tl.load(x + n + i)
            x2 = tl.load(x + 2 * n + i)
            # Per column first: a reduction over columns is a meeting of all threads.
            best = tl.full((persons, objects), infinity, tl.float32)
            second = tl.full((persons, objects), infinity, tl.float32)
            at = tl.zeros((persons, objects), tl.int32)
            for first in range(0, n, objects):
                j = first + column
                inside = j < n
                u = tl.load(y + j, mask=inside, other=0.0)[None, :] - x0[:, None]
                v = tl.load(y + n + j, mask=inside, other=0.0)[None, :] - x1[:, None]
                w = tl.load(y + 2 * n + j, mask=inside, other=0.0)[None, :] - x2[:, None]
                price = tl.load(prices + j, mask=inside, other=infinity)
                value = tl.sqrt(u * u + v * v + w * w) + price[None, :]
                second = tl.minimum(second, tl.maximum(best, value))
                at = tl.where(value < best, j[None, :], at)
                best = tl.minimum(best, value)
            lowest, where = tl.min(best, 1, return_indices=True)
            chosen = column[None, :] == where[:, None]
            next_lowest = tl.min(tl.where(chosen, second, best), 1)
            target = tl.sum(tl.where(chosen, at, 0), 1)
            offer = tl.load(prices + target) + (next_lowest - lowest) + epsilon
            # Positive floats are ordered as their bits are; of equal offers that of the first person counts. Prices
            # only rise, so that bids of earlier rounds need no clearing.
            bid = (offer.to(tl.int32, bitcast=True).to(tl.int64) << 32) | (0x7FFFFFFF - i).to(tl.int64)
            tl.atomic_max(bids + target, bid, mask=live)
            tl.store(wanted + slot, target, mask=live)
        tl.debug_barrier()
        waiting = tl.where(epsilon > 0, 0, 0)
        for start in range(0, count, listed):  # the highest bid gets the object; who lost it or lost out queues again
            slot = start + tl.arange(0, listed)
            live = slot < count
            i = tl.load(queue + slot, mask=live, other=0)
            j = tl.load(wanted + slot, mask=live, other=0)
            bid = tl.load(bids + j, mask=live, other=0)
            won = live & ((bid & 0x7FFFFFFF) == (0x7FFFFFFF - i).to(tl.int64))
            again = tl.where(won, tl.load(person_of + j, mask=won, other=-1), i)
            stays = (live & (again >= 0)).to(tl.int32)
            place = waiting + tl.cumsum(stays, 0) - stays
            tl.debug_barrier()
            tl.store(object_of + again, -1, mask=won & (again >= 0))
            tl.store(object_of + i, j, mask=won)
            tl.store(person_of + j, i, mask=won)
            tl.store(prices + j, (bid >> 32).to(tl.int32).to(tl.float32, bitcast=True), mask=won)
            tl.store(queue + place, again, mask=stays > 0)
            waiting += tl.sum(stays, 0)
        count = waiting
        tl.debug_barrier()
        rounds += 1
