"""An object while its targets are being derived."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..hashing import stable_seed
from ..layout import IDENTITY, Normalization

if TYPE_CHECKING:
    from ...geometry import Camera, PartMesh, Rendering


class Seen(NamedTuple):
    """One rendered view of an object, and its camera in the canonical frame."""

    camera: Camera
    rendering: Rendering


class Making:
    """A mesh in the canonical frame with what its targets depend on besides.

    Args:
        mesh: with at least one part.
        category, name: of the object; they seed what is random.
        normalization: that took the mesh from its source's frame.
        views: pictures of it.
        size: their side in pixels.
        seed: of viewpoints, lights and points.
        points: on the surface, and in the box.
        resolution: of voxel grids.
    """

    def __init__(
        self,
        mesh: PartMesh,
        category: str,
        name: str,
        *,
        normalization: Normalization = IDENTITY,
        views: int = 1,
        size: int = 137,
        seed: int = 0,
        points: int = 100_000,
        resolution: int = 32,
    ) -> None:
        self.mesh, self.category, self.name, self.normalization = mesh, category, name, normalization
        self.views, self.size, self.seed, self.points, self.resolution = views, size, seed, points, resolution

    def seeded(self, what: str) -> int:
        """A seed for one purpose, that no other purpose or object has."""
        return stable_seed(self.category, self.name, self.seed, what)

    @cached_property
    def seen(self) -> list[Seen]:
        """The views from 3D-R2N2's kind of cameras, each under a lighting of its own. Rendered when first asked for."""
        from ...geometry import Lighting, Renderer, r2n2_cameras

        diagonal = float(np.linalg.norm(self.mesh.bounds[1] - self.mesh.bounds[0]))
        renderer = Renderer(self.mesh, threads=1)
        cameras = r2n2_cameras(self.views, seed=self.seeded("cameras"), diagonal=diagonal, size=self.size)
        return [
            Seen(camera, renderer.render(camera, lighting=Lighting.varied(self.seeded(f"lights {i}"))))
            for i, camera in enumerate(cameras)
        ]
