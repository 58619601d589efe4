"""Nearest neighbours on NVIDIA GPUs, in Triton: all distances in float32, none of them stored.

Each program compares a block of x with a run of blocks of y. Every distance is evaluated once and serves both
directions: the minima of a tile's rows stay in registers, those of its columns go to memory at each tile. A squared
distance is not negative, so its bits order as an integer; with the index below them they are one 64-bit number,
whose minimum is the nearest and, among equals, the first. Minima do not depend on their order, so the atomic ones
give the same result at each run.

Of large clouds most pairs are passed over: both are put in Morton order, and a program compares its block of queries
only with those whose bounding box is no farther than the worst of its nearest distances so far, one way at a time.

Differences are direct and rounded in the order of the plain search: no matrix product, no TF32, no fused
multiply-add (kernels are launched with `enable_fp_fusion=False`). Rounding is monotonic, so a box is never farther than
a point in it, and passing blocks over changes no result.
"""

# pyright: reportMissingParameterType=false
# Triton finds out the types of its kernels' parameters itself, and takes annotations for something else.

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

ROWS, COLUMNS = 64, 64
"""Points of x and of y in one tile: 32 distances per thread of four warps. Twice as many spill registers."""

PROGRAMS = 4 * 132
"""Wanted at least: four for each multiprocessor of an H100 or H200. Long runs of blocks are split to reach it."""

BLOCK = 64
"""Points in a block where most are passed over."""

LARGE = 1 << 28
"""Pairs of points from which on most are passed over: below, sorting and looking at boxes cost more than they save."""

UNSEEN = 0x7F800000_FFFFFFFF
"""An infinite distance to no point."""


def search(x: Tensor, y: Tensor, x_lengths: Tensor, y_lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Indices of nearest neighbours, both ways, of batches of clouds.

    Args:
        x, y: Float32[B, N, 3] and Float32[B, M, 3], finite and contiguous, on one device.
        x_lengths, y_lengths: Long[B] numbers of points.

    Returns:
        Long[B, N] and Long[B, M]; -1 for padding, and where no square of a distance is below infinity.
    """
    (pairs, n, _), m = x.shape, y.shape[1]
    if n * m >= LARGE:
        return search_pruned(x, y, x_lengths, y_lengths)
    blocks, tiles = triton.cdiv(n, ROWS), triton.cdiv(m, COLUMNS)
    splits = min(tiles, triton.cdiv(PROGRAMS, pairs * blocks))
    run = triton.cdiv(tiles, splits)
    x_best = torch.full((pairs, n), UNSEEN, dtype=torch.int64, device=x.device)
    y_best = torch.full((pairs, m), UNSEEN, dtype=torch.int64, device=x.device)
    # Coordinates apart, so that neighbouring threads read neighbouring numbers.
    x, y = x.transpose(1, 2).contiguous(), y.transpose(1, 2).contiguous()
    grid = (blocks * triton.cdiv(tiles, run) * pairs,)
    _nearest[grid](
        x, y, x_lengths, y_lengths, x_best, y_best, n, m, blocks, triton.cdiv(tiles, run), run,
        rows=ROWS, columns=COLUMNS, num_warps=4, enable_fp_fusion=False,  # pyright: ignore[reportCallIssue]: of the launch
    )  # fmt: skip
    return _index(x_best), _index(y_best)


def search_pruned(x: Tensor, y: Tensor, x_lengths: Tensor, y_lengths: Tensor) -> tuple[Tensor, Tensor]:
    """`search`, by boxes around blocks of points in Morton order."""
    a, b = _sorted(x, x_lengths), _sorted(y, y_lengths)
    return _one_way(a, b, x_lengths, y_lengths), _one_way(b, a, y_lengths, x_lengths)


Sorted = tuple[Tensor, Tensor, Tensor]
"""Points in Morton order: their order Int[B, N], coordinates [B, 3, N], and boxes of blocks [B, blocks, 6]."""


def _sorted(points: Tensor, lengths: Tensor) -> Sorted:
    """The real points first."""
    real = torch.arange(points.shape[1], device=points.device) < lengths[:, None]
    low = points.masked_fill(~real[..., None], torch.inf).amin(1, keepdim=True)
    high = points.masked_fill(~real[..., None], -torch.inf).amax(1, keepdim=True)
    side = (high - low).amax(2, keepdim=True).clamp(min=torch.finfo(points.dtype).tiny)
    cells = ((points - low) / side * 1023).nan_to_num(0.0).clamp(0, 1023).long()
    for shift, mask in ((16, 0x30000FF), (8, 0x300F00F), (4, 0x30C30C3), (2, 0x9249249)):
        cells = (cells | (cells << shift)) & mask  # bits apart by three
    code = cells[..., 0] | (cells[..., 1] << 1) | (cells[..., 2] << 2)
    order = code.masked_fill(~real, 1 << 30).argsort(dim=1, stable=True)
    points = points.gather(1, order[..., None].expand_as(points)).masked_fill(~real[..., None], torch.nan)
    filled = torch.nn.functional.pad(points, (0, 0, 0, -points.shape[1] % BLOCK), value=torch.nan)
    filled = filled.unflatten(1, (-1, BLOCK))
    missing = filled.isnan()
    low = filled.masked_fill(missing, torch.inf).amin(2)
    high = filled.masked_fill(missing, -torch.inf).amax(2)
    boxes = torch.cat([low, high], dim=-1).contiguous()
    return order.int().contiguous(), points.nan_to_num(0.0).transpose(1, 2).contiguous(), boxes


def _one_way(queries: Sorted, targets: Sorted, lengths: Tensor, target_lengths: Tensor) -> Tensor:
    """Long[B, N]: for each query the index of its nearest target; queries and targets as of `_sorted`."""
    (order, x, boxes), (target_order, y, target_boxes) = queries, targets
    pairs, _, n = x.shape
    best = torch.full((pairs, n), UNSEEN, dtype=torch.int64, device=x.device)
    grid = (boxes.shape[1], pairs)
    _nearest_pruned[grid](
        x, y, lengths, target_lengths, boxes, target_boxes, order, target_order, best,
        n, y.shape[2], boxes.shape[1], target_boxes.shape[1],
        rows=BLOCK, columns=BLOCK, num_warps=4, enable_fp_fusion=False,  # pyright: ignore[reportCallIssue]: of the launch
    )  # fmt: skip
    return _index(best)


def _index(best: Tensor) -> Tensor:
    return torch.where(best == UNSEEN, -1, best & 0xFFFFFFFF)


@triton.jit
def _nearest(
    x, y, x_lengths, y_lengths, x_best, y_best, n, m, blocks, splits, run, rows: tl.constexpr, columns: tl.constexpr
):
    program = tl.program_id(0)
    block = program % blocks
    split = (program // blocks) % splits
    pair = (program // (blocks * splits)).to(tl.int64)
    x += pair * 3 * n
    y += pair * 3 * m
    x_count = tl.load(x_lengths + pair)
    y_count = tl.load(y_lengths + pair)
    i = block * rows + tl.arange(0, rows)
    x_real = i < x_count
    x0 = tl.load(x + i, mask=x_real, other=0.0)
    x1 = tl.load(x + n + i, mask=x_real, other=0.0)
    x2 = tl.load(x + 2 * n + i, mask=x_real, other=0.0)
    # UNSEEN, written out: a compiled kernel sees no numbers of its module.
    nearest = tl.full((rows,), 0x7F800000FFFFFFFF, tl.int64)
    for tile in range(split * run, split * run + run):
        j = tile * columns + tl.arange(0, columns)
        y_real = j < y_count
        y0 = tl.load(y + j, mask=y_real, other=0.0)
        y1 = tl.load(y + m + j, mask=y_real, other=0.0)
        y2 = tl.load(y + 2 * m + j, mask=y_real, other=0.0)
        d0 = x0[:, None] - y0[None, :]
        d1 = x1[:, None] - y1[None, :]
        d2 = x2[:, None] - y2[None, :]
        square = (d0 * d0 + d1 * d1) + d2 * d2
        square = tl.where(x_real[:, None] & y_real[None, :], square, float("inf"))
        value, place = tl.min(square, 1, return_indices=True, return_indices_tie_break_left=True)
        packed = (value.to(tl.int32, bitcast=True).to(tl.int64) << 32) | (tile * columns + place).to(tl.int64)
        nearest = tl.minimum(nearest, tl.where(value < float("inf"), packed, 0x7F800000FFFFFFFF))
        value, place = tl.min(square, 0, return_indices=True, return_indices_tie_break_left=True)
        packed = (value.to(tl.int32, bitcast=True).to(tl.int64) << 32) | (block * rows + place).to(tl.int64)
        tl.atomic_min(y_best + pair * m + j, packed, mask=y_real & (value < float("inf")), sem="relaxed")
    tl.atomic_min(x_best + pair * n + i, nearest, mask=x_real, sem="relaxed")


@triton.jit
def _box_gap(boxes, block, q0, q1, q2, q3, q4, q5):
    """The square of the distance between box `block` and the box q."""
    d0 = tl.maximum(tl.maximum(tl.load(boxes + 6 * block) - q3, q0 - tl.load(boxes + 6 * block + 3)), 0.0)
    d1 = tl.maximum(tl.maximum(tl.load(boxes + 6 * block + 1) - q4, q1 - tl.load(boxes + 6 * block + 4)), 0.0)
    d2 = tl.maximum(tl.maximum(tl.load(boxes + 6 * block + 2) - q5, q2 - tl.load(boxes + 6 * block + 5)), 0.0)
    return (d0 * d0 + d1 * d1) + d2 * d2


@triton.jit
def _nearest_pruned(
    x, y, x_lengths, y_lengths, x_boxes, y_boxes, x_order, y_order, best, n, m, x_blocks, y_blocks,
    rows: tl.constexpr, columns: tl.constexpr,
):  # fmt: skip
    block = tl.program_id(0)
    pair = tl.program_id(1).to(tl.int64)
    x += pair * 3 * n
    y += pair * 3 * m
    x_order += pair * n
    y_order += pair * m
    x_boxes += pair * 6 * x_blocks
    y_boxes += pair * 6 * y_blocks
    i = block * rows + tl.arange(0, rows)
    x_real = i < tl.load(x_lengths + pair)
    y_count = tl.load(y_lengths + pair)
    x0 = tl.load(x + i, mask=x_real, other=0.0)
    x1 = tl.load(x + n + i, mask=x_real, other=0.0)
    x2 = tl.load(x + 2 * n + i, mask=x_real, other=0.0)
    q0 = tl.load(x_boxes + 6 * block)
    q1 = tl.load(x_boxes + 6 * block + 1)
    q2 = tl.load(x_boxes + 6 * block + 2)
    q3 = tl.load(x_boxes + 6 * block + 3)
    q4 = tl.load(x_boxes + 6 * block + 4)
    q5 = tl.load(x_boxes + 6 * block + 5)
    # The nearest box first, so that the others are seldom looked into.
    start = 0
    least = float("inf")
    for tile in range(0, y_blocks):
        gap = _box_gap(y_boxes, tile, q0, q1, q2, q3, q4, q5)
        start = tl.where(gap < least, tile, start)
        least = tl.minimum(least, gap)
    nearest = tl.full((rows,), 0x7F800000FFFFFFFF, tl.int64)
    worst = float("inf")
    for step in range(0, y_blocks):
        tile = (start + step) % y_blocks
        gap = _box_gap(y_boxes, tile, q0, q1, q2, q3, q4, q5)
        if gap <= worst:
            j = tile * columns + tl.arange(0, columns)
            y_real = j < y_count
            d0 = x0[:, None] - tl.load(y + j, mask=y_real, other=0.0)[None, :]
            d1 = x1[:, None] - tl.load(y + m + j, mask=y_real, other=0.0)[None, :]
            d2 = x2[:, None] - tl.load(y + 2 * m + j, mask=y_real, other=0.0)[None, :]
            square = (d0 * d0 + d1 * d1) + d2 * d2
            place = tl.load(y_order + j, mask=y_real, other=0)
            packed = (square.to(tl.int32, bitcast=True).to(tl.int64) << 32) | place[None, :].to(tl.int64)
            known = y_real[None, :] & (square < float("inf"))
            nearest = tl.minimum(nearest, tl.min(tl.where(known, packed, 0x7F800000FFFFFFFF), 1))
            values = (nearest >> 32).to(tl.int32).to(tl.float32, bitcast=True)
            worst = tl.max(tl.where(x_real, values, 0.0), 0)
    tl.store(best + pair * n + tl.load(x_order + i, mask=x_real, other=0), nearest, mask=x_real)
