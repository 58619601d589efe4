"""How fast medial meshes are made, by stage, and how near they are: `python tests/speed/bench_medial_axis.py [MESH…]`.

Without meshes, one generated object of each of six categories. After one call that compiles, each is made once, on one
thread. The last two columns are the same without its last steps: the 256 balls that cover best (farthest first, as
Coverage Axis chooses them by set cover), joined by the same topology but not simplified nor fitted, and what remains
of the IoU when nothing joins them at all. Set `taskset -c 0` before it for one core.
"""

import sys

import numpy as np
from rich.console import Console
from rich.table import Table

from svr3d.datasets.parametric import Parametric
from svr3d.geometry import MedialMesh, medial_quality, occupied, read_shape
from svr3d.geometry.medial.axis import traced_axis
from svr3d.geometry.medial.boundary import Boundary
from svr3d.geometry.medial.candidates import medial_balls
from svr3d.geometry.medial.coverage import covering_balls
from svr3d.geometry.medial.topology import dual_complex
from svr3d.geometry.shapes.voxel_grid import voxel_centres

SPHERES = 256
STAGES = ("boundary", "candidates", "coverage", "topology", "simplify", "fit", "pruning")


def objects():
    if sys.argv[1:]:
        return {path: read_shape(path) for path in sys.argv[1:]}
    source = Parametric(objects={"test": 1})
    kinds = ("chair", "table", "cabinet", "car", "lamp", "couch")
    return {kind: source.build(kind, f"{kind}_900000") for kind in kinds}


def greedy(mesh):
    """IoU at 64³ of the best covering balls, with edges and faces and without."""
    boundary = Boundary(mesh)
    balls = medial_balls(boundary, *boundary.sample(16_000, 0))
    chosen, _ = covering_balls(balls, SPHERES)
    chosen, edges, faces = dual_complex(boundary, balls, chosen)
    grid = voxel_centres(64)
    true = boundary.contains(grid)

    def iou(*parts):
        found = occupied(MedialMesh(balls[chosen], *parts), grid)
        return np.count_nonzero(true & found) / np.count_nonzero(true | found)

    return iou(edges, faces), iou()


def main():
    meshes = objects()
    table = Table(title=f"Medial meshes of at most {SPHERES} spheres, seconds by stage")
    columns = ("object", "faces", *STAGES, "all", "IoU", "Hausdorff", "Chamfer", "Euler kept", "greedy", "balls alone")
    for column in columns:
        table.add_column(column, justify="left" if column == "object" else "right")
    traced_axis(next(iter(meshes.values())), SPHERES)
    for name, mesh in meshes.items():
        made = traced_axis(mesh, SPHERES)
        quality = medial_quality(mesh, made.medial)
        seconds = [made.seconds[stage] for stage in STAGES]
        table.add_row(
            name,
            str(len(mesh.faces)),
            *(f"{value:.2f}" for value in (*seconds, sum(seconds))),
            *(f"{value:.4f}" for value in (quality.iou, quality.hausdorff, quality.chamfer)),
            "yes" if quality.keeps_euler else f"{quality.euler} for {quality.true_euler}",
            *(f"{value:.4f}" for value in greedy(mesh)),
        )
    Console(width=180).print(table)


if __name__ == "__main__":
    main()
