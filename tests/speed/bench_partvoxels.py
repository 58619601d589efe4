"""Speed of the part-level voxels beside their dense floor: the convolutions alone.

`python tests/speed/bench_partvoxels.py [steps] [inference] [parts] [loss]`: all of them without argument;
`preset=small` for another preset than `tiny`. All 15 generated categories, noise for pictures. What is compared takes
turns in one run; each figure is the best of several turns after one that warms up.

The floor is every convolution and matrix product of the network, on inputs of the right size, forward (and backward):
no batch norms, no activations, no choice of patches, no loss, no optimiser.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import torch
from rich.console import Console
from rich.table import Table
from side_by_side import best_in_turns, versions
from torch import Tensor, nn
from torch.nn import functional as F

from svr3d.datasets import DataFacts
from svr3d.datasets.batch import SampleBatch, SampleKey
from svr3d.datasets.parametric.catalogue import CATALOGUE
from svr3d.methods.partvoxels import PartVoxels
from svr3d.methods.partvoxels.focal import focal_loss
from svr3d.methods.partvoxels.network import PartHead

BATCH = 8
THREADS = 2
TURNS = 5
OURS, BASE, FLOOR = "with the module", "base model", "convolutions alone"


def facts() -> DataFacts:
    names = tuple(sorted(CATALOGUE))
    labels = tuple(sorted({label for category in CATALOGUE.values() for label in category.labels}))
    return DataFacts(names, labels, {name: tuple(CATALOGUE[name].labels) for name in names}, 137, 32)


def make(preset: str, **options: object) -> PartVoxels:
    method = PartVoxels.create(preset, facts(), **options)
    method.mean, method.deviation = torch.full((3,), 0.8), torch.full((3,), 0.2)
    method.counts = torch.ones(1 + len(method.labels.names), dtype=torch.long)
    if method.options.occupied == "fitted":
        method.fitted_threshold = torch.tensor(0.5)
    return method


def make_batch(method: PartVoxels) -> SampleBatch:
    """Noise, and a cube of each category's labels."""
    rng, known = torch.Generator().manual_seed(0), method.facts
    categories = torch.arange(BATCH) % len(known.categories)
    grids = torch.zeros(BATCH, 32, 32, 32, dtype=torch.long)
    for grid, category in zip(grids, categories.tolist(), strict=True):
        own = [1 + known.labels.index(label) for label in known.category_labels[known.categories[category]]]
        grid[8:24, 8:24, 8:24] = torch.tensor(own)[torch.randint(len(own), (16, 16, 16), generator=rng)]
    return SampleBatch(
        tuple(SampleKey(known.categories[category], f"{n}", 0) for n, category in enumerate(categories.tolist())),
        torch.rand(BATCH, 3, 137, 137, generator=rng),
        None,
        {"part_voxels": grids, "category": categories},
        known.categories,
    )


def training_step(method: PartVoxels, batch: SampleBatch) -> Callable[[], object]:
    optimizer = torch.optim.Adam(method.parameters(), lr=1e-6)

    def step() -> None:
        optimizer.zero_grad()
        torch.stack(list(method.losses(batch).values())).sum().backward()
        optimizer.step()

    return step


def convolutions(method: PartVoxels, batch: SampleBatch) -> list[tuple[nn.Module, tuple[Tensor, ...]]]:
    """Each layer that multiplies, and what went into it."""
    calls: list[tuple[nn.Module, tuple[Tensor, ...]]] = []
    kinds = (nn.Conv2d, nn.ConvTranspose3d, nn.Linear, PartHead)
    hooks = [
        module.register_forward_pre_hook(lambda module, given: calls.append((module, given)))
        for module in method.network.modules()
        if isinstance(module, kinds)
    ]
    with torch.no_grad():
        method.losses(batch)
    for hook in hooks:
        hook.remove()
    return calls


def floor(method: PartVoxels, batch: SampleBatch, backward: bool) -> Callable[[], object]:
    calls = convolutions(method, batch)
    first = calls[0][1][0]
    ready = [
        (
            layer,
            tuple(
                x.detach().requires_grad_(backward and x is not first) if x.is_floating_point() else x for x in given
            ),
        )
        for layer, given in calls
    ]
    with torch.no_grad():
        gradients = [torch.ones_like(layer(*given)).nan_to_num() for layer, given in ready]

    def run() -> None:
        with torch.set_grad_enabled(backward):
            for (layer, given), gradient in zip(ready, gradients, strict=True):
                result = layer(*given)
                if backward:
                    result.backward(gradient)

    return run


def show(console: Console, title: str, best: dict[str, float], floor_name: str = FLOOR) -> None:
    table = Table(title=title)
    for heading in ("", "ms", "times the floor"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, ms in best.items():
        table.add_row(name, f"{ms:,.1f}", f"{ms / best[floor_name]:.2f}")
    console.print(table)


def bench_steps(console: Console, preset: str) -> None:
    ours, base = make(preset), make(preset, lam=False)
    batch = make_batch(ours)
    calls = {OURS: training_step(ours, batch), BASE: training_step(base, batch), FLOOR: floor(ours, batch, True)}
    show(console, f"One training step, preset {preset}, batch {BATCH}", best_in_turns(calls, TURNS))


def bench_inference(console: Console, preset: str) -> None:
    ours, base = make(preset).eval(), make(preset, lam=False).eval()
    batch = make_batch(ours)
    calls = {
        OURS: lambda: ours.reconstruct(batch),
        BASE: lambda: base.reconstruct(batch),
        FLOOR: floor(ours, batch, False),
    }
    show(console, f"Reconstruction, preset {preset}, batch {BATCH}", best_in_turns(calls, TURNS))


def bench_parts(console: Console, preset: str) -> None:
    """Forward, without gradients."""
    method = make(preset)
    batch = make_batch(method)
    network = method.network
    with torch.no_grad():
        pictures = method._standardized(batch.pictures)
        features = network.encoder(pictures)
        common = network.enhancement.common(features)
        whole, fused = network.enhancement(features)
        grid = network(pictures).grid
        slots = method.labels.slots[batch.target("category")]
    lam = network.enhancement.lam
    assert lam is not None
    joined = torch.cat([whole, lam(common).detach()], dim=1)
    calls = {
        "whole network": lambda: network.head(network(method._standardized(batch.pictures)).grid, slots),
        "pictures": lambda: method._standardized(batch.pictures),
        "encoder": lambda: network.encoder(pictures),
        "common and global features": lambda: network.enhancement.whole(network.enhancement.common(features)),
        "Local Awareness Module": lambda: lam(common),
        "fusion": lambda: network.enhancement.fuse(joined),
        "generator": lambda: network.generator(fused.reshape(BATCH, -1, 2, 2, 2)),
        "head": lambda: network.head(grid, slots),
    }
    with torch.no_grad():
        best = best_in_turns(calls, TURNS)
    table = Table(title=f"Where a forward pass's time goes, preset {preset}, batch {BATCH}")
    for heading in ("part", "ms", "share"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for name, ms in best.items():
        table.add_row(name, f"{ms:,.1f}", f"{ms / best['whole network']:.0%}")
    console.print(table)


def both_losses(classes: int) -> dict[str, Callable[[], object]]:
    """Both losses of the same logits, forward and backward."""
    rng = torch.Generator().manual_seed(0)
    logits = torch.randn(BATCH, classes, 32, 32, 32, generator=rng).requires_grad_()
    target = torch.randint(classes, (BATCH, 32, 32, 32), generator=rng)
    alpha = torch.rand(classes, generator=rng)

    def both_ways(loss: Tensor) -> None:
        logits.grad = None
        loss.backward()

    return {
        "focal loss": lambda: both_ways(focal_loss(logits, target, alpha, 2.0)),
        "cross_entropy": lambda: both_ways(F.cross_entropy(logits, target)),
    }


def bench_loss(console: Console, preset: str) -> None:
    """For the slots of the categories, and for all labels."""
    for classes in (6, 8, 43):
        best = best_in_turns(both_losses(classes), 3 * TURNS)
        show(console, f"Loss over {classes} classes, batch {BATCH}", best, "cross_entropy")


BENCHES = {"steps": bench_steps, "inference": bench_inference, "parts": bench_parts, "loss": bench_loss}


def main() -> None:
    torch.set_num_threads(THREADS)
    console = Console(width=100)
    console.print(versions(["torch", "torchvision"]), f"on {THREADS} threads")
    preset = next((word.removeprefix("preset=") for word in sys.argv[1:] if word.startswith("preset=")), "tiny")
    chosen = [name for name in BENCHES if name in sys.argv[1:]] or list(BENCHES)
    for name in chosen:
        BENCHES[name](console, preset)


if __name__ == "__main__":
    main()
