"""Protocols: named, versioned, frozen descriptions of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..plugins import Plugins
from .declarations import get_metric
from .interface import Measure
from .protocol_file import read_fields
from .setting import Setting

ALIGNED = {
    "scale": "predictions moved and scaled to the truth's bounding box",
    "similarity": "predictions registered with the truth by a similarity",
}
"""What each alignment of `svr3d.geometry.align` does, for people."""


@dataclass(frozen=True, eq=False)
class Protocol:
    """What is compared, how, and what comes out.

    Args:
        name: as in records and tables; a changed protocol gets a new name.
        version: counts the changes of one idea; the name tells them apart.
        title: for people.
        reference: whose evaluation this is.
        note: what a reader of its numbers should know.
        setting: how the shapes are made comparable.
        measures: what is measured, with its parameters, in the order of records.
        pooled: metrics made of a whole set: from counts that are added up (`Metric.sums`), the best point of a
            curve (`Metric.best_of`), or the means of parts (`Metric.of_parts`).
        aggregation: of the samples' values: `mean`.
        aligned: how a prediction is moved onto the truth before anything is measured, as `svr3d.geometry.align` does:
            `none`, or the suffix of the name, as in `svr3d-v1+scale`.
        failure: what a failed prediction gets: `worst`, the metric's worst value times its factor (for a count of
            the union, the truth's own). No value of any prediction is worse: what would be is set to it.
    """

    name: str
    version: int
    title: str
    reference: str
    note: str
    setting: Setting
    measures: tuple[Measure, ...]
    pooled: tuple[str, ...] = ()
    aggregation: str = "mean"
    failure: str = "worst"
    aligned: str = "none"

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Every recorded name, in order."""
        return tuple(name for measure in self.measures for name in measure.names)

    @cached_property
    def _by_name(self) -> dict[str, Measure]:
        return {name: measure for measure in self.measures for name in measure.names}

    def measure(self, metric: str) -> Measure:
        """The computation of a recorded metric, with its parameters."""
        return self._by_name[metric]

    @property
    def targets(self) -> frozenset[str]:
        """The data set's targets that it needs: of `surface`, `occupancy`, `voxels`, `mesh`, `parts`,
        `part_voxels`."""
        by_surface = self.setting.frame.extent != "side" or self.aligned == "similarity"
        surface = frozenset({"surface"} if by_surface else ())
        return surface.union(*(measure.targets(self.setting) for measure in self.measures))

    @property
    def wishes(self) -> frozenset[str]:
        """The targets that it takes besides, of a data set that has them."""
        return frozenset().union(*(measure.wishes(self.setting) for measure in self.measures)) - self.targets

    @property
    def needs_inside(self) -> bool:
        """Whether some metric asks what is inside the prediction."""
        return any(measure.needs_inside or measure.on_voxels for measure in self.measures)

    @property
    def compares_labels(self) -> bool:
        """Whether some metric finds predicted parts by their labels."""
        return any(measure.compares_labels for measure in self.measures)

    def factor(self, metric: str) -> float:
        """By which its values of `metric` are multiplied; 1 for what it does not record."""
        metric = get_metric(metric).of_parts or metric
        return self._by_name[metric].factor if metric in self._by_name else 1.0

    def worst(self, metric: str, scale: float = 1.0) -> float:
        """The value of `metric` for a failed prediction, where the protocol's frame is `scale` times the canonical
        one; NaN for a count that depends on the truth."""
        declared = get_metric(metric)
        return declared.worst * scale**declared.dimension * self.factor(metric)

    def unit(self, metric: str) -> str:
        """The unit of its values of `metric`, for people; empty for a plain fraction.

        >>> load_protocol("svr3d-v1").unit("cd_l1"), load_protocol("pixel2mesh").unit("f_tau")
        ('side', '%')
        """
        declared, factor, frame = get_metric(metric), self.factor(metric), self.setting.frame
        if declared.unit == "fraction":
            return "%" if factor == 100 else "" if factor == 1 else f"× {factor:g}"
        unit = declared.unit
        if declared.dimension and (frame.extent, frame.size) != ("side", 1):
            power = {1: "", 2: "²"}[declared.dimension]
            unit = f"{frame.extent}{power}" + ("" if frame.size == 1 else f"/{frame.size:g}{power}")
        return unit if factor == 1 else f"{unit} × {factor:g}"


def _built_in() -> Mapping[str, Path]:
    return {path.stem: path for path in (Path(__file__).parent / "protocols").glob("*.yaml")}


def _checked(value: Any, name: str, where: str) -> Protocol:
    """The protocol that an entry point names: the path of a file, a Protocol, or a function that returns either."""
    found = value() if callable(value) else value
    if isinstance(found, str | Path):
        found = Protocol(**read_fields(Path(found)))
    if not isinstance(found, Protocol):
        raise InputError(f"{where}: expected the path of a YAML file or a Protocol, found {type(found).__name__}")
    if found.name != name:
        raise InputError(f"{where} calls itself '{found.name}'")
    return found


_PLUGINS: Plugins[Protocol] = Plugins(
    "svr3d.protocols",
    "protocol",
    _checked,
    built_in=_built_in,
    also=f", each also with {' or '.join(f'+{how}' for how in ALIGNED)} behind it; or the path of a .yaml file",
)


def list_protocols() -> list[str]:
    """The names of the built-in protocols and of those that installed packages offer, sorted.

    >>> "svr3d-v1" in list_protocols()
    True
    """
    return _PLUGINS.names()


def load_protocol(name: str | Path) -> Protocol:
    """A protocol by its name, or from the path of its YAML file.

    With `+scale` or `+similarity` behind either, the same protocol for predictions that are aligned with the truth
    first. It is a protocol of its own, and its numbers share no column with those of unaligned predictions.

    Raises:
        InputError: no such protocol or alignment, or a file that is not a valid one (naming file, metric and field).

    >>> load_protocol("svr3d-v1").setting.points.truth.count
    100000
    """
    if isinstance(name, Path) or Path(name).suffix in (".yaml", ".yml"):
        return Protocol(**read_fields(Path(name)))
    base, plus, alignment = name.rpartition("+")
    if plus and name not in list_protocols():
        return _aligned(base, alignment)
    return _PLUGINS.get(name)


def with_alignment(protocol: str, alignment: str) -> str:
    """The name of `protocol` for predictions that are aligned in this way; its own for `none`.

    Raises:
        InputError: the name says already that predictions are aligned in another way.

    >>> with_alignment("svr3d-v1", "scale"), with_alignment("svr3d-v1", "none")
    ('svr3d-v1+scale', 'svr3d-v1')
    """
    _, plus, said = protocol.rpartition("+")
    if alignment == "none" or (plus and said == alignment):
        return protocol
    if plus and said in ALIGNED:
        raise InputError(f"protocol '{protocol}' aligns predictions by '{said}', asked for '{alignment}'; name one")
    return f"{protocol}+{alignment}"


def _aligned(base: str, alignment: str) -> Protocol:
    if alignment not in ALIGNED:
        raise InputError(
            f"unknown alignment '{alignment}' of protocol '{base}+{alignment}'; expected one of "
            f"{', '.join(f'{base}+{how}' for how in ALIGNED)}"
        )
    protocol = load_protocol(base)
    if protocol.aligned != "none":
        raise InputError(f"protocol '{base}+{alignment}' aligns predictions twice; expected one alignment")
    name = f"{protocol.name}+{alignment}"
    return replace(protocol, name=name, title=f"{protocol.title}, {ALIGNED[alignment]}", aligned=alignment)
