"""Protocols that align predictions with the truth: their names, and what they measure."""

from dataclasses import replace

import numpy as np
import pytest
from varied import varied

from svr3d.geometry import ALIGNMENTS, InputError, Mesh, PointCloud, moved, sample_surface, voxelize
from svr3d.metrics import GroundTruth, Protocol, load_protocol, score, with_alignment
from svr3d.metrics.protocol import ALIGNED


def test_names() -> None:
    plain, aligned = load_protocol("svr3d-v1"), load_protocol("svr3d-v1+scale")
    assert (plain.aligned, aligned.aligned, aligned.name) == ("none", "scale", "svr3d-v1+scale")
    assert aligned.metrics == plain.metrics and aligned.targets == plain.targets and aligned.title != plain.title
    assert load_protocol("classvoxels+similarity").targets == {"voxels", "surface"}
    assert {"none", *ALIGNED} == set(ALIGNMENTS)
    assert with_alignment("pixel2mesh", "similarity") == "pixel2mesh+similarity"
    assert with_alignment("a+scale", "scale") == with_alignment("a+scale", "none") == "a+scale"
    with pytest.raises(InputError, match=r"'a\+scale' aligns predictions by 'scale', asked for 'similarity'"):
        with_alignment("a+scale", "similarity")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("svr3d-v1+size", r"unknown alignment 'size' .* expected one of svr3d-v1\+scale, svr3d-v1\+similarity"),
        ("svr3d-v1+", "unknown alignment ''"),
        ("svr3d+scale", r"unknown protocol 'svr3d'; did you mean 'svr3d-v1'\?"),
        ("svr3d-v1+scale+similarity", "aligns predictions twice"),
        ("none.yaml+scale", "none.yaml: no such file"),
    ],
)
def test_bad_names(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_protocol(name)


def quick(alignment: str) -> Protocol:
    base = varied("svr3d-v1", only=["f_01", "iou_32", "iou"], count=3000, iou={"points": 4000})
    return replace(base, name=f"quick+{alignment}", aligned=alignment)


def an_l(box):
    """A canonical L, so that no symmetry hides a mistake."""
    foot, leg = box((1, 0.25, 0.5), (0, -0.375, 0)), box((0.25, 0.75, 0.5), (-0.375, 0.125, 0))
    return Mesh(np.concatenate([foot.vertices, leg.vertices]), np.concatenate([foot.faces, leg.faces + 8]))


@pytest.mark.parametrize("known", ["mesh", "stored"])
def test_a_copy_of_another_size_and_place_is_the_truth(known, box) -> None:
    """IoU 1 in closed form. Of stored points the box is a little too small; the truth's own is known."""
    truth = an_l(box)
    if known == "stored":
        points = np.random.default_rng(0).random((6000, 3)) - 0.5
        inside = (np.abs(points[:, 2]) < 0.25) & ((points[:, 1] < -0.25) | (points[:, 0] < -0.25))
        stored = GroundTruth(sample_surface(truth, 3000), points, inside, voxelize(truth))
    else:
        stored = GroundTruth(mesh=truth)
    copy = moved(truth, scale=2.0, offset=(0.1, 0.2, -0.3))
    plain, aligned = quick("none"), quick("scale")
    values = score(copy, stored, [plain, aligned]).values
    assert values["quick+scale"]["iou_32"] == 1 and values["quick+scale"]["iou"] > 0.999
    assert values["quick+none"]["iou_32"] < 0.5
    assert values["quick+none"] == score(copy, stored, plain).values["quick+none"]  # nor does company change it


def test_a_turned_copy_is_found_by_similarity(box) -> None:
    truth, angle = an_l(box), 0.1
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    values = score(moved(truth, rotation=turn, scale=1.3, offset=4), truth, quick("similarity")).values
    assert values["quick+similarity"]["iou"] > 0.85
    with pytest.raises(InputError, match="neither surface points nor a mesh, to align"):
        score(truth, GroundTruth(voxels=voxelize(truth)), "classvoxels+similarity")


def test_a_grid_is_aligned_as_its_surface_at_the_protocols_threshold(box) -> None:
    """Values of 0.45 are a surface under `classvoxels`, which occupies above 0.4, not at the grid's own threshold."""
    grid = voxelize(moved(an_l(box), scale=0.5, offset=0.125))
    faint = type(grid)(0.45 * grid.values)
    result = score(faint, GroundTruth(voxels=voxelize(an_l(box))), ["classvoxels+scale", "classvoxels"])
    assert result.status == "ok" and result.values["classvoxels"]["iou_32"] < 0.3
    assert result.values["classvoxels+scale"]["iou_32"] > 0.8


@pytest.mark.parametrize(
    ("prediction", "reason"),
    [
        (None, "there is no prediction"),
        (Mesh([], []), "the prediction is empty"),
        (Mesh([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), "not finite"),
        (PointCloud([[1, 2, 3]]), "cannot be aligned: a point cloud without extent has no size"),
    ],
)
@pytest.mark.parametrize("alignment", ["scale", "similarity"])
def test_what_cannot_be_aligned_fails(prediction, reason, alignment, box) -> None:
    result = score(prediction, box(), quick(alignment))
    assert result.status == "failed" and reason in result.reason
    assert result.values[f"quick+{alignment}"] == {"f_01": 0, "iou_32": 0, "iou": 0}
