"""Each protocol on an example small enough to work out by hand, in the conventions of whom it follows.

Sizes are cut down to the example's few points; frame, source of points, norm, factors and thresholds are the file's.
"""

import numpy as np
import pytest
from varied import varied

from svr3d.geometry import Mesh, PointCloud, VoxelGrid
from svr3d.metrics import GroundTruth, score

EXACT = {"rel": 1e-6, "abs": 1e-9}
UP = [0.0, 0.0, 1.0]


def measured(name, prediction, truth, *, only=None, **parameters):
    """The values of one protocol, with as many points on either side as the truth's surface has."""
    count = len(truth.surface) if truth.surface is not None else None
    # the examples are to be met more closely than the files ask
    matched = {"points": count, "tolerance": 1e-9}
    protocol = varied(name, count=count, only=only, **{"emd": matched, "emd_bound": matched} | parameters)
    result = score(prediction, truth, protocol)
    assert result.status == "ok", result.reason
    return result.values[name]


def cloud(points, normals=None):
    points = np.asarray(points, dtype=float)
    return PointCloud(points, np.tile(UP, (len(points), 1)) if normals is None else np.asarray(normals, dtype=float))


def triangle(*vertices):
    return Mesh(np.asarray(vertices, dtype=float), [[0, 1, 2]])


def block(resolution, start, stop, value=1.0):
    values = np.zeros((resolution,) * 3, np.float32)
    values[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))] = value
    return values


def test_svr3d_v1():
    """Two true points, one of which is met and one missed by 0.015."""
    truth = GroundTruth(cloud([[-0.5, 0, 0], [0.5, 0, 0]]))
    tilted = [UP, [0, np.sqrt(0.75), 0.5]]
    names = ("cd_l1", "cd_l2", "f_01", "f_02", "normal", "emd", "emd_bound")
    values = measured("svr3d-v1", cloud([[-0.5, 0, 0], [0.5, 0.015, 0]], tilted), truth, only=names)
    assert values == pytest.approx(
        {
            "cd_l1": (0 + 0.015) / 2,
            "cd_l2": 2 * (0 + 0.015**2) / 2,
            "f_01": 0.5,
            "f_02": 1,
            "normal": (1 + 0.5) / 2,
            "emd": (0 + 0.015) / 2,
            "emd_bound": (0 + 0.015) / 2,
        },
        **EXACT,
    )


def test_svr3d_v1_volume():
    """Of four points inside the truth the prediction holds two, and one besides: IoU 2/5."""
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) * 0.5
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    box = Mesh(corners, [face for a, b, c, d in quads for face in ([a, b, c], [a, c, d])])
    points = [[0.1, 0.1, 0.1], [0.2, 0.2, 0.2], [-0.1, 0.1, 0.1], [-0.2, 0.1, 0.1], [0.3, 0.3, 0.3], [-0.4, 0, 0]]
    truth = GroundTruth(points=np.array(points), inside=np.array([True, True, True, True, False, False]))
    for name in ("svr3d-v1", "occnet"):
        assert measured(name, box, truth, only=["iou"], iou={"points": 6})["iou"] == pytest.approx(2 / 5, **EXACT)


def test_pixel2mesh():
    """The diagonal is 1 and becomes 0.57. In that frame the points are missed by 0.009 < √1e-4 and by 0.012 < √2e-4."""
    truth = GroundTruth(cloud([[-0.5, 0, 0], [0.5, 0, 0]]))
    values = measured("pixel2mesh", cloud([[-0.5, 0.009 / 0.57, 0], [0.5, 0.012 / 0.57, 0]]), truth)
    squared = (0.009**2 + 0.012**2) / 2
    assert values == pytest.approx(
        {"cd_l2": 2 * squared * 1000, "f_tau": 50, "f_2tau": 100, "emd": 1.05, "emd_bound": 1.05}, **EXACT
    )


def test_pixel2mesh_release():
    """Three vertices against four stored points; the triangle's area does not matter."""
    truth = GroundTruth(cloud([[0, 0, 0], [0.6, 0, 0], [0, 0.8, 0], [0.6, 0.8, 0]]))  # diagonal 1
    prediction = triangle([0, 0, 0], [0.6, 0, 0], [0, 0.8, 0.1 / 0.57])
    values = measured("pixel2mesh-release", prediction, truth)
    to_truth = (0 + 0 + 0.1**2) / 3
    to_prediction = (0 + 0 + 0.1**2 + min(0.8**2, 0.6**2 + (0.1 / 0.57) ** 2) * 0.57**2) / 4
    assert values == pytest.approx(
        {
            "cd_l2": 1000 * (to_truth + to_prediction),
            "f_tau": 100 * 2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4),
            "f_2tau": 100 * 2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4),
        },
        **EXACT,
    )


def test_meshrcnn():
    """Longest edge 10: an offset of 0.02 is 0.2, above the first threshold and below the others."""
    truth = GroundTruth(cloud([[-0.5, 0, 0], [0.5, 0, 0]]))
    values = measured("meshrcnn", cloud([[-0.5, 0.02, 0], [0.5, 0.02, 0]], [[0, 0, -1.0], [0, 0.6, 0.8]]), truth)
    assert values == pytest.approx({"cd_l2": 0.08, "normal": 0.9, "f_01": 0, "f_03": 100, "f_05": 100}, **EXACT)


def test_occnet():
    """Chamfer-L1 in tenths of the side; Chamfer-L2 half the sum of both directions."""
    truth = GroundTruth(cloud([[-0.5, 0, 0], [0.5, 0, 0]]))
    prediction = cloud([[-0.5, 0, 0], [0.5, 0.03, 0]], [UP, [0, 1, 0]])
    values = measured("occnet", prediction, truth, only=("cd_l1", "cd_l2", "normal"))
    assert values == pytest.approx({"cd_l1": 0.15, "cd_l2": 0.00045, "normal": 0.5}, **EXACT)


def test_what3d():
    """One of four true points is covered, by the only predicted place: precision 1, recall ¼, F 0.4."""
    truth = GroundTruth(cloud([[-0.5, 0, 0], [-0.2, 0, 0], [0.2, 0, 0], [0.5, 0, 0]]))
    values = measured("what3d", cloud([[-0.5, 0.009, 0]] * 4), truth)
    assert {name: values[name] for name in ("precision_01", "recall_01", "f_01", "f@0.0050")} == pytest.approx(
        {"precision_01": 1, "recall_01": 0.25, "f_01": 0.4, "f@0.0050": 0}, **EXACT
    )


def test_pix3d_points():
    """The prediction is twice as large and elsewhere, which its own box undoes; one inner point is off by 0.1."""
    true = np.array([[-0.5, 0, 0], [0.5, 0, 0], [0, 0.2, 0], [0, -0.2, 0], [0, 0.1, 0]])
    moved = true.copy()
    moved[4, 0] = 0.1
    values = measured(
        "pix3d", cloud(2 * moved + [3, -1, 7]), GroundTruth(cloud(true)), only=("cd_l1", "emd", "emd_bound")
    )
    # (0.1, 0.1, 0) has (0, 0.1, 0) at 0.1 for its nearest; and (0, 0.1, 0) has it or (0, 0.2, 0), both at 0.1
    assert values == pytest.approx({"cd_l1": 0.1 / 5 + 0.1 / 5, "emd": 0.1 / 5, "emd_bound": 0.1 / 5}, **EXACT)


def test_pix3d_grids():
    """The content counts, not its place; a layer that has 0.3 in the prediction is lost above that."""
    truth = GroundTruth(voxels=VoxelGrid(block(32, (0, 0, 0), (32, 32, 32))))
    values = block(32, (0, 0, 0), (32, 32, 32))
    values[16:] = 0.3
    curve = {"iou_32@": {"thresholds": (0.29, 0.3)}}
    found = measured("pix3d", VoxelGrid(values), truth, only=["iou_32@"], **curve)
    assert found == pytest.approx({"iou_32@0.29": 1, "iou_32@0.30": 0.5}, **EXACT)
    small = VoxelGrid(block(32, (3, 20, 5), (13, 30, 15)))
    assert measured("pix3d", small, truth, only=["iou_32@"], **curve) == {"iou_32@0.29": 1, "iou_32@0.30": 1}


def test_smnet():
    """Prediction and truth each in their own unit cube: size and place are undone, then 0.1 remains at one point."""
    true = np.array([[-0.5, 0, 0], [0.5, 0, 0], [0, 0.2, 0], [0, -0.2, 0], [0, 0, 0]])
    moved = true.copy()
    moved[4, 0] = 0.1
    values = measured("smnet", cloud(3 * moved - [1, 2, 3]), GroundTruth(cloud(true)))
    assert values == pytest.approx({"cd_l2": 2 * 0.1**2 / 5}, **EXACT)


def test_immat():
    """Points against the true mesh's vertices; the largest radius of the true surface, 0.5, becomes 1."""
    mesh = triangle([-0.5, 0, 0], [0.5, 0, 0], [0, 0.3, 0])
    truth = GroundTruth(cloud([[-0.5, 0, 0], [0.5, 0, 0]]), mesh=mesh, voxels=VoxelGrid(block(32, (0,) * 3, (9,) * 3)))
    prediction = cloud([[-0.5, 0.02, 0], [0.5, 0.03, 0]])
    values = measured("immat", prediction, truth, only=("cd_l2", "f_tau"))
    third = min(0.5**2 + 0.28**2, 0.5**2 + 0.27**2) * 4
    to_truth, to_prediction = (0.04**2 + 0.06**2) / 2, (0.04**2 + 0.06**2 + third) / 3
    precision, recall = 1 / 2, 1 / 3  # √2e-3 is 0.0447
    assert values == pytest.approx(
        {
            "cd_l2": 1000 * (to_truth + to_prediction),
            "f_tau": 100 * 2 * precision * recall / (precision + recall),
        },
        **EXACT,
    )


def test_partvoxels():
    """Label 1 overlaps by half, label 2 fully, label 3 is not in the truth; the object IoU counts every label."""
    labels, guess = np.zeros((2, 32, 32, 32), np.int64)
    labels[0:4], labels[8:12] = 1, 2
    guess[0:2], guess[8:12], guess[20:22] = 1, 2, 3
    truth = GroundTruth(voxels=VoxelGrid(labels > 0), part_voxels=VoxelGrid(labels > 0, labels=labels))
    values = measured("partvoxels", VoxelGrid(guess > 0, labels=guess), truth)
    # AP: at the only positive score, precision 6/8 at recall 6/8; the rest come last, at precision 8/32
    expected = {"part_iou": (0.5 + 1) / 2, "iou_32": 6 / 10, "ap": 0.75 * 0.75 + 0.25 * 0.25}
    assert values == pytest.approx(expected, **EXACT)


def test_classvoxels():
    """Above 0.4, not 0.5: sixteen layers of the prediction count, of which eight are the truth's."""
    truth = GroundTruth(voxels=VoxelGrid(block(32, (0, 0, 0), (8, 32, 32))))
    values = measured("classvoxels", VoxelGrid(block(32, (0, 0, 0), (16, 32, 32), 0.45)), truth)
    layer = 32 * 32
    expected = {"iou_32": 0.5, "iou_32_intersection": 8 * layer, "iou_32_union": 16 * layer}
    assert values == pytest.approx(expected, **EXACT)


def test_disn():
    """Vertices drawn at random, here all in one place; the radius is 1; EMD is 20.48 times the mean."""
    surface = cloud([[-1.0, 0, 0], [1.0, 0, 0]] * 1024)
    truth = GroundTruth(surface, mesh=triangle([0, 0, 0], [0, 0, 0], [0, 0, 0]))
    names = ("cd_l2", "f_tau", "precision_tau", "recall_tau", "emd", "emd_bound")
    near = measured("disn", triangle(*[[0, 0.024, 0]] * 3), truth, only=names)
    assert near == pytest.approx(
        {"cd_l2": 2000 * 0.024**2, "f_tau": 100, "precision_tau": 100, "recall_tau": 100}
        | dict.fromkeys(("emd", "emd_bound"), 20.48 * 0.024),
        **EXACT,
    )
    assert measured("disn", triangle(*[[0, 0.026, 0]] * 3), truth, only=names)["f_tau"] == 0


def test_atlasnet():
    """The largest distance from the centroid, 0.6, becomes 1; τ is √1e-3 = 0.0316."""
    truth = GroundTruth(cloud([[-0.6, 0, 0], [0.6, 0, 0], [0, 0, 0]]))
    values = measured("atlasnet", cloud([[-0.6, 0.018, 0], [0.6, 0.024, 0], [0, 0, 0]]), truth)
    squared = (0.03**2 + 0.04**2 + 0) / 3
    assert values == pytest.approx({"cd_l2": 2000 * squared, "f_tau": 2 / 3, "hausdorff": 0.04}, **EXACT)


def test_failures_are_worst_in_the_protocols_own_frame():
    """Occupancy Networks gives a failed mesh the largest distance √3 on both sides, so 10√3 and ½ · (3 + 3)."""
    truth = GroundTruth(cloud([[-0.5, 0, 0], [0.5, 0, 0]]))
    small = varied("occnet", only=("cd_l1", "cd_l2"), count=2)
    assert score(None, truth, small).values["occnet"] == pytest.approx({"cd_l1": 10 * 3**0.5, "cd_l2": 3}, **EXACT)
    small = varied("meshrcnn", only=("cd_l2",), count=2)
    assert score(None, truth, small).values["meshrcnn"]["cd_l2"] == pytest.approx(2 * 3 * 100)
