"""Shapes with known answers, and an independent winding number."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from svr3d.geometry import Mesh, Part, PartMesh

_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
_QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
_BOX_FACES = np.array([f for a, b, c, d in _QUADS for f in ((a, b, c), (a, c, d))])


class Shapes:
    """Builders of test meshes."""

    @staticmethod
    def box(low=(-0.5, -0.5, -0.5), high=(0.5, 0.5, 0.5)) -> Mesh:
        low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
        return Mesh(low + _CORNERS * (high - low), _BOX_FACES)

    @staticmethod
    def sphere(radius=0.5, subdivisions=4, centre=(0, 0, 0)) -> Mesh:
        sphere = trimesh.creation.icosphere(subdivisions, radius)
        return Mesh(sphere.vertices + np.asarray(centre), sphere.faces)

    @staticmethod
    def torus(major=0.35, minor=0.15, sections=96) -> Mesh:
        torus = trimesh.creation.torus(major, minor, sections, sections)
        return Mesh(torus.vertices, torus.faces)

    @staticmethod
    def join(*meshes: Mesh) -> Mesh:
        offsets = np.cumsum([0] + [len(m.vertices) for m in meshes[:-1]])
        faces = [m.faces + offset for m, offset in zip(meshes, offsets, strict=True)]
        return Mesh(np.concatenate([m.vertices for m in meshes]), np.concatenate(faces))

    @classmethod
    def parts(cls, **meshes: Mesh) -> PartMesh:
        """A part mesh; part `leg_2` is labelled `leg`."""
        whole = cls.join(*meshes.values())
        face_part = np.repeat(np.arange(len(meshes)), [len(m.faces) for m in meshes.values()])
        parts = tuple(Part(name, name.split("_")[0]) for name in meshes)
        return PartMesh(whole.vertices, whole.faces, face_part=face_part, parts=parts)

    @staticmethod
    def turned(mesh: Mesh, seed=0, shift=(0, 0, 0)) -> Mesh:
        rotation = Rotation.random(random_state=seed).as_matrix()
        return Mesh(mesh.vertices @ rotation.T + np.asarray(shift), mesh.faces)

    @staticmethod
    def without(mesh: Mesh, fraction: float, seed=0) -> Mesh:
        keep = np.random.default_rng(seed).random(len(mesh.faces)) >= fraction
        return Mesh(mesh.vertices, mesh.faces[keep])

    @staticmethod
    def flipped(mesh: Mesh, flip: np.ndarray) -> Mesh:
        return Mesh(mesh.vertices, np.where(flip[:, None], mesh.faces[:, ::-1], mesh.faces))

    @staticmethod
    def inward(mesh: Mesh) -> Mesh:
        return replace(mesh, faces=mesh.faces[:, ::-1])


@pytest.fixture(scope="session")
def shapes() -> type[Shapes]:
    return Shapes


@pytest.fixture(scope="session")
def solid_angle_winding():
    """The generalised winding number as a sum of solid angles (Van Oosterom and Strackee, 1983)."""

    def winding(mesh: Mesh, points: np.ndarray) -> np.ndarray:
        total = np.zeros(len(points))
        for a, b, c in mesh.triangles:
            a, b, c = a - points, b - points, c - points
            la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
            numerator = np.einsum("ij,ij->i", a, np.cross(b, c))
            ab, bc, ca = ((p * q).sum(axis=1) for p, q in ((a, b), (b, c), (c, a)))
            total += 2 * np.arctan2(numerator, la * lb * lc + ab * lc + bc * la + ca * lb)
        return total / (4 * np.pi)

    return winding


@pytest.fixture(scope="session")
def centres():
    """The voxel centres of a grid, Float[R, R, R, 3]."""

    def centres(resolution: int) -> np.ndarray:
        axis = (np.arange(resolution) + 0.5) / resolution - 0.5
        return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)

    return centres


@pytest.fixture(scope="session")
def real_meshes() -> Path:
    """The folder of real meshes; tests that ask for it are skipped where there is none."""
    default = Path(__file__).resolve().parents[3] / "shared" / "data" / "meshes"
    folder = Path(os.environ.get("SVR3D_MESHES", default))
    if not folder.is_dir():
        pytest.skip(f"no folder of real meshes at {folder} (SVR3D_MESHES names another)")
    return folder
