"""Speed of medial meshes beside asking every primitive everywhere: `python tests/speed/bench_medial.py [CELLS…]`.

Processor time of one core in milliseconds, the best of several runs after one that compiles. What asks everything is
compiled too, from the same closed forms; on a lattice it is timed at one of 64 places, spread evenly, and multiplied.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from numba import njit
from rich.console import Console
from rich.table import Table
from scipy.spatial import cKDTree

from svr3d.geometry import MedialMesh, medial_surface, signed_distance
from svr3d.geometry.solids._medial_search import _distance, _prepared
from svr3d.geometry.solids.medial_distance import inside_medial, lattice_distance, primitives

SHARE = 4
"""Every fourth place along each axis stands for a lattice where all primitives are asked everywhere."""


def a_shell(spheres: int, edges: int, faces: int, seed: int = 0) -> MedialMesh:
    """Spheres on an ellipsoid, with edges and faces between neighbours: a surface inside and one outside."""
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(spheres, 3))
    centers *= np.array([0.4, 0.25, 0.35]) / np.linalg.norm(centers, axis=1, keepdims=True)
    near = cKDTree(centers).query(centers, 7)[1]
    pairs = np.unique(np.sort(near[:, [[0, i] for i in range(1, 7)]].reshape(-1, 2), axis=1), axis=0)
    triples = np.unique(np.sort(near[:, [[0, 1, 2], [0, 2, 3], [0, 3, 4]]].reshape(-1, 3), axis=1), axis=0)
    radii = rng.uniform(0.01, 0.06, spheres)
    return MedialMesh(
        np.column_stack([centers, radii]), rng.permutation(pairs)[:edges], rng.permutation(triples)[:faces]
    )


@njit(cache=True)
def ask_everything(points: np.ndarray, corners: np.ndarray, kind: np.ndarray) -> np.ndarray:
    rows, found = _prepared(corners, kind), np.full(len(points), np.inf)
    for n in range(len(points)):
        for p in range(len(kind)):
            found[n] = min(found[n], _distance(rows, p, points[n, 0], points[n, 1], points[n, 2]))
    return found


def best_of(function: Callable[[], object], runs: int) -> float:
    """Milliseconds of processor time of the fastest call, after one that warms."""
    times = []
    for _ in range(runs + 1):
        start = time.process_time()
        function()
        times.append(1000 * (time.process_time() - start))
    return min(times[1:])


def table(title: str, *headings: str) -> Table:
    made = Table(title=title)
    for heading in headings:
        made.add_column(heading, justify="right")
    return made


def bench_lattices(console: Console, shape: MedialMesh, resolutions: list[int]) -> None:
    result = table(
        "Distance field and surface (ms)", "cells", "everything", "field", "ratio", "field and surface", "faces"
    )
    low, high = shape.bounds
    for cells in resolutions:
        cell = (high - low).max() / cells
        size = tuple(np.ceil((high - low) / cell).astype(int) + 4)
        origin = low - 1.5 * cell
        some = origin + cell * SHARE * np.indices([-(-n // SHARE) for n in size]).reshape(3, -1).T
        everything = best_of(lambda some=some: ask_everything(some, *primitives(shape)), 1) * np.prod(size) / len(some)
        lattice = (origin, cell, size)
        field = best_of(lambda lattice=lattice: lattice_distance(shape, *lattice), 5)
        both = best_of(lambda cells=cells: medial_surface(shape, cells), 5)
        faces = len(medial_surface(shape, cells).faces)
        row = (f"{everything:,.0f}", f"{field:.0f}", f"{everything / field:.0f}", f"{both:.0f}", f"{faces:,}")
        result.add_row(f"{cells}³", *row)
    console.print(result)


def bench_points(console: Console, shape: MedialMesh) -> None:
    result = table(
        "Random points in the unit cube (ms)", "points", "everything", "distance", "ratio", "inside", "ratio"
    )
    known = primitives(shape)
    for count in (1_000, 10_000, 100_000):
        points = np.random.default_rng(1).uniform(-0.5, 0.5, (count, 3))
        some = points[:: max(1, count // 5_000)]
        everything = best_of(lambda some=some: ask_everything(some, *known), 1) * count / len(some)
        distance = best_of(lambda points=points: signed_distance(shape, points), 5)
        inside = best_of(lambda points=points: inside_medial(shape, points), 5)
        ours = (f"{distance:.1f}", f"{everything / distance:.0f}", f"{inside:.1f}", f"{everything / inside:.0f}")
        result.add_row(f"{count:,}", f"{everything:,.0f}", *ours)
    console.print(result)


def bench_primitives(console: Console) -> None:
    result = table("Field at 128³ of more and more primitives (ms)", "spheres", "primitives", "field and surface")
    for spheres in (64, 256, 1024):
        shape = a_shell(spheres, 600 * spheres // 256, 400 * spheres // 256)
        result.add_row(
            str(spheres), str(len(primitives(shape).kind)), f"{best_of(lambda s=shape: medial_surface(s, 128), 3):.0f}"
        )
    console.print(result)


if __name__ == "__main__":
    console = Console()
    shape = a_shell(256, 600, 400)
    console.print(f"{len(shape.spheres)} spheres, {len(shape.edges)} edges, {len(shape.faces)} faces")
    bench_lattices(console, shape, [int(word) for word in sys.argv[1:]] or [32, 64, 128, 256])
    bench_points(console, shape)
    bench_primitives(console)
