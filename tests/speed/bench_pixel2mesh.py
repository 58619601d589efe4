"""Speed and memory of Pixel2Mesh beside torch-geometric's message passing.

`python tests/speed/bench_pixel2mesh.py [steps] [memory] [parts] [layers] [inference] [cuda]`: all of them without
argument. The network is the release's: images of 224², 960 image features, 256 hidden channels, three blocks to 2,466
vertices, 9,000 true points, batches of 8. All variants have the same weights and take turns in one run; each figure is
the best of several turns after one that warms up. Only the graph convolutions and the unpooling before them differ:

- svr3d: a product of a sparse matrix with the features of the whole batch;
- PyG: torch-geometric's `ChebConv` as it comes, which computes its operator in each call. "one graph" has the batch as
  one graph of 8 parts, x Float[B·V, C], as `torch_geometric.data.Batch` does; "shared graph" has x Float[B, V, C];
- PyG, operator kept: the same layer's message passing, with the operator computed once and for all;
- no neighbours: the same linear maps and their sum, the operator left out. What no sparse product can be faster than.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from side_by_side import best_in_turns, on_sphere, versions
from torch import Tensor, nn
from torch_geometric.nn import ChebConv

from svr3d.datasets import DataFacts
from svr3d.datasets.batch import SampleBatch, SampleKey
from svr3d.geometry import Camera
from svr3d.geometry.rendering.viewpoints import r2n2_cameras
from svr3d.methods.feature_maps import pool_features
from svr3d.methods.pixel2mesh import Pixel2Mesh
from svr3d.methods.pixel2mesh.ellipsoid import MeshLevel, unpool
from svr3d.methods.pixel2mesh.graph import ChebyshevConv, SparseMap, scaled_laplacian
from svr3d.methods.pixel2mesh.losses import block_losses

BATCH = 8
THREADS = 2
OURS, FLOOR = "svr3d", "no neighbours"


class Graph(NamedTuple):
    """What torch-geometric's layers take: edges Long[2, E] with both directions of each, and λmax; and what they make
    of both in each call, edges with self-loops and the operator's entry for each."""

    edges: Tensor
    largest: Tensor
    looped: Tensor
    entries: Tensor


def graph_of(level: MeshLevel, copies: int, device: torch.device) -> Graph:
    """A mesh as one graph of so many disjoint copies."""
    largest = torch.tensor(scaled_laplacian(level.edges, level.count)[1], dtype=torch.float32)
    one = torch.from_numpy(np.concatenate([level.edges, level.edges[:, ::-1]]).T.copy())
    edges = (one[:, None] + level.count * torch.arange(copies)[:, None]).reshape(2, -1)
    looped, entries = ChebConv(1, 1, K=2).__norm__(edges, level.count * copies, None, "sym", largest, torch.float32)
    return Graph(*(tensor.to(device) for tensor in (edges, largest, looped, entries)))


class StockConv(ChebConv):
    """As it comes, but for how the graph is handed over."""

    def forward(self, x: Tensor, graph: Graph, unpool: None = None) -> Tensor:
        return super().forward(x, graph.edges, lambda_max=graph.largest)


class KeptConv(ChebConv):
    """Without the computation of the operator."""

    def forward(self, x: Tensor, graph: Graph, unpool: None = None) -> Tensor:
        return self.lins[0](x) + self.lins[1](self.propagate(graph.looped, x=x, norm=graph.entries)) + self.bias


class EdgeListBlock(nn.Module):
    """A block of our network whose convolutions are torch-geometric's, with the same weights.

    Args:
        convolution: `StockConv` or `KeptConv`.
        one_graph: the batch as one graph of disjoint parts, and not as an axis of its own.
        level: the mesh that the block convolves on.
        before: the mesh that comes in and is to be unpooled first, if any.
    """

    def __init__(
        self,
        block: nn.Module,
        convolution: type[ChebConv],
        one_graph: bool,
        level: MeshLevel,
        before: MeshLevel | None,
        device: torch.device,
    ) -> None:
        super().__init__()
        self.block, self.one_graph = with_convolutions(block, convolution), one_graph
        self.graph = graph_of(level, BATCH if one_graph else 1, device)
        self.before = None if before is None else torch.from_numpy(before.edges.copy()).to(device)

    def forward(self, x: Tensor, operator: SparseMap, unpool_map: SparseMap | None = None) -> tuple[Tensor, ...]:
        x = x.transpose(0, 1)  # (B, V, C)
        if self.before is not None:
            x = unpool(x, self.before)
        batch, count, _ = x.shape
        x = x.flatten(0, 1) if self.one_graph else x.contiguous()
        return tuple(y.view(batch, count, -1).transpose(0, 1) for y in self.block(x, self.graph))


def with_convolutions(module: nn.Module, kind: type[ChebConv]) -> nn.Module:
    """The module with all its graph convolutions replaced, in place; the weights stay."""
    for name, child in module.named_children():
        if isinstance(child, ChebyshevConv):
            other = kind(child.in_channels, child.out_channels, K=2)
            other.load_state_dict(child.state_dict())
            setattr(module, name, other.to(child.bias.device))
        else:
            with_convolutions(child, kind)
    return module


PEERS = {
    "PyG, one graph": (StockConv, True),
    "PyG, shared graph": (StockConv, False),
    "PyG, one graph, operator kept": (KeptConv, True),
}
VARIANTS = (OURS, *PEERS, FLOOR)


def make(variant: str = OURS, device: torch.device | str = "cpu", preset: str = "release") -> Pixel2Mesh:
    """The method with one variant's convolutions; its mesh, though untrained, stays near the ellipsoid."""
    method = Pixel2Mesh.create(preset, DataFacts(categories=("box",)), pretrained=False, offsets=True).to(device)
    network = method.network
    with torch.no_grad():
        for block in network.blocks:
            for parameter in block.coordinates.parameters():
                parameter.mul_(0.1)
    if variant == FLOOR:
        network.operators = nn.ModuleList(nn.Identity() for _ in network.operators)
    elif variant in PEERS:
        befores = [None, *network.levels[:-1]]
        network.blocks = nn.ModuleList(
            EdgeListBlock(block, *PEERS[variant], level, before, torch.device(device))
            for block, level, before in zip(network.blocks, network.levels, befores, strict=True)
        )
    return method


def make_batch(
    device: torch.device | str = "cpu", count: int = BATCH, side: int = 224, points: int = 9000
) -> SampleBatch:
    """Noise for images, ellipsoids for truth."""
    size = np.array([1.0, 0.6, 0.8])
    spheres = [on_sphere(points, seed) for seed in range(count)]
    normals = np.stack(spheres) / size
    surface = {"points": np.stack(spheres) * size, "normals": normals / np.linalg.norm(normals, axis=-1, keepdims=True)}
    cameras = r2n2_cameras(count, seed=0, diagonal=float(np.linalg.norm(size)), size=side)
    return SampleBatch(
        tuple(SampleKey("box", f"{number}", 0) for number in range(count)),
        torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(0)),
        Camera.stack(cameras).to_torch(),
        {"surface": {name: torch.from_numpy(array).float() for name, array in surface.items()}},
        ("box",),
    ).to(device)


def loss_of(method: Pixel2Mesh, batch: SampleBatch) -> Tensor:
    return torch.stack(list(method.losses(batch).values())).sum()


def training_step(method: Pixel2Mesh, batch: SampleBatch, autocast: bool = False) -> Callable[[], object]:
    optimizer = torch.optim.Adam(method.parameters(), lr=1e-6, weight_decay=method.options.decay)
    device = batch.images.device

    def step() -> None:
        optimizer.zero_grad()
        with torch.autocast(device.type, torch.bfloat16, enabled=autocast):
            loss = loss_of(method, batch)
        loss.backward()
        optimizer.step()
        if device.type == "cuda":
            torch.cuda.synchronize()

    return step


def bench_steps(console: Console) -> None:
    batch = make_batch()
    methods = {variant: make(variant) for variant in VARIANTS}
    with torch.no_grad():
        losses = {variant: float(loss_of(method, batch)) for variant, method in methods.items()}
    best = best_in_turns({variant: training_step(method, batch) for variant, method in methods.items()}, 2)
    table = Table(title=f"One training step, batch {BATCH}, 2,466 vertices, 9,000 true points")
    for heading in ("graph convolutions", "ms", "times ours", "times the floor", "loss", "off by"):
        table.add_column(heading, justify="left" if heading == "graph convolutions" else "right")
    for variant, ms in best.items():
        off = abs(losses[variant] / losses[OURS] - 1)
        assert variant == FLOOR or off < 1e-4, f"{variant}: not the same network"
        table.add_row(
            variant,
            f"{ms:,.0f}",
            f"{ms / best[OURS]:.2f}",
            f"{ms / best[FLOOR]:.2f}",
            f"{losses[variant]:.4f}",
            "–" if variant in (OURS, FLOOR) else f"{off:.1e}",
        )
    console.print(table)


def peak_of(variant: str) -> tuple[float, float]:
    """MiB of this process before and, at the highest, during two steps; for a process of its own."""
    torch.set_num_threads(THREADS)
    step = training_step(make(variant), make_batch())

    def resident(name: str) -> float:  # not getrusage: what it gives a new process starts with its parent's
        with open("/proc/self/status") as file:
            return next(float(line.split()[1]) / 1024 for line in file if line.startswith(name))

    before = resident("VmRSS")
    step(), step()
    return before, resident("VmHWM")


def bench_memory(console: Console) -> None:
    table = Table(title="Peak memory of two training steps, each in a fresh process (MiB)")
    for heading in ("graph convolutions", "before", "added at the peak", "times ours"):
        table.add_column(heading, justify="left" if heading == "graph convolutions" else "right")
    ours = 0.0
    for variant in VARIANTS:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
            before, peak = fresh.submit(peak_of, variant).result()
        ours = ours or peak - before
        table.add_row(variant, f"{before:,.0f}", f"{peak - before:,.0f}", f"{(peak - before) / ours:.2f}")
    console.print(table)


def parts_of(method: Pixel2Mesh, batch: SampleBatch) -> dict[str, Callable[[], object]]:
    """The parts of a training step, each alone with its inputs given, forward and backward."""
    network, inputs = method.network, []
    for block in network.blocks:
        block.register_forward_pre_hook(lambda _, given: inputs.append(given))
    with torch.no_grad():
        view, meshes = method._deform(batch.images, batch.cameras)
        maps = network.image_network(batch.images)
    points = view.from_canonical(batch.target("surface")["points"])
    normals = view.turn(batch.target("surface")["normals"])
    entering = [network.initial.expand(BATCH, -1, -1), *(mesh.after for mesh in meshes[:-1])]
    entering = [vertices.detach().contiguous().requires_grad_() for vertices in entering]
    maps = [level._replace(values=level.values.requires_grad_()) for level in maps]
    before = [mesh.before.requires_grad_() for mesh in meshes]
    after = [mesh.after.requires_grad_() for mesh in meshes]
    inputs = [(x.requires_grad_(), operator, unpool) for x, operator, unpool in inputs]

    def image_network() -> list[Tensor]:
        return [level.values for level in network.image_network(batch.images)]

    def pooling() -> list[Tensor]:
        return [pool_features(maps, view.project(vertices)[0].transpose(0, 1)) for vertices in entering]

    def convolutions() -> list[Tensor]:
        blocks = zip(network.blocks, inputs, strict=True)
        return [result for block, given in blocks for result in block.forward(*given)]

    def losses() -> list[Tensor]:
        return [
            term
            for number in range(len(meshes))
            for term in block_losses(
                before[number],
                after[number],
                points,
                normals,
                network.edges(number),
                method.loss_weights,
                block=number,
            ).values()
        ]

    leaves = [
        *method.parameters(),
        *entering,
        *before,
        *after,
        *(level.values for level in maps),
        *(x for x, *_ in inputs),
    ]

    def both_ways(part: Callable[[], list[Tensor]]) -> None:
        for leaf in leaves:
            leaf.grad = None
        results = part()
        torch.autograd.backward(results, [torch.ones_like(result) for result in results])

    parts = {"image network": image_network, "pooling of features": pooling}
    parts |= {"graph convolutions": convolutions, "losses": losses}
    optimizer = torch.optim.Adam(method.parameters(), lr=1e-6, weight_decay=method.options.decay)
    gradients = [torch.zeros_like(parameter) for parameter in method.parameters()]

    def update() -> None:
        for parameter, gradient in zip(method.parameters(), gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()

    return {name: partial(both_ways, part) for name, part in parts.items()} | {"optimiser": update}


def bench_parts(console: Console) -> None:
    batch = make_batch()
    calls = {"whole step": training_step(make(), batch)} | parts_of(make(), batch)
    best = best_in_turns(calls, 2)
    whole = best["whole step"]
    best["rest (joining features, projection, measuring)"] = 2 * whole - sum(best.values())
    table = Table(title="Where our step's time goes: each part alone, forward and backward")
    for heading in ("part", "ms", "share"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for name, ms in best.items():
        table.add_row(name, f"{ms:,.0f}", f"{ms / whole:.0%}")
    console.print(table)


def bench_layers(console: Console, channels: int = 256) -> None:
    level = make().network.levels[-1]
    ours = ChebyshevConv(channels, channels)
    operator = SparseMap(scaled_laplacian(level.edges, level.count)[0])
    x = torch.randn(level.count, BATCH, channels)
    gradient = torch.randn_like(x)
    graphs = {True: graph_of(level, BATCH, x.device), False: graph_of(level, 1, x.device)}

    def forward_backward(layer: Callable, on: object, x: Tensor, gradient: Tensor) -> None:
        layer(x, on).backward(gradient)

    calls = {OURS: (ours, operator, x, gradient), FLOOR: (ours, nn.Identity(), x, gradient)}
    for name, (kind, one_graph) in PEERS.items():
        layer = kind(channels, channels, K=2)
        layer.load_state_dict(ours.state_dict())
        arranged = (tensor.transpose(0, 1).contiguous() for tensor in (x, gradient))
        if one_graph:
            arranged = (tensor.flatten(0, 1) for tensor in arranged)
        calls[name] = (layer, graphs[one_graph], *arranged)
    calls = {name: (layer, on, x.requires_grad_(), gradient) for name, (layer, on, x, gradient) in calls.items()}
    best = best_in_turns({name: partial(forward_backward, *call) for name, call in calls.items()}, 10)
    table = Table(title=f"One convolution, {channels} to {channels} channels, {level.count:,} vertices, batch {BATCH}")
    for heading in ("graph convolution", "forward and backward, ms", "times ours"):
        table.add_column(heading, justify="left" if heading == "graph convolution" else "right")
    for name in VARIANTS:
        table.add_row(name, f"{best[name]:.1f}", f"{best[name] / best[OURS]:.2f}")
    console.print(table)

    matrix, rows = operator.matrix, torch.randn(level.count, BATCH * channels)
    looped, entries = graphs[False].looped, graphs[False].entries
    best = best_in_turns(
        {
            "svr3d": lambda: operator(rows),
            "torch, CSR @ dense": lambda: matrix @ rows,
            "gather, weigh, scatter_add": lambda: torch.zeros_like(rows).scatter_add_(
                0, looped[1][:, None].expand(-1, rows.shape[1]), rows[looped[0]].mul_(entries[:, None])
            ),
            "copy": rows.clone,
        },
        30,
    )
    table = Table(title=f"The sum over neighbours alone, Float[{level.count:,}, {rows.shape[1]:,}]")
    for heading in ("how", "forward, ms", "times ours"):
        table.add_column(heading, justify="left" if heading == "how" else "right")
    for name, ms in best.items():
        table.add_row(name, f"{ms:.2f}", f"{ms / best[OURS]:.2f}")
    console.print(table)


def bench_inference(console: Console) -> None:
    table = Table(title="Reconstruction, from images to meshes of 2,466 vertices (ms per image)")
    for heading in ("preset", "batch 1", f"batch {BATCH}"):
        table.add_column(heading, justify="left" if heading == "preset" else "right")
    for preset in ("release", "paper", "tiny"):
        method = make(preset=preset).eval()
        calls = {}
        for count in (1, BATCH):
            batch = make_batch(count=count, side=method.options.image_size, points=1)
            calls[count] = partial(method.reconstruct, batch)
        best = best_in_turns(calls, 3)
        table.add_row(preset, *(f"{ms / count:.1f}" for count, ms in best.items()))
    console.print(table)


def bench_cuda(console: Console) -> None:
    if not torch.cuda.is_available():
        console.print("The same on a GPU, in float32 and bfloat16: no CUDA device")
        return
    bench_cuda_steps(console, torch.device("cuda"))
    bench_cuda_inference(console, torch.device("cuda"))


def bench_cuda_steps(console: Console, device: torch.device) -> None:
    table = Table(title=f"One training step on {torch.cuda.get_device_name()}, batch {BATCH}")
    for heading in ("graph convolutions", "float32, ms", "MiB", "bfloat16, ms", "MiB"):
        table.add_column(heading, justify="left" if heading == "graph convolutions" else "right")
    batch = make_batch(device)
    compiled = f"{OURS}, image network compiled"
    for variant in (*VARIANTS, compiled):
        figures = []
        for autocast in (False, True):
            method = make(OURS if variant == compiled else variant, device)
            if variant == compiled:
                method.network.image_network.compile()
            step = training_step(method, batch, autocast)
            step()
            torch.cuda.reset_peak_memory_stats()
            best = best_in_turns({variant: step}, 10)
            figures += [f"{best[variant]:.1f}", f"{torch.cuda.max_memory_allocated() / 2**20:,.0f}"]
        table.add_row(variant, *figures)
    console.print(table)


def bench_cuda_inference(console: Console, device: torch.device) -> None:
    table = Table(title=f"Reconstruction on {torch.cuda.get_device_name()}, images a second")
    for heading in ("preset", "batch", "float32", "bfloat16"):
        table.add_column(heading, justify="left" if heading == "preset" else "right")

    def reconstruct(method: Pixel2Mesh, batch: SampleBatch, autocast: bool) -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=autocast):
            method.reconstruct(batch)  # ends on the CPU: nothing is pending

    for preset in ("release", "paper", "tiny"):
        method = make(OURS, device, preset).eval()
        for count in (1, BATCH, 64):
            batch = make_batch(device, count, method.options.image_size, points=1)
            calls = {str(autocast): partial(reconstruct, method, batch, autocast) for autocast in (False, True)}
            table.add_row(
                preset, f"{count}", *(f"{1000 * count / ms:,.0f}" for ms in best_in_turns(calls, 10).values())
            )
    console.print(table)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", ".*torch.jit.script.*")
    torch.set_num_threads(THREADS)
    console = Console(width=120)
    console.print(
        f"{torch.get_num_threads()} threads; {versions(('torch', 'torch-geometric', 'numpy', 'scipy', 'numba'))}"
    )
    parts = {
        "memory": bench_memory,
        "steps": bench_steps,
        "parts": bench_parts,
        "layers": bench_layers,
        "inference": bench_inference,
        "cuda": bench_cuda,
    }
    for name, part in parts.items():
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            part(console)
