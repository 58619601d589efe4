"""Shapes whose distances are known in closed form."""

import sys
from pathlib import Path

import numpy as np
import pytest

from svr3d.geometry import Mesh

sys.path.insert(0, str(Path(__file__).parent))


def make_box(size=(1.0, 1.0, 1.0), center=(0.0, 0.0, 0.0)) -> Mesh:
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = [triangle for a, b, c, d in quads for triangle in ([a, b, c], [a, c, d])]
    return Mesh(corners * size + center, faces)


def make_sphere(radius=0.5, rings=60) -> Mesh:
    """Rings of latitude, closed at the poles; the error of a chord is about radius · (π / rings)² / 8."""
    theta = np.linspace(0, np.pi, rings + 1)[1:-1]
    phi = np.arange(2 * rings) * np.pi / rings
    ring = np.stack([np.outer(np.sin(theta), np.cos(phi)), np.outer(np.sin(theta), np.sin(phi))], -1)
    body = np.concatenate([ring, np.broadcast_to(np.cos(theta)[:, None, None], (*ring.shape[:2], 1))], -1)
    vertices = radius * np.concatenate([body.reshape(-1, 3), [[0, 0, 1], [0, 0, -1]]])
    n, north, south = 2 * rings, len(vertices) - 2, len(vertices) - 1
    faces = []
    for j in range(n):
        k = (j + 1) % n
        faces.append([north, j, k])
        faces.append([south, (rings - 2) * n + k, (rings - 2) * n + j])
        for i in range(rings - 2):
            a, b, c, d = i * n + j, i * n + k, (i + 1) * n + k, (i + 1) * n + j
            faces += [[a, d, c], [a, c, b]]
    return Mesh(vertices, faces)


@pytest.fixture(scope="session")
def box():
    return make_box


@pytest.fixture(scope="session")
def sphere():
    return make_sphere
