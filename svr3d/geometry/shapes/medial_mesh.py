"""Medial meshes: spheres, and the solids that edges and faces between them sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import as_array
from ...errors import InputError

if TYPE_CHECKING:
    from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False)
class MedialMesh:
    """A discrete medial axis with radii; its solid is the union of its primitives.

    A sphere is a ball. An edge is a cone, all balls whose centre and radius are interpolated linearly between its two
    spheres; a face is a slab, the same between three. (Sun et al., "Medial meshes – a compact and accurate
    representation of medial axis transform", 2016.)

    Args:
        spheres: Float[N, 4], centre and radius; canonical frame unless said otherwise. May hold non-finite values (a
            diverged network makes them): `is_finite` tells.
        edges: Int[E, 2], indices into `spheres`.
        faces: Int[F, 3], indices into `spheres`, either way round; they need not repeat their sides among the edges.

    Raises:
        InputError: an array has the wrong shape, a radius is negative, or an index names no sphere.
    """

    spheres: Float[np.ndarray, "n 4"]
    edges: Int[np.ndarray, "e 2"] = ()  # type: ignore[assignment]
    faces: Int[np.ndarray, "f 3"] = ()  # type: ignore[assignment]

    def __post_init__(self) -> None:
        spheres = as_array(self.spheres, np.float64, (None, 4), "medial spheres")
        if (spheres[:, 3] < 0).any():
            sphere = int(np.argmax(spheres[:, 3] < 0))
            raise InputError(f"medial spheres: sphere {sphere} has the negative radius {spheres[sphere, 3]:.6g}")
        object.__setattr__(self, "spheres", spheres)
        for name, corners in (("edges", 2), ("faces", 3)):
            index = as_array(getattr(self, name), np.int64, (None, corners), f"medial {name}")
            if index.size and not (index.min() >= 0 and index.max() < len(spheres)):
                raise InputError(
                    f"medial {name} name spheres {index.min()} to {index.max()}, but there are {len(spheres)} spheres"
                )
            object.__setattr__(self, name, index)

    @property
    def is_empty(self) -> bool:
        return len(self.spheres) == 0

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.spheres).all())

    @property
    def centers(self) -> Float[np.ndarray, "n 3"]:
        """Float[N, 3]."""
        return self.spheres[:, :3]

    @property
    def radii(self) -> Float[np.ndarray, " n"]:
        """Float[N]."""
        return self.spheres[:, 3]

    @property
    def bounds(self) -> Float[np.ndarray, "2 3"]:
        """Float[2, 3]: lowest and highest corner of the box around all spheres, and so around the solid."""
        if self.is_empty:
            raise InputError("an empty medial mesh has no bounds")
        radii = self.radii[:, None]
        return np.stack([(self.centers - radii).min(axis=0), (self.centers + radii).max(axis=0)])
