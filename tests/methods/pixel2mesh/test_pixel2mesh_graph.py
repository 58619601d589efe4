"""Graph convolutions against torch-geometric's own layers and loops over vertices and neighbours."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch_geometric.nn import ChebConv, GraphConv

from svr3d.geometry import InputError
from svr3d.methods.pixel2mesh.ellipsoid import ellipsoid
from svr3d.methods.pixel2mesh.graph import (
    CONVOLUTIONS,
    SparseMap,
    adjacency,
    operator_of,
    scaled_laplacian,
    unpooling,
)

LEVELS = ellipsoid(3).levels


def neighbours(edges: np.ndarray, count: int) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(count)]
    for i, j in edges.tolist():
        found[i].append(j)
        found[j].append(i)
    return found


def dense_laplacian(edges: np.ndarray, count: int) -> np.ndarray:
    """1 - D^-½ A D^-½, entry by entry."""
    near = neighbours(edges, count)
    dense = np.eye(count)
    for i in range(count):
        for j in near[i]:
            dense[i, j] = -1 / np.sqrt(len(near[i]) * len(near[j]))
    return dense


def layer(kind: str, c_in: int = 7, c_out: int = 5) -> torch.nn.Module:
    torch.manual_seed(0)
    made = CONVOLUTIONS[kind](c_in, c_out)
    torch.nn.init.normal_(made.state_dict()["bias" if kind == "chebyshev" else "lin_rel.bias"])
    return made


def features(count: int, batch: int = 3, channels: int = 7) -> Tensor:
    return torch.randn(count, batch, channels, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.count)
@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_equals_the_stock_layer(kind, level):
    ours = layer(kind)
    stock = ChebConv(7, 5, K=2, normalization="sym") if kind == "chebyshev" else GraphConv(7, 5, aggr="add")
    stock.load_state_dict(ours.state_dict())
    x, operator = features(level.count), operator_of(kind, level.edges, level.count)
    directed = torch.from_numpy(np.concatenate([level.edges, level.edges[:, ::-1]]).T.copy())
    extra = {}
    if kind == "chebyshev":
        extra = {"lambda_max": torch.tensor(scaled_laplacian(level.edges, level.count)[1])}
    weight = features(level.count, channels=5)
    results = []
    for run in (lambda x: ours(x, operator), lambda x: stock(x.transpose(0, 1), directed, **extra).transpose(0, 1)):
        free = x.clone().requires_grad_()
        result = run(free)
        (result * weight).sum().backward()
        results.append((result, free.grad))
    torch.testing.assert_close(results[0], results[1], rtol=1e-5, atol=1e-5)
    for (name, mine), other in zip(ours.named_parameters(), stock.parameters(), strict=True):
        scale = float(other.grad.abs().max())
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-5, atol=1e-5 * scale, msg=name)


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_equals_a_loop_over_vertices_and_neighbours(kind):
    level, made = LEVELS[0], layer(kind)
    x = features(level.count)
    state = {name: value.double().numpy() for name, value in made.state_dict().items()}
    if kind == "chebyshev":
        own, near, bias = state["lins.0.weight"], state["lins.1.weight"], state["bias"]
        laplacian = dense_laplacian(level.edges, level.count)
        factor = 2 / np.linalg.eigvalsh(laplacian)[-1]
    else:
        own, near, bias = state["lin_root.weight"], state["lin_rel.weight"], state["lin_rel.bias"]
    table, values = neighbours(level.edges, level.count), x.double().numpy()
    expected = np.empty((level.count, 3, 5))
    for b in range(3):
        for p in range(level.count):
            if kind == "chebyshev":
                total = (factor - 1) * values[p, b] + sum(factor * laplacian[p, q] * values[q, b] for q in table[p])
            else:
                total = sum(values[q, b] for q in table[p])
            expected[p, b] = own @ values[p, b] + near @ total + bias
    found = made(x, operator_of(kind, level.edges, level.count)).detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_unpooling_before_and_after_the_linear_maps_is_the_same(kind):
    coarse, fine = LEVELS[:2]
    made, operator = layer(kind), operator_of(kind, fine.edges, fine.count)
    unpool = SparseMap(unpooling(coarse.edges, coarse.count))
    results = []
    for run in (lambda x: made(x, operator, unpool), lambda x: made(unpool(x), operator)):
        free = features(coarse.count).requires_grad_()
        result = run(free)
        result.square().sum().backward()
        results.append((result, free.grad))
    assert results[0][0].shape == (618, 3, 5)
    torch.testing.assert_close(results[0][0], results[1][0], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(results[0][1], results[1][1], rtol=1e-5, atol=1e-4)


def test_unpooling_is_the_mean_of_both_ends():
    level = LEVELS[0]
    x = features(level.count, channels=4)
    found = SparseMap(unpooling(level.edges, level.count))(x)
    expected = [*x] + [(x[i] + x[j]) / 2 for i, j in level.edges.tolist()]
    torch.testing.assert_close(found, torch.stack(expected), rtol=0, atol=1e-6)


def test_gradient_of_a_sparse_map_by_finite_differences():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(5, 7)) * (rng.random((5, 7)) < 0.5)
    double = SparseMap(matrix).double()  # the buffers too: differences of float32 would show nothing
    x = torch.from_numpy(rng.normal(size=(7, 2, 3))).requires_grad_()
    assert torch.autograd.gradcheck(double, x)
    single = SparseMap(matrix)
    result = single(x)
    assert result.dtype == torch.float64 and result.shape == (5, 2, 3)
    torch.testing.assert_close(result, torch.einsum("nv,vbc->nbc", torch.from_numpy(matrix), x), rtol=1e-5, atol=1e-5)
    # A gradient that is not contiguous, as of a transposed result.
    (single(x).transpose(0, 2) * torch.arange(5.0)).sum().backward()
    expected = torch.from_numpy(matrix.T @ np.arange(5.0))[:, None, None].expand(7, 2, 3)
    torch.testing.assert_close(x.grad, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("level", "published"), [*zip(LEVELS, (1.3548, 1.3410, 1.3354), strict=True)])
def test_scaled_laplacian(level, published):
    operator, largest = scaled_laplacian(level.edges, level.count)
    if level.count < 1000:  # the finest level's eigenvalues would take seconds
        laplacian = dense_laplacian(level.edges, level.count)
        eigenvalues = np.linalg.eigvalsh(laplacian)
        assert largest == pytest.approx(eigenvalues[-1], rel=1e-12)
        scaled = np.linalg.eigvalsh(operator.toarray())
        assert scaled[0] == pytest.approx(-1, abs=1e-12) and scaled[-1] == pytest.approx(1, abs=1e-12)
        expected = 2 / largest * laplacian - np.eye(level.count)
        np.testing.assert_allclose(operator.toarray(), expected, rtol=0, atol=1e-12)
    else:
        # λ - L is positive definite, which a Cholesky factor shows, just where λ lies above all eigenvalues.
        above = np.eye(level.count) * largest - dense_laplacian(level.edges, level.count)
        np.linalg.cholesky(above + 1e-9 * np.eye(level.count))
        with pytest.raises(np.linalg.LinAlgError):
            np.linalg.cholesky(above - 1e-9 * np.eye(level.count))
    np.testing.assert_allclose(operator.diagonal(), 2 / largest - 1)
    # The released mesh has other neighbours, degrees 4 to 8.
    assert 2 / largest == pytest.approx(published, rel=0.02)


def test_adjacency():
    level = LEVELS[0]
    expected = np.zeros((156, 156))
    for i, j in level.edges.tolist():
        expected[i, j] = expected[j, i] = 1
    np.testing.assert_array_equal(adjacency(level.edges, 156).toarray(), expected)


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_mixed_precision_sums_in_single(kind):
    level, made = LEVELS[0], layer(kind)
    operator, x = operator_of(kind, level.edges, level.count), features(level.count).requires_grad_()
    exact = made(x, operator)
    with torch.autocast("cpu", torch.bfloat16):
        result = made(x, operator)
        half = torch.randn(level.count, 2, 3).bfloat16()
        assert torch.equal(operator(half), operator(half.float()).bfloat16())
    assert result.dtype == torch.bfloat16
    torch.testing.assert_close(result.float(), exact, rtol=0.05, atol=0.1)
    result.float().square().sum().backward()
    assert x.grad.dtype == torch.float32 and x.grad.isfinite().all()


def test_operators_are_no_part_of_checkpoints_and_follow_the_module():
    level = LEVELS[0]
    operator = operator_of("chebyshev", level.edges, level.count)
    assert operator.state_dict() == {}
    assert {name for name, _ in operator.named_buffers()} == {"matrix", "transposed"}
    assert operator.double().matrix.dtype == torch.float64
    assert operator.matrix.shape == (156, 156) and operator.matrix.values().numel() == 2 * 462 + 156


def test_the_same_on_each_call():
    level = LEVELS[1]
    made, x = layer("chebyshev"), features(level.count)
    first, second = (operator_of("chebyshev", level.edges, level.count) for _ in range(2))
    assert torch.equal(first.matrix.values(), second.matrix.values())
    assert torch.equal(made(x, first), made(x, second))


@pytest.mark.parametrize("name", ["gat", "", None])
def test_unknown_convolution(name):
    with pytest.raises(InputError, match="option 'convolution': expected one of chebyshev, sum"):
        operator_of(name, LEVELS[0].edges, LEVELS[0].count)
