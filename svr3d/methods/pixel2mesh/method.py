"""Pixel2Mesh: an ellipsoid that a graph network deforms, coarse to fine, after an image.

svr3d train pixel2mesh --data DATASET --preset tiny
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...datasets.batch import SampleBatch
from ...errors import InputError
from ...geometry import Camera, Mesh
from ..interface import Method, Stage
from ..learning import optimize
from .ellipsoid import LIMITS, RELEASE_RADII
from .losses import WEIGHTS, block_losses
from .network import Deformation, Pixel2MeshNetwork
from .view import FRAMES, View

SCALE = 3000.0
"""Factor on the whole loss, as in the release: weight decay and Adam's epsilon are relative to it."""

LEFT_OUT = ("resnet", "laplacian", "unpooling", "normal", "edge")
"""What the paper's ablations leave out, one at a time."""


class Pixel2Mesh(Method):
    """A closed mesh of genus 0, deformed from an ellipsoid.

    Args:
        categories: the training set's categories; the method does not use them.
        image_network, width, convolution, hidden, units, blocks, coordinates, narrow, offsets, radii: see
            `Pixel2MeshNetwork`.
        pretrained: start the image network from ImageNet weights (`vgg16` only).
        image_size: the images are resized to this side.
        frame: axes of the coordinates, `viewer` or `canonical`.
        losses: the set of weights, `paper` or `release`.
        without: what to leave out: any of `resnet`, `laplacian`, `unpooling`, `normal`, `edge`.
        points: true surface points per sample and step.
        epochs, batch_size, lr, decay: of Adam; `decay` is the L2 penalty.
        milestones, drop: the epochs after which the learning rate is multiplied by `drop`.
        cosine: let the learning rate fall to zero along half a cosine instead.
    """

    name = "pixel2mesh"
    representation = "mesh"
    limits = LIMITS
    targets = frozenset({"surface"})
    paper = (
        "N. Wang, Y. Zhang, Z. Li, Y. Fu, W. Liu, Y.-G. Jiang: Pixel2Mesh: Generating 3D Mesh Models from Single RGB "
        "Images, ECCV 2018"
    )

    def __init__(
        self,
        categories: Iterable[str] = (),
        *,
        image_network: str = "strided",
        width: float = 1.0,
        pretrained: bool = False,
        image_size: int = 224,
        frame: str = "viewer",
        radii: Sequence[float] = RELEASE_RADII,
        convolution: str = "chebyshev",
        hidden: int = 256,
        units: int = 6,
        blocks: int = 3,
        coordinates: bool = True,
        narrow: bool = True,
        offsets: bool = False,
        losses: str = "release",
        without: Sequence[str] = (),
        points: int = 9000,
        epochs: int = 30,
        batch_size: int = 1,
        lr: float = 3e-5,
        decay: float = 5e-6,
        milestones: Sequence[int] = (),
        drop: float = 1 / 3,
        cosine: bool = False,
    ) -> None:
        super().__init__(categories)
        for name, value, known in (("losses", losses, tuple(WEIGHTS)), ("frame", frame, FRAMES)):
            if value not in known:
                raise InputError(f"option '{name}': expected one of {', '.join(known)}, found {value!r}")
        for name, value in (("image_size", image_size), ("points", points)):
            if not isinstance(value, int) or value < 1:
                raise InputError(f"option '{name}': expected a whole number from 1, found {value!r}")
        if not isinstance(without, (list, tuple)) or not all(name in LEFT_OUT for name in without):
            raise InputError(f"option 'without': expected a list of {', '.join(LEFT_OUT)}, found {without!r}")
        if pretrained and image_network != "vgg16":
            raise InputError(f"option 'pretrained': there are ImageNet weights for vgg16 only, not for {image_network}")
        self.network = Pixel2MeshNetwork(
            image_network_name=image_network,
            width=width,
            convolution=convolution,
            hidden=hidden,
            units=units,
            blocks=blocks,
            coordinates=coordinates,
            narrow=narrow,
            residual="resnet" not in without,
            unpool="unpooling" not in without,
            offsets=offsets,
            radii=radii,
        )
        zeros = {name: 0.0 for name in ("normal", "laplacian", "edge") if name in without}
        self.loss_weights = replace(WEIGHTS[losses], **zeros)
        self.pretrained, self.image_size, self.frame, self.points = pretrained, image_size, frame, points
        self.epochs, self.batch_size, self.lr, self.decay = epochs, batch_size, lr, decay
        self.milestones, self.drop, self.cosine = list(milestones), drop, cosine
        self.weights = "scratch"
        self.register_buffer("behind", torch.zeros((), dtype=torch.long), persistent=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(f"block{number + 1}" for number in range(len(self.network.blocks)))

    def initialize(self) -> None:
        if self.pretrained and self.network.image_network.load_imagenet():
            self.weights = "imagenet"

    def stages(self) -> list[Stage]:
        terms = [
            name for name in ("chamfer", "normal", "laplacian", "edge", "move") if getattr(self.loss_weights, name)
        ]
        if len(self.network.blocks) == 1 and "move" in terms:  # the first block may move as far as it has to
            terms.remove("move")
        return [
            Stage(
                "deformation",
                targets=self.targets,
                losses=tuple(terms),
                epochs=self.epochs,
                batch_size=self.batch_size,
                monitor="chamfer",
                points=self.points,
            )
        ]

    def losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        view, meshes = self._deform(batch.images, batch.cameras)
        surface = batch.target("surface")
        if "normals" not in surface and self.loss_weights.normal:
            raise InputError(f"method '{self.name}' needs the normals of the surface, which this data set lacks")
        points = view.from_canonical(surface["points"])
        normals = view.turn(surface["normals"]) if self.loss_weights.normal else None
        total: dict[str, Tensor] = {}
        for number, mesh in enumerate(meshes):
            terms = block_losses(
                mesh.before,
                mesh.after,
                points,
                normals,
                self.network.edges(number),
                self.loss_weights,
                block=number,
            )
            for name, value in terms.items():
                total[name] = total.get(name, 0.0) + SCALE * value
        return total

    def optimizer(self, parameters: list[nn.Parameter]) -> Any:
        adam = torch.optim.Adam(parameters, lr=self.lr, weight_decay=self.decay)
        if self.milestones and not self.cosine:
            schedule = torch.optim.lr_scheduler.MultiStepLR(adam, self.milestones, self.drop)
            return {"optimizer": adam, "lr_scheduler": schedule}
        return optimize(adam, self.epochs, self.cosine)

    @torch.no_grad()
    def reconstruct(self, images: Tensor, cameras: Camera | None) -> list[Mesh]:
        return self._meshes(images, cameras, -1)

    @torch.no_grad()
    def reconstruct_output(self, batch: SampleBatch, output: str) -> list[Mesh]:
        """The mesh after one of the blocks."""
        if output not in self.outputs:
            raise self.unknown_output(output)
        return self._meshes(batch.images, batch.cameras, self.outputs.index(output))

    def _meshes(self, images: Tensor, cameras: Camera | None, block: int) -> list[Mesh]:
        view, deformations = self._deform(images, cameras)
        behind = sum(int(mesh.behind.sum()) for mesh in deformations)
        if behind:
            total = sum(mesh.behind.numel() for mesh in deformations)
            warnings.warn(
                f"{behind} of {total} vertices lie on or behind the image plane; they were given the features of "
                "where they would be just before it",
                stacklevel=4,  # over `torch.no_grad` too
            )
        vertices = view.to_canonical(deformations[block].after).double().cpu().numpy()
        return [Mesh(v, self.network.levels[block].faces) for v in vertices]

    def _deform(self, images: Tensor, cameras: Camera | None) -> tuple[View, list[Deformation]]:
        if cameras is None:
            raise InputError(
                f"method '{self.name}' looks up image features where it sees its vertices: it needs the images' cameras"
            )
        cameras, side = cameras.to_torch(images.device), self.image_size
        if images.shape[-2:] != (side, side):
            images = F.interpolate(images, (side, side), mode="bilinear", antialias=True, align_corners=False)
        view = View.of(cameras.resized(side, side), self.frame)
        meshes = self.network(images, view)
        self.behind += sum(mesh.behind.sum() for mesh in meshes)
        return view, meshes
