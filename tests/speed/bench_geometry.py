"""How fast sampling, part voxels, iso-surfaces, their parts and repairs are; sampling beside trimesh.

Run as `python tests/speed/bench_geometry.py`; voxelising and inside tests are in `bench_solids.py`. Everything runs on
one thread; the time is the best of several runs, after one to warm up. The last column checks that both compute the
same.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time

import numpy as np
import trimesh
from rich.console import Console
from rich.table import Table

from svr3d.geometry import (
    Mesh,
    Part,
    PartMesh,
    marching_cubes,
    orient_faces,
    sample_surface,
    split_by_label,
    voxelize_parts,
)


def best(function, repeats=7):
    """Seconds of the fastest of several calls, and the result."""
    result = function()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def main():
    torus = trimesh.creation.torus(0.33, 0.16, 50, 50)
    turn = trimesh.transformations.random_rotation_matrix(np.array([0.1, 0.5, 0.9]))[:3, :3]
    mesh = Mesh(torus.vertices @ turn.T, torus.faces)
    other = trimesh.Trimesh(mesh.vertices, mesh.faces)
    halves = (mesh.triangles.mean(axis=1)[:, 0] > 0).astype(int)
    parts = PartMesh(mesh.vertices, mesh.faces, face_part=halves, parts=(Part("a", "a"), Part("b", "b")))

    table = Table(title=f"One thread, a closed mesh of {len(mesh.faces)} faces")
    for heading in ("task", "svr3d, ms", "other", "other, ms", "times as fast", "agreement"):
        table.add_column(heading, justify="left" if heading in ("task", "other") else "right")

    def compare(task, ours, name=None, theirs=None, agreement=None):
        seconds, result = best(ours)
        row = [task, f"{seconds * 1e3:.2f}"]
        if theirs is not None:
            their_seconds, their_result = best(theirs, 3)
            agrees = f"{agreement(result, their_result):.4f}"
            row += [name, f"{their_seconds * 1e3:.2f}", f"{their_seconds / seconds:.1f}", agrees]
        table.add_row(*row)

    compare("voxelize_parts 32³", lambda: voxelize_parts(parts))
    compare(
        "sample_surface 100k (mean radius)",
        lambda: np.linalg.norm(sample_surface(mesh, 100_000).points, axis=1).mean(),
        "trimesh sample_surface",
        lambda: np.linalg.norm(trimesh.sample.sample_surface(other, 100_000)[0], axis=1).mean(),
        lambda a, b: a / b,
    )
    for size in (32, 64):
        grid = voxelize_parts(parts, size)
        compare(
            f"split_by_label {size}³, {grid.occupancy.sum()} voxels (volume)",
            lambda grid=grid: split_by_label(grid).volume,
            "svr3d marching_cubes",
            lambda grid=grid: marching_cubes(grid).volume,
            lambda a, b: a / b,
        )
    compare("orient_faces", lambda: orient_faces(mesh))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
