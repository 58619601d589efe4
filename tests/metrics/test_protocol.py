"""Protocol files: what they say, what is refused, and where they come from."""

import dataclasses
import re
from pathlib import Path

import pytest
import yaml

import svr3d.metrics.protocol as module
from svr3d.geometry import InputError
from svr3d.metrics import METRICS, ComparedPoints, Frame, Points, get_metric, list_protocols, load_protocol
from svr3d.metrics.protocol_page import protocol_page

BUILT_IN = Path(module.__file__).parent / "protocols"


@pytest.mark.parametrize("path", sorted(BUILT_IN.glob("*.yaml")), ids=lambda path: path.stem)
def test_built_in(path):
    protocol = load_protocol(path.stem)
    assert protocol.name == path.stem in list_protocols()
    for name in (*protocol.metrics, *protocol.pooled):
        assert get_metric(name).name == name
    assert protocol.targets <= {"surface", "occupancy", "voxels", "mesh", "parts", "part_voxels"} and protocol.targets


def test_svr3d_v1():
    protocol = load_protocol("svr3d-v1")
    names = ["cd_l1", "cd_l2", "f_01", "f_02", "normal", "emd", "emd_bound", "iou_32", "iou"]
    assert list(protocol.metrics[:12]) == [*names, "watertight", "inside_out", "ambiguous"]
    curve = protocol.metrics[12:]
    assert len(curve) == 16 and curve[0] == "f@0.0025" and curve[-1] == "f@0.1000" and list(curve) == sorted(curve)
    surface = Points("surface", 100_000)
    assert protocol.setting.frame == Frame("side", 1) and protocol.setting.points == ComparedPoints(surface, surface)
    assert protocol.measure("emd").points == 2048 and protocol.measure("f_01").threshold == 0.01
    assert protocol.measure("f@0.0025") is protocol.measure("f@0.1000")
    assert protocol.worst("cd_l1") == METRICS["cd_l1"].worst and protocol.worst("f@0.0025") == 0


def test_classvoxels():
    protocol = load_protocol("classvoxels")
    assert protocol.metrics == ("iou_32", "iou_32_intersection", "iou_32_union")
    assert protocol.pooled == ("iou_32_pooled",) and protocol.setting.voxel_threshold == 0.4
    assert protocol.targets == {"voxels"}


def test_the_page_is_up_to_date():
    page = Path(module.__file__).parents[2] / "docs/protocols.md"
    assert page.read_text(encoding="utf-8") == protocol_page(), "run `make docs`"


def test_units():
    """What stands in the headings of tables."""
    p2m, meshrcnn = load_protocol("pixel2mesh"), load_protocol("meshrcnn")
    assert p2m.unit("cd_l2") == "diagonal²/0.57² × 1000" and p2m.unit("emd") == "diagonal/0.57 × 100"
    assert p2m.unit("f_tau") == "%" and meshrcnn.unit("normal") == ""
    assert meshrcnn.unit("cd_l2") == "side²/10²" and load_protocol("atlasnet").unit("hausdorff") == "radius"
    assert load_protocol("classvoxels").unit("iou_32_union") == "count"


def test_targets():
    """What a data set must have; extents other than the side are taken from its surface points."""
    expected = {
        "svr3d-v1": {"surface", "occupancy", "voxels"},
        "svr3d-structure-v1": {"mesh", "parts", "part_voxels"},
        "pixel2mesh": {"surface"},
        "disn": {"surface", "mesh"},
        "immat": {"surface", "mesh", "voxels"},
        "partvoxels": {"part_voxels", "voxels"},
    }
    for name, targets in expected.items():
        assert load_protocol(name).targets == targets, name


def test_frozen():
    protocol = load_protocol("svr3d-v1")
    with pytest.raises(dataclasses.FrozenInstanceError):
        protocol.version = 10
    with pytest.raises(dataclasses.FrozenInstanceError):
        protocol.measure("f_01").threshold = 0.5


@pytest.fixture
def write(tmp_path):
    """Writes a copy of a built-in protocol with changes: `points.truth` names a field in a field; `...` removes one."""

    def write(base="svr3d-v1", **changes):
        content = yaml.safe_load((BUILT_IN / f"{base}.yaml").read_text()) | {"name": "mine"}
        for path, value in changes.items():
            *folders, field = path.split(".")
            place = content
            for folder in folders:
                place = place[folder]
            if value is ...:
                del place[field]
            else:
                place[field] = value
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        return path

    return write


def refused(path, message):
    with pytest.raises(InputError, match=f"^protocol {re.escape(str(path))}: {message}") as error:
        load_protocol(path)
    assert "\n" not in str(error.value)


def test_from_a_path(write):
    path = write(**{"points.truth.count": 5000, "metrics.cd_l1": {"factor": 10}})
    protocol = load_protocol(path)
    assert protocol.setting.points.truth.count == 5000 and load_protocol(str(path)).name == "mine"
    assert protocol.factor("cd_l1") == 10 and protocol.factor("cd_l2") == 1
    assert protocol.worst("cd_l1") == 10 * METRICS["cd_l1"].worst


def test_what_does_not_apply_is_left_out(write):
    """A metric without parameters may have an empty entry or none."""
    path = write("classvoxels", voxel_threshold=..., pooled=..., metrics={"iou_32": None})
    protocol = load_protocol(path)
    assert protocol.metrics == ("iou_32",) and protocol.setting.points is None and protocol.pooled == ()
    assert protocol.setting.voxel_threshold == "own" and protocol.setting.voxel_rule == "cover"


def test_voxel_rules(write):
    """Those of whoever voxelises nothing, or so that thin parts stay, cover; IMMAT says nothing of it."""
    rules = {name: load_protocol(name).setting.voxel_rule for name in list_protocols()}
    assert {name for name, rule in rules.items() if rule == "centers"} == {"immat"}
    assert load_protocol("immat").wishes == load_protocol("svr3d-v1").wishes == frozenset()  # it needs the mesh
    assert load_protocol(write("classvoxels", voxel_rule="centers")).wishes == {"mesh"}
    assert load_protocol(write("partvoxels", voxel_rule="centers")).wishes == {"mesh", "parts"}


@pytest.mark.parametrize(
    "field",
    ["name", "version", "title", "reference", "note", "frame", "alignment", "metrics", "aggregation", "failure"],
)
def test_missing_field(write, field):
    refused(write(**{field: ...}), f"field '{field}' is missing")


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("name", "", "field 'name' must be text, found ''"),
        ("version", "1", "field 'version' must be a positive integer, found '1'"),
        ("version", True, "field 'version' must be a positive integer, found True"),
        ("frame", 1, "field 'frame': expected fields with values, found 1"),
        ("frame.extent", "volume", "field 'frame': field 'extent' must be side or diagonal or radius, found 'volume'"),
        ("frame.extent", ..., "field 'frame': field 'extent' is missing"),
        ("frame.size", 0, "field 'frame': field 'size' must be a positive number, found 0"),
        ("frame.size", "1", "field 'frame': field 'size' must be a positive number, found '1'"),
        ("frame.sise", 1, "field 'frame': unknown field 'sise'; did you mean 'size'"),
        ("frame.size", 2, "metric 'f@': has its thresholds in its names, expected field 'frame' to make the longest"),
        ("alignment", "scale", "field 'alignment' must be none or box or points, found 'scale'"),
        ("alignment", "box", "metric 'iou': is measured where the shapes are, expected field 'alignment' none"),
        ("norm", "euclidean", "unknown field 'norm'"),
        ("emd_points", 2048, "unknown field 'emd_points'"),
        ("points", ..., "metric 'cd_l1': compares points, but the field 'points' is missing"),
        ("points", 5, "field 'points' must be fields with values or null, found 5"),
        ("points.truth", ..., "field 'points': field 'truth' is missing"),
        ("points.truth.source", "edges", "field 'points': field 'truth': field 'source' must be surface or vertices"),
        ("points.truth.count", 0, "field 'points': field 'truth': field 'count' must be a positive integer or null"),
        ("points.predicted.count", 1.5, "field 'points': field 'predicted': field 'count' must be a positive integer"),
        ("points.predicted.count", ..., "field 'points': field 'predicted' must have a count"),
        ("voxel_threshold", 1.5, r"field 'voxel_threshold' must be own or a number in \(0, 1\), found 1.5"),
        ("voxel_rule", "surface", "field 'voxel_rule' must be cover or centers, found 'surface'"),
        ("voxel_rule", None, "field 'voxel_rule' must be cover or centers, found None"),
        ("voxel_threshold", "otsu", "field 'voxel_threshold' must be own or a number"),
        ("metrics", ["cd_l1"], r"field 'metrics' must be fields with values, found \['cd_l1'\]"),
        ("metrics", {}, "field 'metrics' must name at least one metric"),
        ("metrics.cd_l3", {}, "field 'metrics': unknown metric 'cd_l3'; did you mean 'cd_l"),
        (
            "metrics.iou_32_pooled",
            {},
            "metric 'iou_32_pooled' is made of a whole set: it belongs in the field 'pooled'",
        ),
        ("metrics.cd_l1", 3, "metric 'cd_l1': expected fields with values, found 3"),
        ("metrics.cd_l1.points", 3, r"metric 'cd_l1': unknown field 'points' \(known: factor\)"),
        ("metrics.cd_l1.factor", -1, "metric 'cd_l1': field 'factor' must be a positive number, found -1"),
        ("metrics.f_01.threshold", "1 %", "metric 'f_01': field 'threshold' must be a positive number, found '1 %'"),
        ("metrics.f_01.threshold", ..., "metric 'f_01': field 'threshold' is missing"),
        ("metrics.emd.points", ..., "metric 'emd': field 'points' is missing"),
        ("metrics.emd.points", 200_000, "metric 'emd': field 'points' must be at most the 100000 compared"),
        ("metrics.emd.pionts", 10, "metric 'emd': unknown field 'pionts'; did you mean 'points'"),
        # YAML reads 1e-4, without a point, as text
        ("metrics.emd.tolerance", "1e-4", "metric 'emd': field 'tolerance' must be a positive number, found '1e-4'"),
        ("metrics.emd.tolerance", float("nan"), "metric 'emd': field 'tolerance' must be a positive number, found nan"),
        ("metrics.iou.points", 1e5, "metric 'iou': field 'points' must be a positive integer, found 100000.0"),
        ("metrics.part_iou", {"resolution": 32.0}, "metric 'part_iou': field 'resolution' must be a positive integer"),
        ("metrics.f@.thresholds", [0.02, 0.01], "metric 'f@': field 'thresholds' must be rising numbers above 0"),
        ("metrics.f@.thresholds", [0.01, 0.01001], "metric 'f@': field 'thresholds' must be rising"),
        ("metrics.f@.thresholds", [], "metric 'f@': field 'thresholds' must be rising"),
        ("metrics.f@.thresholds", 0.01, "metric 'f@': field 'thresholds' must be a list, each of it a positive number"),
        ("metrics.f@.factor", 100, "metric 'f@': field 'factor' must be left out"),
        ("metrics.iou_32@", {"thresholds": [0.5, 0.4]}, "metric 'iou_32@': field 'thresholds' must be rising"),
        ("metrics.iou_32@", {"thresholds": [0.12, 0.123]}, "metric 'iou_32@': field 'thresholds' must be rising"),
        (
            "metrics.iou_32@",
            {"thresholds": [1.5]},
            "metric 'iou_32@': field 'thresholds' must be rising numbers above 0 up",
        ),
        ("metrics.iou_33@", {"thresholds": [0.5]}, "field 'metrics': unknown metric 'iou_33@'"),
        ("aggregation", "median", "field 'aggregation' must be mean, found 'median'"),
        (
            "pooled",
            ["iou_32_pooled"],
            "field 'pooled': 'iou_32_pooled' is made of iou_32_intersection and iou_32_union",
        ),
        ("pooled", ["cd_l1"], "field 'pooled': 'cd_l1' is measured of each sample"),
        ("pooled", ["iou_32_best"], "field 'pooled': 'iou_32_best' is the best of the curve 'iou_32@'"),
        ("pooled", ["best"], "field 'pooled': unknown metric 'best'"),
        ("pooled", ["iou_32_pooled"] * 2, "field 'pooled' must name each metric once"),
        ("failure", "skip", "field 'failure' must be worst, found 'skip'"),
    ],
)
def test_bad_field(write, place, value, message):
    refused(write(**{place: value}), message)


def test_points_that_nothing_compares(write):
    path = write("classvoxels", points={side: {"source": "surface", "count": 9} for side in ("predicted", "truth")})
    refused(path, "field 'points' must be left out: none of its metrics compares points")


def test_given_twice(tmp_path):
    path = tmp_path / "mine.yaml"
    text = (BUILT_IN / "smnet.yaml").read_text()
    path.write_text(text.replace("  cd_l2: {}", "  cd_l2: {}\n  cd_l2: {factor: 2}"))
    refused(path, "'cd_l2' is given twice")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "name: [", "just text"])
def test_bad_file(tmp_path, text):
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(str(path))):
        load_protocol(path)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"protocol .*none\.yaml: no such file"):
        load_protocol(tmp_path / "none.yaml")
    with pytest.raises(
        InputError, match=r"unknown protocol 'svr3d'; did you mean .*known: atlasnet, .*path of a .yaml"
    ):
        load_protocol("svr3d")


def test_entry_points(write, outside):
    path = write()
    code = f"from svr3d.metrics import load_protocol\npath = {str(path)!r}\ndef file(): return path\n"
    code += "def loaded(): return load_protocol(path)\n"
    for i, found in enumerate(("path", "file", "loaded")):
        outside({"svr3d.protocols": {"mine": f"extra{i}:{found}"}}, distribution=f"extra{i}", **{f"extra{i}": code})
        assert "mine" in list_protocols() and "svr3d-v1" in list_protocols()
        assert load_protocol("mine").name == "mine"
        outside.remove(f"extra{i}")


def test_bad_entry_points(write, outside):
    code = f"path = {str(write())!r}\nnumber = 42\n"
    names = {"number": "mine", "path": "yours", "nothing": "broken"}
    points = {name: f"bad_protocols:{found}" for found, name in names.items()} | {"svr3d-v1": "bad_protocols:path"}
    outside({"svr3d.protocols": points}, bad_protocols=code)
    for name, message in {
        "mine": "protocol 'mine' of distribution 'extra': expected the path of a YAML file or a Protocol, found int",
        "yours": "protocol 'yours' of distribution 'extra' calls itself 'mine'",
        "broken": "protocol 'broken' of distribution 'extra' cannot be imported",
        "svr3d-v1": "the protocol name 'svr3d-v1' is declared by 'extra' and 'svr3d'",
    }.items():
        with pytest.raises(InputError, match=message):
            load_protocol(name)
    assert load_protocol("smnet").name == "smnet"
