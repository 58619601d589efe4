"""Speed of each of IMMAT's training steps beside its dense floor: the products alone.

`python tests/speed/bench_immat.py [spheres] [refined] [topology] [smoothing]`: all of them without argument;
`preset=small` for another preset than `tiny`. Noise for pictures, the true medial meshes of boxes, and what
untrained networks find. What is compared takes turns in one run; each figure is the best of several turns after one
that warms up.

The floor is every convolution, linear layer and product with a graph, on inputs of the right size, forward, and
backward where its weights are trained: no batch norms, activations, matching, distances, loss or optimiser.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from dense_floor import Product, floor, learned, print_stages, products, training_step
from side_by_side import best_in_turns

from svr3d.datasets.batch import SampleBatch
from svr3d.datasets.box_objects import box_batch, box_facts
from svr3d.methods.immat import IMMAT
from svr3d.methods.immat.graph import GraphConvolution
from svr3d.methods.stages import Derived
from svr3d.methods.training.once import derive

THREADS = 2
TURNS = 5
STAGES = ("spheres", "refined", "topology", "smoothing")


def make_batch(method: IMMAT, count: int) -> SampleBatch:
    """Boxes, with what the derived stages make of them."""
    method.eval()
    batch = box_batch({"medial"}, count=count, size=137)
    for stage in method.stages():
        if isinstance(stage, Derived):
            batch = replace(batch, targets=batch.targets | derive(method, stage, batch))
    return batch


def with_graphs(method: IMMAT, found: list[Product], count: int) -> list[Product]:
    """The products and those of features with a graph, which are no layers."""
    spheres = method.options.spheres
    means = torch.rand(count, spheres, spheres)
    graphs = [layer for layer in method.smoothing.modules() if isinstance(layer, GraphConvolution)]
    widths = [layer.near.out_features for layer in graphs if layer.near is not None]
    return [*found, *(Product(lambda x: means @ x, torch.rand(count, spheres, width), True) for width in widths)]


def bench_stage(name: str, preset: str) -> tuple[str, dict[str, float]]:
    method = IMMAT.create(preset, box_facts())
    stage = learned(method, name)
    batch = make_batch(method, stage.batch_size)
    step = training_step(method, stage, batch)
    found = products(method, step)
    if name == "smoothing":
        found = with_graphs(method, found, stage.batch_size)
    return f"{name}, batch {stage.batch_size}", best_in_turns({"step": step, "floor": floor(found)}, TURNS)


if __name__ == "__main__":
    print_stages({name: partial(bench_stage, name) for name in STAGES}, THREADS)
