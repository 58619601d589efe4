"""Speed of each of SM-NET's training steps beside its dense floor: the products alone.

`python tests/speed/bench_smnet.py [parts] [voxels] [sequence] [sketches] [image] [reconstruction]`: all of them without
argument; `preset=small` for another preset than `tiny`. Noise for pictures, points and codes, objects of 1 to 8 parts.
What is compared takes turns in one run; each figure is the best of several turns after one that warms up.

The floor is every convolution, linear layer and product of a GRU, on inputs of the right size, forward, and backward
where its weights are trained: no batch norms, no activations, no search for nearest points, no loss, no optimiser.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from rich.console import Console
from rich.table import Table
from side_by_side import best_in_turns, versions
from torch import Tensor, nn
from torch.nn import functional as F

from svr3d.datasets.batch import SampleBatch, SampleKey
from svr3d.datasets.box_objects import box_facts
from svr3d.methods.smnet import SMNet
from svr3d.methods.stages import Learned, Optimization
from svr3d.methods.training.modes import enter

THREADS = 2
TURNS = 5
MOST = 8
DENSE = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.Linear)


class Product(NamedTuple):
    """A dense product: a function of one tensor, its argument, and whether its gradients are taken."""

    function: Callable[[Tensor], Tensor]
    given: Tensor
    trained: bool


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


def learned(method: SMNet, name: str) -> Learned:
    (stage,) = [stage for stage in method.stages() if stage.name == name]
    assert isinstance(stage, Learned)
    return stage


def training_step(method: SMNet, stage: Learned, batch: SampleBatch) -> Callable[[], object]:
    enter(method, stage)
    made = stage.optimizer([p for name in stage.trains for p in method.get_submodule(name).parameters()])
    optimizer = made.optimizer if isinstance(made, Optimization) else made

    def step() -> None:
        enter(method, stage)
        optimizer.zero_grad()
        values = stage.losses(batch)
        torch.stack([values[name] for name in stage.terms]).sum().backward()
        optimizer.step()

    return step


def products(method: SMNet, run: Callable[[], object]) -> list[Product]:
    """Each dense product of a run, and what went into it."""
    found: list[Product] = []

    def note(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        if isinstance(module, nn.GRU):
            found.extend(of_gru(module, given[0]))
        else:
            trained = next(module.parameters()).requires_grad and torch.is_grad_enabled()
            found.append(Product(module, given[0].detach(), trained))

    hooks = [m.register_forward_pre_hook(note) for m in method.modules() if isinstance(m, (*DENSE, nn.GRU))]
    run()
    for hook in hooks:
        hook.remove()
    return found


def of_gru(gru: nn.GRU, entries: Tensor) -> list[Product]:
    """Of each layer and direction: one product for all entries, one for the states of each step."""
    packed = isinstance(entries, nn.utils.rnn.PackedSequence)
    sizes = entries.batch_sizes.tolist() if packed else [len(entries)] * entries.shape[1]
    data, found = (entries.data if packed else entries.flatten(0, 1)).detach(), []
    trained = gru.weight_ih_l0.requires_grad and torch.is_grad_enabled()
    for level in range(gru.num_layers):
        for suffix in ("", "_reverse") if gru.bidirectional else ("",):
            w_x, w_h = (getattr(gru, f"weight_{kind}_l{level}{suffix}") for kind in ("ih", "hh"))
            wide = data if data.shape[1] == w_x.shape[1] else data.new_zeros(len(data), w_x.shape[1])
            found.append(Product(lambda x, w=w_x: F.linear(x, w), wide, trained))
            states = [data.new_zeros(size, gru.hidden_size) for size in sizes]
            found += [Product(lambda x, w=w_h: F.linear(x, w), state, trained) for state in states]
    return found


def floor(found: list[Product]) -> Callable[[], object]:
    first = found[0].given
    ready = [p._replace(given=p.given.requires_grad_(p.trained and p.given is not first)) for p in found]
    with torch.no_grad():
        gradients = [torch.ones_like(p.function(p.given)) for p in ready]

    def run() -> None:
        for product, gradient in zip(ready, gradients, strict=True):
            with torch.set_grad_enabled(product.trained):
                result = product.function(product.given)
                if product.trained:
                    result.backward(gradient)

    return run


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


def main() -> None:
    torch.set_num_threads(THREADS)
    console = Console(width=100)
    console.print(versions(["torch", "torchvision"]), f"on {THREADS} threads")
    preset = next((word.removeprefix("preset=") for word in sys.argv[1:] if word.startswith("preset=")), "tiny")
    table = Table(title=f"One step of each stage, preset {preset}")
    for heading in ("stage", "ms", "floor, ms", "times the floor"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    for name in [name for name in BENCHES if name in sys.argv[1:]] or list(BENCHES):
        title, best = BENCHES[name](preset)
        table.add_row(title, f"{best['step']:,.1f}", f"{best['floor']:,.1f}", f"{best['step'] / best['floor']:.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
