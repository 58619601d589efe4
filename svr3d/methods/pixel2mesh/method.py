"""Pixel2Mesh: an ellipsoid that a graph network deforms, coarse to fine, after an image.

svr3d train pixel2mesh --data DATASET --preset tiny
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import Camera, Mesh
from ..interface import Method
from ..learning import optimize
from ..mirroring import mirror_some
from ..outputs import FINAL, Output
from ..stages import Learned, Optimization, Stage
from ..view import View
from .ellipsoid import LIMITS
from .image_networks import VGG16
from .losses import WEIGHTS, block_losses
from .network import Deformation, Pixel2MeshNetwork
from .options import Pixel2MeshOptions
from .start import standardize

if TYPE_CHECKING:
    from jaxtyping import Float

SCALE = 3000.0
"""Factor on the whole loss, as in the release: weight decay and Adam's epsilon are relative to it."""


class Pixel2Mesh(Method):
    """A closed mesh of genus 0, deformed from an ellipsoid."""

    name = "pixel2mesh"
    representation = "mesh"
    given = frozenset({"picture", "camera"})
    limits = LIMITS
    targets = frozenset({"surface"})
    paper = (
        "N. Wang, Y. Zhang, Z. Li, Y. Fu, W. Liu, Y.-G. Jiang: Pixel2Mesh: Generating 3D Mesh Models from Single RGB "
        "Images, ECCV 2018"
    )

    augmentation_options = frozenset({"mirror"})
    Options = Pixel2MeshOptions
    options: Pixel2MeshOptions

    def __init__(self, facts: DataFacts, options: Pixel2MeshOptions | None = None) -> None:
        super().__init__(facts, options)
        o = self.options
        self.network = Pixel2MeshNetwork(
            image_network_name=o.image_network,
            width=o.width,
            convolution=o.convolution,
            hidden=o.hidden,
            units=o.units,
            blocks=o.blocks,
            coordinates=o.coordinates,
            narrow=o.narrow,
            residual="resnet" not in o.without,
            unpool="unpooling" not in o.without,
            offsets=o.offsets,
            radii=o.radii,
        )
        zeros = {name: 0.0 for name in ("normal", "laplacian", "edge") if name in o.without}
        self.loss_weights = replace(WEIGHTS[o.losses], **zeros)
        self.weights = "scratch"
        self.register_buffer("behind", torch.zeros((), dtype=torch.long), persistent=False)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The final mesh, and the one after each block."""
        (final,) = super().outputs
        return (final, *(replace(final, name=f"block{number + 1}") for number in range(self.options.blocks)))

    def initialize(self) -> None:
        network = self.network.image_network
        if self.options.pretrained and isinstance(network, VGG16) and network.load_imagenet():
            self.weights = "imagenet"
        if self.options.standardize:
            standardize(self.network, self.options.image_size)

    def stages(self) -> list[Stage]:
        terms = [
            name for name in ("chamfer", "normal", "laplacian", "edge", "move") if getattr(self.loss_weights, name)
        ]
        if len(self.network.blocks) == 1 and "move" in terms:  # the first block may move as far as it has to
            terms.remove("move")
        return [
            Learned(
                name="deformation",
                targets=self.targets,
                losses=self.losses,
                terms=tuple(terms),
                optimizer=self.optimizer,
                epochs=self.options.epochs,
                batch_size=self.options.batch_size,
                monitor="chamfer",
                points=self.options.points,
                augment=mirror_some if self.options.mirror else None,
            )
        ]

    def losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """The terms of all blocks, each summed over them."""
        view, meshes = self._deform(batch.pictures, batch.cameras)
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

    def optimizer(self, parameters: list[nn.Parameter]) -> Optimization:
        """Adam, and the course of its learning rate."""
        o = self.options
        adam = torch.optim.Adam(parameters, lr=o.lr, weight_decay=o.decay)
        if o.milestones and o.schedule == "constant":
            return Optimization(adam, torch.optim.lr_scheduler.MultiStepLR(adam, list(o.milestones), o.drop))
        return optimize(adam, o.epochs, o.schedule)

    @torch.no_grad()
    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[Mesh]:
        """The mesh after the last block, or after the one that the output names."""
        names = [known.name for known in self.outputs]
        self.output(output)  # an unknown one is refused
        view, deformations = self._deform(batch.pictures, batch.cameras)
        behind = sum(int(mesh.behind.sum()) for mesh in deformations)
        if behind:
            total = sum(mesh.behind.numel() for mesh in deformations)
            warnings.warn(
                f"{behind} of {total} vertices lie on or behind the image plane; they were given the features of "
                "where they would be just before it",
                stacklevel=3,  # over `torch.no_grad` too
            )
        block = names.index(output) - 1  # the final mesh is the last block's
        vertices = view.to_canonical(deformations[block].after).double().cpu().numpy()
        return [Mesh(v, self.network.levels[block].faces) for v in vertices]

    def _deform(self, images: Float[Tensor, "B 3 H W"], cameras: Camera | None) -> tuple[View, list[Deformation]]:
        if cameras is None:
            raise InputError(
                f"method '{self.name}' looks up image features where it sees its vertices: it needs the images' cameras"
            )
        cameras, side = cameras.to_torch(images.device), self.options.image_size
        if images.shape[-2:] != (side, side):
            images = F.interpolate(images, (side, side), mode="bilinear", antialias=True, align_corners=False)
        view = View.of(cameras.resized(side, side), self.options.frame)
        meshes = self.network(images, view)
        self.behind += sum(mesh.behind.sum() for mesh in meshes)
        return view, meshes
