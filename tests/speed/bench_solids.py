"""How fast and how right voxelising and inside tests are, beside Open3D and trimesh.

Run as `python tests/speed/bench_solids.py`. Open3D runs with its default threads and builds its scene each time, as
for every new mesh; ours runs on one thread. Both are called 60 times after a warm-up, ten calls in a row and then
single calls in turns: there, ours starts with cold caches, as between the other steps of a pipeline. trimesh is called
once, at 64³ with every eighth centre only. The second table removes faces and compares with the closed mesh.
"""

import time
from importlib.util import find_spec

import numpy as np
import open3d
import trimesh
from rich.console import Console
from rich.table import Table

from svr3d.geometry import Mesh, containment, contains, voxelization, voxelize


def centres(resolution):
    axis = (np.arange(resolution) + 0.5) / resolution - 0.5
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


def open3d_occupancy(mesh, points):
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
    return scene.compute_occupancy(points).numpy().astype(bool)


def trimesh_contains(mesh, points):
    return trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).contains(points)


def trimesh_fill(mesh, resolution):
    return trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).voxelized(1 / resolution).fill().matrix


def turned(mesh):
    turn = trimesh.transformations.random_rotation_matrix(np.array([0.1, 0.5, 0.9]))[:3, :3]
    return Mesh(mesh.vertices @ turn.T, mesh.faces)


def race(functions, once, calls):
    """Seconds of 60 calls of each, `calls` in a row in turns, and the results; what is slow is called `once`."""
    results, seconds = [], [[] for _ in functions]
    for index, function in enumerate(functions):
        start = time.perf_counter()
        results.append(function())
        if once[index]:
            seconds[index].append(time.perf_counter() - start)
    for _ in range(60 // calls):
        for index, function in enumerate(functions):
            for _ in range(0 if once[index] else calls):
                start = time.perf_counter()
                function()
                seconds[index].append(time.perf_counter() - start)
    return seconds, results


def speed(mesh):
    versions = f"Open3D {open3d.__version__}, trimesh {trimesh.__version__}"
    table = Table(title=f"Closed torus of {len(mesh.faces)} faces; {versions}; best / median")
    for heading in ("task", "calls in a row", "svr3d, ms", "other", "other, ms", "times as fast", "IoU"):
        table.add_column(heading, justify="left" if heading in ("task", "other") else "right")

    def compare(task, ours, others, with_iou):
        for calls in (10, 1):
            raced = {name: other for name, other in others.items() if calls > 1 or "trimesh" not in name}
            seconds, results = race([ours, *raced.values()], [False, *("trimesh" in name for name in raced)], calls)
            best, median = ([summary(taken) for taken in seconds] for summary in (min, np.median))
            for n, name in enumerate(raced, 1):
                table.add_row(
                    task,
                    str(calls),
                    f"{best[0] * 1e3:.3f} / {median[0] * 1e3:.3f}",
                    name,
                    f"{best[n] * 1e3:.2f} / {median[n] * 1e3:.2f}",
                    f"{best[n] / best[0]:.1f} / {median[n] / median[0]:.1f}",
                    f"{iou(results[0], results[n]):.5f}" if name in with_iou else "-",
                )

    same = ("Open3D compute_occupancy", "trimesh contains")
    for resolution in (32, 64):
        points = centres(resolution)
        single = points.astype(np.float32)
        others = {
            same[0]: lambda p=single: open3d_occupancy(mesh, p),
            "trimesh voxelized().fill()": lambda r=resolution: trimesh_fill(mesh, r),
        }
        if find_spec("rtree"):  # its ray casting needs it
            some, name = (points, same[1]) if resolution == 32 else (points[::8], f"{same[1]}, 1 in 8")
            others[name] = lambda p=some: trimesh_contains(mesh, p)
        compare(
            f"voxelize {resolution}³",
            lambda r=resolution: voxelize(mesh, r).occupancy.ravel(),
            others,
            same,
        )
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (100_000, 3))
    compare(
        "contains, 100k points",
        lambda: contains(mesh, points),
        {same[0]: lambda: open3d_occupancy(mesh, points.astype(np.float32))},
        same,
    )
    return table


def holes(shapes):
    """5 % of the faces removed at random, and a patch: all faces within a ball about a vertex."""
    table = Table(title="Torn meshes against the closed ones: worst of 3 seeds")
    for heading in ("shape", "torn", "where", "IoU", "ambiguous", "svr3d, ms", "Open3D, IoU"):
        table.add_column(heading, justify="right" if heading[0] in "IasO" else "left")
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (100_000, 3))
    for name, mesh in shapes.items():
        middle = mesh.triangles.mean(axis=1)
        for kind in ("5 % at random", "a patch, radius 0.12"):
            for where in (32, 64, points):
                worst, theirs, ambiguous, seconds = 1.0, 1.0, 0.0, 0.0
                for seed in range(3):
                    rng = np.random.default_rng(seed)
                    gone = rng.random(len(middle)) < 0.05
                    if kind != "5 % at random":
                        gone = np.linalg.norm(middle - mesh.vertices[rng.integers(len(mesh.vertices))], axis=1) < 0.12
                    torn = Mesh(mesh.vertices, mesh.faces[~gone])
                    start = time.perf_counter()
                    if where is points:
                        found, truth = containment(torn, points), contains(mesh, points)
                        answer = found.inside
                    else:
                        found, truth = voxelization(torn, where), voxelize(mesh, where).occupancy.ravel()
                        answer = found.grid.occupancy.ravel()
                    seconds = max(seconds, time.perf_counter() - start)
                    asked = (points if where is points else centres(where)).astype(np.float32)
                    worst, ambiguous = min(worst, iou(answer, truth)), max(ambiguous, found.ambiguous)
                    theirs = min(theirs, iou(open3d_occupancy(torn, asked), truth))
                row = (f"{worst:.5f}", f"{ambiguous:.3f}", f"{seconds * 1e3:.1f}", f"{theirs:.4f}")
                table.add_row(name, kind, "100k points" if where is points else f"{where}³", *row)
    return table


def main():
    torus = turned(trimesh.creation.torus(0.33, 0.16, 50, 50))
    cylinder = trimesh.creation.cylinder(0.25, 0.7, sections=64)
    shapes = {
        "torus": torus,
        "sphere": turned(trimesh.creation.icosphere(4, 0.45)),
        "cylinder": turned(cylinder.subdivide_to_size(0.04)),
        "box": turned(trimesh.creation.box((0.6, 0.4, 0.3)).subdivide_to_size(0.03)),
    }
    console = Console(width=160)
    console.print(speed(torus))
    console.print(holes(shapes))


if __name__ == "__main__":
    main()
