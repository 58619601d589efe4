"""Agreement of divisions of a surface, against counting pairs, trying all matchings, and scikit-learn."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svr3d.geometry import InputError, Mesh, Part, PartMesh
from svr3d.metrics import compare_segmentations
from svr3d.metrics.segmentation import score_labels

LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30)


@given(LABELS)
@settings(max_examples=60, deadline=None)
def test_rand_is_the_share_of_pairs_that_agree(pairs):
    found, true = np.array(pairs).T
    agree = [(found[i] == found[j]) == (true[i] == true[j]) for i, j in combinations(range(len(true)), 2)]
    assert score_labels(found, true).rand == pytest.approx(np.mean(agree))


@given(LABELS)
@settings(max_examples=60, deadline=None)
def test_both_indices_are_those_of_scikit_learn(pairs):
    from sklearn.metrics import adjusted_rand_score, rand_score

    found, true = np.array(pairs).T
    score = score_labels(found, true)
    assert score.rand == pytest.approx(rand_score(true, found))
    assert score.adjusted_rand == pytest.approx(adjusted_rand_score(true, found))


@given(LABELS)
@settings(max_examples=60, deadline=None)
def test_parts_are_matched_as_well_as_they_can_be(pairs):
    found, true = np.array(pairs).T
    few, many = sorted((found, true), key=lambda labels: len(set(labels.tolist())))
    names = list(set(few))
    ious = [
        sum(
            ((few == a) & (many == b)).sum() / ((few == a) | (many == b)).sum()
            for a, b in zip(names, chosen, strict=True)
        )
        for chosen in permutations(set(many), len(names))
    ]  # fmt: skip
    assert score_labels(found, true).matched_iou == pytest.approx(max(ious) / len(set(many)))


def strip(cuts: tuple[float, ...], edges: int = 40) -> PartMesh:
    """A unit square of vertical strips, in parts between these places."""
    x = np.linspace(0, 1, edges + 1)
    vertices = np.array([(a, b, 0) for a in x for b in (0, 1)])
    low = 2 * np.arange(edges)
    faces = np.concatenate([np.stack([low, low + 2, low + 3], 1), np.stack([low, low + 3, low + 1], 1)])
    part = np.searchsorted(cuts, (np.tile(np.arange(edges), 2) + 0.5) / edges)
    parts = tuple(Part(f"p{i}", "p") for i in range(len(cuts) + 1))
    return PartMesh(vertices, faces, face_part=part, parts=parts)


def test_halves_and_quarters_of_a_square():
    """Two points lie in one half with probability 1/2, in one quarter with 1/4, and quarters lie in halves."""
    truth, found = strip((0.5,)), strip((0.25, 0.5, 0.75), edges=60)
    score = compare_segmentations(found, truth, points=20_000)
    assert score.rand == pytest.approx(0.75, abs=0.01) and score.matched_iou == pytest.approx(0.25, abs=0.01)
    assert score.adjusted_rand == pytest.approx((1 / 4 - 1 / 8) / (3 / 8 - 1 / 8), abs=0.02)
    assert (score.found, score.true) == (4, 2)
    far = 1000 * np.eye(3) @ (truth.vertices.T + 5)
    same = PartMesh(far.T, truth.faces, face_part=1 - truth.face_part, parts=truth.parts)
    moved = PartMesh(far.T, truth.faces, face_part=truth.face_part, parts=truth.parts)
    assert compare_segmentations(same, moved)[:3] == pytest.approx((1, 1, 1), abs=1e-3)


def test_one_part_against_one_part_is_alike():
    assert score_labels(np.zeros(5), np.ones(5))[:3] == (1, 1, 1)
    assert compare_segmentations(strip(()), strip((0.5,)))[1] == pytest.approx(0)


def test_what_cannot_be_compared_is_refused():
    good = strip((0.5,))
    flat = PartMesh(np.zeros((3, 3)), [[0, 1, 2]], face_part=[0], parts=(Part("p", "p"),))
    broken = PartMesh(np.full((3, 3), np.nan), [[0, 1, 2]], face_part=[0], parts=(Part("p", "p"),))
    for pair, words in (
        ((Mesh(good.vertices, good.faces), good), "prediction to be a PartMesh, found Mesh"),
        ((good, flat), "the truth has no area"),
        ((broken, good), "the prediction has no area or non-finite"),
    ):
        with pytest.raises(InputError, match=words):
            compare_segmentations(*pair)
    with pytest.raises(InputError, match="at least two points, found 1"):
        compare_segmentations(good, good, points=1)
    with pytest.raises(InputError, match="the same two or more items"):
        score_labels(np.zeros(3), np.zeros(4))
