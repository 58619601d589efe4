"""Scores of before, to the last bit: predictions of every kind against truths of every kind, under every protocol.

`frozen.json` holds them as `float.hex`. Points are few, except in the cases with every protocol's own parameters.
Sums and square roots differ in their last bits between processors and releases of the libraries: where these are not
those of the record, values are compared to 1e-6. `python tests/metrics/test_frozen.py` records anew: only for a change
of numbers that has a reason.
"""

from __future__ import annotations

import json
import math
import platform
import warnings
from dataclasses import asdict, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from varied import varied

from svr3d.datasets.parametric import PART_LABELS, generate
from svr3d.geometry import Mesh, PartMesh, PointCloud, VoxelGrid, contains, sample_surface, voxelize, voxelize_parts
from svr3d.metrics import METRICS, GroundTruth, Protocol, get_metric, list_protocols, load_protocol, score

FILE = Path(__file__).parent / "frozen.json"
NAMES = (
    *("atlasnet", "classvoxels", "disn", "immat", "meshrcnn", "occnet", "partvoxels", "partvoxels-v2"),
    *("pix3d", "pixel2mesh"),
    *("pixel2mesh-release", "smnet", "svr3d-structure-v1", "svr3d-v1", "what3d"),
)
LIBRARIES = ("numpy", "scipy", "numba", "torch")
SEED = 7
OWN = {
    "emd": 100,
    "emd_bound": 100,
    "iou": 500,
    "ambiguous": 500,
    "part_cd": 60,
    "part_count_error": 60,
    "thickness": 150,
}
"""Points of the metrics that take some of their own."""
TWO = ("svr3d-v1", "partvoxels")


def reduced(name: str) -> Protocol:
    """The protocol with at most a few hundred points, and of its curves only the ends."""
    protocol = varied(name, count=400, **{entry: {"points": points} for entry, points in OWN.items()})
    curves = {m.name: {"thresholds": m.thresholds[::15]} for m in protocol.measures if hasattr(m, "thresholds")}
    return varied(protocol, **curves)


@cache
def chair() -> PartMesh:
    return generate("chair", seed=3)


@cache
def labels() -> tuple[str, ...]:
    """Those of a data set of several categories, in which the chair's are not the first."""
    return tuple(sorted({*PART_LABELS["lamp"], *PART_LABELS["chair"], *PART_LABELS["display"]}))


def relabelled(mesh: PartMesh) -> VoxelGrid:
    """`mesh` in voxels that bear the data set's labels, as a method predicts them."""
    grid = voxelize_parts(mesh, 32)
    lookup = np.array([0, *(1 + labels().index(label) for label in mesh.labels)])
    return VoxelGrid(grid.values, labels=lookup[grid.labels])


@cache
def truths() -> dict[str, GroundTruth | Mesh]:
    mesh = chair()
    points = 1.1 * (np.random.default_rng(5).random((1500, 3)) - 0.5)
    stored = GroundTruth(
        sample_surface(mesh, 1200, seed=4), points, contains(mesh, points), voxelize(mesh, 32), labels=labels()
    )
    return {
        "parts": mesh,
        "mesh": Mesh(mesh.vertices, mesh.faces),
        "stored": stored,
        "all": replace(stored, mesh=mesh, parts=mesh, part_voxels=relabelled(mesh)),
    }


@cache
def predictions() -> dict[str, Any]:
    other, truth = generate("chair", seed=11), chair()
    fine = voxelize_parts(truth, 48)
    grid = relabelled(other)
    smooth = voxelize(other, 32).values * 0.6 + 0.2 * voxelize(truth, 32).values
    cloud = sample_surface(other, 700, seed=2)
    triangle = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    return {
        "other parts": other,
        "other mesh": Mesh(other.vertices, other.faces),
        "the truth": truth,
        "open mesh": Mesh(other.vertices, other.faces[: 3 * len(other.faces) // 4]),
        "inside out": Mesh(other.vertices, other.faces[:, ::-1]),
        "labelled grid": grid,
        "fine labelled grid": VoxelGrid(fine.values, labels=np.sign(fine.labels)),
        "probabilities": VoxelGrid(smooth, threshold=0.3),
        "coarse grid": voxelize(other, 16),
        "oriented points": PointCloud(cloud.points, cloud.normals),
        "points": PointCloud(cloud.points),
        "few points": PointCloud(cloud.points[:20]),
        "far away": Mesh(other.vertices + 30, other.faces),
        "empty mesh": Mesh([], []),
        "faint grid": VoxelGrid(0.45 * voxelize(truth, 32).values),
        "NaN": Mesh(triangle * np.nan, [[0, 1, 2]]),
        "diverged": Mesh(triangle * 1e200, [[0, 1, 2]]),
        "no shape": {"vertices": []},
        "none": None,
    }


FULL = {("other parts", "all"): NAMES, ("probabilities", "stored"): ("svr3d-v1", "pix3d", "classvoxels")}
"""Cases with the files' own numbers of points."""

FEW = ("far away", "empty mesh", "faint grid", "NaN", "diverged", "no shape", "none", "few points", "inside out")


def cases() -> dict[str, tuple[str, str, bool]]:
    """Prediction, truth and whether with the files' own parameters."""
    found = {f"{p} / {t} / full": (p, t, True) for p, t in FULL}
    for prediction in predictions():
        for truth in ("all",) if prediction in FEW else ("all", "stored"):
            found[f"{prediction} / {truth}"] = (prediction, truth, False)
    for truth in ("parts", "mesh"):
        found[f"other parts / {truth}"] = ("other parts", truth, False)
    return found


def measured(prediction: str, truth: str, full: bool) -> dict[str, Any]:
    """What `score` says of one case; None for a protocol that the truth cannot serve."""
    names = FULL[prediction, truth] if full else NAMES
    if not full and truth != "all":
        names = tuple(n for n in names if n not in ("what3d", "occnet", "meshrcnn"))
    found: dict[str, Any] = {}
    for name in names:
        protocol = load_protocol(name) if full else reduced(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                result = score(predictions()[prediction], truths()[truth], protocol, seed=SEED)
            except ValueError as error:
                found[name] = str(error)
                continue
        values = result.values[name]
        assert list(values) == list(protocol.metrics)
        found[name] = [encoded(value) for value in values.values()]
        if result.failures:
            found[name] = {"failed": result.reason, "values": found[name]}
        if result.truth_points:
            found[f"{name} points"] = result.truth_points[name]
    return found


def encoded(value: float) -> str:
    """`float.hex`, without the zeros and the exponent that whole numbers do not need."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e6 else value.hex()


def declared() -> dict[str, Any]:
    """What every metric says of itself, and every protocol of its metrics."""
    metrics = {name: [f"{v}" for v in asdict(metric).values()][1:] for name, metric in METRICS.items()}
    protocols = {}
    for name in NAMES:
        protocol = load_protocol(name)
        plain = [metric for metric in (*protocol.metrics, *protocol.pooled)]
        protocols[name] = {
            "metrics": plain,
            "targets": sorted(protocol.targets),
            "pooled": list(protocol.pooled),
            "worst": [encoded(protocol.worst(metric, 0.7)) if not math.isnan(protocol.worst(metric)) else "nan"
                      for metric in protocol.metrics],
            "units": {metric: protocol.unit(metric) for metric in plain if protocol.unit(metric)},
        }  # fmt: skip
    curves = {n: [f"{v}" for v in asdict(get_metric(n)).values()] for n in ("f@0.0050", "iou_32@0.10", "iou_110@0.50")}
    return {"metrics": metrics, "protocols": protocols, "curves": curves}


def here() -> dict[str, str]:
    threads = str(torch.get_num_threads())  # sums are split among them
    return {name: version(name) for name in LIBRARIES} | {"machine": platform.machine(), "threads": threads}


@cache
def frozen() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def same(found: Any, expected: Any) -> bool:
    """To the bit where the libraries are those of the record, else to 1e-6."""
    if found == expected:
        return True
    if frozen()["libraries"] == here() or type(found) is not type(expected):
        return False
    if isinstance(found, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    if isinstance(found, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    try:
        a, b = (float.fromhex(v) if "x" in v else float(v) for v in (found, expected))
    except (TypeError, ValueError):
        return False
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6)


def test_every_protocol_is_here() -> None:
    assert set(NAMES) <= set(list_protocols())
    assert {name for names in FULL.values() for name in names} == set(NAMES)


@pytest.mark.parametrize("case", cases())
def test_scores(case: str) -> None:
    found, expected = measured(*cases()[case]), frozen()["scores"][case]
    assert found.keys() == expected.keys()
    for name in found:
        assert same(found[name], expected[name]), f"{case} under {name}:\n{found[name]}\n{expected[name]}"


def test_several_protocols_at_once_change_no_number() -> None:
    prediction, truth = predictions()["other parts"], truths()["all"]
    protocols = [reduced(name) for name in NAMES]
    result = score(prediction, truth, protocols, seed=SEED)
    expected = frozen()["scores"]["other parts / all"]
    for name in NAMES:
        assert same([encoded(value) for value in result.values[name].values()], expected[name]), name


def test_declarations() -> None:
    found, expected = json.loads(json.dumps(declared())), frozen()["declared"]
    assert found == expected
    assert list(found["metrics"]) == list(expected["metrics"]), "the order of tables' columns"


def record() -> None:
    scores = {case: measured(*arguments) for case, arguments in cases().items()}
    lines = ",\n".join(
        f"{json.dumps(case)}: {json.dumps(found, separators=(',', ':'))}" for case, found in scores.items()
    )
    head = f'"libraries": {json.dumps(here())},\n"declared": {json.dumps(declared(), ensure_ascii=False)}'
    FILE.write_text(f'{{{head},\n"scores": {{\n{lines}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    record()
