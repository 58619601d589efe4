"""Speed of each of SM-NET's training steps beside its dense floor: the products alone.

`python tests/speed/bench_smnet.py [parts] [voxels] [sequence] [sketches] [image] [reconstruction]`: all of them without
argument; `preset=small` for another preset than `tiny`. Noise for pictures, points and codes, objects of 1 to 8 parts.
What is compared takes turns in one run; each figure is the best of several turns after one that warms up.

The floor is every convolution, linear layer and product of a GRU, on inputs of the right size, forward, and backward
where its weights are trained: no batch norms, no activations, no search for nearest points, no loss, no optimiser.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from dense_floor import floor, learned, print_stages, products, training_step
from side_by_side import best_in_turns
from torch import Tensor

from svr3d.datasets.batch import SampleBatch, SampleKey
from svr3d.datasets.box_objects import box_facts
from svr3d.methods.smnet import SMNet
from svr3d.methods.stages import Learned

THREADS = 2
TURNS = 5
MOST = 8


def make(preset: str, **options: object) -> SMNet:
    method = SMNet.create(preset, replace(box_facts(), most_parts=MOST), **options)
    method.depth_mean, method.depth_deviation = torch.tensor(1.9), torch.tensor(0.2)
    return method


def make_batch(method: SMNet, stage: Learned) -> SampleBatch:
    """Noise of the right sizes."""
    o, count = method.options, stage.batch_size
    rng = torch.Generator().manual_seed(0)

    def noise(*shape: int) -> Tensor:
        return torch.rand(count, *shape, generator=rng)

    disc = (torch.arange(137) - 68.0).square()
    depth = ((disc[:, None] + disc < 45**2) * 1.9).expand(count, -1, -1).contiguous()
    targets = {
        "part_points": noise(2 * o.part_points, 3) - 0.5,
        "part_voxels": (noise(*[o.resolution] * 3) > 0.5).to(torch.uint8),
        "part_codes": noise(MOST, o.code),
        "part_boxes": noise(MOST, 6),
        "part_count": 1 + torch.arange(count) % MOST,
        "part_labels": torch.zeros(count, MOST, dtype=torch.long),
        "sketches": {"depth": depth, "normal": noise(3, 137, 137) - 0.5},
        "latent": noise(method.sequence.latent),
        "view_boxes": noise(MOST, 6),
        "view_count": 1 + torch.arange(count) % MOST,
    }
    return SampleBatch(tuple(SampleKey("x", f"{n}", 0) for n in range(count)), noise(3, 137, 137), None, targets)


def bench_stage(name: str, preset: str, **options: object) -> tuple[str, dict[str, float]]:
    method = make(preset, **options)
    stage = learned(method, name)
    batch, count = make_batch(method, stage), stage.batch_size
    step = training_step(method, stage, batch)
    calls = {"step": step, "floor": floor(products(method, step))}
    return f"{name}{' (voxels)' if options else ''}, batch {count}", best_in_turns(calls, TURNS)


def bench_reconstruction(preset: str) -> tuple[str, dict[str, float]]:
    """All of `final`, with as many parts as come of random weights."""
    method = make(preset).eval()
    batch = make_batch(method, learned(method, "image"))

    def run() -> None:
        method.reconstruct(batch)

    run()
    calls = {"step": run, "floor": floor(products(method, run))}
    return f"reconstruction, batch {len(batch)}", best_in_turns(calls, TURNS)


BENCHES: dict[str, Callable[[str], tuple[str, dict[str, float]]]] = {
    "parts": lambda preset: bench_stage("parts", preset),
    "voxels": lambda preset: bench_stage("parts", preset, part_decoder="voxels"),
    "sequence": lambda preset: bench_stage("sequence", preset),
    "sketches": lambda preset: bench_stage("sketches", preset),
    "image": lambda preset: bench_stage("image", preset),
    "reconstruction": bench_reconstruction,
}


if __name__ == "__main__":
    print_stages(BENCHES, THREADS)
