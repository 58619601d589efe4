"""Nearest places and first hits on a set of triangles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float


class Nearest(NamedTuple):
    """The nearest places of a surface: points Float[N, 3], and how far they are, distance Float[N]."""

    points: Float[np.ndarray, "n 3"]
    distance: Float[np.ndarray, " n"]


class Triangles:
    """Triangles Float[F, 3, 3] to ask for the nearest place. By Open3D in single precision, on one thread."""

    def __init__(self, triangles: Float[np.ndarray, "f 3 3"]) -> None:
        import open3d

        self._tensor: Any = open3d.core.Tensor
        self._scene: Any = open3d.t.geometry.RaycastingScene()
        vertices = triangles.reshape(-1, 3).astype(np.float32)
        faces = np.arange(len(vertices), dtype=np.uint32).reshape(-1, 3)
        self._scene.add_triangles(self._tensor(vertices), self._tensor(faces))

    def nearest(self, points: Float[np.ndarray, "n 3"]) -> Nearest:
        """The nearest place to each of `points` Float[N, 3]."""
        answer = self._scene.compute_closest_points(self._tensor(points.astype(np.float32)), nthreads=1)
        places = answer["points"].numpy().astype(np.float64)
        return Nearest(places, np.linalg.norm(points - places, axis=1))

    def first_hit(
        self, origins: Float[np.ndarray, "n 3"], directions: Float[np.ndarray, "n 3"]
    ) -> Float[np.ndarray, " n"]:
        """Float[N]: how far from each of `origins`, along its unit vector of `directions`, the first triangle is;
        infinite where there is none."""
        rays = np.concatenate([origins, directions], axis=1).astype(np.float32)
        return self._scene.cast_rays(self._tensor(rays), nthreads=1)["t_hit"].numpy().astype(np.float64)
