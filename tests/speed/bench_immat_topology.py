"""Speed of IMMAT's training steps on spheres, topology and smoothing, beside their dense floor: the products alone.

`python tests/speed/bench_immat_topology.py`: random spheres and dense centres in a box, 256 and 2,048 of each object.
What is compared takes turns in one run; each figure is the best of several turns after one that warms up.

The floor is every linear layer and product with a graph, on inputs of the right size, forward and backward: no
activations, no distances, no loss, no optimiser. Neighbourhoods and labels are made once per object and view; their
time is shown beside.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from bench_smnet import Product, floor, products
from rich.console import Console
from rich.table import Table
from side_by_side import best_in_turns, versions
from torch import Tensor, nn

from svr3d.methods.immat.graph import neighbor_means
from svr3d.methods.immat.holes import with_holes_filled
from svr3d.methods.immat.smoothing import SmoothingNetwork, displaced, smoothed
from svr3d.methods.immat.topology import TopologyNetwork, predicted_topology, topology_losses
from svr3d.methods.immat.topology_truth import Neighborhoods, TopologyLabels, joined, neighborhoods

THREADS = 2
TURNS = 5
SPHERES, DENSE = 256, 2048
OBJECTS, SMOOTHED = 4, 16


def some_objects(count: int) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(0)
    spheres = torch.cat([torch.rand(count, SPHERES, 3, generator=rng), torch.full((count, SPHERES, 1), 0.05)], -1)
    return spheres, torch.rand(count, DENSE, 3, generator=rng)


def around_objects(count: int) -> Neighborhoods:
    return joined([neighborhoods(own, near) for own, near in zip(*some_objects(count), strict=True)])


def step_of(network: nn.Module, loss: Callable[[], Tensor]) -> Callable[[], None]:
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)

    def step() -> None:
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


def bench_topology() -> dict[str, float]:
    network, around = TopologyNetwork(), around_objects(OBJECTS)
    labels = TopologyLabels(around.near[..., 0] > 0, torch.zeros(*around.valid.shape, 8, dtype=torch.bool))
    step = step_of(network, lambda: torch.stack(list(topology_losses(network(around), labels, around).values())).sum())
    return best_in_turns({"step": step, "floor": floor(products(network, step))}, TURNS)


def bench_smoothing() -> dict[str, float]:
    network, (spheres, _) = SmoothingNetwork(), some_objects(SMOOTHED)
    near = torch.cdist(spheres[..., :3], spheres[..., :3])
    linked = (near < near.sort(-1).values[..., 6:7]) & ~torch.eye(SPHERES, dtype=torch.bool)
    linked = linked | linked.mT
    means = neighbor_means(linked)

    def loss() -> Tensor:
        smooth = smoothed(spheres, linked)
        return (displaced(smooth, network(smooth, linked)) - spheres).square().mean()

    step = step_of(network, loss)
    found = products(network, step)
    widths = [layer.out_features for name, layer in network.named_modules() if name.endswith("near")]
    found += [Product(lambda x: means @ x, torch.rand(SMOOTHED, SPHERES, width), True) for width in widths]
    return best_in_turns({"step": step, "floor": floor(found)}, TURNS)


def bench_others() -> dict[str, float]:
    """Milliseconds per object of what is no training step."""
    network = TopologyNetwork().eval()
    spheres, dense = (values[0] for values in some_objects(1))
    edges, faces = predicted_topology(network, spheres, dense, 0.5, 0.5)
    calls = {
        "neighbourhoods": lambda: neighborhoods(spheres, dense),
        "prediction": lambda: predicted_topology(network, spheres, dense, 0.5, 0.5),
        f"holes, {len(edges)} edges": lambda: with_holes_filled(spheres.numpy(), edges, faces),
    }
    return best_in_turns(calls, TURNS)


def main() -> None:
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    console = Console(width=100)
    console.print(versions(["torch", "numpy"]), f"on {THREADS} threads")
    table = Table(title="One training step")
    for heading in ("stage", "ms", "floor, ms", "times the floor"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    for title, best in (
        (f"topology, {OBJECTS} objects of {SPHERES} spheres", bench_topology()),
        (f"smoothing, {SMOOTHED} objects", bench_smoothing()),
    ):
        table.add_row(title, f"{best['step']:,.1f}", f"{best['floor']:,.1f}", f"{best['step'] / best['floor']:.2f}")
    console.print(table)
    console.print(", ".join(f"{name} {ms:.1f} ms" for name, ms in bench_others().items()), "per object")


if __name__ == "__main__":
    main()
