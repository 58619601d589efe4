"""Recall of parts against a scalar loop, and how it is scored: labels by name, absent parts, failures, parts without
names."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from svr3d.datasets.parametric import generate
from svr3d.geometry import InputError, Part, PartMesh, VoxelGrid, relabelled, voxelize_parts
from svr3d.metrics import GroundTruth, load_protocol, part_recall, score

GRIDS = arrays(np.int64, (3, 3, 3), elements=st.integers(0, 3))
PROTOCOL = "partvoxels-v2"


def labelled(labels, names=()) -> VoxelGrid:
    labels = np.asarray(labels)
    return VoxelGrid(labels > 0, labels=labels, label_names=names)


@settings(deadline=None, max_examples=50)
@given(GRIDS, GRIDS.filter(np.any))
def test_by_counting(predicted, truth):
    hits, counts = {}, {}
    for a, b in zip(predicted.ravel().tolist(), truth.ravel().tolist(), strict=True):
        if b:
            counts[b] = counts.get(b, 0) + 1
            hits[b] = hits.get(b, 0) + (a == b)
    expected = {label: hits[label] / counts[label] for label in sorted(counts)}
    assert part_recall(labelled(predicted), labelled(truth)) == expected


@pytest.mark.parametrize(
    ("predicted", "truth", "said"),
    [
        (VoxelGrid(np.ones((2, 2, 2))), labelled(np.ones((2, 2, 2), int)), "the prediction has no part labels"),
        (labelled(np.ones((2, 2, 2), int)), labelled(np.zeros((2, 2, 2), int)), "the truth has no parts"),
        (labelled(np.ones((2, 2, 2), int)), labelled(np.ones((3, 3, 3), int)), "one resolution, found 2 and 3"),
        (labelled(-np.ones((2, 2, 2), int)), labelled(np.ones((2, 2, 2), int)), "labels of at least 0, found -1"),
    ],
)
def test_what_cannot_be_compared(predicted, truth, said):
    with pytest.raises(InputError, match=f"part recall: .*{said}"):
        part_recall(predicted, truth)


@pytest.fixture(scope="module")
def display() -> PartMesh:
    return generate("display", seed=0)


@pytest.fixture(scope="module")
def truth(display) -> GroundTruth:
    """The data set has a label, `wheel`, that this object lacks."""
    names = (*sorted(display.labels), "wheel")
    return GroundTruth(voxels=voxelize_parts(display, 32), part_voxels=voxelize_parts(display, 32), labels=names)


def test_labels_go_by_name_whatever_their_order(display, truth):
    grid = voxelize_parts(display, 32)
    turned = relabelled(grid, (*grid.label_names[::-1], "other"))
    assert not np.array_equal(turned.labels, grid.labels)
    for prediction in (grid, turned, display):
        result = score(prediction, truth, PROTOCOL)
        assert result.parts[PROTOCOL]["part_recall"] == dict.fromkeys(display.labels, 1.0)
        assert result.values[PROTOCOL]["part_recall"] == 1.0


def test_a_part_that_the_truth_lacks_has_no_value(display, truth):
    """Voxels that wrongly get its label are missing where they belong."""
    grid = voxelize_parts(display, 32)
    lost = grid.label_names[0]
    wrong = replace(grid, label_names=("wheel", *grid.label_names[1:]))
    result = score(wrong, truth, PROTOCOL).parts[PROTOCOL]
    assert set(result["part_recall"]) == set(result["true_part_voxels"]) == set(display.labels)
    assert result["part_recall"] == {label: float(label != lost) for label in display.labels}


def test_sizes_are_those_of_the_truth_whatever_is_predicted(display, truth):
    grid = voxelize_parts(display, 32)
    counts = {name: int((grid.labels == 1 + i).sum()) for i, name in enumerate(grid.label_names)}
    for prediction in (grid, None, VoxelGrid(np.ones((32, 32, 32))), display.part(0)):
        result = score(prediction, truth, PROTOCOL)
        assert result.parts[PROTOCOL]["true_part_voxels"] == counts
        assert result.values[PROTOCOL]["true_part_voxels"] == sum(counts.values())


def test_without_parts_and_failed(display, truth):
    for prediction, status in ((None, "failed"), (VoxelGrid(np.ones((32, 32, 32))), "ok")):
        result = score(prediction, truth, PROTOCOL)
        assert result.status == status
        for metric in ("part_iou", "part_recall"):
            assert result.values[PROTOCOL][metric] == 0
            assert result.parts[PROTOCOL][metric] == dict.fromkeys(display.labels, 0.0)


def test_the_second_version_has_the_values_of_the_first(display, truth):
    assert (load_protocol(PROTOCOL).version, load_protocol("partvoxels").version) == (2, 1)
    prediction = generate("display", seed=4)
    first, second = (score(prediction, truth, name) for name in ("partvoxels", PROTOCOL))
    assert first.values["partvoxels"].items() <= second.values[PROTOCOL].items()
    assert first.parts["partvoxels"].items() <= second.parts[PROTOCOL].items()


@pytest.mark.parametrize("protocol", ["partvoxels", PROTOCOL, "svr3d-structure-v1"])
def test_parts_that_nobody_named_have_no_value(display, protocol):
    """Each is called `part`: by label all would be one, and the value that of the whole."""
    nameless = replace(display, parts=tuple(Part(f"p{i}", "part") for i in range(len(display.parts))))
    with pytest.raises(InputError, match=rf"protocol {protocol}: the true parts have no names \(each is labelled 'par"):
        score(display, nameless, protocol)
    some = replace(display, parts=(Part("p0", "part"), *display.parts[1:]))
    assert score(some, some, "partvoxels").values["partvoxels"]["part_iou"] == 1
