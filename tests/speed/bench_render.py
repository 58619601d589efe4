"""Milliseconds per object and per view, by stage, on one core.

    python tests/speed/bench_render.py [--size 137] [--views 4] [--meshes FOLDER]

Renders spheres of about 2,000, 5,000 and 10,000 faces, and, where a folder of `*/*/model.obj` is given, every
object in it of 2,000 to 10,000 faces (up to 24). Figures are
CPU time, which other work on the machine disturbs less than the clock, and the least of five runs.
"""

import argparse
import importlib
import time
from pathlib import Path

import numpy as np

from svr3d.geometry import Lighting, Mesh, Renderer, r2n2_cameras
from svr3d.geometry.rendering import _shading
from svr3d.geometry.rendering.render import _Surface


def sphere(faces):
    rows = round((faces / 4) ** 0.5) + 1
    t, p = np.meshgrid(np.linspace(0, np.pi, rows + 1), np.arange(2 * rows) * np.pi / rows, indexing="ij")
    vertices = 0.5 * np.stack([np.sin(t) * np.cos(p), np.cos(t), np.sin(t) * np.sin(p)], -1).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(rows), np.arange(2 * rows), indexing="ij")
    a, b = i * 2 * rows + j, i * 2 * rows + (j + 1) % (2 * rows)
    quads = np.stack([a, b, b + 2 * rows, a + 2 * rows], -1).reshape(-1, 4)
    return Mesh(vertices, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]))


def read(path):
    lines = [line.split() for line in path.read_text().splitlines() if line[:2] in ("v ", "f ")]
    vertices = np.array([line[1:4] for line in lines if line[0] == "v"], float)
    faces = np.array([[corner.split("/")[0] for corner in line[1:]] for line in lines if line[0] == "f"], int) - 1
    low, high = vertices.min(0), vertices.max(0)
    return Mesh((vertices - (low + high) / 2) / (high - low).max(), faces)


class Stopwatch:
    """Sums the time spent inside functions, by putting itself in their place."""

    def __init__(self):
        self.seconds = {}

    def watch(self, owner, name, stage):
        inner = getattr(owner, name)

        def timed(*args, **kwargs):
            start = time.process_time()
            result = inner(*args, **kwargs)
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.process_time() - start
            return result

        setattr(owner, name, timed)


def photograph(mesh, views, size, color):
    mesh = Mesh(mesh.vertices, mesh.faces)  # without what an earlier run has cached
    renderer = Renderer(mesh, threads=1)
    diagonal = np.linalg.norm(mesh.bounds[1] - mesh.bounds[0])
    for view, camera in enumerate(r2n2_cameras(views, seed=0, diagonal=diagonal, size=size)):
        renderer.render(camera, lighting=Lighting.varied(view), color=color)


def least(action, repeats=5):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return 1e3 * min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=137)
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--meshes", type=Path)
    options = parser.parse_args()
    objects = {f"sphere {n}": sphere(n) for n in (2000, 5000, 10000)}
    if options.meshes:
        found = {p.parent.name: read(p) for p in sorted(options.meshes.glob("*/*/model.obj"))}
        found = {name: mesh for name, mesh in found.items() if 2000 <= len(mesh.faces) <= 10000}
        objects |= dict(list(found.items())[:: max(1, len(found) // 24)])

    photograph(sphere(500), 1, 32, True)  # compile
    print(f"{options.views} views of {options.size}², one thread, milliseconds per object: all buffers, without colour")
    totals = []
    for name, mesh in objects.items():
        whole, plain = (least(lambda: photograph(mesh, options.views, options.size, c)) for c in (True, False))  # noqa: B023
        totals.append((whole, plain))
        print(f"  {name[:44]:44s} {len(mesh.faces):6d} faces {whole:7.1f} {plain:7.1f}")
    print(f"  {'median':44s} {'':12s} {np.median(totals, 0)[0]:7.1f} {np.median(totals, 0)[1]:7.1f}")

    module = importlib.import_module("svr3d.geometry.rendering.render")
    watch = Stopwatch()
    watch.watch(Renderer, "__init__", "scene (per object)")
    watch.watch(_Surface, "of", "smooth normals (per object)")
    watch.watch(module, "_rays", "make rays")
    watch.watch(Renderer, "_cast", "cast rays")
    watch.watch(_shading, "surface_points", "points, secondary rays")
    watch.watch(Renderer, "_occluded", "cast shadow and sky rays")
    watch.watch(_shading, "shade", "shade")
    watch.watch(module, "_develop", "average, tone, encode")
    start = time.process_time()
    for mesh in objects.values():
        photograph(mesh, options.views, options.size, True)
    whole = time.process_time() - start
    views = len(objects) * options.views
    print("milliseconds per view, by stage (those per object divided by its views)")
    for stage, seconds in watch.seconds.items():
        print(f"  {stage:30s} {1e3 * seconds / views:6.2f}")
    print(f"  {'everything else':30s} {1e3 * (whole - sum(watch.seconds.values())) / views:6.2f}")
    print(f"  {'whole':30s} {1e3 * whole / views:6.2f}")


if __name__ == "__main__":
    main()
