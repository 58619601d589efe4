"""`docs/protocols.md`, made from the protocols' files: `python -m svr3d.metrics.protocol_page`."""

from __future__ import annotations

from dataclasses import fields

from .curve import Curve
from .declarations import get_metric, is_curve
from .grid_measure import GridMeasure
from .interface import Measure
from .protocol import Protocol, list_protocols, load_protocol

INTRODUCTION = """\
# Protocols

<!-- Made by `make docs` from svr3d/metrics/protocols/*.yaml. Change those. -->

A protocol is a named, versioned, frozen description of an evaluation: in which frame two shapes are compared, which
points stand for them, what is measured, by which factor it is multiplied, what failure costs. A number without its
protocol is not a number, and numbers of two protocols never share a column. `svr3d evaluate --protocol a,b,c` scores
under several at once: what they share (samples, neighbours, matchings, voxels) is computed once.

`svr3d-v1` is the suite's own and the default; `svr3d-structure-v1` adds what distances and volumes do not see. The
others follow one paper or its released code each, so that their numbers can be set beside published ones, with the
reservations that stand below each.

## At a glance

Frame: what is made how long in the true shape; both shapes are scaled by the same factor. Aligned: the prediction is
first brought into its own bounding box, so its size and place do not count. Points: predicted / true."""

ALIGNMENT = """\
## Aligned predictions

Every protocol may have `+scale` or `+similarity` behind its name: `svr3d-v1+scale` is `svr3d-v1` for predictions that
are moved onto the truth before anything is measured. It is a protocol of its own: its numbers stand under its own name
in records, get a section of their own on a board, and never share a column with those of unaligned predictions, since
an alignment looks at the truth.

- `+scale`: each prediction is moved and scaled so that its bounding box has the centre and the longest side of the
  truth's. That is exact: its own box is that of the vertices that faces use, the truth's that of its mesh or, without
  one, the canonical one (centre 0, longest side 1), and not of points drawn on it.
- `+similarity`: that, then turned, moved and scaled by iterated closest points, 2,000 points a side, drawn with the
  sample's seed.

A voxel grid, whose box is fixed, is aligned as its iso-surface; a prediction without extent cannot be aligned and
fails. `svr3d evaluate … --align scale` appends `+scale` to each of its protocols, and
`--protocol svr3d-v1,svr3d-v1+scale` scores under both."""

RULES = {
    "cover": "Meshes become voxels by the rule `cover`: what is thinner than a voxel keeps some.",
    "centers": "Meshes become voxels by the rule `centers`: just those whose centres are inside, on both sides.",
}

CONVERSIONS = """\
## Between conventions

- Scaling both shapes by s multiplies every distance by s, and `cd_l2` and `part_cd` by s².
- `cd_l1` is half the sum of both directions' mean distances; papers that print the sum have `cd_l1` × 2. `cd_l2` is the
  sum of both directions' mean squared distances; half of it is what Occupancy Networks calls Chamfer-L2.
- Squared and unsquared Chamfer distances cannot be converted into each other.
- F-scores at a threshold on the squared distance t are F-scores at √t.
- A sum over n matched points is n times `emd`. Approximate matchings (the widespread `approxmatch` kernel, auctions cut
  short, Sinkhorn with blur) are off by 14 to 44 % on typical surfaces and do not compare with a certified one.
- Vertices and surface samples of one mesh give different numbers for every metric on points."""


def protocol_page() -> str:
    """The page in Markdown."""
    protocols = [load_protocol(name) for name in list_protocols()]
    own = [protocol for protocol in protocols if protocol.name.startswith("svr3d")]
    protocols = sorted(own, key=lambda p: p.name != "svr3d-v1") + [p for p in protocols if p not in own]
    parts = [INTRODUCTION, _overview(protocols)]
    parts += [_section(protocol) for protocol in protocols]
    return "\n\n".join([*parts, ALIGNMENT, CONVERSIONS]) + "\n"


def _overview(protocols: list[Protocol]) -> str:
    rows = [
        "| protocol | frame | aligned | points | metrics | needs |",
        "|---|---|---|---|---|---|",
    ]
    for protocol in protocols:
        cells = (
            f"[`{protocol.name}`](#{protocol.name})",
            _frame(protocol),
            {"none": "no", "box": "each shape", "points": "each set of points"}[protocol.setting.alignment],
            _points(protocol),
            ", ".join(f"`{name}`" for name in _shown(protocol)),
            ", ".join(sorted(protocol.targets)),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _section(protocol: Protocol) -> str:
    rows = ["| metric | is | unit | parameters |", "|---|---|---|---|"]
    for name in _shown(protocol):
        metric, unit = get_metric(name), protocol.unit(name) or "fraction"
        parameters = _parameters(protocol.measure(name)) if name in protocol.metrics else ""
        rows.append(f"| `{name}` | {_is(metric.title, metric.source)} | {unit} | {parameters} |")
    text = [
        f"## {protocol.name}",
        f"*{protocol.title}*, version {protocol.version}. {protocol.reference.strip()}",
        protocol.note.strip(),
        "\n".join(rows),
    ]
    facts = []
    if any(isinstance(measure, GridMeasure) for measure in protocol.measures):
        threshold = protocol.setting.voxel_threshold
        above = "each grid's own threshold" if threshold == "own" else f"{threshold:g}"
        facts.append(f"Voxels are occupied above {above}.")
    if any(measure.on_voxels for measure in protocol.measures):
        facts.append(RULES[protocol.setting.voxel_rule])
    for curve in protocol.measures:
        if isinstance(curve, Curve):
            low, high = curve.thresholds[0], curve.thresholds[-1]
            facts.append(
                f"The curve `{curve.name}` is recorded at {len(curve.thresholds)} thresholds from {low:g} to {high:g}."
            )
    return "\n\n".join([*text, *([" ".join(facts)] if facts else [])])


def _parameters(measure: Measure) -> str:
    """What a protocol gives for a metric, but for its factor, which stands with the unit."""
    own = [field.name for field in fields(measure) if field.name not in ("name", "factor")]
    return ", ".join(f"{name} {_number(getattr(measure, name))}" for name in own)


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _is(title: str, source: str) -> str:
    return f"{title}: {source}" if source else title


def _shown(protocol: Protocol) -> list[str]:
    return [name for name in (*protocol.metrics, *protocol.pooled) if not is_curve(name)]


def _frame(protocol: Protocol) -> str:
    frame = protocol.setting.frame
    name = {"side": "longest side", "diagonal": "diagonal", "radius": "largest radius"}[frame.extent]
    return f"{name} = {frame.size:g}"


def _points(protocol: Protocol) -> str:
    points = protocol.setting.points
    if points is None:
        return "–"
    sides = []
    for side in (points.predicted, points.truth):
        whole = "all vertices" if side.source == "vertices" else "all stored"
        drawn = "vertices" if side.source == "vertices" else "samples"
        sides.append(whole if side.count is None else f"{side.count:,} {drawn}")
    return " / ".join(sides)


if __name__ == "__main__":
    print(protocol_page(), end="")
