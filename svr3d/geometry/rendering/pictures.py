"""A picture of any shape, drawn so that shapes compare by shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ..formats._common import linear_to_srgb
from ..representations.registry import representation_of
from ..representations.representation import Shape
from ..shapes.mesh import Mesh
from ..shapes.part_colors import part_colors
from .camera import Camera
from .render import render

if TYPE_CHECKING:
    from jaxtyping import UInt8


def render_shape(
    shape: Shape, camera: Camera, size: int | None = None, *, parts: bool | Sequence[str] = False
) -> UInt8[np.ndarray, "h w 3"]:
    """UInt8[H, W, 3]: a picture of any shape, in one plain colour.

    Voxels are drawn as the cubes they are, points as small balls, other solids by their mesh.

    Args:
        camera: a single one.
        size: width of the picture in pixels; default: the camera's.
        parts: colour each part by its label, where the shape has parts: in the order of its own labels, or in that of
            these names, so that shapes compare. What has none of them has the plain colour.

    Raises:
        InputError: the shape is empty, not finite, or no shape; or the camera is not usable.
    """
    if size is not None:
        if size < 1:
            raise InputError(f"expected a picture of at least one pixel, found a size of {size}")
        camera = camera.resized(size, max(1, round(size * camera.height / camera.width)))
    representation = representation_of(shape)
    mesh, label = representation.drawn(shape)
    if parts is False or label is None:
        label = np.full(len(mesh.faces), -1)
    elif parts is not True:
        label = _among(parts, representation.label_names(shape), label)
    picture = render(Mesh(mesh.vertices, mesh.faces, part_colors(label)), camera).color
    assert picture is not None  # colour was not declined
    return picture


def shown_labels(shape: Shape) -> tuple[str, ...]:
    """The names of the labels that a picture of `shape` shows, in its own order; none for a shape without parts.

    Raises:
        InputError: as `render_shape`.
    """
    representation = representation_of(shape)
    names = representation.label_names(shape)
    label = representation.drawn(shape)[1] if names else None
    return () if label is None else tuple(name for i, name in enumerate(names) if (label == i).any())


def legend_colors(count: int) -> UInt8[np.ndarray, "n 3"]:
    """UInt8[N, 3]: the colours of the first labels in pictures, for a legend."""
    return linear_to_srgb(part_colors(np.arange(count)))


def _among(names: Sequence[str], own: Sequence[str], label: np.ndarray) -> np.ndarray:
    """Int[F]: `label`, which counts the names `own`, as it is counted among `names`; -1 where it is none of them."""
    place = np.array([*(list(names).index(name) if name in names else -1 for name in own), -1])
    return place[np.where((label >= 0) & (label < len(own)), label, len(own))]
