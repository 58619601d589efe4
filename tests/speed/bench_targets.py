"""How long one sample's targets take from their files and from memory: `python tests/speed/bench_targets.py [DATASET]`.

Without a prepared data set, a few parametric objects with 4 views at 137² and 100,000 points. Both ways are measured in
turns in the same run; pictures and cameras are left out.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from side_by_side import best_in_turns

from svr3d.datasets import open_dataset, prepare

OBJECTS = {"train": 2, "val": 1, "test": 1}
CATEGORIES = ["chair", "lamp", "car", "table"]
TURNS = 20
POINTS = 2048


def measure(root: Path) -> None:
    kept, never = open_dataset(root), open_dataset(root, cache_bytes=0)
    keys = kept.samples("train", views=2)[:32]
    print(f"{len(keys)} samples of {kept.name}; milliseconds per sample, the best of {TURNS} turns")
    print(f"{'target':14s} {'from files':>10s} {'from memory':>11s} {'ratio':>7s}")
    for target in sorted(kept.targets - {"part"}):

        def through(dataset, target=target):
            for key in keys:
                dataset.sample(key, {target}, pictures=False, cameras=False, points=POINTS)

        ways = {"files": lambda: through(never), "memory": lambda: through(kept)}
        best = {name: milliseconds / len(keys) for name, milliseconds in best_in_turns(ways, TURNS).items()}
        print(f"{target:14s} {best['files']:10.3f} {best['memory']:11.3f} {best['files'] / best['memory']:6.1f}×")


def main(root: str | None = None) -> None:
    if root is not None:
        measure(Path(root))
        return
    with tempfile.TemporaryDirectory() as folder:
        prepare("parametric", Path(folder) / "objects", categories=CATEGORIES, objects=OBJECTS, workers=1, quiet=True)
        measure(Path(folder) / "objects")


if __name__ == "__main__":
    main(*sys.argv[1:])
