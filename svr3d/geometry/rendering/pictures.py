"""A picture of any shape, drawn so that shapes compare by shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ..representations.registry import representation_of
from ..representations.representation import Shape
from ..shapes.mesh import Mesh
from .camera import Camera
from .render import render

if TYPE_CHECKING:
    from jaxtyping import UInt8

PLAIN = (0.27, 0.36, 0.49)
"""Linear RGB of shapes drawn without colours: a grey blue."""

PALETTE = np.array(
    [
        (0.12, 0.27, 0.52),
        (0.85, 0.35, 0.06),
        (0.09, 0.40, 0.17),
        (0.65, 0.08, 0.10),
        (0.36, 0.20, 0.55),
        (0.80, 0.60, 0.10),
        (0.08, 0.52, 0.56),
        (0.72, 0.25, 0.48),
        (0.26, 0.14, 0.09),
        (0.36, 0.50, 0.10),
    ]
)
"""Linear RGB of parts, in the order of their labels, beginning again after the last."""


def render_shape(
    shape: Shape, camera: Camera, size: int | None = None, *, parts: bool = False
) -> UInt8[np.ndarray, "h w 3"]:
    """UInt8[H, W, 3]: a picture of any shape, in one plain colour.

    Voxels are drawn as the cubes they are, points as small balls, other solids by their mesh.

    Args:
        camera: a single one.
        size: width of the picture in pixels; default: the camera's.
        parts: colour each part by its label, where the shape has parts.

    Raises:
        InputError: the shape is empty, not finite, or no shape; or the camera is not usable.
    """
    if size is not None:
        if size < 1:
            raise InputError(f"expected a picture of at least one pixel, found a size of {size}")
        camera = camera.resized(size, max(1, round(size * camera.height / camera.width)))
    mesh, face_part = representation_of(shape).drawn(shape)
    if parts and face_part is not None:
        colors = PALETTE[face_part % len(PALETTE)]
    else:
        colors = np.broadcast_to(PLAIN, (len(mesh.faces), 3))
    picture = render(Mesh(mesh.vertices, mesh.faces, colors), camera).color
    assert picture is not None  # colour was not declined
    return picture
