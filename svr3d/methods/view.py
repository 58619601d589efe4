"""The frame that networks work in which look up image features where a camera sees their points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..errors import InputError
from ..geometry import Camera

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

DISTANCE = 0.8
"""Distance of the object from the camera in the network's units: metres in the paper, about the middle of 3D-R2N2's."""

NEAR = 0.01
"""Depth, in the network's units, at which vertices on and behind the image plane are put for projection."""

FRAMES = ("viewer", "canonical")


@dataclass(frozen=True)
class View:
    """The network's frame for a batch of B cameras: the object's centre is its origin.

    Args:
        rotation: Float[B, 3, 3], from the network's axes to the camera's (OpenCV: x right, y down, z forward).
        axes: Float[B, 3, 3], from canonical axes to the network's.
        centre: Float[B, 3], the object's centre in the camera's axes and the network's units.
        scale: Float[B, 1, 1], the network's units per canonical unit: `DISTANCE` over the camera's distance.
        intrinsics: Float[B, 3, 3], in pixels.
        width, height: of the image.
    """

    rotation: Float[Tensor, "B 3 3"]
    axes: Float[Tensor, "B 3 3"]
    centre: Float[Tensor, "B 3"]
    scale: Float[Tensor, "B 1 1"]
    intrinsics: Float[Tensor, "B 3 3"]
    width: int
    height: int

    @classmethod
    def of(cls, cameras: Camera, frame: str = "viewer") -> View:
        """The view of a batch of cameras (float32 tensors).

        Args:
            frame: the axes: `viewer` (x right, y up, z towards the camera) or `canonical`.

        Raises:
            InputError: a camera that is not finite or stands in the object's centre, or no such frame.
        """
        if frame not in FRAMES:
            raise InputError(f"option 'frame': expected one of {', '.join(FRAMES)}, found {frame!r}")
        motion, intrinsics = cameras.world_to_camera, cameras.intrinsics
        rotation, translation = motion[..., :3], motion[..., 3]
        distance = translation.norm(dim=-1)
        usable = motion.isfinite().flatten(1).all(1) & intrinsics.isfinite().flatten(1).all(1) & (distance > 0)
        if not usable.all():
            raise InputError(
                f"camera {int((~usable).nonzero()[0])} of the batch: expected finite values and a distance from the "
                "object's centre above 0"
            )
        scale = DISTANCE / distance
        if frame == "viewer":
            flip = rotation.new_tensor([1.0, -1.0, -1.0])
            rotation, axes = torch.diag(flip).expand_as(rotation), flip[:, None] * rotation
        else:
            axes = torch.eye(3, dtype=rotation.dtype, device=rotation.device).expand_as(rotation)
        return cls(
            rotation,
            axes,
            translation * scale[:, None],
            scale[:, None, None],
            intrinsics,
            cameras.width,
            cameras.height,
        )

    def from_canonical(self, points: Float[Tensor, "B N 3"]) -> Float[Tensor, "B N 3"]:
        """Float[B, N, 3] canonical points in the network's frame."""
        return self.scale * self.turn(points)

    def turn(self, directions: Float[Tensor, "B N 3"]) -> Float[Tensor, "B N 3"]:
        """Float[B, N, 3] canonical directions in the network's axes."""
        return _times(directions, self.axes.transpose(-1, -2))

    def to_canonical(self, points: Float[Tensor, "B N 3"]) -> Float[Tensor, "B N 3"]:
        """The inverse of `from_canonical`."""
        return _times(points, self.axes) / self.scale

    def project(self, points: Float[Tensor, "B N 3"]) -> tuple[Float[Tensor, "B N 2"], Bool[Tensor, "B N"]]:
        """Continuous pixel coordinates Float[B, N, 2] of points Float[B, N, 3], and Bool[B, N]: which lie behind.

        Points nearer than `NEAR` to the image plane, or behind it, are projected from that depth, so the result is
        always finite.
        """
        seen = _times(points, self.rotation.transpose(-1, -2)) + self.centre[:, None]
        behind = seen[..., 2] < NEAR
        depth = seen[..., 2:].clamp(min=NEAR)
        homogeneous = torch.cat([seen[..., :2] / depth, torch.ones_like(depth)], dim=-1)
        return _times(homogeneous, self.intrinsics.transpose(-1, -2))[..., :2], behind


def _times(points: Tensor, matrix: Tensor) -> Tensor:
    """points @ matrix in their own precision: in mixed precision, pixels beyond 128 would become whole numbers."""
    with torch.autocast(points.device.type, enabled=False):
        return points @ matrix
