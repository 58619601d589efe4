"""How protocols make voxels of meshes, on both sides: against half-spaces counted at the voxels' centres."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from varied import varied

from svr3d.geometry import InputError, Mesh, Part, PartMesh, VoxelGrid, part_labels, to_voxels, voxelize, voxelize_parts
from svr3d.metrics import GroundTruth, genus_error, load_protocol, score, voxel_iou

TURN = Rotation.from_euler("xyz", [20, 35, 10], degrees=True).as_matrix()
CENTRES = (np.indices((32, 32, 32)).reshape(3, -1).T + 0.5) / 32 - 0.5


def plate(box, thickness, turn=TURN):
    mesh = box((0.6, thickness, 0.5))
    return Mesh(mesh.vertices @ turn.T, mesh.faces)


def in_plate(thickness, turn=TURN):
    return (np.abs(CENTRES @ turn) < np.array([0.6, thickness, 0.5]) / 2).all(axis=1)


def by_rule(base, rule, **changes):
    protocol = varied(base, **changes)
    return replace(protocol, setting=replace(protocol.setting, voxel_rule=rule))


@pytest.mark.parametrize("thickness", [0.01, 0.02, 0.04, 0.1])
def test_centers_are_those_inside(box, thickness):
    expected = in_plate(thickness)
    grid = voxelize(plate(box, thickness), 32, "centers")
    assert (grid.occupancy.ravel() == expected).all()
    assert (to_voxels(plate(box, thickness), 32, "centers").occupancy.ravel() == expected).all()
    covered = voxelize(plate(box, thickness), 32).occupancy.ravel()
    assert covered[expected].all() and (covered.sum() > expected.sum()) == (thickness < 0.05)
    open3d = pytest.importorskip("open3d")
    scene = open3d.t.geometry.RaycastingScene()
    mesh = plate(box, thickness)
    scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
    assert (scene.compute_occupancy(CENTRES.astype(np.float32)).numpy().astype(bool) == expected).mean() > 0.9999


def test_iou_of_thin_plates(box):
    """The thinner one has half the volume, but more than half of the voxels if all that it touches may count."""
    a, b = in_plate(0.02), in_plate(0.04)
    expected = (a & b).sum() / (a | b).sum()
    prediction, truth = plate(box, 0.02), plate(box, 0.04)
    assert expected == pytest.approx(0.5, abs=0.05)
    measured = {}
    for rule in ("centers", "cover"):
        protocol = by_rule("classvoxels", rule)
        for known in (truth, GroundTruth(voxels=voxelize(truth), mesh=truth)):
            result = score(prediction, known, protocol).values["classvoxels"]
            assert measured.setdefault(rule, result) == result
    assert measured["centers"]["iou_32"] == expected
    assert measured["centers"]["iou_32_intersection"] == (a & b).sum()
    assert measured["centers"]["iou_32_union"] == (a | b).sum()
    assert measured["cover"]["iou_32"] == voxel_iou(voxelize(prediction), voxelize(truth)) > expected + 0.1


def test_one_scoring_with_both_rules(box):
    """Nothing of the one is taken for the other."""
    prediction, truth = plate(box, 0.02), plate(box, 0.04)
    both = [by_rule("classvoxels", "cover"), replace(by_rule("classvoxels", "centers"), name="centers")]
    values = score(prediction, truth, both).values
    for protocol in both:
        assert values[protocol.name] == score(prediction, truth, protocol).values[protocol.name]
    assert values["classvoxels"] != values["centers"]


def test_named_protocols(box):
    """IMMAT's counts centres, on both sides; the others' truth is as it is stored."""
    prediction, truth = plate(box, 0.02), plate(box, 0.04)
    known = GroundTruth(voxels=voxelize(truth), mesh=truth)
    immat = score(prediction, known, varied("immat", only=["iou_32"])).values["immat"]["iou_32"]
    a, b = in_plate(0.02), in_plate(0.04)
    assert immat == (a & b).sum() / (a | b).sum()
    own = score(prediction, known, varied("svr3d-v1", only=["iou_32"])).values["svr3d-v1"]["iou_32"]
    assert own == voxel_iou(voxelize(prediction), voxelize(truth))
    assert load_protocol("svr3d-v1").setting.voxel_rule == "cover"


def test_stored_voxels_without_a_mesh_are_said_to_be_compared(box):
    truth = GroundTruth(voxels=voxelize(plate(box, 0.04)))
    with pytest.warns(UserWarning, match="voxel rule `centers`, a ground truth without mesh is compared by its voxels"):
        result = score(plate(box, 0.02), truth, by_rule("classvoxels", "centers"))
    expected = voxel_iou(voxelize(plate(box, 0.02), 32, "centers"), truth.voxels)
    assert result.values["classvoxels"]["iou_32"] == expected
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        score(plate(box, 0.02), truth, by_rule("classvoxels", "cover"))


def test_a_truth_between_the_centres(box):
    """Centred, thinner than a voxel: no centre is inside. The prediction without a voxel is right, others are not."""
    truth = plate(box, 0.02, np.eye(3))
    assert not in_plate(0.02, np.eye(3)).any()
    with pytest.warns(UserWarning, match="a ground truth is too thin to have any voxel"):
        thick = score(box((0.6, 0.1, 0.5)), truth, by_rule("classvoxels", "centers"))
    with pytest.warns(UserWarning, match="too thin"):
        same = score(truth, truth, by_rule("classvoxels", "centers"))
    assert thick.values["classvoxels"]["iou_32"] == 0 and same.values["classvoxels"]["iou_32"] == 1
    assert score(truth, truth, by_rule("classvoxels", "cover")).values["classvoxels"]["iou_32"] == 1


@pytest.mark.filterwarnings("ignore:by the protocol's voxel rule")
def test_aligned_meshes_too(box):
    """Brought into its own box, half a plate is the whole one."""
    whole = plate(box, 0.03)
    whole = Mesh(whole.vertices / np.ptp(whole.vertices, axis=0).max(), whole.faces)
    half = Mesh(0.5 * whole.vertices, whole.faces)
    for rule in ("cover", "centers"):
        truth = GroundTruth(voxels=voxelize(whole, 32, rule))
        assert set(score(half, truth, by_rule("pix3d", rule, only=["iou_32@"])).values["pix3d"].values()) == {1.0}


def test_part_labels_by_centers(box):
    thin, thick = plate(box, 0.02), box((0.2, 0.2, 0.2), (0, -0.3, 0))
    mesh = PartMesh(
        np.concatenate([thin.vertices, thick.vertices]),
        np.concatenate([thin.faces, thick.faces + 8]),
        face_part=np.repeat([0, 1], 12),
        parts=(Part("top", "top"), Part("foot", "foot")),
    )
    direct, masked = voxelize_parts(mesh, 32, "centers"), part_labels(mesh, 32, "centers")
    assert (direct.labels == masked.labels).all() and masked.label_names == ("top", "foot")
    assert ((masked.labels > 0) == voxelize(mesh, 32, "centers").occupancy).all()
    covered = voxelize_parts(mesh)
    assert (covered.labels[masked.labels > 0] == masked.labels[masked.labels > 0]).all()
    assert (covered.labels == 1).sum() > (masked.labels == 1).sum() > 0
    truth = GroundTruth(parts=mesh, part_voxels=covered)
    assert score(mesh, truth, by_rule("partvoxels", "centers", only=["part_iou"])).values["partvoxels"]["part_iou"] == 1
    stored = GroundTruth(part_voxels=covered)
    with pytest.warns(UserWarning, match="without parts is compared by its part labels"):
        found = score(mesh, stored, by_rule("partvoxels", "centers", only=["part_iou"])).values["partvoxels"]
    assert found["part_iou"] < 1


def test_topology_by_centers(box):
    """A frame so thin that it shows only where voxels cover it."""
    bars = [((1, 0.02, 0.02), (0, 0, s)) for s in (-0.49, 0.49)] + [((0.02, 0.02, 1), (s, 0, 0)) for s in (-0.49, 0.49)]
    solids = [box(size, centre) for size, centre in bars]
    frame = Mesh(
        np.concatenate([solid.vertices for solid in solids]),
        np.concatenate([solid.faces + 8 * n for n, solid in enumerate(solids)]),
    )
    block = box((0.5, 0.5, 0.5))
    assert genus_error(block, frame, resolution=32) == 1
    with pytest.raises(InputError, match="no voxel"):
        genus_error(block, frame, resolution=32, rule="centers")


def test_grids_stay_as_they_are(box):
    grid = VoxelGrid(np.random.default_rng(0).random((32, 32, 32)))
    assert to_voxels(grid, 32, "centers") is grid


@pytest.mark.parametrize("rule", ["centres", "surface", None, 3])
def test_unknown_rules(box, rule):
    for make in (voxelize, to_voxels, part_labels):
        with pytest.raises(InputError, match="voxel rule: expected cover or centers, found"):
            make(box(), 8, rule)
