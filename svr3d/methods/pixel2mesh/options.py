"""The options of `pixel2mesh` and of its ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...errors import InputError
from ..learning import Schedule
from ..options import require_at_least, require_positive
from .ellipsoid import RELEASE_RADII


@dataclass(frozen=True)
class Pixel2MeshOptions:
    """Options of `pixel2mesh`; the defaults are those of the released code, but for its milestones.

    Args:
        image_network, width, convolution, hidden, units, blocks, coordinates, narrow, offsets, radii: see
            `Pixel2MeshNetwork`.
        pretrained: start the image network from ImageNet weights (`vgg16` only).
        image_size: the images are resized to this side.
        frame: axes of the coordinates.
        losses: the set of weights.
        without: what to leave out, as the paper's ablations do, one at a time.
        points: true surface points per sample and step.
        epochs, batch_size, lr, decay: of Adam; `decay` is the L2 penalty.
        milestones, drop: the epochs after which the learning rate is multiplied by `drop`.
        schedule: another course of the learning rate, in their place.
        mirror: mirror half of the training images left to right, with their cameras and surfaces.
        standardize: start from an image network whose convolutions all put out mean 0 and deviation 1, and from blocks
            that hardly move the mesh; see `standardize`.
    """

    image_network: Literal["strided", "vgg16"] = "strided"
    width: float = 1.0
    pretrained: bool = False
    image_size: int = 224
    frame: Literal["viewer", "canonical"] = "viewer"
    radii: tuple[float, float, float] = RELEASE_RADII
    convolution: Literal["chebyshev", "sum"] = "chebyshev"
    hidden: int = 256
    units: int = 6
    blocks: int = 3
    coordinates: bool = True
    narrow: bool = True
    offsets: bool = False
    losses: Literal["paper", "release"] = "release"
    without: tuple[Literal["resnet", "laplacian", "unpooling", "normal", "edge"], ...] = ()
    points: int = 9000
    epochs: int = 30
    batch_size: int = 1
    lr: float = 3e-5
    decay: float = 5e-6
    milestones: tuple[int, ...] = ()
    drop: float = 1 / 3
    schedule: Schedule = "constant"
    mirror: bool = False
    standardize: bool = False

    def __post_init__(self) -> None:
        require_at_least(self, image_size=1, hidden=2 if self.narrow else 1, units=1, blocks=1, points=1, epochs=1)
        require_at_least(self, batch_size=1, decay=0)
        require_positive(self, "width", "lr", "drop")
        if not all(0 < radius < float("inf") for radius in self.radii):
            raise InputError(f"option 'radii': expected three positive finite numbers, found {self.radii!r}")
        if self.pretrained and self.image_network != "vgg16":
            raise InputError(
                f"option 'pretrained': there are ImageNet weights for vgg16 only, not for {self.image_network}"
            )


@dataclass(frozen=True)
class OracleEllipsoidOptions:
    """Options of `oracle_ellipsoid`.

    Args:
        levels: of refinement: 3 is 2466 vertices.
        steps: of Adam at each level.
        polish: steps of the last phase.
        lr: the learning rate at the beginning of each phase.
        weights: the losses' weights.
        points: how many of the true points, others each time, and in the polish of the mesh's, a step looks at.
    """

    levels: int = 3
    steps: int = 10
    polish: int = 150
    lr: float = 0.02
    weights: Literal["paper", "release"] = "release"
    points: int = 5000

    def __post_init__(self) -> None:
        require_at_least(self, levels=1, steps=0, polish=0, points=1)
        require_positive(self, "lr")
