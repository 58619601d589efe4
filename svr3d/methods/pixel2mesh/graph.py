"""Graph convolutions on a fixed mesh, as sparse matrix products over the whole batch.

Features are `Float[V, B, C]`, vertices first: the linear maps then see V·B contiguous rows, and one product of a sparse
matrix [V, V] with a dense one [V, B·C] sums the neighbours of every vertex in every sample, without copying either.

The layers are torch-geometric's `ChebConv` and `GraphConv` in parameters and result, and but for the scale of the sum
in initialisation; how they come to the result differs, since their own message passing goes through an array with a row
per edge and sample.
"""

from __future__ import annotations

import warnings
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from ...errors import InputError

with warnings.catch_warnings():  # of torch.jit, which it still uses
    warnings.simplefilter("ignore", FutureWarning)
    from torch_geometric.nn import ChebConv, GraphConv


class _Product(torch.autograd.Function):
    """matrix @ values, with the transpose at hand for the gradient: autograd would make it anew in each step."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, matrix: Tensor, transposed: Tensor) -> Tensor:
        ctx.matrices = matrix, transposed
        return _product(matrix, values)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]: the decorator makes `ctx` positional
        ctx: Any, gradient: Tensor
    ) -> tuple[Tensor, None, None]:
        return _product(ctx.matrices[1], gradient), None, None


def _product(matrix: Tensor, values: Tensor) -> Tensor:
    """matrix @ values: [N, V] in CSR times [V, K] → [N, K].

    As weighted sums of rows, each added by one thread in the order of the columns: the same result with any number of
    threads, and with wide rows faster on a CPU than torch's product of a sparse matrix.
    """
    return F.embedding_bag(
        matrix.col_indices(),
        values.detach().contiguous(),
        matrix.crow_indices(),
        mode="sum",
        per_sample_weights=matrix.values(),
        include_last_offset=True,
    )


class SparseMap(nn.Module):
    """A constant sparse matrix [N, V] that maps Float[V, B, C] to Float[N, B, C].

    Args:
        matrix: anything that `scipy.sparse.csr_array` takes.
    """

    matrix: Tensor
    transposed: Tensor

    def __init__(self, matrix: Any) -> None:
        from scipy.sparse import csr_array

        super().__init__()
        # Not part of checkpoints: the mesh makes them.
        self.register_buffer("matrix", _to_torch(csr_array(matrix)), persistent=False)
        self.register_buffer("transposed", _to_torch(csr_array(csr_array(matrix).T)), persistent=False)

    def forward(self, values: Tensor) -> Tensor:
        _, *rest = values.shape
        flat = values.reshape(len(values), -1)
        with torch.autocast(flat.device.type, enabled=False):  # sums of a few terms, in the precision of the matrix
            product = _Product.apply(flat.to(self.matrix.dtype), self.matrix, self.transposed)
        return product.to(values.dtype).view(-1, *rest)


def _to_torch(matrix: Any) -> Tensor:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(
            torch.from_numpy(matrix.indptr.astype(np.int64)),
            torch.from_numpy(matrix.indices.astype(np.int64)),
            torch.from_numpy(matrix.data.astype(np.float32)),
            matrix.shape,
            check_invariants=True,
        )


def adjacency(edges: np.ndarray, count: int) -> Any:
    """The symmetric adjacency matrix, SciPy sparse [V, V], of undirected edges Int[E, 2], each given once."""
    from scipy.sparse import csr_array

    i, j = edges.T
    ones = np.ones(2 * len(edges))
    return csr_array((ones, (np.concatenate([i, j]), np.concatenate([j, i]))), shape=(count, count))


def scaled_laplacian(edges: np.ndarray, count: int) -> tuple[Any, float]:
    """L̃ = (2 / λmax) L - 1 with L = 1 - D^-½ A D^-½, and λmax, the largest eigenvalue of L.

    Defferrard, Bresson and Vandergheynst, NeurIPS 2016.
    """
    from scipy.sparse import diags_array, eye_array
    from scipy.sparse.linalg import eigsh

    a = adjacency(edges, count)
    inverse_root = diags_array(1 / np.sqrt(a.sum(axis=1)))
    laplacian = eye_array(count) - inverse_root @ a @ inverse_root
    # The start vector is fixed: ARPACK's own is random, and results must not differ between runs.
    largest = float(eigsh(laplacian, k=1, which="LA", v0=np.cos(np.arange(count)), return_eigenvectors=False)[0])
    return (2 / largest) * laplacian - eye_array(count), largest


def unpooling(edges: np.ndarray, count: int) -> Any:
    """SciPy sparse [V + E, V]: keeps each vertex and puts another at the mean of each edge's ends."""
    from scipy.sparse import csr_array, eye_array, vstack

    rows = np.repeat(np.arange(len(edges)), 2)
    means = csr_array((np.full(2 * len(edges), 0.5), (rows, edges.ravel())), shape=(len(edges), count))
    return vstack([eye_array(count), means])


class ChebyshevConv(ChebConv):
    """x W₀ + L̃ x W₁ + b: the release's layer, a first-order Chebyshev filter. Its operator is `scaled_laplacian`."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, K=2)

    def forward(  # pyright: ignore[reportIncompatibleMethodOverride]: takes an operator in the place of edges
        self, x: Tensor, operator: SparseMap, unpool: SparseMap | None = None
    ) -> Tensor:
        """Float[V, B, in] → Float[V', B, out], where V' is what `unpool`, applied to x first, makes of V."""
        own, near = (cast(Tensor, linear.weight) for linear in self.lins)
        return _convolve(x, own, near, self.bias, operator, unpool)


class SumConv(GraphConv):
    """x_p W₀ + Σ_q x_q W₁ + b over the neighbours q: the paper's layer. Its operator is `adjacency`."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, aggr="add")

    def reset_parameters(self) -> None:
        super().reset_parameters()
        with torch.no_grad():
            # A vertex of a closed mesh has six neighbours in the mean. Their plain sum, at the start as large as six
            # vertices' features, grows from layer to layer: the coordinates of a third block began at 10⁹.
            self.lin_rel.weight.div_(6)

    def forward(  # pyright: ignore[reportIncompatibleMethodOverride]: takes an operator in the place of edges
        self, x: Tensor, operator: SparseMap, unpool: SparseMap | None = None
    ) -> Tensor:
        """Float[V, B, in] → Float[V', B, out], where V' is what `unpool`, applied to x first, makes of V."""
        return _convolve(x, self.lin_root.weight, self.lin_rel.weight, self.lin_rel.bias, operator, unpool)


def _convolve(
    x: Tensor, own: Tensor, near: Tensor, bias: Tensor, operator: SparseMap, unpool: SparseMap | None
) -> Tensor:
    # Linear maps of the channels commute with those of the vertices. They come first, so that unpooling costs a
    # quarter of their work and the neighbours' sum has `out` columns and not `in`.
    result, neighbors = F.linear(x, own, bias), F.linear(x, near)
    if unpool is not None:
        result, neighbors = unpool(result), unpool(neighbors)
    return result.add_(operator(neighbors))


CONVOLUTIONS: dict[str, type[nn.Module]] = {"chebyshev": ChebyshevConv, "sum": SumConv}


def operator_of(convolution: str, edges: np.ndarray, count: int) -> SparseMap:
    """What a kind of convolution sums the neighbours with, on the mesh of these edges.

    Raises:
        InputError: no such kind.
    """
    if convolution not in CONVOLUTIONS:
        raise InputError(f"option 'convolution': expected one of {', '.join(CONVOLUTIONS)}, found {convolution!r}")
    return SparseMap(scaled_laplacian(edges, count)[0] if convolution == "chebyshev" else adjacency(edges, count))
