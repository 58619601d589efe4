"""IMMAT: a medial mesh (spheres, and the edges and faces between them) from an image.

svr3d train immat --data DATASET --preset tiny
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import MedialMesh
from ..interface import Method
from ..learning import adam
from ..outputs import FINAL, Output
from ..pictures import resized
from ..resnet18 import IMAGENET
from ..stages import Derived, Learned, Stage
from ..view import View
from .alternatives import ALTERNATIVES
from .dense_centers import dense_centers
from .global_spheres import GlobalSpheres, Spheres
from .holes import with_holes_filled
from .local_spheres import LocalSpheres
from .options import IMMATOptions
from .smoothing import SmoothingNetwork, displaced, smoothed
from .sphere_losses import dense_losses, sphere_losses
from .topology import TopologyNetwork, predicted_topology, topology_losses
from .topology_data import labels_of, packed, random_turns, some_rows, unpacked
from .topology_truth import NEIGHBORS
from .truth import with_spheres

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

    from .alternatives import Topology

INITIAL, REFINED = "initial", "refined"
"""Outputs: the spheres of the global stage, and those of the local stage, each with the topology of its own."""


class IMMAT(Method):
    """A medial mesh.

    Stages, each frozen once it is complete: `spheres` learns spheres from whole pictures; `refined` moves them after
    image features where the camera sees them; `topology` learns which are joined; `smoothing` moves smoothed ones back.

    Outputs: `final`; `initial` and `refined`, before (the paper's Table 4); those of other topologies and thresholds,
    with the spheres of `final` (its Figures 5 and 9).
    """

    name = "immat"
    representation = "medial"
    given = frozenset({"picture", "camera"})
    targets = frozenset({"medial"})
    paper = (
        "IMMAT: Mesh reconstruction from single view images by medial axis transform prediction, Computer-Aided Design "
        "2022"
    )

    Options = IMMATOptions
    options: IMMATOptions

    def __init__(self, facts: DataFacts, options: IMMATOptions | None = None) -> None:
        super().__init__(facts, options)
        o = self.options
        self.spheres = GlobalSpheres(o.spheres, o.dense, o.width)
        self.refinement = LocalSpheres(o.hidden, o.units, o.width)
        self.topology = (
            TopologyNetwork(dense_nearest=o.dense_neighbors, width=o.topology_width)
            if o.topology == "predicted"
            else None
        )
        self.smoothing = SmoothingNetwork(o.hidden, o.units)
        self.weights = "scratch"

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The final medial mesh, those before smoothing, and its spheres joined otherwise."""
        (final,) = super().outputs
        others = [name for name in ALTERNATIVES if name != self.options.topology]
        return (final, *(replace(final, name=name) for name in (INITIAL, REFINED, *others, *self._thresholds)))

    @property
    def _thresholds(self) -> dict[str, tuple[float, float]]:
        """The further outputs' pairs of thresholds, by name."""
        o = self.options
        return dict(zip(o.threshold_outputs(), o.other_thresholds, strict=True))

    def initialize(self) -> None:
        if self.options.pretrained and self.spheres.features.load_imagenet():
            self.refinement.features.load_imagenet()
            self.weights = "imagenet"

    # Stages

    def stages(self) -> list[Stage]:
        return [*self._sphere_stages(), *self._topology_stages(), *self._smoothing_stages()]

    def _sphere_stages(self) -> list[Stage]:
        o = self.options
        weights = self._weights
        dense = ("dense_chamfer", "dense_emd") if o.dense_matched else ("dense_chamfer",)
        truth = ("true_spheres", "true_dense", "true_edges", "true_faces")
        return [
            Derived(
                name="truth", targets=self.targets, unit="object", derive=self._derive_truth, values=truth, batch_size=1
            ),
            Learned(
                name="spheres",
                targets=frozenset({"true_spheres", "true_dense"}),
                cameras=False,
                losses=self.sphere_losses,
                terms=(*weights, *dense),
                optimizer=adam(o.sphere_lr, o.sphere_epochs, o.schedule),
                epochs=o.sphere_epochs,
                batch_size=o.sphere_batch,
                trains=("spheres",),
            ),
            Learned(
                name="refined",
                targets=frozenset({"true_spheres"}),
                losses=self.refinement_losses,
                terms=tuple(weights),
                optimizer=adam(o.refinement_lr, o.refinement_epochs, o.schedule),
                epochs=o.refinement_epochs,
                batch_size=o.refinement_batch,
                trains=("refinement",),
            ),
            Derived(
                name="found",
                targets=self.targets,
                derive=self._derive_found,
                values=("found_spheres", "found_dense", "found_edges", "found_faces"),
            ),
        ]

    def _topology_stages(self) -> list[Stage]:
        o = self.options
        if self.topology is None:
            return []
        kinds = ("true", "found") if o.topology_on == "both" else ("true" if o.topology_on == "truth" else "found",)
        needed = {f"{kind}_{value}" for kind in kinds for value in ("spheres", "dense", "edges", "faces")}
        return [
            Learned(
                name="topology",
                targets=frozenset(needed),
                pictures=False,
                cameras=False,
                losses=partial(self.topology_losses, kinds=kinds),
                terms=tuple(f"{kind}_{term}" for kind in kinds for term in ("edge", "face")),
                optimizer=adam(o.topology_lr, o.topology_epochs, o.schedule),
                epochs=o.topology_epochs,
                batch_size=o.topology_batch,
                trains=("topology",),
            )
        ]

    def _smoothing_stages(self) -> list[Stage]:
        o = self.options
        shared: dict[str, Any] = {"pictures": False, "cameras": False}
        return [
            Derived(
                name="joined",
                targets=frozenset({"found_spheres", "found_dense"}),
                derive=self._derive_joined,
                values=("joined",),
                **shared,
            ),
            Learned(
                name="smoothing",
                targets=frozenset({"true_spheres", "found_spheres", "joined"}),
                losses=self.smoothing_losses,
                terms=tuple(self._weights),
                optimizer=adam(o.smoothing_lr, o.smoothing_epochs, o.schedule),
                epochs=o.smoothing_epochs,
                batch_size=o.smoothing_batch,
                trains=("smoothing",),
                **shared,
            ),
        ]

    @property
    def _weights(self) -> dict[str, float]:
        """Of the terms of spheres, without those of weight 0."""
        o = self.options
        weights = {"chamfer": o.chamfer_weight, "emd": o.emd_weight, "radius": o.radius_weight}
        return {name: weight for name, weight in weights.items() if weight}

    # Spheres

    def _derive_truth(self, batch: SampleBatch) -> dict[str, Tensor]:
        """The true medial meshes of exactly `spheres` spheres, points on their sheets and curves, and what is joined;
        16 · `spheres` + 12 · `dense` + 72 · `spheres` bytes per object."""
        o = self.options
        truths = self._truths(batch)
        spheres = _floats([truth.spheres for truth in truths], self.device)
        edges, faces = labels_of(spheres, truths, NEIGHBORS, are_true=True)
        dense = _floats([dense_centers(medial, o.dense) for medial in batch.target("medial")], self.device)
        return {"true_spheres": spheres, "true_dense": dense, "true_edges": edges, "true_faces": faces}

    def _truths(self, batch: SampleBatch) -> list[MedialMesh]:
        found = []
        for key, medial in zip(batch.keys, batch.target("medial"), strict=True):
            if not medial.is_finite:
                raise InputError(f"target 'medial' of {key.category}/{key.object}: expected finite spheres")
            found.append(with_spheres(medial, self.options.spheres))
        return found

    def sphere_losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """Of the global stage: of its spheres, and of its dense centres."""
        found = self.spheres(self._images(batch))
        dense = dense_losses(found.dense, batch.target("true_dense"), self.options.dense_matched)
        return self._weighted(found.spheres, batch) | dense

    def refinement_losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """Of the local stage."""
        return self._weighted(self._refined(batch).spheres, batch)

    def _weighted(self, spheres: Float[Tensor, "B N 4"], batch: SampleBatch) -> dict[str, Tensor]:
        weights = self._weights
        terms = sphere_losses(spheres, batch.target("true_spheres"), tuple(weights))
        return {name: weight * terms[name] for name, weight in weights.items()}

    def _initial(self, batch: SampleBatch) -> Spheres:
        with torch.no_grad():
            return self.spheres(self._images(batch))

    def _refined(self, batch: SampleBatch) -> Spheres:
        """Refined spheres, and the dense centres."""
        if batch.cameras is None:
            raise InputError(
                f"method '{self.name}' looks up image features where it sees its spheres: it needs the images' cameras"
            )
        side, initial = self.options.image_size, self._initial(batch)
        view = View.of(batch.cameras.to_torch(self.device).resized(side, side))
        return Spheres(self.refinement(self._images(batch), view, initial.spheres), initial.dense)

    def _images(self, batch: SampleBatch) -> Float[Tensor, "B 3 S S"]:
        images = resized(batch.pictures, self.options.image_size)
        mean, deviation = (images.new_tensor(values)[:, None, None] for values in IMAGENET)
        return (images - mean) / deviation

    # Topology

    def _derive_found(self, batch: SampleBatch) -> dict[str, Tensor]:
        """What the frozen stages find in each view, joined as the true spheres that are nearest; as many bytes per view
        as the truth has per object."""
        found = self._refined(batch)
        edges, faces = labels_of(found.spheres, self._truths(batch), NEIGHBORS, are_true=False)
        return {
            "found_spheres": found.spheres,
            "found_dense": found.dense,
            "found_edges": edges,
            "found_faces": faces,
        }

    def topology_losses(self, batch: SampleBatch, kinds: tuple[str, ...]) -> dict[str, Tensor]:
        """Of edges and faces, for true and found spheres by name; in training, neighbourhoods are turned at random."""
        network, rows = self.topology, self.options.topology_rows if self.training else self.options.spheres
        assert network is not None
        losses = {}
        for kind in kinds:
            spheres, dense, edges, faces = (
                batch.target(f"{kind}_{value}") for value in ("spheres", "dense", "edges", "faces")
            )
            around, labels = some_rows(network, spheres, dense, (edges, faces), rows)
            if self.training:
                around = around.turned(random_turns(len(around.radius), spheres.device))
            terms = topology_losses(network(around), labels, around)
            losses |= {f"{kind}_{term}": value for term, value in terms.items()}
        return losses

    def _joined(
        self,
        spheres: Float[Tensor, "N 4"],
        dense: Float[Tensor, "D 3"],
        kind: str | None = None,
        thresholds: tuple[float, float] | None = None,
    ) -> Topology:
        """Edges and faces between the spheres of one object.

        Args:
            kind: other than the option's.
            thresholds: likewise.
        """
        o = self.options
        kind = kind or o.topology
        if kind in ALTERNATIVES:
            return ALTERNATIVES[kind](spheres.double().cpu().numpy(), dense.double().cpu().numpy())
        assert self.topology is not None
        return predicted_topology(self.topology, spheres, dense, *(thresholds or (o.edge_threshold, o.face_threshold)))

    # Smoothing

    def _derive_joined(self, batch: SampleBatch) -> dict[str, Tensor]:
        """Who is joined with whom among the spheres found in each view; `spheres`² / 8 bytes per view."""
        return {"joined": packed(self._adjacency(batch.target("found_spheres"), batch.target("found_dense")))}

    def _adjacency(self, spheres: Float[Tensor, "B N 4"], dense: Float[Tensor, "B D 3"]) -> Bool[Tensor, "B N N"]:
        found = torch.zeros(*spheres.shape[:2], spheres.shape[1], dtype=torch.bool, device=spheres.device)
        for place, (own, near) in enumerate(zip(spheres, dense, strict=True)):
            a, b = torch.from_numpy(self._joined(own, near)[0]).to(spheres.device).T
            found[place, a, b] = found[place, b, a] = True
        return found

    def smoothing_losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """Of spheres that are smoothed and moved back."""
        spheres = batch.target("found_spheres")
        return self._weighted(self._smoothed(spheres, unpacked(batch.target("joined"), spheres.shape[1])), batch)

    def _smoothed(self, spheres: Float[Tensor, "B N 4"], adjacency: Bool[Tensor, "B N N"]) -> Float[Tensor, "B N 4"]:
        smooth = smoothed(spheres, adjacency, self.options.smoothing)
        return displaced(smooth, self.smoothing(smooth, adjacency))

    # Reconstruction

    @torch.no_grad()
    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[MedialMesh]:
        """Medial meshes in the canonical frame, their holes filled."""
        self.output(output)  # an unknown one is refused
        found = self._initial(batch) if output == INITIAL else self._refined(batch)
        spheres = found.spheres
        if output not in (INITIAL, REFINED):
            spheres = self._smoothed(spheres, self._adjacency(spheres, found.dense))
        kind = output if output in ALTERNATIVES else None
        thresholds = self._thresholds.get(output)
        return [
            _medial_mesh(own, *self._joined(own, near, kind, thresholds))
            for own, near in zip(spheres, found.dense, strict=True)
        ]


def _medial_mesh(spheres: Tensor, edges: np.ndarray, faces: np.ndarray) -> MedialMesh:
    own = spheres.double().cpu().numpy()
    return MedialMesh(own, *with_holes_filled(own, edges, faces))


def _floats(arrays: list[np.ndarray], device: torch.device) -> Tensor:
    return torch.as_tensor(np.stack(arrays), dtype=torch.float32, device=device)
