"""Nearest neighbours on NVIDIA GPUs, in Triton: all distances in float32, none of them stored.

Each program compares a block of x with a run of blocks of y. Every distance is evaluated once and serves both
directions: the minima of a tile's rows stay in registers, those of its columns go to memory at each tile. A squared
distance is not negative, so its bits order as an integer; with the index below them they are one 64-bit number,
whose minimum is the nearest and, among equals, the first. Minima do not depend on their order, so the atomic ones
give the same result at each run.

Differences are direct and rounded in the order of the plain search: no matrix product, no TF32, no fused
multiply-add (kernels are launched with `enable_fp_fusion=False`).
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

ROWS, COLUMNS = 64, 64
"""Points of x and of y in one tile: 32 distances per thread of four warps. Twice as many spill registers."""

PROGRAMS = 4 * 132
"""Wanted at least: four for each multiprocessor of an H100 or H200. Long runs of blocks are split to reach it."""

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
        rows=ROWS, columns=COLUMNS, num_warps=4, enable_fp_fusion=False,
    )  # fmt: skip
    return _index(x_best), _index(y_best)


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
