"""Topologies without learning, which the paper's Figure 5 compares with: each takes spheres and dense centres, as
topology prediction does, and gives edges and faces. None makes use of the dense centres or of radii."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ...arrays import distinct_rows
from .simplices import cliques, distinct_simplices, with_sides

if TYPE_CHECKING:
    from jaxtyping import Float, Int

    Topology = tuple[Int[np.ndarray, "e 2"], Int[np.ndarray, "f 3"]]

LONGEST = 2.5
"""Of Delaunay edges, in mean distances to the nearest sphere."""

JOINED = 5
"""How many nearest neighbours each sphere is joined with."""

BALLS = (1.0, 1.5, 2.0, 3.0)
"""The radii of the balls that are rolled, in mean distances to the nearest sphere."""

NOTHING = np.empty((0, 2), dtype=np.int64), np.empty((0, 3), dtype=np.int64)

NEAR = 8
"""The centres that a normal is estimated from."""


class Alternative(Protocol):
    """spheres: Float[N, 4]. dense: Float[D, 3], or None. Returns edges Int[E, 2], the sides of all faces among them,
    and faces Int[F, 3], corners ascending, each once."""

    def __call__(
        self, spheres: Float[np.ndarray, "n 4"], dense: Float[np.ndarray, "d 3"] | None = None
    ) -> Topology: ...


def ball_pivoting(
    spheres: Float[np.ndarray, "n 4"],
    dense: Float[np.ndarray, "d 3"] | None = None,
    *,
    balls: tuple[float, ...] = BALLS,
) -> Topology:
    """Balls rolled over the centres, which leave a triangle where they rest on three (Bernardini et al. 1999), by
    Open3D. Normals, of which a medial sheet has none, are those of the planes through the nearest centres, made to look
    to one side along the sheets.

    Args:
        balls: radii, in mean distances between nearest centres.
    """
    import open3d

    centers, own = _distinct(spheres)
    if len(centers) < 3:
        return _topology(*NOTHING)
    cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(centers))
    cloud.estimate_normals(open3d.geometry.KDTreeSearchParamKNN(NEAR))
    try:
        cloud.orient_normals_consistent_tangent_plane(NEAR)
    except RuntimeError:  # all centres in one plane, which has no Delaunay tetrahedra
        cloud.orient_normals_to_align_with_direction(np.linalg.svd(centers - centers.mean(axis=0))[2][2])
    radii = open3d.utility.DoubleVector(_spacing(centers) * np.array(balls))
    mesh = open3d.geometry.TriangleMesh.create_from_point_cloud_ball_pivoting(cloud, radii)
    return _topology(NOTHING[0], own[np.asarray(mesh.triangles, dtype=np.int64).reshape(-1, 3)])


def delaunay(
    spheres: Float[np.ndarray, "n 4"], dense: Float[np.ndarray, "d 3"] | None = None, *, longest: float = LONGEST
) -> Topology:
    """The edges of the centres' Delaunay tetrahedra that are not overlong, and the triangles without an overlong one.

    Args:
        longest: in mean distances between nearest centres.
    """
    from scipy.spatial import Delaunay

    centers, own = _distinct(spheres)
    if len(centers) < 5:
        cells = np.arange(len(centers))[None]
    else:
        cells = Delaunay(centers, qhull_options="QJ Qbb Qc").simplices.astype(np.int64)
    edges, triangles = (_subsets(cells, size) for size in (2, 3))
    limit = longest * _spacing(centers)
    edges = edges[_longest(centers, edges) <= limit]
    return _topology(own[edges], own[triangles[_longest(centers, triangles) <= limit]])


def nearest_neighbors(
    spheres: Float[np.ndarray, "n 4"], dense: Float[np.ndarray, "d 3"] | None = None, *, joined: int = JOINED
) -> Topology:
    """Edges from each sphere to the nearest others, and a face wherever three are joined with each other.

    Args:
        joined: how many others.
    """
    from scipy.spatial import KDTree

    centers, own = _distinct(spheres)
    if len(centers) < 2:
        return _topology(*NOTHING)
    count = min(joined + 1, len(centers))
    near = KDTree(centers).query(centers, count)[1].reshape(len(centers), count)[:, 1:]
    edges = np.stack([np.repeat(np.arange(len(centers)), count - 1), near.ravel()], -1)
    return _topology(own[edges], own[cliques(edges, len(centers))])


ALTERNATIVES: dict[str, Alternative] = {
    "ball_pivoting": ball_pivoting,
    "delaunay": delaunay,
    "nearest_neighbors": nearest_neighbors,
}


def _distinct(spheres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct centres, and of each the first sphere that has it. The other ones stay alone."""
    centers, place = distinct_rows(spheres[:, :3])
    first = np.full(len(centers), len(spheres))
    np.minimum.at(first, place, np.arange(len(spheres)))
    return centers, first


def _spacing(centers: np.ndarray) -> float:
    """The mean distance to the nearest other centre."""
    from scipy.spatial import KDTree

    if len(centers) < 2:
        return 0.0
    return float(KDTree(centers).query(centers, 2)[0][:, 1].mean())


def _subsets(cells: np.ndarray, size: int) -> np.ndarray:
    columns = np.array(list(combinations(range(cells.shape[1]), size)), dtype=np.int64).reshape(-1, size)
    return distinct_simplices(cells[:, columns].reshape(-1, size))


def _longest(centers: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The longest side of each of Int[C, 2 or 3]."""
    placed = centers[corners]
    return np.linalg.norm(placed - np.roll(placed, 1, axis=1), axis=-1).max(axis=1, initial=0.0)


def _topology(edges: np.ndarray, faces: np.ndarray) -> Topology:
    faces = distinct_simplices(faces)
    return with_sides(edges, faces), faces
