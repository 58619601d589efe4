"""How fast medial meshes are made, by stage, and how near they are: `python tests/speed/bench_medial_axis.py [MESH…]`.

Without meshes, one generated object of each of six categories. Of more than `--most` meshes, a seeded sample. After one
call that compiles, each is made once, on one thread. `greedy` and `balls alone` are the IoU without the last steps: the
256 balls that are chosen to cover all (farthest first, as Coverage Axis chooses them by set cover), joined by the same
topology but not simplified nor fitted, and what remains when nothing joins them at all. `of best` is what part of the
candidates that the best 256 can cover these cover at least, dilated by 0.02, as Coverage Axis dilates. A summary and
refusals follow.
Set `taskset -c 0` before it for one core.
"""

import argparse
import time
from collections import Counter

import numpy as np
from rich.console import Console
from rich.table import Table

from svr3d.datasets.parametric import Parametric
from svr3d.geometry import InputError, MedialMesh, medial_quality, occupied, read_shape, to_mesh
from svr3d.geometry.medial.axis import traced_axis
from svr3d.geometry.medial.boundary import Boundary
from svr3d.geometry.medial.candidates import medial_balls
from svr3d.geometry.medial.coverage import covering_balls, share_of_best
from svr3d.geometry.medial.topology import dual_complex
from svr3d.geometry.shapes.voxel_grid import voxel_centres

SPHERES = 256
STAGES = ("boundary", "candidates", "coverage", "topology", "simplify", "fit", "pruning")
DILATION = 0.02
SUMMARY = ("IoU", "greedy", "balls alone", "of best", "missing", "extra", "Chamfer", "CPU seconds")


def objects(paths, most):
    if paths:
        chosen = np.random.default_rng(0).permutation(len(paths))[:most]
        yield from ((paths[n], lambda n=n: to_mesh(read_shape(paths[n]))) for n in chosen)
        return
    source = Parametric(objects={"test": 1})
    for kind in ("chair", "table", "cabinet", "car", "lamp", "couch"):
        yield kind, lambda kind=kind: source.build(kind, f"{kind}_900000")


def greedy(mesh):
    """IoU at 64³ of the covering balls, with edges and faces and without, and their share of what the best cover."""
    boundary = Boundary(mesh)
    balls = medial_balls(boundary, *boundary.sample(16_000, 0))
    covering = covering_balls(balls, SPHERES)[0]
    chosen, edges, faces = dual_complex(boundary, balls, covering, bends=0)
    grid = voxel_centres(64)
    true = boundary.contains(grid)

    def iou(*parts):
        found = occupied(MedialMesh(balls[chosen], *parts), grid)
        return np.count_nonzero(true & found) / np.count_nonzero(true | found)

    return iou(edges, faces), iou(), share_of_best(balls, covering, DILATION)


def measured(mesh):
    start = time.process_time()
    made = traced_axis(mesh, SPHERES)
    seconds = time.process_time() - start
    quality = medial_quality(mesh, made.medial)
    numbers = (quality.iou, *greedy(mesh), quality.missing, quality.extra, quality.chamfer, seconds)
    return made, quality, dict(zip(SUMMARY, numbers, strict=True))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("meshes", nargs="*")
    parser.add_argument("--most", type=int, default=100)
    arguments = parser.parse_args()
    table = Table(title=f"Medial meshes of at most {SPHERES} spheres; seconds by stage")
    for column in ("object", "faces", *STAGES, *SUMMARY, "χ", "of mesh"):
        table.add_column(column, justify="left" if column == "object" else "right")
    rows, kept, refused = [], [], Counter()
    for name, build in objects(arguments.meshes, arguments.most):
        try:
            mesh = build()
            if not rows:
                traced_axis(mesh, SPHERES)
            made, quality, numbers = measured(mesh)
        except InputError as error:
            refused[str(error).removeprefix(f"{name}: ")] += 1
            continue
        rows.append(numbers)
        kept.append(quality.keeps_euler)
        stages = (f"{made.seconds[stage]:.2f}" for stage in STAGES)
        values = (f"{value:.4f}" for value in numbers.values())
        table.add_row(name, str(len(mesh.faces)), *stages, *values, str(quality.euler), str(quality.true_euler))
        print(name, *(f"{key} {value:.4f}" for key, value in numbers.items()), flush=True)
    console = Console(width=220)
    console.print(table)
    summary = Table("", *SUMMARY, title=f"{len(rows)} objects; Euler characteristic kept by {sum(kept)}")
    for label, part in (("10th percentile", 0.1), ("median", 0.5), ("90th percentile", 0.9)):
        values = (np.quantile([row[key] for row in rows], part) for key in SUMMARY)
        summary.add_row(label, *(f"{value:.4f}" for value in values))
    console.print(summary)
    for reason, count in refused.most_common():
        console.print(f"refused: {count} × {reason}")


if __name__ == "__main__":
    main()
