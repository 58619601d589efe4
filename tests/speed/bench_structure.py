"""Speed of the structure metrics beside that of common libraries: `python tests/speed/bench_structure.py`.

Each figure is the best of several runs, in milliseconds, after one that warms caches and compiles. Open3D uses all
cores, for rays too; everything else uses one. No peer at hand has a shape diameter, part metrics or Betti numbers:
their times stand alone.
"""

import numpy as np
import open3d
import trimesh
from rich.console import Console
from rich.table import Table
from side_by_side import best_in_turns

from svr3d.geometry import Mesh, Part, PartMesh, VoxelGrid, betti_numbers, mesh_health, self_intersections, voxelize
from svr3d.metrics import average_precision, match_parts, part_iou, thickness_error, topology_error


def ball(subdivisions: int, noise: float = 0.0) -> Mesh:
    sphere = trimesh.creation.icosphere(subdivisions, 0.45)
    moved = sphere.vertices + np.random.default_rng(0).normal(0, noise, sphere.vertices.shape)
    return Mesh(moved, sphere.faces)


def in_parts(mesh: Mesh, count: int) -> PartMesh:
    order = np.argsort(np.argsort(mesh.triangles.mean(axis=1)[:, 1]))
    parts = tuple(Part(str(i), "part") for i in range(count))
    return PartMesh(mesh.vertices, mesh.faces, face_part=order * count // len(order), parts=parts)


def bench_intersections(console: Console) -> None:
    table = Table(title="Pairs of crossing faces (ms)")
    for heading in ("mesh", "pairs", "svr3d", "Open3D", "Open3D / svr3d"):
        table.add_column(heading, justify="left" if heading == "mesh" else "right")
    for subdivisions in (4, 6):
        for noise in (0.0, 0.01):
            mesh = ball(subdivisions, noise)
            theirs = open3d.geometry.TriangleMesh(
                open3d.utility.Vector3dVector(mesh.vertices), open3d.utility.Vector3iVector(mesh.faces.astype(np.int32))
            )
            functions = {"svr3d": lambda mesh=mesh: self_intersections(mesh)}
            if len(mesh.faces) < 10_000:  # it looks at all pairs: minutes for the larger meshes
                functions["Open3D"] = theirs.get_self_intersecting_triangles
            best = best_in_turns(functions, 3)
            ours, other = best["svr3d"], best.get("Open3D")
            table.add_row(
                f"{len(mesh.faces):,} faces, {'noisy' if noise else 'smooth'} sphere",
                f"{len(self_intersections(mesh)):,}",
                f"{ours:.1f}",
                "–" if other is None else f"{other:.0f}",
                "–" if other is None else f"{other / ours:.0f}",
            )
    console.print(table)


def bench_metrics(console: Console) -> None:
    table = Table(title="One sample (ms)")
    table.add_column("metric")
    table.add_column("svr3d", justify="right")
    mesh, other, large = ball(4), ball(4, 0.005), ball(6)
    grid, fine = voxelize(mesh), voxelize(mesh, 64)
    labelled = VoxelGrid(grid.values, labels=grid.occupancy * (1 + np.arange(32) // 8))
    scores = VoxelGrid(np.random.default_rng(0).random((32, 32, 32)))
    for name, call in (
        ("part IoU, 32³, 4 parts", lambda: part_iou(labelled, labelled)),
        ("average precision, 32³", lambda: average_precision(scores, grid)),
        ("matched parts, 5 and 5, 1,000 points each", lambda: match_parts(in_parts(other, 5), in_parts(mesh, 5))),
        ("matched parts, 30 and 30", lambda: match_parts(in_parts(other, 30), in_parts(mesh, 30))),
        ("thickness error, 10,000 points", lambda: thickness_error(other, mesh)),
        ("topology error, 64³, 5,120 faces", lambda: topology_error(other, mesh)),
        ("Betti numbers of a grid 64³", lambda: betti_numbers(fine)),
        ("mesh health, 5,120 faces", lambda: mesh_health(other)),
        ("mesh health, 81,920 faces", lambda: mesh_health(large)),
    ):
        table.add_row(name, f"{best_in_turns({name: call}, 3)[name]:.1f}")
    console.print(table)


if __name__ == "__main__":
    console = Console()
    console.print(f"Open3D {open3d.__version__}; NumPy {np.__version__}")
    bench_intersections(console)
    bench_metrics(console)
