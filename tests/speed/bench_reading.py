"""How long reading a mesh of a million triangles takes in each format, beside trimesh, Open3D and meshio.

Run as `python tests/speed/bench_reading.py [FACES]`; the libraries take turns, the best of three is shown, and in
brackets how many times longer than ours. trimesh is kept from merging vertices, Open3D from computing normals. In .stl
files, ours and meshio make one vertex of corners at one place, which takes most of their time. With `SVR3D_MESHES`, all
.obj files of that folder are read too.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import meshio
import numpy as np
import open3d
import trimesh
from rich.console import Console
from rich.table import Table
from side_by_side import best_in_turns, versions

from svr3d.geometry import Mesh, read_shape, write_shape

FORMATS = ("obj", "off", "stl", "ply", "glb")
UNREAD = {("glb", "meshio")}


def torus(faces: int) -> Mesh:
    """A closed mesh of about so many triangles."""
    n = round(np.sqrt(faces / 2))
    u, v = (axis.ravel() for axis in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    a, b = 2 * np.pi * u / n, 2 * np.pi * v / n
    ring = 0.35 + 0.12 * np.cos(b)
    vertices = np.stack([ring * np.cos(a), 0.12 * np.sin(b), ring * np.sin(a)], axis=1)
    c, d = (u + 1) % n * n, (v + 1) % n
    corners = np.stack([u * n + v, c + v, c + d, u * n + d], axis=1)
    return Mesh(vertices, np.concatenate([corners[:, [0, 2, 1]], corners[:, [0, 3, 2]]]))


READERS: dict[str, Callable[[Path], object]] = {
    "svr3d": read_shape,
    "trimesh": lambda path: trimesh.load(path, process=False, maintain_order=True, force="mesh"),
    "Open3D": lambda path: open3d.io.read_triangle_mesh(str(path)),
    "meshio": meshio.read,
}


def row(paths: list[Path], suffix: str, turns: int) -> list[str]:
    """Milliseconds of ours, and of the others with the ratio."""

    def reading(name: str) -> Callable[[], None]:
        def read() -> None:
            for path in paths:
                READERS[name](path)

        return read

    names = [name for name in READERS if (suffix, name) not in UNREAD]
    best = best_in_turns({name: reading(name) for name in names}, turns)
    cells = [f"{best[name]:,.0f} ({best[name] / best['svr3d']:.1f}×)" if name in best else "–" for name in READERS]
    return [f"{best['svr3d']:,.0f}", *cells[1:]]


def main() -> None:
    faces = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    mesh = torus(faces)
    table = Table("format", "svr3d, ms", *list(READERS)[1:], title=f"Reading {len(mesh.faces):,} triangles")
    with tempfile.TemporaryDirectory() as folder:
        for suffix in FORMATS:
            path = Path(folder) / f"torus.{suffix}"
            write_shape(path, mesh)
            table.add_row(f".{suffix}, {path.stat().st_size / 2**20:.0f} MiB", *row([path], suffix, 3))
            path.unlink()
    if "SVR3D_MESHES" in os.environ:
        paths = sorted(Path(os.environ["SVR3D_MESHES"]).rglob("*.obj"))
        table.add_row(f"{len(paths)} real .obj", *row(paths, "obj", 3))
    console = Console(width=120)
    console.print(table)
    console.print(versions(["trimesh", "open3d-cpu", "open3d", "meshio", "numpy"]))


if __name__ == "__main__":
    main()
