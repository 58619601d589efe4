"""The dense floor of a training step: its products alone, beside which the step is timed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from rich.console import Console
from rich.table import Table
from side_by_side import versions
from torch import Tensor, nn
from torch.nn import functional as F

from svr3d.datasets.batch import SampleBatch
from svr3d.methods.interface import Method
from svr3d.methods.stages import Learned, Optimization
from svr3d.methods.training.modes import enter

DENSE = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.Linear)


class Product(NamedTuple):
    """A dense product: a function of one tensor, its argument, and whether its gradients are taken."""

    function: Callable[[Tensor], Tensor]
    given: Tensor
    trained: bool


def learned(method: Method, name: str) -> Learned:
    (stage,) = [stage for stage in method.stages() if stage.name == name]
    assert isinstance(stage, Learned)
    return stage


def training_step(method: Method, stage: Learned, batch: SampleBatch) -> Callable[[], object]:
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


def products(method: Method, run: Callable[[], object]) -> list[Product]:
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


def print_stages(benches: Mapping[str, Callable[[str], tuple[str, dict[str, float]]]], threads: int) -> None:
    """Runs the benches that the command line names, or all, with the preset that it names, and prints their table.

    Args:
        benches: of a preset, each what it is called and the milliseconds of its `step` and `floor`.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    console = Console(width=100)
    console.print(versions(["torch", "torchvision"]), f"on {threads} threads")
    preset = next((word.removeprefix("preset=") for word in sys.argv[1:] if word.startswith("preset=")), "tiny")
    table = Table(title=f"One step of each stage, preset {preset}")
    for heading in ("stage", "ms", "floor, ms", "times the floor"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    for name in [name for name in benches if name in sys.argv[1:]] or benches:
        title, best = benches[name](preset)
        table.add_row(title, f"{best['step']:,.1f}", f"{best['floor']:,.1f}", f"{best['step'] / best['floor']:.2f}")
    console.print(table)
