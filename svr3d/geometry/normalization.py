"""The canonical frame: bounding-box centre at the origin, longest side 1."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ..errors import InputError
from .shapes.mesh import Mesh

if TYPE_CHECKING:
    from jaxtyping import Float

AnyMesh = TypeVar("AnyMesh", bound=Mesh)


def normalize(mesh: AnyMesh) -> tuple[AnyMesh, Float[np.ndarray, " 3"], float]:
    """`mesh` in the canonical frame, with the shift and scale that took it there.

    Returns:
        The mesh (same class, colours and parts kept), `loc` Float[3] and `scale`, such that
        canonical = (source - loc) / scale.

    Raises:
        InputError: the mesh is empty, not finite, or without extent.
    """
    if mesh.is_empty:
        raise InputError("cannot normalise a mesh without faces")
    low, high = mesh.bounds
    scale = float((high - low).max())
    if not np.isfinite(scale):
        raise InputError("cannot normalise a mesh with non-finite vertices")
    if not scale > 0:
        raise InputError(f"cannot normalise a mesh without extent: all its vertices are at {low.tolist()}")
    loc = low + (high - low) / 2
    return transformed(mesh, loc, scale), loc, scale


def transformed(mesh: AnyMesh, loc: Float[np.ndarray, " 3"], scale: float) -> AnyMesh:
    """`mesh` with its vertices at (vertices - loc) / scale; class, colours and parts are kept."""
    return replace(mesh, vertices=(mesh.vertices - np.asarray(loc, dtype=np.float64)) / scale)
