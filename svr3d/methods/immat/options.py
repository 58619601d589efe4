"""The options of `immat`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...errors import InputError
from ..learning import Schedule
from ..options import require_at_least, require_positive, require_stages

TopologyKind = Literal["predicted", "ball_pivoting", "delaunay", "nearest_neighbors"]


@dataclass(frozen=True)
class IMMATOptions:
    """Options of `immat`; the defaults are the paper's networks.

    Args:
        spheres: of the medial mesh.
        dense: centres of the dense set.
        image_size: side of the pictures.
        width: factor on the channels of both ResNets and of what reads the global stage's vector.
        hidden, units: channels and residual units of the graph networks.
        pretrained: start both ResNets from ImageNet's weights.
        chamfer_weight, emd_weight, radius_weight: of the terms of spheres.
        dense_matched: dense centres that are matched one to one with as many true ones in each step; 0 for none.
        topology: who says what is joined: the topology network, or one of the paper's alternatives.
        dense_neighbors: dense centres that the topology network sees around each sphere; 0 for a network without.
        topology_on: the spheres that the topology network learns on: the true ones, those found in pictures, which
            have the topology of the true spheres nearest to them, or both.
        topology_width: factor on its channels.
        topology_rows: spheres of each object that a step of it looks at.
        edge_threshold, face_threshold: the probability above which an edge or face is there.
        other_thresholds: pairs of thresholds of further outputs, which have the same spheres.
        smoothing: t, the share of itself that a sphere keeps; smaller is smoother.
        sphere_epochs, refinement_epochs, topology_epochs, smoothing_epochs: of the four stages.
        sphere_batch, refinement_batch, topology_batch, smoothing_batch: samples per batch.
        sphere_lr, refinement_lr, topology_lr, smoothing_lr: of Adam.
        schedule: the course of the learning rates.
    """

    spheres: int = 256
    dense: int = 2048
    image_size: int = 224
    width: float = 1.0
    hidden: int = 192
    units: int = 6
    pretrained: bool = False
    chamfer_weight: float = 1.0
    emd_weight: float = 1.0
    radius_weight: float = 1.0
    dense_matched: int = 256
    topology: TopologyKind = "predicted"
    dense_neighbors: int = 64
    topology_on: Literal["truth", "found", "both"] = "both"
    topology_width: float = 1.0
    topology_rows: int = 256
    edge_threshold: float = 0.2
    face_threshold: float = 0.3
    other_thresholds: tuple[tuple[float, float], ...] = ()
    smoothing: float = 0.5
    sphere_epochs: int = 60
    refinement_epochs: int = 30
    topology_epochs: int = 20
    smoothing_epochs: int = 20
    sphere_batch: int = 24
    refinement_batch: int = 1
    topology_batch: int = 16
    smoothing_batch: int = 16
    sphere_lr: float = 1e-4
    refinement_lr: float = 1e-4
    topology_lr: float = 1e-3
    smoothing_lr: float = 1e-4
    schedule: Schedule = "constant"

    def __post_init__(self) -> None:
        require_at_least(self, spheres=2, dense=1, image_size=32, hidden=1, units=1)
        require_at_least(self, chamfer_weight=0, emd_weight=0, radius_weight=0, dense_matched=0, dense_neighbors=0)
        require_at_least(self, topology_rows=1, edge_threshold=0, face_threshold=0, smoothing=0)
        require_stages(self, "sphere", "refinement", "topology", "smoothing")
        require_positive(self, "width", "topology_width")
        for name in ("edge_threshold", "face_threshold", "smoothing"):
            if getattr(self, name) > 1:
                raise InputError(f"option '{name}': expected at most 1, found {getattr(self, name)!r}")
        if not all(0 <= threshold <= 1 for pair in self.other_thresholds for threshold in pair):
            raise InputError(
                f"option 'other_thresholds': expected numbers from 0 to 1, found {self.other_thresholds!r}"
            )
        if self.other_thresholds and self.topology != "predicted":
            raise InputError(f"option 'other_thresholds': the topology {self.topology} has none, expected predicted")
        if len(set(self.threshold_outputs())) < len(self.other_thresholds):
            raise InputError(f"option 'other_thresholds': expected distinct pairs, found {self.other_thresholds!r}")
        if self.dense_matched > self.dense:
            raise InputError(
                f"option 'dense_matched': expected at most the {self.dense} dense centres, found {self.dense_matched}"
            )
        if self.image_size % 32:
            raise InputError(f"option 'image_size': expected a multiple of 32, found {self.image_size}")
        if self.pretrained and self.width != 1:
            raise InputError(f"option 'pretrained': ImageNet's weights are of the width 1, found {self.width}")
        if not self.chamfer_weight and not self.emd_weight:
            raise InputError("option 'emd_weight': expected a weight above 0 where 'chamfer_weight' is 0")

    def threshold_outputs(self) -> list[str]:
        """The names of the further outputs, one for each pair of other thresholds."""
        return [f"edges{edge:g}-faces{face:g}" for edge, face in self.other_thresholds]
