"""How fast a folder of predicted meshes is scored: `python tests/speed/bench_scoring.py [COUNT]`.

Every test object of a parametric data set made for it is "predicted" by the mesh of another object of its category.
Prints objects per second of `svr3d evaluate`, reading, scoring and records included, on all cores and on one, with
where the time goes; then what further protocols cost beside the first.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from svr3d.benchmark.evaluation import evaluate_predictions
from svr3d.benchmark.prediction_files import PredictionFrame
from svr3d.datasets import open_dataset, prepare
from svr3d.metrics import GroundTruth, load_protocol, score
from svr3d.processes import default_workers, worker_pool

COUNT = 200
PROTOCOLS = ("svr3d-v1", "occnet", "meshrcnn", "pixel2mesh", "what3d", "smnet", "atlasnet", "pix3d", "classvoxels")


def warm(arguments: tuple, workers: int) -> None:
    """Starts the workers and compiles, so that neither is part of what is measured."""
    evaluate_predictions(*arguments, name="warm", frame=PredictionFrame(), split="val", workers=workers)


def main(count: int = COUNT) -> None:
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        per = max(1, count // 15)
        prepare("parametric", root / "data", objects={"train": 1, "val": 1, "test": per}, views=1, size=32, quiet=True)
        dataset = open_dataset(root / "data")
        for split in ("val", "test"):
            keys = dataset.samples(split, 1)
            for i, key in enumerate(keys):
                same = [other for other in keys if other.category == key.category]
                other = same[(same.index(key) + 1) % len(same)] if len(same) > 1 else keys[i - 1]
                target = root / "predictions" / key.category / key.object / f"{key.view:03d}.ply"
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(dataset.root) / other.category / other.object / "mesh.ply", target)
        keys = dataset.samples("test", 1)
        faces = np.mean([len(dataset.mesh(key.category, key.object).faces) for key in keys])

        table = Table(title=f"{len(keys)} predicted meshes ({faces:.0f} faces on average) under svr3d-v1")
        for heading in ("processes", "objects per second", "seconds"):
            table.add_column(heading, justify="right")
        arguments = (root / "predictions", dataset, root / "runs")
        for workers in dict.fromkeys((default_workers(), 1)):
            with worker_pool(workers):
                warm(arguments, workers)
                start = time.perf_counter()
                evaluate_predictions(*arguments, name=f"on {workers}", frame=PredictionFrame(), workers=workers)
                seconds = time.perf_counter() - start
            shutil.rmtree(root / "runs")
            table.add_row(str(workers), f"{len(keys) / seconds:.1f}", f"{seconds:.1f}")
        console.print(table)
        console.print(parts(dataset, keys))


def parts(dataset, keys) -> Table:
    """Where the time of one process goes, under one protocol and under several."""
    table = Table(title="One process, milliseconds per object")
    chosen = {"svr3d-v1": PROTOCOLS[:1], f"these {len(PROTOCOLS)}: {', '.join(PROTOCOLS)}": PROTOCOLS}
    seconds = []
    for names in chosen.values():
        protocols = [load_protocol(name) for name in names]
        total: dict[str, float] = {}
        for i, key in enumerate([keys[0], *keys[:50]]):
            load = time.perf_counter()
            place = key.category, key.object
            points, inside = dataset.load(*place, "occupancy")
            truth = GroundTruth(dataset.load(*place, "surface"), points, inside, dataset.load(*place, "voxels"))
            prediction = dataset.mesh(*keys[i - 1][:2])
            start = time.perf_counter()
            found = score(prediction, truth, protocols).seconds
            if i:  # the first compiles
                for part, spent in {"reading": start - load, **found, "all": time.perf_counter() - load}.items():
                    total[part] = total.get(part, 0) + spent
        seconds.append({part: 1000 * spent / min(50, len(keys)) for part, spent in total.items()})
    names = list(dict.fromkeys(part for column in seconds for part in column if part != "all"))
    for heading in ("part", *chosen):
        table.add_column(heading, justify="left" if heading == "part" else "right", max_width=40)
    for part in (*names, "all"):
        table.add_row(part, *(f"{column.get(part, 0):.1f}" for column in seconds))
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
