"""Topology prediction from true spheres beside the alternatives: F1 of edges and faces, and paired tests.

`python tests/methods/immat/compare_topologies.py DATA [epochs=12] [train=0] [test=0] [without=1]`: DATA is a data set
with medial meshes (`svr3d prepare parametric --out DATA --targets '[medial]'`). The network learns on `train` objects
of its training split, evenly chosen, 0 for all, and is scored on those of its test split, with dense centres of another
draw; `without=0` leaves out a second network, which sees none, and a third, which is not told how far the middles of
edges and faces are from other spheres and dense centres. p-values are Wilcoxon's signed-rank test over objects,
times the number of comparisons.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from scipy.stats import wilcoxon

from svr3d.datasets import Dataset, open_dataset
from svr3d.geometry import MedialMesh
from svr3d.methods.immat.alternatives import ALTERNATIVES
from svr3d.methods.immat.dense_centers import dense_centers
from svr3d.methods.immat.topology import TopologyNetwork, predicted_topology, topology_losses
from svr3d.methods.immat.topology_scores import TopologyScores, topology_scores
from svr3d.methods.immat.topology_truth import (
    DENSE_NEIGHBORS,
    Neighborhoods,
    TopologyLabels,
    joined,
    neighborhoods,
    topology_labels,
)

ROWS = 512
"""Spheres per step."""

RATE = 2e-3

PREDICTED, WITHOUT, UNTOLD = "predicted", "predicted, without dense centres", "predicted, without distances of middles"


class Untold(TopologyNetwork):
    """The paper's two PointNets alone: nothing that is measured for it."""

    def _by_simplex(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return super()._by_simplex(torch.zeros_like(values))


def medial_meshes(data: Dataset, split: str, most: int) -> list[MedialMesh]:
    objects = data.objects(split)
    step = max(1, len(objects) // most) if most else 1
    return [data.load(category, name, "medial") for category, name in objects[::step][: most or None]]


def inputs(medial: MedialMesh, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    found = medial.spheres, dense_centers(medial, seed=seed)
    return torch.from_numpy(found[0]).float(), torch.from_numpy(found[1]).float()


def trained(
    medials: list[MedialMesh], epochs: int, dense_nearest: int = DENSE_NEIGHBORS, kind: type = TopologyNetwork
) -> TopologyNetwork:
    torch.manual_seed(0)
    network = kind(dense_nearest=dense_nearest)
    each = [neighborhoods(*inputs(medial, 0), dense_nearest=dense_nearest) for medial in medials]
    labels = joined([topology_labels(around, medial) for around, medial in zip(each, medials, strict=True)])
    around = joined(each)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    steps = -(-len(around.radius) // ROWS)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, epochs * steps)
    for _ in range(epochs):
        for rows in torch.randperm(len(around.radius)).split(ROWS):
            some = Neighborhoods(*(values[rows] for values in around)).turned(
                torch.linalg.qr(torch.randn(len(rows), 3, 3))[0]
            )
            losses = topology_losses(network(some), TopologyLabels(*(values[rows] for values in labels)), some)
            optimizer.zero_grad()
            (losses["edge"] + losses["face"]).backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def scored(medials: list[MedialMesh], networks: dict[str, TopologyNetwork]) -> dict[str, list[TopologyScores]]:
    found: dict[str, list[TopologyScores]] = {}
    for medial in medials:
        spheres, dense = inputs(medial, 1)
        topologies = {name: predicted_topology(network, spheres, dense) for name, network in networks.items()}
        topologies |= {name: alternative(medial.spheres) for name, alternative in ALTERNATIVES.items()}
        for name, topology in topologies.items():
            found.setdefault(name, []).append(topology_scores(*topology, medial))
    return found


def values(scores: list[TopologyScores], of: str, what: str) -> np.ndarray:
    return np.array([getattr(getattr(score, of), what) for score in scores])


def p_value(scores: dict[str, list[TopologyScores]], name: str, of: str) -> str:
    if name == PREDICTED:
        return ""
    ours, theirs = (values(scores[who], of, "f1") for who in (PREDICTED, name))
    p = min(1.0, 2 * (len(scores) - 1) * float(wilcoxon(ours, theirs).pvalue))
    return f"{p:.1g}" + ("" if ours.mean() > theirs.mean() else " (other way)")


def main() -> None:
    numbers = {"epochs": 12, "train": 0, "test": 0, "without": 1}
    numbers |= {name: int(value) for name, value in (word.split("=") for word in sys.argv[2:])}
    data = open_dataset(sys.argv[1])
    train, test = (medial_meshes(data, split, numbers[split]) for split in ("train", "test"))
    start = time.process_time()
    networks = {PREDICTED: trained(train, numbers["epochs"])}
    seconds = time.process_time() - start
    if numbers["without"]:
        networks[WITHOUT] = trained(train, numbers["epochs"], 0)
        networks[UNTOLD] = trained(train, numbers["epochs"], kind=Untold)
    scores = scored(test, networks)
    table = Table(title=f"{len(test)} objects; learned on {len(train)} in {seconds:.0f} s of one core's time")
    for heading in ("topology", *(f"{of}: {what}" for of in ("edges", "faces") for what in ("P", "R", "F1", "p"))):
        table.add_column(heading)
    for name, own in scores.items():
        cells = [name]
        for of in ("edges", "faces"):
            cells += [f"{values(own, of, what).mean():.3f}" for what in ("precision", "recall", "f1")]
            cells.append(p_value(scores, name, of))
        table.add_row(*cells)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
