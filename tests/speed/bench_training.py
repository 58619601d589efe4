"""How long one training epoch takes, data loading included.

    python tests/speed/bench_training.py --method classvoxels --objects 600 --views 4 --epochs 2

The objects are boxes: what a network makes of them does not matter for the time. Figures go to standard output,
with the machine's load, since another process on the same cores makes them worthless.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmark"))

from conftest import write_box_dataset

from svr3d.benchmark.train_method import train_method
from svr3d.datasets import open_dataset
from svr3d.methods import get_method
from svr3d.methods.options import option_types


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", default="classvoxels")
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--objects", type=int, default=600)
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--data", type=Path, help="keep the data set in this folder and use it again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = options.data or Path(scratch) / "boxes"
        if not root.exists():
            splits = {"train": options.objects // 2, "val": 10, "test": 0}
            start = time.perf_counter()
            write_box_dataset(root, splits, views=options.views, size=137)
            print(f"data: {time.perf_counter() - start:.1f} s")
        dataset = open_dataset(root)
        cls = get_method(options.method)
        learned = "epochs" in option_types(cls.Options)
        method = cls.create(options.preset, dataset.facts, **({"epochs": options.epochs} if learned else {}))
        load, wall, cpu = os.getloadavg()[0], time.perf_counter(), time.process_time()
        report = train_method(method, dataset, Path(scratch) / "run", seed=0, preset_name=options.preset)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        for stage, seconds in report.seconds.items():
            epochs = report.epochs[stage]
            print(f"{stage}: {seconds:.1f} s" + (f", {seconds / epochs:.1f} s an epoch" if epochs else ""))
        print(f"in all {wall:.1f} s, {cpu:.1f} s of processor time on {os.cpu_count()} cores, load before {load:.1f}")
        print((Path(scratch) / "run" / "log.csv").read_text())


if __name__ == "__main__":
    main()
