"""Topology of solids and surfaces: components, tunnels, cavities, genus."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .convert import Shape, to_voxels
from .errors import InputError
from .mesh import Mesh
from .topology import _edges, _merged, components


class Betti(NamedTuple):
    """The Betti numbers of a solid.

    Args:
        components: pieces (b₀).
        tunnels: holes right through (b₁): 1 for a solid torus, and the genus of any solid's surface.
        cavities: hollows without way out (b₂).
    """

    components: int
    tunnels: int
    cavities: int


def betti_numbers(shape: Shape, *, resolution: int = 64) -> Betti:
    """The Betti numbers of the solid of `shape` as a union of closed voxels.

    Any shape takes the same way, over `to_voxels`: so they are defined for meshes that are open, overlap themselves or
    are not manifold, and what is finer than a voxel is not seen. Voxels that share a corner are connected (26
    neighbours), the empty ones only through a common side (6 neighbours). Components and cavities are counted; tunnels
    follow from the Euler characteristic χ = corners - edges + sides - voxels of the union: b₁ = b₀ + b₂ - χ.

    Raises:
        InputError: a point cloud, or not finite.

    >>> from svr3d.geometry import VoxelGrid
    >>> ring = np.zeros((3, 3, 3), dtype=bool)
    >>> ring[:, :, 1] = True
    >>> ring[1, 1, 1] = False
    >>> betti_numbers(VoxelGrid(ring), resolution=3)
    Betti(components=1, tunnels=1, cavities=0)
    """
    from scipy.ndimage import label

    solid = np.pad(to_voxels(shape, resolution).occupancy, 1)
    if not solid.any():
        return Betti(0, 0, 0)
    pieces = label(solid, np.ones((3, 3, 3)))[1]
    cavities = label(~solid)[1] - 1  # all but the outside
    return Betti(pieces, pieces + cavities - euler_characteristic(solid), cavities)


def euler_characteristic(solid: np.ndarray) -> int:
    """χ of the union of closed voxels of `solid` Bool[X, Y, Z]."""
    cells = np.pad(np.asarray(solid, dtype=bool), 1)
    total = 0
    # Along each axis a cell of the cubical complex is a voxel or the wall between two; it belongs to the union if any
    # voxel around it does. Voxels have dimension 3, each wall takes one away.
    for walls in np.ndindex(2, 2, 2):
        union = cells
        for axis in range(3):
            if walls[axis]:
                before, after = [slice(None)] * 3, [slice(None)] * 3
                before[axis], after[axis] = slice(None, -1), slice(1, None)
                union = union[tuple(before)] | union[tuple(after)]
        total += (-1) ** (3 - sum(walls)) * int(np.count_nonzero(union))
    return total


def genus(mesh: Mesh) -> int:
    """The number of handles of a closed surface, exactly: (2 - χ) / 2 for each component, added up.

    Vertices at the same place count as one, but surfaces that only touch in a vertex are apart there. An empty mesh
    has genus 0.

    Raises:
        InputError: the mesh is not a closed orientable two-manifold with consistent winding: an edge that is not
            run along exactly twice, in opposite directions. (For such meshes, `betti_numbers` of the solid.)
    """
    if mesh.is_empty:
        return 0
    faces = _merged(mesh)[1]
    edge_of, sense, up, count = _edges(faces)
    bad = (count != 2) | (sense != 0) | (np.bincount(edge_of, weights=up == 0) > 0)
    if bad.any():
        raise InputError(
            f"genus: expected a closed surface, wound consistently, but {int(bad.sum())} of its {len(bad)} edges are "
            "not shared by exactly two faces in opposite directions"
        )
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    # A vertex is a ring of faces' corners: corners that meet along an edge belong together.
    n = len(faces)
    start = np.arange(3 * n)  # half-edge c * n + f begins at corner c of face f …
    end = (start + n) % (3 * n)  # … and ends at the next corner
    first, second = np.argsort(edge_of, kind="stable").reshape(-1, 2).T
    joined = (np.concatenate([start[first], end[first]]), np.concatenate([end[second], start[second]]))
    graph = coo_matrix((np.ones(len(joined[0]), dtype=np.int8), joined), shape=(3 * n, 3 * n))
    vertices = connected_components(graph, directed=False)[0]
    euler = vertices - len(count) + n
    return int(components(mesh).max()) + 1 - euler // 2
