"""Part IoU of scores: labels are compared by name, whoever numbered them; and the value of each part."""

from dataclasses import replace

import numpy as np
import pytest
from varied import varied

from svr3d.datasets.parametric import PART_LABELS, generate
from svr3d.geometry import InputError, PartMesh, VoxelGrid, relabelled, voxelize_parts
from svr3d.metrics import GroundTruth, score

PARTS = varied("partvoxels", only=["part_iou", "iou_32"])
LABELS = tuple(sorted({label for labels in PART_LABELS.values() for label in labels}))


@pytest.fixture(scope="module")
def display() -> PartMesh:
    return generate("display", seed=0)


@pytest.fixture(scope="module")
def truth(display) -> GroundTruth:
    """As a data set of many categories stores it: the grid's labels are numbered over all of them, without names."""
    grid = relabelled(voxelize_parts(display, 32), LABELS)
    return GroundTruth(
        mesh=display, parts=display, part_voxels=VoxelGrid(grid.values, labels=grid.labels), labels=LABELS
    )


def measured(prediction, truth, protocol=PARTS):
    result = score(prediction, truth, protocol)
    assert result.status == "ok", result.reason
    return result.values["partvoxels"]["part_iou"], result.parts["partvoxels"]["part_iou"]


def test_our_own_grid_of_the_truth_is_perfect(display, truth):
    """Its labels are numbered over the object's own parts, not over those of the data set."""
    grid = voxelize_parts(display, 32)
    assert grid.labels.max() < len(LABELS) and grid.label_names == tuple(display.labels)
    for prediction in (display, grid, relabelled(grid, LABELS), relabelled(grid, grid.label_names[::-1])):
        whole, parts = measured(prediction, truth)
        assert whole == 1 and parts == dict.fromkeys(display.labels, 1.0)


def test_also_of_another_resolution(display, truth):
    """Up to voxels that are half full."""
    assert min(measured(voxelize_parts(display, 64), truth)[1].values()) > 0.5


def test_names_of_the_truth_alone(display):
    """The truth's grid may say its own names, and its mesh of parts has them."""
    grid = voxelize_parts(display, 32)
    turned = relabelled(grid, grid.label_names[::-1])
    for known in (GroundTruth(voxels=turned, part_voxels=turned), GroundTruth(mesh=display, parts=display)):
        assert measured(grid, known)[0] == measured(display, known)[0] == 1


def test_labels_without_names_are_those_of_the_data_set(display, truth):
    grid = relabelled(voxelize_parts(display, 32), LABELS)
    assert measured(VoxelGrid(grid.values, labels=grid.labels), truth)[0] == 1


def test_labels_that_cannot_be_the_data_sets_are_refused(display, truth):
    labels = voxelize_parts(display, 32).labels
    foreign = VoxelGrid(labels > 0, labels=np.where(labels > 0, labels + len(LABELS), 0))
    result = score(foreign, truth, PARTS)
    last = len(LABELS) + labels.max()
    assert result.status == "failed"
    assert (
        f"its part labels have no `label_names` and go up to {last}, but the data set's are 1 to {len(LABELS)} ("
        in (result.reason)
    )
    assert result.values["partvoxels"] == {"part_iou": 0, "iou_32": 0}
    assert result.parts["partvoxels"]["part_iou"] == dict.fromkeys(display.labels, 0.0)


def test_named_parts_beside_a_truth_without_names(display):
    grid = voxelize_parts(display, 32)
    nameless = VoxelGrid(grid.values, labels=grid.labels)
    known = GroundTruth(voxels=nameless, part_voxels=nameless)
    assert measured(nameless, known) == (1, {str(label + 1): 1.0 for label in range(len(grid.label_names))})
    with pytest.raises(InputError, match="protocol partvoxels: the ground truth's part labels have no names"):
        score(grid, known, PARTS)


def test_the_value_of_each_part(display, truth):
    """One part is lost, one foreign name is added: the others keep theirs, and the mean is over the true ones."""
    grid = voxelize_parts(display, 32)
    lost = grid.label_names[0]
    damaged = VoxelGrid(grid.values, labels=grid.labels, label_names=("something else", *grid.label_names[1:]))
    whole, parts = measured(damaged, truth)
    assert parts == {label: float(label != lost) for label in display.labels}
    assert whole == pytest.approx(np.mean(list(parts.values())))


def test_without_parts_and_failed(display, truth):
    plain = VoxelGrid(voxelize_parts(display, 32).values)
    assert measured(plain, truth) == (0, dict.fromkeys(display.labels, 0.0))
    failed = score(None, truth, [PARTS, varied("svr3d-structure-v1", only=["part_cd"], part_cd={"points": 50})])
    assert failed.parts == {
        "partvoxels": {"part_iou": dict.fromkeys(display.labels, 0.0)},
        "svr3d-structure-v1": {},
    }


def test_parts_have_the_factor_of_the_whole(display, truth):
    percent = varied(PARTS, part_iou={"factor": 100})
    assert measured(display, truth, percent) == (100, dict.fromkeys(display.labels, 100.0))
    assert score(display, replace(truth, parts=None), percent).values["partvoxels"]["part_iou"] == 100
