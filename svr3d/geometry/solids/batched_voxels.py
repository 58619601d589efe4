"""Many meshes to voxels at once, in torch: on the GPU, next to the network that made them.

The same integers as in `voxelize`, on the same lattice, decide which columns a face crosses, and crossings are added up
as integers: the result does not depend on the device, nor on the order in which a GPU adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import InputError
from ..shapes.mesh import Mesh
from .outward import outward
from .voxelize import checked_resolution

if TYPE_CHECKING:
    import torch
    from jaxtyping import Bool, Float, Int

PAIRS = 1 << 21
"""Pairs of face and column that are looked at in one go (about 0.5 GB)."""

VOXELS = 1 << 26
"""Voxels of one group of meshes (4 bytes each)."""


def voxelize_batch(
    vertices: Float[torch.Tensor, "b v 3"], faces: Int[torch.Tensor, "*b f 3"], resolution: int = 32
) -> Bool[torch.Tensor, "b r r r"]:
    """The solids that meshes (canonical frame) bound, over [-0.5, 0.5]³, on the device of `vertices`.

    A closed mesh gets the voxels of `voxelize` by the rule `centers`. Faces that look into the solid are turned before,
    as there (`outward`, on the CPU, of the meshes in which a centre's winding number is negative or which have a
    boundary). Around a mesh with a boundary (some edge is not run along as often one way as the other, vertices at
    the same place counting as one) a voxel is inside where at least four of the six directions ±x, ±y, ±z say so;
    `voxelize` asks for the winding number there. No gradient passes.

    Args:
        vertices: Float[B, V, 3]; rows that no face names may hold anything.
        faces: Int[B, F, 3], indices into the mesh's own vertices, with rows of -1 where a mesh has fewer faces than
            others (the padding of PyTorch3D), or Int[F, 3] for all meshes.

    Returns:
        Bool[B, R, R, R], x, y, z order.

    Raises:
        InputError: wrong shapes, a face that names a vertex which does not exist, a mesh that is not finite, or
            `resolution` is not between 1 and 1024.
    """
    import torch

    resolution = checked_resolution(resolution)
    with torch.no_grad():
        vertices, faces = _checked(vertices, faces)
        occupancy = torch.zeros((len(vertices), *(resolution,) * 3), dtype=torch.bool, device=vertices.device)
        if not faces.shape[1]:
            return occupancy
        group = max(1, VOXELS // resolution**3)
        for start in range(0, len(vertices), group):
            some = slice(start, start + group)
            occupancy[some] = _voxels(vertices[some], faces[some], resolution)
        return occupancy


def _checked(vertices: torch.Tensor, faces: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Float64[B, V, 3] and Int64[B, F, 3]; what pads names a point of its own mesh three times."""
    import torch

    if not (
        torch.is_tensor(vertices) and vertices.is_floating_point() and vertices.ndim == 3 and vertices.shape[2] == 3
    ):
        raise InputError(f"vertices of a batch: expected a tensor Float[B, V, 3], found {_described(vertices)}")
    if not torch.is_tensor(faces) or faces.is_floating_point() or faces.is_complex() or faces.dtype == torch.bool:
        raise InputError(f"faces of a batch: expected a tensor Int[B, F, 3] or Int[F, 3], found {_described(faces)}")
    if faces.ndim == 2:
        faces = faces.expand(len(vertices), *faces.shape)
    if faces.ndim != 3 or faces.shape[2] != 3 or len(faces) != len(vertices):
        expected = f"[{len(vertices)}, F, 3] or [F, 3]"
        raise InputError(f"faces of a batch: expected shape {expected}, found {list(faces.shape)}")
    vertices, faces = vertices.detach().double(), faces.to(vertices.device, torch.int64)
    padding = (faces == -1).all(dim=2, keepdim=True)
    wrong = ((faces < 0) | (faces >= vertices.shape[1])) & ~padding
    if wrong.any():
        mesh, face, _ = wrong.nonzero()[0].tolist()
        named = faces[mesh, face].tolist()
        raise InputError(
            f"face {face} of mesh {mesh} names vertices {named}, but there are {vertices.shape[1]} vertices"
        )
    if not vertices.shape[1] or not faces.shape[1]:
        return vertices, faces[:, :0]
    # the highest vertex in use; a mesh without faces becomes one point
    spare = faces.amax(dim=(1, 2)).clamp(min=0)[:, None, None]
    faces = torch.where(padding, spare, faces)
    vertices = torch.where(padding.all(dim=1)[:, :, None], torch.zeros_like(vertices), vertices)
    finite = torch.isfinite(_corners(vertices, faces)).flatten(1).all(dim=1)
    if not finite.all():
        raise InputError(f"cannot voxelise mesh {int((~finite).nonzero()[0])} of the batch: it has non-finite vertices")
    return vertices, faces


def _described(value: Any) -> str:
    return f"{value.dtype}{list(value.shape)}" if hasattr(value, "shape") else type(value).__name__


def _corners(values: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
    """`values` [B, V, D] at the corners of faces Int[B, F, 3]: [B, F, 3, D]."""
    index = faces.reshape(len(faces), -1, 1).expand(-1, -1, values.shape[2])
    return values.gather(1, index).reshape(*faces.shape, values.shape[2])


def _voxels(vertices: torch.Tensor, faces: torch.Tensor, resolution: int) -> torch.Tensor:
    """Bool[B, R, R, R]."""
    inside, sure = _by_winding(vertices, faces, resolution)
    doubted = (~sure).nonzero()[:, 0].tolist()
    turned = {mesh: found for mesh in doubted if (found := _turned(vertices[mesh], faces[mesh])) is not None}
    if turned:
        import torch

        which = list(turned)
        inside[which] = _by_winding(vertices[which], torch.stack(list(turned.values())), resolution)[0]
    return inside


def _turned(vertices: torch.Tensor, faces: torch.Tensor) -> torch.Tensor | None:
    """The faces Int[F, 3] of one mesh with those turned that look into its solid; None if there are none."""
    import torch

    mesh, inside_out = outward(Mesh(vertices.cpu().numpy(), faces.cpu().numpy()))
    return torch.from_numpy(mesh.faces).to(faces.device) if inside_out else None


def _by_winding(vertices: torch.Tensor, faces: torch.Tensor, resolution: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Bool[B, R, R, R], what is inside by the faces as they are; and Bool[B], where no winding number contradicts."""
    import torch

    triangles = _corners(vertices, faces)
    closed = _is_closed(vertices, faces)
    sure = closed.clone()
    inside = torch.empty((len(vertices), *(resolution,) * 3), dtype=torch.bool, device=vertices.device)
    if closed.any():
        winding = _winding(triangles[closed], 0, resolution)[:, :-1]
        inside[closed], sure[closed] = winding >= 1, (winding >= 0).flatten(1).all(dim=1)
    if not closed.all():
        votes = torch.zeros_like(inside[~closed], dtype=torch.int8)
        for axis in range(3):
            winding = _winding(triangles[~closed], axis, resolution)
            # axes (w, u, v) back to (x, y, z)
            back = [1 + (place - axis) % 3 for place in range(3)]
            below, left = winding[:, :-1], winding[:, -1:]
            votes += (below >= 1).permute(0, *back)
            votes += (below - left >= 1).permute(0, *back)
        inside[~closed] = votes >= 4
    return inside, sure


def _is_closed(vertices: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
    """Bool[B]: `surface._balance.is_balanced`, in signed integers that wrap around."""
    import torch

    def shifted(x: torch.Tensor, bits: int) -> torch.Tensor:
        return (x >> bits) & ((1 << (64 - bits)) - 1)

    def signed(constant: int) -> int:
        return constant - (1 << 64)

    bits = (vertices + 0.0).view(torch.int64)
    hashed = torch.zeros_like(bits[..., 0])
    for e in range(3):
        hashed = (hashed + bits[..., e]) * signed(0xBF58476D1CE4E5B9)
        hashed = hashed ^ shifted(hashed, 29)
    x = hashed * signed(0x94D049BB133111EB)
    x = x ^ shifted(x, 32)
    y = x * signed(0x9E3779B97F4A7C15)
    y = y ^ shifted(y, 31)
    y = y * signed(0xD6E8FEB86659FD93)
    corners = _corners(torch.stack([x, y], dim=-1), faces)
    b, c = corners[:, :, 1] - corners[:, :, 0], corners[:, :, 2] - corners[:, :, 0]
    return (b[..., 0] * c[..., 1] - c[..., 0] * b[..., 1]).sum(dim=1) == 0


def _winding(triangles: torch.Tensor, axis: int, resolution: int) -> torch.Tensor:
    """Int[B, R + 1, R, R] (batch, w, u, v): entries minus exits before each centre along `axis`, and in all."""
    import torch

    from ._crossings import DEPTH_STEPS, LATTICE, SUBDIVISION

    count = resolution
    u, v = (axis + 1) % 3, (axis + 2) % 3
    # the lattice of `voxelize`, mesh by mesh
    reach = count * triangles.abs().amax(dim=(1, 2, 3)).clamp(min=0.5)
    half = ((LATTICE / (2 * reach)).long() // SUBDIVISION).clamp(min=1) * SUBDIVISION
    scaled = (triangles * count) * (2 * half).double()[:, None, None, None]
    lattice = scaled.clamp(-LATTICE, LATTICE).round().long()
    depth = (triangles[..., axis] * count + count / 2).reshape(-1, 3)  # (B * F, 3)
    mesh = torch.arange(len(triangles), device=triangles.device).repeat_interleave(triangles.shape[1])
    step, first = (2 * half)[mesh], ((count - 1) * half)[mesh]

    low, size = [], []
    for w in (u, v):
        least, most = lattice[..., w].amin(dim=2).reshape(-1), lattice[..., w].amax(dim=2).reshape(-1)
        low.append((-torch.div(-(least + first), step, rounding_mode="floor")).clamp(min=0))
        high = torch.div(most + first, step, rounding_mode="floor").clamp(max=count - 1)
        size.append((high - low[-1] + 1).clamp(min=0))
    lattice = lattice.reshape(-1, 3, 3)[..., [u, v]]  # (B * F, 3, 2)
    columns = size[0] * size[1]
    end = columns.cumsum(0)
    pairs = int(end[-1])
    winding = torch.zeros(len(triangles) * (count + 1) * count**2, dtype=torch.int32, device=triangles.device)
    for start in range(0, pairs, PAIRS):
        pair = torch.arange(start, min(start + PAIRS, pairs), device=triangles.device)
        face = torch.searchsorted(end, pair, right=True)
        within = pair - (end[face] - columns[face])
        i = low[0][face] + torch.div(within, size[1][face], rounding_mode="floor")
        j = low[1][face] + within % size[1][face]
        point = torch.stack([i, j], dim=1) * step[face, None] - first[face, None]
        corner = lattice[face].unbind(dim=1)
        sides = [_side(corner[n], corner[(n + 1) % 3], point) for n in range(3)]
        area = sides[0] + sides[1] + sides[2]
        left = [_is_left(sides[n], corner[n], corner[(n + 1) % 3]) for n in range(3)]
        hit = ((left[0] == left[1]) & (left[0] == left[2]) & (area != 0)).nonzero()[:, 0]
        ab, bc, ca = (side[hit].double() for side in sides)
        face, i, j, area = face[hit], i[hit], j[hit], area[hit]
        a, b, c = depth[face].unbind(dim=1)
        d = (bc * a + ca * b + ab * c) / area
        d = (d.clamp(-2.0, count + 2.0) * DEPTH_STEPS + 0.5).floor() / DEPTH_STEPS
        k = (d - 0.5).ceil().long().clamp(0, count)
        at = ((mesh[face] * (count + 1) + k) * count + i) * count + j
        winding.index_add_(0, at, torch.where(area > 0, -1, 1).int())
    return winding.view(len(triangles), count + 1, count, count).cumsum(dim=1, dtype=torch.int32)


def _side(a: torch.Tensor, b: torch.Tensor, p: torch.Tensor) -> torch.Tensor:
    """`_crossings._side`, of tensors Int[N, 2]."""
    return (b[:, 0] - a[:, 0]) * (p[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (p[:, 0] - a[:, 0])


def _is_left(side: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """`_crossings._is_left`, of tensors."""
    import torch

    on_edge = torch.where(a[:, 1] != b[:, 1], b[:, 1] < a[:, 1], b[:, 0] > a[:, 0])
    return torch.where(side != 0, side > 0, on_edge)
