"""Parts in their canonical order, each in a unit box of its own, and back to their places.

The order, by which the same parts have the same code however they are listed: by label, in the order of its letters;
then by the middle of the box, from the ground up, then from low to high x and z. Middles count as equal in the same
cell of 1/32 of the object's longest side, so that four legs do not change places by what their feet were rounded to
(unless that is where two cells meet). What is still equal is ordered by middles, sizes and areas to a
millionth, and by the way it leans.

A box is its middle and its size along x, y and z, 6 numbers in sides of the object. Networks have the middle in
[0, 1]³ (the canonical frame plus a half), as PQ-NET has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from ...errors import InputError
from ...geometry import Mesh, PartMesh, sample_surface

if TYPE_CHECKING:
    from jaxtyping import Float

Fit = Literal["sides", "longest"]
"""How a part's box becomes the unit box: each side to length 1 by a factor of its own, so that a thin board fills it;
or by one factor, so that its longest side has length 1 and angles stay, as in PQ-NET."""

_EQUAL = 32
"""Cells per side of the object; middles in the same one count as equal."""
_DECIMALS = 6
"""To which middles, sizes, areas are compared, so that sums taken in another order do not decide."""
_THIN = 1e-6
"""A side of a box that is shorter, in sides of the object, is not enlarged further."""


class PlacedPart(NamedTuple):
    """A part and where it is.

    Args:
        label: what it is.
        mesh: in the canonical frame.
        box: Float[6], middle and size.
    """

    label: str
    mesh: Mesh
    box: Float[np.ndarray, " 6"]


def ordered_parts(mesh: PartMesh, what: str) -> list[PlacedPart]:
    """The parts of an object that have faces, in canonical order.

    Args:
        what: names the object in errors.

    Raises:
        InputError: it has none, or vertices that are not finite.
    """
    if not mesh.is_finite:
        raise InputError(f"{what}: expected finite vertices")
    present = np.flatnonzero(np.bincount(mesh.face_part, minlength=len(mesh.parts)))
    if not len(present):
        raise InputError(f"{what}: has no part with faces, expected at least one")
    meshes = [mesh.part(int(index)) for index in present]
    parts = [PlacedPart(mesh.parts[i].label, part, box_of(part)) for i, part in zip(present, meshes, strict=True)]
    return sorted(parts, key=_place)


def box_of(mesh: Mesh) -> Float[np.ndarray, " 6"]:
    """Middle and size of the box around a mesh.

    Raises:
        InputError: it has no vertices.
    """
    low, high = mesh.bounds
    return np.concatenate([(low + high) / 2, high - low])


def unit_scale(box: Float[np.ndarray, "*n 6"], fit: Fit) -> Float[np.ndarray, "*n 3"]:
    """The lengths in the canonical frame that are 1 in a part's own box."""
    size = box[..., 3:]
    return np.maximum(size if fit == "sides" else size.max(-1, keepdims=True).repeat(3, -1), _THIN)


def own_points(part: Mesh, count: int, fit: Fit) -> Float[np.ndarray, "n 3"]:
    """Points of a part's surface in its unit box [-0.5, 0.5]³; the same ones each time.

    A part without area (a line, or triangles that are none) is taken at its vertices.
    """
    if part.face_areas.sum() > 0:
        points = sample_surface(part, count).points
    else:
        points = part.vertices[np.random.default_rng(0).integers(len(part.vertices), size=count)]
    box = box_of(part)
    return (points - box[:3]) / unit_scale(box, fit)


def own_mesh(part: Mesh, fit: Fit) -> Mesh:
    """A part in its unit box."""
    box = box_of(part)
    return Mesh((part.vertices - box[:3]) / unit_scale(box, fit), part.faces)


def to_network(box: Float[np.ndarray, "*n 6"]) -> Float[np.ndarray, "*n 6"]:
    """Boxes as the networks have them: the middle in [0, 1]³."""
    return box + np.array([0.5] * 3 + [0.0] * 3)


def from_network(box: Float[np.ndarray, "*n 6"]) -> Float[np.ndarray, "*n 6"]:
    """Boxes of the canonical frame, cut to the object's box [-0.5, 0.5]³."""
    middle, half = box[..., :3] - 0.5, np.maximum(box[..., 3:], 0) / 2
    low, high = (np.clip(side, -0.5, 0.5) for side in (middle - half, middle + half))
    return np.concatenate([(low + high) / 2, high - low], -1)


def place(points: Float[np.ndarray, "v 3"], box: Float[np.ndarray, " 6"], fit: Fit) -> Float[np.ndarray, "v 3"]:
    """Points of a part's unit box where its box is."""
    return box[:3] + unit_scale(box, fit) * points


def _place(part: PlacedPart) -> tuple[object, ...]:
    x, y, z, *size = (round(float(value), _DECIMALS) for value in part.box)
    cell = (round(y * _EQUAL), round(x * _EQUAL), round(z * _EQUAL))
    return (part.label, cell, (y, x, z), tuple(size), round(part.mesh.area, _DECIMALS), _leaning(part.mesh))


def _leaning(mesh: Mesh) -> tuple[float, ...]:
    """What tells a part from its mirror image in the same box, such as the two bars of a cross: the products of its
    vertices' coordinates, two by two, from the middle of its box, rounded."""
    middle = np.mean(mesh.bounds, axis=0)
    x, y, z = (mesh.vertices - middle).T
    return tuple(round(float(np.mean(a * b)), _DECIMALS) for a, b in ((x, y), (y, z), (x, z)))
