"""Scores under protocols: closed forms, failures, what is stored and what is derived."""

import math
from dataclasses import replace

import numpy as np
import pytest
from varied import varied

from svr3d.geometry import InputError, Mesh, PointCloud, VoxelGrid, contains, sample_surface, voxelize
from svr3d.geometry.representations import representation
from svr3d.metrics import GroundTruth, emd, evaluate, get_metric, load_protocol, neighbors, score

V1 = varied(
    "svr3d-v1",
    name="small",
    count=4000,
    emd={"points": 200},
    emd_bound={"points": 200},
    iou={"points": 4000},
    ambiguous={"points": 4000},
)
"""The default protocol, with fewer points so that the tests are quick."""

VOXELS = load_protocol("classvoxels")


def test_concentric_spheres(sphere):
    """The full protocol against what geometry says."""
    values = evaluate(sphere(0.4), sphere(0.5))
    assert values["cd_l1"] == pytest.approx(0.1, rel=2e-3)
    assert values["cd_l2"] == pytest.approx(2 * 0.1**2, rel=4e-3)
    assert values["f_01"] == values["f_02"] == values["f@0.0800"] == 0
    assert 0.4 < values["f@0.1000"] < 1  # half of the points are a little further than the gap
    assert values["normal"] == pytest.approx(1, abs=2e-3)
    assert 0.1 < values["emd_bound"] <= values["emd"] < 0.115
    assert values["iou"] == pytest.approx(0.8**3, abs=0.012)
    assert values["iou_32"] == pytest.approx(0.8**3, abs=0.02)
    assert tuple(values) == load_protocol("svr3d-v1").metrics


def test_boxes(box):
    values = evaluate(box((0.5, 0.5, 0.5), (0.25, 0, 0)), box((0.5, 0.5, 0.5)), VOXELS, frame="given")
    assert values == {"iou_32": pytest.approx(1 / 3), "iou_32_intersection": 8 * 256, "iou_32_union": 24 * 256}


def test_the_truth_itself_scores_the_sampling_floor(box):
    """Not 0: both sides are drawn independently, also where both are the same mesh."""
    values = evaluate(box(), box(), V1)
    assert 0.001 < values["cd_l1"] < 0.03
    assert values["iou_32"] == values["iou"] == values["f@0.1000"] == 1


def test_seeded(box, sphere):
    first, again, other = (score(box(), sphere(), V1, seed=seed).values["small"] for seed in (0, 0, 1))
    assert first == again
    assert first["cd_l1"] != other["cd_l1"] and first["cd_l1"] == pytest.approx(other["cd_l1"], rel=0.05)


def test_protocols_share_one_pass(box, sphere, monkeypatch):
    counts = {}
    for module, name in ((neighbors, "nearest_neighbors"), (emd, "earth_movers_distance")):
        original = getattr(module, name)

        def counted(*args, name=name, original=original, **options):
            counts[name] = counts.get(name, 0) + 1
            return original(*args, **options)

        monkeypatch.setattr(module, name, counted)
    other = varied(V1, name="other", cd_l1={"factor": 10}, f_01={"threshold": 0.02}, f_02={"threshold": 0.04})
    together = score(box(), sphere(), [V1, other, VOXELS])
    assert counts == {"nearest_neighbors": 1, "earth_movers_distance": 1}
    assert set(together.values) == {"small", "other", "classvoxels"}
    a, b = together.values["small"], together.values["other"]
    assert b["cd_l1"] == 10 * a["cd_l1"] and b["f_01"] == a["f_02"]
    for protocol in (V1, other, VOXELS):  # nor does company change a number
        assert evaluate(box(), sphere(), protocol) == together.values[protocol.name]
    assert set(together.seconds) == {"truth", "conversion", "neighbours", "surface", "emd", "iou", "structure"}
    assert all(seconds >= 0 for seconds in together.seconds.values())


def nonsense():
    """Predictions of which each is broken in its own way, with a word of the reason."""
    triangle, nan = [[0, 0, 0], [1, 0, 0], [0, 1, 0]], math.nan
    return {
        "nothing": (None, "no prediction"),
        "no shape": ({"vertices": []}, "dict"),
        "empty mesh": (Mesh([], []), "empty"),
        "no faces": (Mesh(triangle, []), "empty"),
        "not finite": (Mesh([[0, 0, nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), "not finite"),
        "infinite": (Mesh([[0, 0, math.inf], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), "not finite"),
        "no area": (Mesh([[0, 0, 0]] * 3, [[0, 1, 2]]), "without area"),
        "diverged": (Mesh(np.array(triangle) * 1e200, [[0, 1, 2]]), "finite"),
        "empty grid": (VoxelGrid(np.zeros((8, 8, 8))), "empty"),
        "grid with NaN": (VoxelGrid(np.full((8, 8, 8), nan)), "not finite"),
        "empty cloud": (PointCloud([]), "empty"),
        "cloud with NaN": (PointCloud([[nan, 0, 0]]), "not finite"),
        "cloud far away": (PointCloud([[1e200, 0, 0]]), "overflows"),
    }


def test_frames_share_points_and_neighbours(box, monkeypatch):
    """Protocols that differ in frame, norm, factor or threshold alone cost one sampling and one search."""
    calls = []

    def count(place, name):
        original = getattr(place, name)
        monkeypatch.setattr(place, name, lambda *args, **options: (calls.append(name), original(*args, **options))[1])

    count(neighbors, "nearest_neighbors")
    count(emd, "earth_movers_distance")
    count(representation, "sample_surface")  # the prediction's
    alike = ["meshrcnn", "pixel2mesh", "what3d"]
    score(box((0.9, 0.5, 0.5)), box(), alike)
    assert sorted(calls) == ["earth_movers_distance", "nearest_neighbors", "sample_surface"]
    calls.clear()
    score(box((0.9, 0.5, 0.5)), box(), [*alike, "smnet", "atlasnet"])  # aligned; and with fewer points
    assert sorted(calls) == ["earth_movers_distance", *["nearest_neighbors"] * 3, *["sample_surface"] * 2]


@pytest.mark.parametrize("name", nonsense())
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_failed_predictions_get_the_worst(name, box):
    prediction, word = nonsense()[name]
    result = score(prediction, box((0.5, 0.5, 0.5)), V1)
    assert result.status == "failed" and word in result.reason and result.failures == {"small": result.reason}
    assert result.values["small"] == {metric: get_metric(metric).worst for metric in V1.metrics}


def test_failed_prediction_still_counts_the_truth(box):
    """Pooled IoU divides by all unions: a failure must add the truth's voxels there, or failing would pay."""
    result = score(None, box((0.5, 0.5, 0.5)), VOXELS)
    assert result.values["classvoxels"] == {"iou_32": 0, "iou_32_intersection": 0, "iou_32_union": 16**3}


def test_worst_has_the_protocols_factor(box):
    protocol = varied(V1, cd_l1={"factor": 10}, cd_l2={"factor": 1000})
    values = score(None, box(), protocol).values["small"]
    assert values["cd_l1"] == 10 * math.sqrt(3) and values["cd_l2"] == pytest.approx(6000)


def test_nothing_is_worse_than_failing(box):
    """A mesh that flew off to 100 is finite and scored, but not below what a missing one gets."""
    result = score(box(center=(100, 0, 0)), box(), V1)
    assert result.status == "ok"
    worst = {metric: get_metric(metric).worst for metric in V1.metrics}
    for name in ("normal", "watertight", "inside_out", "ambiguous"):  # which have nothing to do with the place
        worst.pop(name)
    assert worst.items() <= result.values["small"].items()


def test_a_converter_that_breaks_is_a_failure(box, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("no ray hits it")

    monkeypatch.setattr("svr3d.geometry.to_surface", broken)
    result = score(box(), box(), [V1, VOXELS])
    assert result.status == "failed" and "RuntimeError: no ray hits it" in result.reason
    assert list(result.failures) == ["small"]
    assert result.values["classvoxels"]["iou_32"] == 1


def test_faint_voxels_fail_only_where_they_are_below_the_threshold(box):
    occupancy = voxelize(box((0.5, 0.5, 0.5))).occupancy
    result = score(VoxelGrid(0.45 * occupancy), box((0.5, 0.5, 0.5)), [V1, VOXELS])
    assert result.values["classvoxels"]["iou_32"] == 1
    assert list(result.failures) == ["small"] and result.values["small"]["iou_32"] == 0


def test_grid_prediction(box):
    truth = box((0.5, 0.5, 0.5))
    values = evaluate(voxelize(truth), truth, V1, frame="given")
    assert values["iou_32"] == 1 and values["iou"] > 0.9 and values["cd_l1"] < 0.03
    finer = evaluate(voxelize(truth, 64), truth, VOXELS, frame="given")
    assert finer["iou_32"] == 1


def test_point_cloud_prediction(box):
    """It has no inside; its distances are as good as any."""
    surface = sample_surface(box(), 3000, seed=5)
    result = score(PointCloud(surface.points), box(), [V1, VOXELS])
    values = result.values["small"]
    assert result.status == "ok"
    assert values["cd_l1"] < 0.03 and values["f@0.1000"] == 1
    assert values["normal"] == values["iou"] == values["iou_32"] == 0
    assert result.values["classvoxels"]["iou_32_union"] == 32**3
    assert evaluate(surface, box(), V1)["normal"] > 0.9


def stored(box, count=5000):
    mesh = box((0.5, 0.5, 0.5))
    points = np.random.default_rng(0).random((6000, 3)) - 0.5
    return GroundTruth(sample_surface(mesh, count, seed=9), points, contains(mesh, points), voxelize(mesh))


def test_stored_truth_equals_derived_truth(box):
    """What a data set stores and what is derived from the mesh agree, up to sampling."""
    a = evaluate(box((0.4, 0.5, 0.5)), stored(box), V1)
    b = evaluate(box((0.4, 0.5, 0.5)), box((0.5, 0.5, 0.5)), V1, frame="given")
    for name in V1.metrics:
        assert a[name] == pytest.approx(b[name], abs=0.03), name


def test_what_is_stored_is_used(box, sphere):
    """A mesh does not replace points and voxels that are there."""
    truth = replace(stored(box), mesh=sphere())
    assert evaluate(box((0.5, 0.5, 0.5)), truth, V1) == evaluate(box((0.5, 0.5, 0.5)), stored(box), V1)
    truth = replace(truth, voxels=voxelize(box((0.5, 0.5, 0.5)), 16))  # of another resolution: derived
    assert evaluate(sphere(), truth, VOXELS)["iou_32"] == 1


def test_few_true_points_are_said(box):
    truth = stored(box, 1000)
    with pytest.warns(UserWarning, match="1000 surface points of the 4000"):
        result = score(box(), truth, V1)
    assert result.truth_points == {"small": 1000}
    mesh = replace(truth, mesh=box((0.5, 0.5, 0.5)))
    assert score(box(), mesh, V1).truth_points == {}
    with (
        pytest.raises(InputError, match="EMD matches 200 points, but the ground truth's surface has 100"),
        pytest.warns(),
    ):
        score(box(), stored(box, 100), V1)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"surface": PointCloud([])}, "`surface` is empty"),
        ({"surface": PointCloud([[0, 0, np.nan]])}, "`surface` is not finite"),
        ({"surface": [[0, 0, 0]]}, "`surface` to be a PointCloud, found list"),
        ({"mesh": Mesh([], [])}, "`mesh` is empty"),
        ({"voxels": VoxelGrid(np.zeros((4, 4, 4)))}, "`voxels` is empty"),
        ({"points": np.zeros((4, 3))}, "come together"),
        ({"inside": np.ones(4, bool)}, "come together"),
        ({"points": np.zeros((4, 3)), "inside": np.ones(5, bool)}, "Bool"),
        ({"points": np.zeros((4, 3)), "inside": np.ones(4)}, "float64"),
        ({"points": np.zeros((4, 2)), "inside": np.ones(4, bool)}, "Float"),
        ({"points": np.full((4, 3), np.nan), "inside": np.ones(4, bool)}, "finite"),
        ({"points": np.zeros((4, 3)), "inside": np.zeros(4, bool)}, "inside the shape"),
    ],
)
def test_bad_truth(part, message):
    with pytest.raises(InputError, match=message):
        GroundTruth(**part)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ({"surface": None}, "neither surface points nor a mesh"),
        ({"points": None, "inside": None}, "neither points in space nor a mesh"),
        ({"voxels": None}, "neither voxels nor a mesh"),
        ({"voxels": VoxelGrid(np.ones((16, 16, 16)))}, "resolution 16, expected 32"),
        ({"voxels": VoxelGrid(np.full((32, 32, 32), 0.6), threshold=0.7)}, "`voxels` is empty"),
        ({"surface": PointCloud(np.random.default_rng(0).random((5000, 3)))}, "no normals"),
    ],
)
@pytest.mark.parametrize("prediction", ["good", None])
def test_insufficient_truth(missing, message, prediction, box):
    """The data set is at fault, whatever the prediction."""
    with pytest.raises(InputError, match=message):
        score(box() if prediction else None, replace(stored(box), **missing), V1)


def test_an_open_truth_without_inside(box):
    mesh = box()
    sheet = Mesh(mesh.vertices, mesh.faces[:2])
    with pytest.raises(InputError, match="does it bound a solid"):
        score(mesh, sheet, varied(V1, only=["iou"]))


def test_protocols_by_name(box):
    result = score(box(), box(), "classvoxels")
    assert result.status == "ok" and result.reason == "" and list(result.values) == ["classvoxels"]
    with pytest.raises(InputError, match="unknown protocol"):
        score(box(), box(), ["classvoxels", "best"])
    with pytest.raises(InputError, match="each once"):
        score(box(), box(), ["classvoxels", VOXELS])
