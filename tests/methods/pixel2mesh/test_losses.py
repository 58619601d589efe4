"""Pixel2Mesh's losses against closed forms and loops over single vertices, points and edges."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from torch import Tensor

from svr3d.geometry import InputError
from svr3d.methods.pixel2mesh import losses
from svr3d.methods.pixel2mesh.losses import (
    PAPER,
    RELEASE,
    WEIGHTS,
    LossWeights,
    block_losses,
    chamfer_loss,
    edge_loss,
    laplacian_coordinates,
    laplacian_loss,
    move_loss,
    normal_loss,
)


def icosahedron() -> tuple[Tensor, Tensor]:
    """Float64[1, 12, 3] on the unit sphere, and Long[30, 2]."""
    golden = (1 + math.sqrt(5)) / 2
    corners = [(0, a, b * golden) for a in (1, -1) for b in (1, -1)]
    points = np.array([np.roll(corner, shift) for shift in range(3) for corner in corners])
    edges = [(i, j) for i, j in combinations(range(12), 2) if np.linalg.norm(points[i] - points[j]) < 2.1]
    return torch.from_numpy(points / np.linalg.norm(points[0]))[None], torch.tensor(edges)


BALL, EDGES = icosahedron()
NEAR = 1 / math.sqrt(5)  # cosine between neighbours of the icosahedron


def drawn(seed: int, batch: int = 3, points: int = 20) -> dict[str, Tensor]:
    """Meshes before and after, a surface with normals, and normals of the vertices, of random coordinates."""
    rng = np.random.default_rng(seed)
    normals = rng.normal(size=(batch, points, 3))
    return {
        "before": torch.from_numpy(BALL.numpy() + 0.1 * rng.normal(size=(batch, 12, 3))),
        "after": torch.from_numpy(BALL.numpy() + 0.3 * rng.normal(size=(batch, 12, 3))),
        "surface": torch.from_numpy(rng.normal(size=(batch, points, 3))),
        "normals": torch.from_numpy(normals / np.linalg.norm(normals, axis=-1, keepdims=True)),
        "at_vertices": torch.from_numpy(rng.normal(size=(batch, 12, 3))),
    }


LOSSES: dict[str, Callable[[dict[str, Tensor]], Tensor]] = {
    "chamfer": lambda x: chamfer_loss(x["after"], x["surface"], predicted_weight=0.55)[0],
    "normal": lambda x: normal_loss(x["after"], x["at_vertices"], EDGES),
    "normal squared": lambda x: normal_loss(x["after"], x["at_vertices"], EDGES, squared=True),
    "laplacian": lambda x: laplacian_loss(x["before"], x["after"], EDGES),
    "edge": lambda x: edge_loss(x["after"], EDGES),
    "move": lambda x: move_loss(x["before"], x["after"]),
}


def by_loops(name: str, x: dict[str, np.ndarray]) -> float:
    """The loss of one sample, from its definition."""

    def squared(a: np.ndarray, b: np.ndarray) -> float:
        return sum((a[axis] - b[axis]) ** 2 for axis in range(3))

    def neighbours(vertex: int) -> list[int]:
        return [j for i, j in EDGES.tolist() if i == vertex] + [i for i, j in EDGES.tolist() if j == vertex]

    def delta(points: np.ndarray, vertex: int) -> np.ndarray:
        return points[vertex] - sum(points[k] for k in neighbours(vertex)) / len(neighbours(vertex))

    after, before = x["after"], x["before"]
    if name == "chamfer":
        truth = [min(squared(s, v) for v in after) for s in x["surface"]]
        predicted = [min(squared(s, v) for s in x["surface"]) for v in after]
        return sum(truth) / len(truth) + 0.55 * sum(predicted) / len(predicted)
    if name.startswith("normal"):
        terms = []
        for p in range(12):
            for k in neighbours(p):
                edge, normal = after[k] - after[p], x["at_vertices"][p]
                cosine = edge @ normal / (math.sqrt(edge @ edge) * math.sqrt(normal @ normal))
                terms.append(cosine**2 if name == "normal squared" else abs(cosine))
        return sum(terms) / len(terms)
    if name == "laplacian":
        return sum(squared(delta(after, p), delta(before, p)) for p in range(12)) / 12
    if name == "edge":
        return sum(squared(after[i], after[j]) for i, j in EDGES.tolist()) / 30
    return sum(squared(after[p], before[p]) for p in range(12)) / 12


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", LOSSES)
def test_loops(name: str, dtype: torch.dtype) -> None:
    x = drawn(seed=1)
    expected = np.mean([by_loops(name, {key: value[b].numpy() for key, value in x.items()}) for b in range(3)])
    loss = LOSSES[name]({key: value.to(dtype) for key, value in x.items()})
    assert loss.dtype == dtype and loss.shape == ()
    assert float(loss) == pytest.approx(expected, rel=1e-5 if dtype == torch.float32 else 1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_batch_is_mean_of_samples(name: str) -> None:
    x = drawn(seed=2)
    single = [float(LOSSES[name]({key: value[b : b + 1] for key, value in x.items()})) for b in range(3)]
    assert len({round(value, 6) for value in single}) == 3
    assert float(LOSSES[name](x)) == pytest.approx(np.mean(single), rel=1e-12)


# Closed forms


def test_chamfer_of_a_shifted_grid() -> None:
    grid = torch.cartesian_prod(*[torch.arange(3.0, dtype=torch.float64)] * 3)[None]
    loss, nearest = chamfer_loss(grid, grid.flip(1) + torch.tensor([0.1, 0, -0.2]), predicted_weight=0.55)
    assert float(loss) == pytest.approx(1.55 * 0.05)
    assert nearest.tolist() == [list(range(26, -1, -1))]


def test_chamfer_weighs_its_directions() -> None:
    # One vertex at the origin; the nearer of two points is 1 away, the farther 3.
    vertices, surface = torch.zeros(1, 1, 3), torch.tensor([[[0.0, 3, 0], [1, 0, 0]]])
    assert float(chamfer_loss(vertices, surface)[0]) == 5 + 1
    assert float(chamfer_loss(vertices, surface, predicted_weight=0)[0]) == 5
    # With another vertex at 3, both surface points have one at distance 0 or 1.
    vertices = torch.tensor([[[0.0, 0, 0], [0, 3, 0]]])
    loss, nearest = chamfer_loss(vertices, surface, predicted_weight=10)
    assert float(loss) == pytest.approx(0.5 + 10 * 0.5)
    assert nearest.tolist() == [[1, 0]]


def test_regular_polyhedron() -> None:
    # Radial normals: the chord between two points of a sphere leaves it by half the angle between them.
    sine = math.sqrt((1 - NEAR) / 2)
    assert float(normal_loss(BALL, 7 * BALL, EDGES)) == pytest.approx(sine)
    assert float(normal_loss(BALL, -BALL, EDGES, squared=True)) == pytest.approx(sine**2)
    assert float(edge_loss(0.3 * BALL, EDGES)) == pytest.approx(0.09 * (2 - 2 * NEAR))
    # The neighbours' mean lies on a vertex' axis, at the cosine.
    torch.testing.assert_close(laplacian_coordinates(BALL, EDGES), BALL * (1 - NEAR))
    assert float(laplacian_loss(BALL, 1.5 * BALL, EDGES)) == pytest.approx((0.5 * (1 - NEAR)) ** 2)
    assert float(move_loss(BALL, 1.5 * BALL)) == pytest.approx(0.25)


def test_normal_of_each_end_counts_for_its_own_direction() -> None:
    edge = torch.tensor([[[0.0, 0, 0], [0, 0, 2]]])
    angles = torch.tensor([0.3, 1.1])
    normals = torch.stack((angles.sin(), 0 * angles, angles.cos()), -1)[None]
    loss = normal_loss(edge, normals, torch.tensor([[0, 1]]))
    assert float(loss) == pytest.approx((math.cos(0.3) + math.cos(1.1)) / 2)


# Gradients


@pytest.mark.parametrize("name", LOSSES)
def test_gradients(name: str) -> None:
    x = drawn(seed=3, batch=2)

    def loss(before: Tensor, after: Tensor) -> Tensor:
        return LOSSES[name]({**x, "before": before, "after": after})

    inputs = x["before"].requires_grad_(), x["after"].requires_grad_()
    assert torch.autograd.gradcheck(loss, inputs)
    if name not in ("chamfer", "normal"):  # the search is differentiable once, and |cosine| has no curvature at 0
        assert torch.autograd.gradgradcheck(loss, inputs)


def test_chamfer_gradient_by_central_differences() -> None:
    # Points far from ties: each surface point lies within 0.1 of its vertex, vertices are 1 apart.
    rng = np.random.default_rng(4)
    vertices = torch.from_numpy(
        rng.permutation(np.stack(np.meshgrid(*[range(2)] * 3), -1).reshape(1, 8, 3), axis=1) * 1.0
    )
    surface = vertices[:, [0, 0, 1, 2, 3, 4, 5, 6, 7]] + torch.from_numpy(rng.uniform(-0.1, 0.1, (1, 9, 3)))
    free = vertices.clone().requires_grad_()
    chamfer_loss(free, surface, predicted_weight=0.55)[0].backward()
    step = 1e-5
    for vertex in range(8):
        for axis in range(3):
            moved = torch.zeros(1, 8, 3, dtype=torch.float64)
            moved[0, vertex, axis] = step
            sides = [
                float(chamfer_loss(vertices + sign * moved, surface, predicted_weight=0.55)[0]) for sign in (1, -1)
            ]
            assert float(free.grad[0, vertex, axis]) == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-9)


@pytest.mark.parametrize("distance", [0.0, 1e-30, 1e-12, 1e-4, 1.0])
def test_chamfer_gradient_at_and_near_distance_zero(distance: float) -> None:
    vertices = torch.tensor([[[distance, 0, 0], [0, 5, 0]]], requires_grad=True)
    chamfer_loss(vertices, torch.tensor([[[0.0, 0, 0], [0, 5, 0]]]), predicted_weight=3.0)[0].backward()
    # (d² / 2) + 3 · (d² / 2)
    assert vertices.grad[0, 0].tolist() == pytest.approx([4 * distance, 0, 0], rel=1e-6, abs=0)
    assert vertices.grad[0, 1].tolist() == [0, 0, 0]


# Invariances


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_rigid_motion_of_everything_changes_nothing(seed: int) -> None:
    x = drawn(seed)
    rng = np.random.default_rng(seed)
    turn = torch.from_numpy(Rotation.random(random_state=rng.integers(2**31)).as_matrix().T)
    shift = torch.from_numpy(rng.normal(size=3))
    moved = {key: value @ turn + (0 if "normals" in key or key == "at_vertices" else shift) for key, value in x.items()}
    for name, loss in LOSSES.items():
        assert float(loss(moved)) == pytest.approx(float(loss(x)), rel=1e-9, abs=1e-12), name


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_translation_of_the_result_alone(seed: int) -> None:
    x = drawn(seed)
    shift = torch.from_numpy(np.random.default_rng(seed).normal(size=3))
    moved = {**x, "after": x["after"] + shift}
    for name in ("normal", "normal squared", "laplacian", "edge"):
        assert float(LOSSES[name](moved)) == pytest.approx(float(LOSSES[name](x)), rel=1e-9), name
    assert float(move_loss(x["after"], moved["after"])) == pytest.approx(float(shift.square().sum()))
    assert float(laplacian_loss(x["after"], moved["after"], EDGES)) == pytest.approx(0, abs=1e-20)


def test_equal_shapes_cost_nothing() -> None:
    after = drawn(seed=5)["after"]
    assert float(move_loss(after, after)) == 0
    assert float(laplacian_loss(after, after, EDGES)) == 0
    assert float(chamfer_loss(after, after)[0]) == 0


def test_direction_and_order_of_edges_do_not_matter() -> None:
    x = drawn(seed=6)
    other = EDGES.flip(0).clone()
    other[::2] = other[::2].flip(1)
    for loss in (
        lambda edges: normal_loss(x["after"], x["at_vertices"], edges),
        lambda edges: laplacian_loss(x["before"], x["after"], edges),
        lambda edges: edge_loss(x["after"], edges),
    ):
        assert float(loss(other)) == pytest.approx(float(loss(EDGES)), rel=1e-12)


# Degenerate and bad input


@pytest.mark.parametrize("squared", [False, True])
def test_edges_and_normals_of_no_length(squared: bool) -> None:
    # Vertices 0 and 1 coincide; vertex 3 has no normal. Left are 0→2, 1→2, 2→0 and 2→1, each with cosine 0.6.
    vertices = torch.tensor([[[0.0, 0, 0], [0, 0, 0], [2, 0, 0], [2, 1, 0]]], requires_grad=True)
    normals = torch.tensor([[[0.6, 0.0, 0.8]] * 3 + [[0.0, 0, 0]]], requires_grad=True)
    edges = torch.tensor([[0, 1], [0, 2], [1, 2], [2, 3]])
    loss = normal_loss(vertices, normals, edges, squared=squared)
    loss.backward()
    assert loss.item() == pytest.approx(4 * (0.36 if squared else 0.6) / 8)
    assert bool(vertices.grad.isfinite().all()) and bool(normals.grad.isfinite().all())
    only = torch.zeros(1, 2, 3, requires_grad=True)
    loss = normal_loss(only, torch.ones(1, 2, 3), torch.tensor([[0, 1]]), squared=squared)
    loss.backward()
    assert loss.item() == 0 and float(only.grad.abs().max()) == 0


def test_isolated_vertex() -> None:
    vertices = torch.cat((BALL, torch.tensor([[[4.0, 5, 6]]], dtype=torch.float64)), 1).requires_grad_()
    delta = laplacian_coordinates(vertices, EDGES)
    assert delta[0, 12].tolist() == [0, 0, 0]
    torch.testing.assert_close(delta[:, :12], BALL * (1 - NEAR))
    loss = laplacian_loss(torch.zeros_like(vertices), vertices, EDGES)
    loss.backward()
    assert loss.item() == pytest.approx((1 - NEAR) ** 2 * 12 / 13)
    assert vertices.grad[0, 12].tolist() == [0, 0, 0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "huge"])
def test_diverged_prediction_gives_nan(value: float | str, dtype: torch.dtype) -> None:
    x = {key: tensor.to(dtype) for key, tensor in drawn(seed=7).items()}
    x["after"][1, 3, 2] = torch.finfo(dtype).max / 2 if value == "huge" else value
    after = x["after"].clone().requires_grad_()
    loss, nearest = chamfer_loss(after, x["surface"])
    assert loss.isnan() and loss.requires_grad and loss.dtype == dtype
    loss.backward()
    assert nearest.shape == (3, 12) and nearest.dtype == torch.long and not nearest.any()
    terms = block_losses(x["before"], after, x["surface"], x["normals"], EDGES, RELEASE, block=1)
    assert terms["chamfer"].isnan() and not sum(terms.values()).isfinite()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: chamfer_loss(x["after"], x["surface"][:, :0]), r"surface: expected at least one point"),
        (lambda x: chamfer_loss(x["after"][:, :0], x["surface"]), r"vertices: expected at least one point"),
        (lambda x: chamfer_loss(x["after"][:0], x["surface"][:0]), r"vertices: expected at least one point"),
        (lambda x: chamfer_loss(x["after"][0], x["surface"][0]), r"as \[B, N, 3\], found shape \[12, 3\]"),
        (lambda x: chamfer_loss(x["after"], x["surface"][:2]), r"surface: expected a batch of 3, found 2"),
        (lambda x: chamfer_loss(x["after"], x["surface"] * math.nan), r"expected finite coordinates"),
        (lambda x: chamfer_loss(x["after"].half(), x["surface"]), r"vertices: expected float32 or float64"),
        (lambda x: normal_loss(x["after"], x["normals"], EDGES), r"normals: expected shape \[3, 12, 3\]"),
        (lambda x: edge_loss(x["after"][..., :2], EDGES), r"vertices: expected at least one point"),
        (lambda x: edge_loss(x["after"], EDGES.T), r"edges: expected at least one pair .* \[2, 30\]"),
        (lambda x: edge_loss(x["after"], EDGES[:0]), r"edges: expected at least one pair"),
        (lambda x: edge_loss(x["after"], EDGES.int()), r"edges: .* found torch.int32"),
        (lambda x: edge_loss(x["after"][:, :11], EDGES), r"edges: expected vertices 0 to 10, found 0 to 11"),
        (lambda x: laplacian_coordinates(x["after"], EDGES - 1), r"found -1 to 10"),
        (lambda x: laplacian_loss(x["before"][:1], x["after"], EDGES), r"vertices before: expected shape \[3, 12, 3\]"),
        (lambda x: move_loss(x["before"][:, :5], x["after"]), r"vertices before: expected shape \[3, 12, 3\]"),
        (
            lambda x: block_losses(x["before"], x["after"], x["surface"], x["at_vertices"], EDGES, PAPER, block=0),
            r"normals of the surface: expected shape \[3, 20, 3\], found \[3, 12, 3\]",
        ),
    ],
)
def test_bad_input(call: Callable[[dict[str, Tensor]], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(drawn(seed=8))


# Weights and blocks


def test_weights() -> None:
    assert WEIGHTS == {"paper": PAPER, "release": RELEASE}
    assert LossWeights(1.0, 1.0, 1.6e-4, True, 0.3, 1.0, 0.1, 0.0) == PAPER
    assert (RELEASE.chamfer, RELEASE.predicted, RELEASE.normal_squared) == (1.0, 0.55, False)
    assert (RELEASE.laplacian, RELEASE.first_laplacian) == (0.5, 0.1)
    assert RELEASE.move == pytest.approx(0.033, rel=0.02)
    for vertices, edges in ((156, 462), (618, 1848), (2466, 7392)):
        share = 2 * edges / (2 * edges + vertices)  # of real edges among those and the self-loops
        assert RELEASE.edge == pytest.approx(0.1 * share, rel=2e-3)
        assert RELEASE.normal == pytest.approx(0.5 / 3000 * share, rel=2e-3)


@pytest.mark.parametrize("block", [0, 1, 2])
@pytest.mark.parametrize("name", WEIGHTS)
def test_block(name: str, block: int) -> None:
    x, weights = drawn(seed=9), WEIGHTS[name]
    terms = block_losses(x["before"], x["after"], x["surface"], x["normals"], EDGES, weights, block=block)
    distance = torch.cdist(x["after"], x["surface"])
    nearest = distance.argmin(2)
    at_vertices = torch.stack([x["normals"][b, nearest[b]] for b in range(3)])
    chamfer = distance.amin(1).square().mean() + weights.predicted * distance.amin(2).square().mean()
    first = 0.1 if name == "release" and block == 0 else 1
    expected = {
        "chamfer": float(chamfer),
        "normal": weights.normal * float(normal_loss(x["after"], at_vertices, EDGES, squared=name == "paper")),
        "laplacian": first * weights.laplacian * float(laplacian_loss(x["before"], x["after"], EDGES)),
        "edge": weights.edge * float(edge_loss(x["after"], EDGES)),
    }
    if name == "release" and block > 0:
        expected["move"] = weights.move * float(move_loss(x["before"], x["after"]))
    assert {key: float(value) for key, value in terms.items()} == pytest.approx(expected)


@pytest.mark.parametrize("term", ["chamfer", "normal", "laplacian", "edge", "move"])
def test_terms_of_weight_zero_are_not_computed(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    x = drawn(seed=10)
    arguments = x["before"], x["after"], x["surface"], x["normals"], EDGES
    searches = []
    search = losses.nearest_neighbors
    monkeypatch.setattr(losses, "nearest_neighbors", lambda *points: searches.append(0) or search(*points))
    all_terms = block_losses(*arguments, RELEASE, block=1)
    assert len(searches) == 1
    others = block_losses(*arguments, replace(RELEASE, **{term: 0}), block=1)
    assert others == {key: value for key, value in all_terms.items() if key != term}
    searches.clear()
    nothing = {"chamfer": 0.0, "normal": 0.0, "laplacian": 0.0, "edge": 0.0, "move": 0.0}
    alone = block_losses(*arguments, replace(RELEASE, **{**nothing, term: getattr(RELEASE, term)}), block=1)
    assert alone == {term: all_terms[term]}
    assert len(searches) == (term in ("chamfer", "normal"))


def test_same_to_the_last_bit_with_any_number_of_threads() -> None:
    rng = np.random.default_rng(11)
    shape = (8, 5000, 3)  # enough for torch to share the work out
    before, noise = torch.from_numpy(rng.normal(size=shape)).float(), torch.from_numpy(rng.normal(size=shape)).float()
    edges = torch.from_numpy(np.unique(np.sort(rng.integers(0, 5000, (12000, 2))), axis=0))
    results, threads = [], torch.get_num_threads()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            after = (before + 0.1 * noise).requires_grad_()
            terms = block_losses(before, after, noise, before, edges, RELEASE, block=1)
            sum(terms.values()).backward()
            results.append((terms, after.grad))
    finally:
        torch.set_num_threads(threads)
    for terms, gradient in results[1:]:
        assert terms == results[0][0]
        assert torch.equal(gradient, results[0][1])


def test_full_precision_under_autocast() -> None:
    x = {key: value.float() for key, value in drawn(seed=12).items()}
    arguments = x["before"], x["after"], x["surface"], x["normals"], EDGES, RELEASE
    with torch.autocast("cpu", torch.bfloat16):
        lower = block_losses(*arguments, block=1)
    assert lower == block_losses(*arguments, block=1)


def test_small_details_far_from_the_origin() -> None:
    # The network's frame has the mesh 0.8 ahead of the camera with edges of 0.02.
    mesh = 0.02 * BALL + torch.tensor([0, 0, -0.8], dtype=torch.float64)
    single = mesh.float()
    torch.testing.assert_close(
        laplacian_coordinates(single, EDGES),
        laplacian_coordinates(single.double(), EDGES).float(),
        rtol=1e-6,
        atol=3e-9,
    )
