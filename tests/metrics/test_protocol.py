"""Protocol files: what they say, what is refused, and where they come from."""

import dataclasses
import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import yaml

import svr3d.metrics.protocol as module
from svr3d.geometry import InputError
from svr3d.metrics import METRICS, get_metric, list_protocols, load_protocol
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
    names = ["cd_l1", "cd_l2", "f_01", "f_02", "normal", "emd", "emd_bound", "iou_32", "iou", "watertight", "ambiguous"]
    assert list(protocol.metrics[:11]) == names
    curve = protocol.metrics[11:]
    assert len(curve) == 16 and curve[0] == "f@0.0025" and curve[-1] == "f@0.1000" and list(curve) == sorted(curve)
    assert protocol.predicted_points == protocol.true_points == 100_000
    assert (protocol.emd_points, protocol.resolution) == (2048, 32)
    assert protocol.worst("cd_l1") == METRICS["cd_l1"].worst and protocol.worst("f@0.0025") == 0


def test_classvoxels():
    protocol = load_protocol("classvoxels")
    assert protocol.metrics == ("iou_32", "iou_32_intersection", "iou_32_union")
    assert protocol.pooled == ("iou_32_pooled",) and protocol.voxel_threshold == 0.4
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
        protocol.true_points = 10
    with pytest.raises(TypeError):
        protocol.thresholds["f_01"] = 0.5


@pytest.fixture
def write(tmp_path):
    """Writes a copy of a built-in protocol with changes; `...` removes a field."""

    def write(base="svr3d-v1", **changes):
        content = yaml.safe_load((BUILT_IN / f"{base}.yaml").read_text()) | {"name": "mine"} | changes
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump({key: value for key, value in content.items() if value is not ...}))
        return path

    return write


def test_from_a_path(write):
    path = write(true_points=5000, factors={"cd_l1": 10})
    protocol = load_protocol(path)
    assert protocol.true_points == 5000 and load_protocol(str(path)).name == "mine"
    assert protocol.factor("cd_l1") == 10 and protocol.factor("cd_l2") == 1
    assert protocol.worst("cd_l1") == 10 * METRICS["cd_l1"].worst


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(module.Protocol)])
def test_missing_field(write, field):
    path = write(**{field: ...})
    with pytest.raises(InputError, match=f"{re.escape(str(path))}: field '{field}' is missing"):
        load_protocol(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("version", "1"),
        ("version", True),
        ("extent", "volume"),
        ("size", 0),
        ("size", "1"),
        ("alignment", "scale"),
        ("alignment", "box"),  # with a volumetric IoU
        ("norm", "manhattan"),
        ("norm", None),
        ("metrics", ["cd_l3"]),
        ("metrics", "cd_l1"),
        ("metrics", ["cd_l1", "cd_l1"]),
        ("metrics", ["iou_32_pooled"]),
        ("factors", {"cd_l1": -1}),
        ("factors", {"cd_l9": 1}),
        ("factors", [1]),
        ("predicted_from", "edges"),
        ("predicted_from", None),
        ("true_from", None),
        ("true_points", 0),
        ("predicted_points", 1.5),
        ("predicted_points", None),
        ("thresholds", {"f_01": "1 %"}),
        ("thresholds", {"f_01": 0.01, "f_02": 0.02, "f_05": 0.05}),
        ("curve", [0.02, 0.01]),
        ("curve", [0.01, 0.01001]),
        ("curve", 0.01),
        ("emd_points", None),
        ("emd_points", 200_000),
        ("emd_tolerance", "1e-4"),  # YAML reads 1e-4, without a point, as text
        ("emd_tolerance", float("nan")),
        ("resolution", 32.0),
        ("voxel_threshold", 1.5),
        ("voxel_threshold", "otsu"),
        ("voxel_threshold", None),
        ("grid_curve", [0.5, 0.4]),
        ("grid_curve", [0.12, 0.123]),
        ("grid_curve", "0.5"),
        ("volume_points", None),
        ("aggregation", "median"),
        ("pooled", ["iou_32_pooled"]),  # without the counts that it is made of
        ("pooled", ["cd_l1"]),
        ("pooled", ["iou_32_best"]),  # without the curve that it is the best of
        ("failure", "skip"),
    ],
)
def test_bad_field(write, field, value):
    path = write(**{field: value})
    with pytest.raises(InputError, match=f"{re.escape(str(path))}: field '{field}' must be"):
        load_protocol(path)


@pytest.mark.parametrize("change", [{"thresholds": {"f_01": 0.01}}, {"resolution": None}, {"resolution": 64}])
def test_metrics_need_their_definition(write, change):
    path = write(**change)
    with pytest.raises(InputError, match=r"field 'metrics' must be metrics that the other fields define"):
        load_protocol(path)


def test_the_curve_is_of_the_longest_side(write):
    path = write(size=2)
    with pytest.raises(InputError, match="field 'curve' must be empty unless the longest side is 1"):
        load_protocol(path)


def test_unknown_field(write):
    path = write(emd_pionts=10)
    with pytest.raises(InputError, match=f"{re.escape(str(path))}: unknown field 'emd_pionts'"):
        load_protocol(path)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "name: [", "just text"])
def test_bad_file(tmp_path, text):
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(str(path))):
        load_protocol(path)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_protocol(tmp_path / "none.yaml")
    with pytest.raises(InputError, match=r"unknown protocol 'svr3d'; known: atlasnet, .*svr3d-v1"):
        load_protocol("svr3d")


@pytest.fixture
def offer(monkeypatch):
    """Offers an object as an installed package's entry point."""

    def offer(name, found):
        class Entry(EntryPoint):
            def load(self):
                return found

        entry = Entry(name=name, value="package:thing", group=module.GROUP)
        monkeypatch.setattr(module, "entry_points", lambda group: [entry] if group == module.GROUP else [])

    return offer


def test_entry_points(write, offer):
    path = write()
    for found in (path, str(path), lambda: path, lambda: load_protocol(path)):
        offer("mine", found)
        assert "mine" in list_protocols() and "svr3d-v1" in list_protocols()
        assert load_protocol("mine").name == "mine"


def test_bad_entry_points(write, offer):
    offer("mine", 42)
    with pytest.raises(InputError, match="found int"):
        load_protocol("mine")
    offer("yours", write())
    with pytest.raises(InputError, match="'yours' calls itself 'mine'"):
        load_protocol("yours")
    offer("svr3d-v1", write())
    with pytest.raises(InputError, match="two protocols are called 'svr3d-v1'"):
        list_protocols()


def test_entry_point_that_does_not_load(monkeypatch):
    entry = EntryPoint(name="broken", value="no_such_package:thing", group=module.GROUP)
    monkeypatch.setattr(module, "entry_points", lambda group: [entry])
    with pytest.raises(InputError, match=r"'broken' \(no_such_package:thing\) cannot be loaded"):
        load_protocol("broken")
