"""How long preparing an object takes on one core, and on what: `python tests/speed/bench_preparation.py [FOLDER]`.

Without a folder of meshes, parametric objects: one of each category. Prints CPU seconds, so that a busy machine does
not show; the first object, which loads libraries and compiled kernels, is left out.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

from svr3d.datasets.preparation.build import prepare_object  # noqa: E402
from svr3d.datasets.preparation.recipe import Recipe  # noqa: E402
from svr3d.datasets.sources import open_source  # noqa: E402

COUNT = 26


def main(source: str = "parametric") -> None:
    source = open_source(source)
    items = source.items()
    items = [items[i * len(items) // COUNT] for i in range(min(COUNT, len(items)))]
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for i, (category, name, _) in enumerate([items[0], *items]):
            if i == 1:
                start, cpu = time.perf_counter(), time.process_time()
            stages = prepare_object(source, category, name, Recipe(), Path(folder) / str(i))
            if i:
                for stage, spent in stages.items():
                    seconds[stage] = seconds.get(stage, 0.0) + spent
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / (len(items) + 1)
    total = sum(seconds.values())
    count = len(items)
    print(f"{count} objects, 4 views at 137², {size / 1e6:.2f} MB each")
    print(f"{count / cpu:.1f} objects per second and core ({count / wall:.1f} by the clock)")
    for stage, spent in seconds.items():
        print(f"  {stage:12s} {1000 * spent / len(items):6.1f} ms  {spent / total:5.1%}")


if __name__ == "__main__":
    main(*sys.argv[1:])
