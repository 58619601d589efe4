"""SM-NET: a mesh of parts, each a deformed sphere in its box, from the 2.5D maps of an image.

svr3d train smnet --data DATASET --preset tiny
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import NAMELESS, PartMesh
from ..interface import Method
from ..learning import adam
from ..outputs import FINAL, Output
from ..pictures import resized
from ..resnet18 import IMAGENET
from ..stages import Derived, Fitted, Learned, Optimization, Stage
from .assembly import assembled
from .backgrounds import Folder
from .boxes import from_network, own_points
from .clutter import Clutter
from .course import Course
from .donor import SKIPPED, take
from .image_encoder import SketchEncoder
from .maps import Maps, four_channels, map_errors, map_losses, resized_maps
from .mesh_decoder import LIMITS
from .options import SMNetOptions
from .part_data import PartLabels, coded
from .part_network import PartNetwork
from .sequence import Parts, PartSequence
from .sequence_losses import sequence_errors, sequence_losses
from .sketcher import Sketcher
from .variation import Labelled, varied
from .voxel_decoder import own_voxels

if TYPE_CHECKING:
    from jaxtyping import Float


class SMNet(Method):
    """Structured part meshes.

    Stages, each frozen once it is complete: `parts` learns to encode and decode the parts of the training objects one
    by one; `sequence` the objects as sequences of these codes; `sketches` the 2.5D maps of pictures; `image` the
    sequence autoencoder's latent code from maps.

    Outputs: `final` reads a picture, `autoencode` the true parts (the paper's table 2). With the option `reads: parts`
    the latter is all there is: `final`, and no stage for pictures.
    """

    name = "smnet"
    representation = "part_mesh"
    limits = LIMITS
    targets = frozenset({"part", "parts", "sketches"})
    paper = "Structured mesh reconstruction from a single real-world image (SM-NET), Pacific Graphics 2021"

    augmentation_options = frozenset({"clutter", "backgrounds", "jitter"})
    Options = SMNetOptions
    options: SMNetOptions

    depth_mean: Tensor
    depth_deviation: Tensor

    def __init__(self, facts: DataFacts, options: SMNetOptions | None = None) -> None:
        super().__init__(facts, options)
        o = self.options
        if not facts.most_parts:
            raise InputError(f"method '{self.name}' learns parts, and this data set has no parts")
        self.labels = PartLabels(facts)
        self.parts = PartNetwork(o)
        self.sequence = PartSequence(
            o.code, facts.most_parts, len(self.labels.names) if o.label_weight else 0, o.hidden, o.dropout
        )
        if self._sees:
            self.sketcher = Sketcher(o.width)
            self.image_encoder = SketchEncoder(self.sequence.latent, o.width)
            self.register_fitted("depth_mean", "depth_deviation")  # () each
        self.weights = "scratch"
        self._course: Course | None = None
        self._learned_on: frozenset[str] = frozenset()

    @property
    def learned_on(self) -> frozenset[str]:
        """The data set of the donor."""
        return self._learned_on

    @property
    def outputs(self) -> tuple[Output, ...]:
        """From a picture, and from the true parts."""
        limits = LIMITS if self.options.part_decoder == "mesh" else ""
        final = Output(FINAL, self.representation, self.given, limits)
        autoencode = replace(final, name="autoencode", given=frozenset({"parts"}))
        return (final, autoencode) if self._sees else (replace(autoencode, name=FINAL),)

    def initialize(self) -> None:
        if self._sees and self.options.pretrained and self.sketcher.encoder.load_imagenet():
            self.image_encoder.features.load_imagenet()
            self.weights = "imagenet"
        if self.options.donor is not None:
            self._learned_on = frozenset({take(self, self.options.donor, self.options.taken)})

    # Stages

    def stages(self) -> list[Stage]:
        done = {name for stage in self.options.taken for name in SKIPPED[stage]}
        stages = [*self._shape_stages(), *(self._picture_stages() if self._sees else ())]
        return [stage for stage in stages if stage.name not in done]

    def _shape_stages(self) -> list[Stage]:
        o = self.options
        points = ("part_points", "part_voxels") if o.part_decoder == "voxels" else ("part_points",)
        entries = ("part_codes", "part_boxes", "part_count", *(("part_labels",) if self._labelled else ()))
        terms = ("code", "box", "stop", *(("label",) if self._labelled else ()))
        return [
            Derived(name="points", targets=frozenset({"part"}), unit="part", derive=self._derive_points, values=points),
            Learned(
                name="parts",
                targets=frozenset(points),
                unit="part",
                losses=self.part_losses,
                terms=("part",),
                optimizer=adam(o.part_lr, o.part_epochs, o.schedule),
                epochs=o.part_epochs,
                batch_size=o.part_batch,
                trains=("parts",),
            ),
            Derived(
                name="codes", targets=frozenset({"parts"}), unit="object", derive=self._derive_codes, values=entries
            ),
            Learned(
                name="sequence",
                targets=frozenset(entries),
                unit="object",
                losses=self.sequence_losses,
                terms=terms,
                diagnostics=("box_error", "count_error"),
                optimizer=self._sequence_optimizer,
                epochs=o.sequence_epochs,
                batch_size=o.sequence_batch,
                trains=("sequence",),
            ),
        ]

    def _picture_stages(self) -> list[Stage]:
        o = self.options
        folder = None if o.backgrounds is None else Folder(o.backgrounds)
        augment = Clutter(o.clutter, folder, o.jitter)
        shared: dict[str, Any] = {"cameras": False, "augment": augment if augment else None}
        sketches = frozenset({"sketches"})
        return [
            Fitted(name="depths", targets=sketches, pictures=False, cameras=False, views=1, fit=self._fit_depths),
            Learned(
                name="sketches",
                targets=sketches,
                losses=self.sketch_losses,
                terms=("depth", "normal", "silhouette"),
                diagnostics=("depth_rmse", "normal_degrees", "silhouette_iou"),
                optimizer=adam(o.sketch_lr, o.sketch_epochs, o.schedule),
                epochs=o.sketch_epochs,
                batch_size=o.sketch_batch,
                trains=("sketcher",),
                **shared,
            ),
            Derived(
                name="latents",
                targets=frozenset({"parts"}),
                pictures=False,
                cameras=False,
                derive=self._derive_latents,
                values=("latent", "view_boxes", "view_count"),
            ),
            Learned(
                name="image",
                targets=sketches | {"latent", "view_boxes", "view_count"},
                losses=self.image_losses,
                terms=("latent",),
                diagnostics=("box_error", "count_error"),
                optimizer=adam(o.image_lr, o.image_epochs, o.schedule),
                epochs=o.image_epochs,
                batch_size=o.image_batch,
                trains=("image_encoder",),
                **shared,
            ),
        ]

    @property
    def _sees(self) -> bool:
        """Whether it learns from pictures."""
        return self.options.reads == "picture"

    @property
    def _labelled(self) -> bool:
        """Whether parts get labels."""
        return self.sequence.label_head is not None

    def _sequence_optimizer(self, parameters: list[nn.Parameter]) -> Optimization:
        o = self.options
        adam = torch.optim.Adam(parameters, lr=o.sequence_lr)
        self._course = Course(adam, o.sequence_epochs, o.schedule, o.sequence_decay)
        return self._course.optimization

    # Parts

    def _derive_points(self, batch: SampleBatch) -> dict[str, Tensor]:
        """Twice as many points of each part as it is encoded from; for the rival, its voxels too. Of the part in its
        unit box; 24 · `part_points` bytes per part."""
        o = self.options
        parts = batch.target("part")
        for key, part in zip(batch.keys, parts, strict=True):
            if part.is_empty:
                raise InputError(f"{key}: the part has no faces, expected at least one")
        points = np.stack([own_points(part, 2 * o.part_points, o.fit) for part in parts])
        values = {"part_points": torch.as_tensor(points, dtype=torch.float32)}
        if o.part_decoder == "voxels":
            values["part_voxels"] = torch.from_numpy(np.stack([own_voxels(p, o.resolution, o.fit) for p in parts]))
        return values

    def part_losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """The Chamfer distance of the deformed spheres in the parts' unit boxes, or the cross entropy of the voxels.

        A part is encoded from half of its points and compared with the other half; in training, drawn anew each time.
        """
        points = batch.target("part_points")
        if self.training:
            points = points[:, torch.randperm(points.shape[1], device=points.device)]
        seen, surface = points.chunk(2, dim=1)
        return {"part": self.parts(seen, surface, batch.targets.get("part_voxels"))}

    # Sequences

    def _derive_codes(self, batch: SampleBatch) -> dict[str, Tensor]:
        """The codes of all parts by the frozen encoder, once; 4 · `most_parts` · (`code` + 6) bytes per object."""
        found, labels = self._coded(
            batch.target("parts"), [f"object {key.category}/{key.object}" for key in batch.keys]
        )
        values = {"part_codes": found.codes, "part_boxes": found.boxes, "part_count": found.counts}
        if self._labelled:
            numbers = torch.zeros(found.codes.shape[:2], dtype=torch.long)
            for row, (key, names) in enumerate(zip(batch.keys, labels, strict=True)):
                numbers[row, : len(names)] = torch.tensor([self.labels.number(name, str(key)) for name in names])
            values["part_labels"] = numbers
        return values

    def _coded(self, meshes: list[PartMesh], names: list[str]) -> tuple[Parts, list[list[str]]]:
        o = self.options
        return coded(self.parts, meshes, names, most=self.sequence.most, points=o.part_points, fit=o.fit)

    @property
    def forcing(self) -> float:
        """The share of batches that are decoded from true parts, at this moment of the stage."""
        done = 0.0 if self._course is None else self._course.done
        return self.options.forcing * self.options.forcing_decay**done

    def sequence_losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """Codes, boxes, stops and labels of the decoded parts."""
        o = self.options
        truth = Parts(batch.target("part_codes"), batch.target("part_boxes"), batch.target("part_count"))
        labels = batch.target("part_labels") if self._labelled else None
        if self.training:  # no further than the longest
            steps = int(truth.counts.max())
            truth = Parts(truth.codes[:, :steps], truth.boxes[:, :steps], truth.counts)
            labels = None if labels is None else labels[:, :steps]
            truth, labels = varied(Labelled(truth.cleaned(), labels), o.variation)
        forced = self.training and float(torch.rand(())) < self.forcing
        found = self.sequence.decode(self.sequence.encode(truth), truth.codes.shape[1], truth if forced else None)
        terms = sequence_losses(found, truth, labels)
        weights = {"box": o.box_weight, "stop": o.stop_weight, "label": o.label_weight}
        weighted = {name: weights.get(name, 1.0) * value for name, value in terms.items()}
        return weighted | sequence_errors(found, truth)

    # Maps

    def _fit_depths(self, samples: Iterable[SampleBatch]) -> None:
        """Mean and deviation of the depths at which the objects are seen."""
        count, total, squares = 0, 0.0, 0.0
        for batch in samples:
            depth = batch.target("sketches")["depth"].double()
            seen = depth[depth > 0]
            count, total, squares = count + len(seen), total + float(seen.sum()), squares + float(seen.square().sum())
        if not count:
            raise InputError("target 'sketches': none of the training objects is seen in its first view")
        mean = total / count
        deviation = max(squares / count - mean**2, 1e-6) ** 0.5
        self.depth_mean = torch.tensor(mean, device=self.device)
        self.depth_deviation = torch.tensor(deviation, device=self.device)

    def sketch_losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """Squared errors of depth and normals where the object is seen, and of the silhouette."""
        truth = resized_maps(batch.target("sketches"), self.options.image_size)
        truth = truth._replace(depth=(truth.depth - self.depth_mean) / self.depth_deviation)
        found = self.sketch(batch.pictures)
        return map_losses(found, truth) | map_errors(found, truth, self.depth_deviation)

    def sketch(self, images: Float[Tensor, "B 3 H W"]) -> Maps:
        """The 2.5D maps of pictures, depth relative to the training set's."""
        mean, deviation = (images.new_tensor(values)[:, None, None] for values in IMAGENET)
        return self.sketcher((resized(images, self.options.image_size) - mean) / deviation)

    # Pictures to latent codes

    def _derive_latents(self, batch: SampleBatch) -> dict[str, Tensor]:
        """The latent code of each view's object, encoded once for all of its views in the batch, and its boxes, by
        which predicted codes are judged."""
        names = [f"object {key.category}/{key.object}" for key in batch.keys]
        first = {name: row for row, name in reversed(list(enumerate(names)))}
        meshes = batch.target("parts")
        rows = {name: place for place, name in enumerate(first)}
        found, _ = self._coded([meshes[row] for row in first.values()], list(first))
        own = [rows[name] for name in names]
        return {
            "latent": self.sequence.encode(found)[own],
            "view_boxes": found.boxes[own],
            "view_count": found.counts[own],
        }

    def image_losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """The squared error of the latent code, and how far what it is decoded to is off."""
        latent = self._latent(batch.pictures)
        return {"latent": F.mse_loss(latent, batch.target("latent"))} | self._decoded_errors(latent.detach(), batch)

    @torch.no_grad()
    def _decoded_errors(self, latent: Float[Tensor, "B H"], batch: SampleBatch) -> dict[str, Tensor]:
        """The errors of stage `sequence`, of predicted latent codes."""
        boxes = batch.target("view_boxes")
        truth = Parts(boxes.new_zeros(*boxes.shape[:2], self.options.code), boxes, batch.target("view_count"))
        return sequence_errors(self.sequence.decode(latent, boxes.shape[1]), truth)

    def _latent(self, images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B H"]:
        with torch.no_grad():
            maps = four_channels(self.sketch(images))
        return self.image_encoder(maps)

    # Reconstruction

    @torch.no_grad()
    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[PartMesh]:
        """Meshes of parts in canonical order; their labels are those of the training set, or all `part`."""
        self.output(output)  # an unknown one is refused
        if output == FINAL and self._sees:
            return self._decoded(self._latent(batch.pictures))
        names = [f"object {number} of the batch" for number in range(len(batch))]
        return self._decoded(self.sequence.encode(self._coded(batch.target("parts"), names)[0]))

    def _decoded(self, latent: Float[Tensor, "B H"]) -> list[PartMesh]:
        found, counts = self.sequence.generate(latent)
        valid = torch.arange(found.codes.shape[1], device=counts.device) < counts[:, None]
        surfaces = iter(self.parts.surfaces(found.codes[valid]))
        boxes = from_network(found.boxes.double().cpu().numpy())
        return [
            assembled(
                [next(surfaces) for _ in range(count)],
                boxes[row, :count],
                self._names(found.labels, row, count),
                self.options.fit,
            )
            for row, count in enumerate(counts.tolist())
        ]

    def _names(self, labels: Tensor | None, row: int, count: int) -> list[str]:
        if labels is None:
            return [NAMELESS] * count
        return [self.labels.names[number] for number in labels[row, :count].argmax(-1).tolist()]
