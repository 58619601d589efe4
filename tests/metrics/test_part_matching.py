"""Matched parts against trying every assignment, and against distances known in closed form."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from svr3d.geometry import InputError, Mesh, Part, PartMesh, sample_surface
from svr3d.metrics import chamfer_distance, match_parts
from svr3d.metrics.part_matching import WORST_PART


def assemble(*meshes: Mesh) -> PartMesh:
    offsets = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])
    return PartMesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + offset for mesh, offset in zip(meshes, offsets, strict=False)]),
        face_part=np.repeat(np.arange(len(meshes)), [len(mesh.faces) for mesh in meshes]),
        parts=tuple(Part(f"part {i}", "part") for i in range(len(meshes))),
    )


def some_boxes(box, count, seed):
    rng = np.random.default_rng(seed)
    return [box(rng.uniform(0.05, 0.4, 3), rng.uniform(-0.3, 0.3, 3)) for _ in range(count)]


def dense_chamfer(a: Mesh, b: Mesh) -> float:
    """By other means: SciPy's tree over points of a lattice on each face."""
    u, v = np.array([(i, j) for i in range(13) for j in range(13 - i)]).T / 12 * 0.999 + 0.0003
    clouds = []
    for mesh in (a, b):
        corners = mesh.triangles[:, None]
        points = (1 - u - v)[:, None] * corners[:, :, 0] + u[:, None] * corners[:, :, 1] + v[:, None] * corners[:, :, 2]
        clouds.append((points, mesh.face_areas / mesh.area))
    total = 0.0
    for (points, weights), (others, _) in (clouds, clouds[::-1]):
        distances = cKDTree(others.reshape(-1, 3)).query(points)[0] ** 2
        total += (distances.mean(axis=1) * weights).sum()
    return total


@pytest.mark.parametrize("seed", range(5))
def test_every_assignment(box, seed):
    predicted, truth = some_boxes(box, 4, seed), some_boxes(box, 3, 100 + seed)
    costs = np.array([[dense_chamfer(a, b) for b in truth] for a in predicted])
    cut = np.minimum(costs, WORST_PART)
    best = min(sum(cut[chosen[j], j] for j in range(3)) for chosen in permutations(range(4), 3))
    result = match_parts(assemble(*predicted), assemble(*truth))
    assert result.part_cd == pytest.approx((best + WORST_PART) / 4, rel=0.05)
    assert result.part_count_error == 1
    assert sorted(result.truth) == [0, 1, 2] and len(set(result.predicted.tolist())) == 3
    assert cut[result.predicted, result.truth].sum() == pytest.approx(best, rel=0.1)
    assert result.distances == pytest.approx(costs[result.predicted, result.truth], rel=0.1, abs=1e-3)


def test_distances_as_the_chamfer_metric(box):
    truth, predicted = box((0.3, 0.2, 0.4)), box((0.2, 0.4, 0.3), (0.2, 0, 0.1))
    found = match_parts(assemble(predicted), assemble(truth), points=5000).part_cd
    clouds = [sample_surface(mesh, 5000, seed=seed).points for seed, mesh in enumerate((predicted, truth))]
    assert found == pytest.approx(float(chamfer_distance(*clouds)), rel=0.03)


def test_shifted_sheets(box):
    """Large parallel sheets d apart have Chamfer distance 2 d²."""
    truth = assemble(box((1, 1e-4, 1)), box((1, 1e-4, 1), (0, 0.5, 0)))
    predicted = assemble(box((1, 1e-4, 1), (0, 0.4, 0)), box((1, 1e-4, 1), (0, 0.1, 0)))
    result = match_parts(predicted, truth, points=4000)
    assert result.predicted.tolist() == [1, 0] and result.truth.tolist() == [0, 1]
    assert result.part_cd == pytest.approx(0.02, rel=0.05) and result.part_count_error == 0


def test_equal_parts_come_out_at_the_sampling_error(box):
    truth = assemble(*some_boxes(box, 5, 0))
    result = match_parts(truth, truth, points=1000)
    area = np.array([truth.part(i).area for i in range(5)])
    assert result.predicted.tolist() == result.truth.tolist() == list(range(5))
    assert result.distances == pytest.approx(2 * area / (np.pi * 1000), rel=0.15)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000), st.permutations(range(4)))
def test_order_motion_and_names_change_nothing(box, seed, order):
    truth, predicted = some_boxes(box, 3, seed), some_boxes(box, 4, seed + 1)
    before = match_parts(assemble(*predicted), assemble(*truth), points=100, seed=seed)
    rotation, shift = Rotation.random(random_state=seed).as_matrix(), [0.3, -2, 1]
    moved = [
        assemble(*[Mesh(mesh.vertices @ rotation.T + shift, mesh.faces) for mesh in meshes])
        for meshes in ([predicted[i] for i in order], truth)
    ]
    after = match_parts(*moved, points=100, seed=seed)
    assert after.part_cd == pytest.approx(before.part_cd, rel=1e-9)
    assert [order[i] for i in after.predicted] == before.predicted.tolist()
    again = match_parts(*moved, points=100, seed=seed)
    assert again.part_cd == after.part_cd and (again.distances == after.distances).all()


@pytest.mark.parametrize("seed", range(5))
def test_dropping_a_part_never_helps(box, seed):
    truth, predicted = assemble(*some_boxes(box, 4, seed)), some_boxes(box, 4, seed + 50)
    predicted[0] = box((0.1, 0.1, 0.1), (8, 8, 8))  # as bad as can be
    whole = match_parts(assemble(*predicted), truth)
    for missing in range(4):
        fewer = match_parts(assemble(*predicted[:missing], *predicted[missing + 1 :]), truth)
        assert fewer.part_cd >= whole.part_cd - 1e-12 and fewer.part_count_error == 1
    more = match_parts(assemble(*predicted, box((0.1, 0.1, 0.1), (8, 8, 8))), truth)
    assert more.part_cd >= whole.part_cd


def test_parts_without_area_do_not_count(box):
    good = assemble(*some_boxes(box, 3, 0))
    flat = PartMesh(
        np.vstack([good.vertices, np.zeros((3, 3))]),
        np.vstack([good.faces, len(good.vertices) + np.arange(3)]),
        face_part=np.append(good.face_part, 3),
        parts=(*good.parts, Part("flat", "flat"), Part("nothing", "nothing")),
    )
    assert match_parts(flat, good).part_count_error == match_parts(good, flat).part_count_error == 0
    assert match_parts(flat, good).part_cd == match_parts(good, good).part_cd


def test_no_predicted_part(box):
    nothing = PartMesh([], [], face_part=[], parts=())
    result = match_parts(nothing, assemble(*some_boxes(box, 3, 0)))
    assert (result.part_cd, result.part_count_error, len(result.distances)) == (WORST_PART, 3, 0)


def test_bad_input(box):
    good = assemble(*some_boxes(box, 2, 0))
    nothing = PartMesh([], [], face_part=[], parts=())
    broken = PartMesh(good.vertices * np.nan, good.faces, face_part=good.face_part, parts=good.parts)
    for arguments, message in (
        ((box(), good), "expected the prediction to be a PartMesh, found Mesh"),
        ((good, box()), "expected the truth to be a PartMesh"),
        ((None, good), "found NoneType"),
        ((broken, good), "the prediction has non-finite"),
        ((good, broken), "the truth has non-finite"),
        ((good, nothing), "the truth has no part with area"),
    ):
        with pytest.raises(InputError, match=message):
            match_parts(*arguments)
    with pytest.raises(InputError, match="at least one point"):
        match_parts(good, good, points=0)
