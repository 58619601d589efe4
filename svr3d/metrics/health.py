"""Soundness of the predicted surface. Nothing is compared: these are diagnoses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..geometry import bounds_a_solid, components, inside_out, self_intersections
from .interface import Measure, Metric

if TYPE_CHECKING:
    from .pair import Pair


@dataclass(frozen=True, kw_only=True)
class WatertightMeasure(Measure):
    """`watertight`: 1 for a shape that bounds a solid, as a grid always does and points never do."""

    declarations = (
        Metric(
            "watertight",
            "Watertight",
            "fraction",
            True,
            1.0,
            0.0,
            "every edge is run along as often one way as the other, so that inside is defined",
            ranked=False,
        ),
    )
    alignable = True

    def value(self, pair: Pair) -> float:
        return pair.predicted.convert("structure", ("watertight",), lambda shape: float(bounds_a_solid(shape)))


@dataclass(frozen=True, kw_only=True)
class InsideOutMeasure(Measure):
    """`inside_out`: only faces of meshes can look inward."""

    declarations = (
        Metric(
            "inside_out",
            "Inside out",
            "fraction",
            False,
            0.0,
            1.0,
            "area whose faces look into the solid; they are turned before its inside is asked for",
            ranked=False,
        ),
    )
    alignable = True

    def value(self, pair: Pair) -> float:
        return pair.predicted.convert("structure", ("inside out",), inside_out)


@dataclass(frozen=True, kw_only=True)
class HealthMeasure(Measure):
    """`components`, `self_intersecting` and `degenerate_faces` of the predicted mesh; of points, the worst."""

    declarations = (
        Metric("components", "Components", "count", True, float("nan"), 0.0, "pieces of the surface", ranked=False),
        Metric(
            "self_intersecting",
            "Self-intersecting faces",
            "fraction",
            False,
            0.0,
            1.0,
            "faces that cross another face",
            ranked=False,
        ),
        Metric("degenerate_faces", "Degenerate faces", "fraction", False, 0.0, 1.0, "faces without area", ranked=False),
    )
    alignable = True

    def value(self, pair: Pair) -> float:
        if not pair.predicted.has_inside:
            return self.worst(self.name, pair)

        def convert(_: Any) -> float:
            mesh = pair.predicted.mesh
            if self.name == "components":
                return float(components(mesh).max() + 1)
            if self.name == "self_intersecting":
                return len(np.unique(self_intersections(mesh))) / len(mesh.faces)
            return float((mesh.face_areas == 0).mean())

        return pair.predicted.convert("structure", (self.name,), convert)
