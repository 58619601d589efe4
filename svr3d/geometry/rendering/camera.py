"""Pinhole cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import InputError

R2N2_FOCAL = 35.0 / 32.0
"""Focal length of the 3D-R2N2 renders in image widths: 35 mm on a 32 mm sensor."""

R2N2_DISTANCE = 1.75
"""Length of 3D-R2N2's distance unit in ShapeNet-v1 units (bounding-box diagonal 1)."""


@dataclass(frozen=True, eq=False)
class Camera:
    """One camera, or a batch of them, all with the same image size.

    Axes are OpenCV's: x right, y down, z forward. Pixel coordinates are continuous: the image spans
    [0, width] × [0, height] and the centre of the top-left pixel is (0.5, 0.5).

    Args:
        intrinsics: Float[..., 3, 3], in pixels.
        world_to_camera: Float[..., 3, 4], rigid: camera = R · canonical + t.
        width, height: of the image in pixels.

    Arrays may be NumPy's or torch's; results are of the same kind.
    """

    intrinsics: Any
    world_to_camera: Any
    width: int
    height: int

    def __post_init__(self) -> None:
        k, m = tuple(self.intrinsics.shape), tuple(self.world_to_camera.shape)
        if k[-2:] != (3, 3) or m[-2:] != (3, 4) or k[:-2] != m[:-2]:
            raise InputError(
                f"camera: expected intrinsics [..., 3, 3] and world_to_camera [..., 3, 4] of equal batch shape, "
                f"found {list(k)} and {list(m)}"
            )

    @classmethod
    def look_at(
        cls,
        eye: Sequence[float] | np.ndarray,
        target: Sequence[float] | np.ndarray = (0.0, 0.0, 0.0),
        up: Sequence[float] | np.ndarray = (0.0, 1.0, 0.0),
        *,
        focal: float = R2N2_FOCAL,
        width: int = 137,
        height: int = 137,
    ) -> Camera:
        """A camera at `eye` that looks at `target`; `focal` in image widths, principal point in the middle."""
        eye, target, up = (np.asarray(v, dtype=np.float64) for v in (eye, target, up))
        forward = target - eye
        right = np.cross(forward, up)
        if not (np.linalg.norm(forward) > 0 and np.linalg.norm(right) > 0):
            raise InputError(f"camera at {eye.tolist()} cannot look at {target.tolist()} with up {up.tolist()}")
        forward = forward / np.linalg.norm(forward)
        right = right / np.linalg.norm(right)
        rotation = np.stack([right, np.cross(forward, right), forward])
        f = focal * width
        intrinsics = np.array([[f, 0, width / 2], [0, f, height / 2], [0, 0, 1]])
        return cls(intrinsics, np.hstack([rotation, -rotation @ eye[:, None]]), width, height)

    @classmethod
    def from_r2n2(
        cls, azimuth: float, elevation: float, distance_ratio: float, *, diagonal: float, size: int = 137
    ) -> Camera:
        """The camera of one line of 3D-R2N2's `rendering_metadata.txt`.

        Args:
            azimuth, elevation: degrees.
            distance_ratio: the fourth column; 1.75 times it is the distance in ShapeNet-v1 units.
            diagonal: of the object's bounding box in the canonical frame (it is 1 in ShapeNet v1).
            size: image side in pixels.
        """
        theta, phi = np.radians(azimuth), np.radians(elevation)
        direction = np.array([np.cos(phi) * np.cos(theta), np.sin(phi), np.cos(phi) * np.sin(theta)])
        return cls.look_at(R2N2_DISTANCE * distance_ratio * diagonal * direction, width=size, height=size)

    @classmethod
    def stack(cls, cameras: Sequence[Camera]) -> Camera:
        """A batch of cameras from single ones of equal image size."""
        sizes = {(c.width, c.height) for c in cameras}
        if len(sizes) != 1:
            raise InputError(f"cameras of one batch must share an image size, found {sorted(sizes)}")
        ((width, height),) = sizes
        return cls(
            np.stack([c.intrinsics for c in cameras]), np.stack([c.world_to_camera for c in cameras]), width, height
        )

    def __len__(self) -> int:
        if len(self.intrinsics.shape) != 3:
            raise TypeError("a single camera has no length")
        return self.intrinsics.shape[0]

    def __getitem__(self, index: Any) -> Camera:
        return Camera(self.intrinsics[index], self.world_to_camera[index], self.width, self.height)

    @property
    def position(self) -> Any:
        """Float[..., 3]: the camera's centre in the canonical frame."""
        rotation, translation = self.world_to_camera[..., :3], self.world_to_camera[..., 3]
        return -(rotation * translation[..., :, None]).sum(-2)

    def to_camera(self, points: Any) -> Any:
        """Float[..., N, 3] canonical points in the camera's axes."""
        rotation, translation = self.world_to_camera[..., :3], self.world_to_camera[..., 3]
        return points @ rotation.swapaxes(-1, -2) + translation[..., None, :]

    def project(self, points: Any) -> tuple[Any, Any]:
        """Pixel coordinates Float[..., N, 2] and depth Float[..., N] of canonical points [..., N, 3].

        Depth is along the optical axis; points with depth ≤ 0 lie behind the camera and their pixel
        coordinates mean nothing.
        """
        cam = self.to_camera(points)
        image = cam @ self.intrinsics.swapaxes(-1, -2)
        return image[..., :2] / image[..., 2:], cam[..., 2]

    def resized(self, width: int, height: int) -> Camera:
        """The same view in an image of another size."""
        k = _copy(self.intrinsics)
        k[..., 0, :] *= width / self.width
        k[..., 1, :] *= height / self.height
        return Camera(k, self.world_to_camera, width, height)

    def cropped(self, left: float, top: float, width: int, height: int) -> Camera:
        """The camera of the window [left, left + width] × [top, top + height] of the image."""
        k = _copy(self.intrinsics)
        k[..., 0, 2] -= left
        k[..., 1, 2] -= top
        return Camera(k, self.world_to_camera, width, height)

    def mirrored(self) -> Camera:
        """The mirror image's camera: where this one sees (x, y, z) in column u, it sees (-x, y, z) in width - u."""
        k, motion = _copy(self.intrinsics), _copy(self.world_to_camera)
        k[..., 0, 1] *= -1
        k[..., 0, 2] = self.width - k[..., 0, 2]
        motion[..., 0, :] *= -1  # of the camera's axes
        motion[..., :, 0] *= -1  # of the points
        return Camera(k, motion, self.width, self.height)

    def to_torch(self, device: Any = None) -> Camera:
        """The same camera with float32 tensors, on `device`."""
        import torch

        def convert(a: Any) -> Any:
            return torch.as_tensor(a, dtype=torch.float32, device=device)

        return Camera(convert(self.intrinsics), convert(self.world_to_camera), self.width, self.height)


def _copy(array: Any) -> Any:
    return array.copy() if isinstance(array, np.ndarray) else array.clone()
