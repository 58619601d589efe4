"""The part decoder: a sphere that a four-layer MLP deforms after a code."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from ...geometry import Mesh
from ...metrics import chamfer_distance

if TYPE_CHECKING:
    from jaxtyping import Float, Int

LIMITS = "parts of genus 0, one closed surface each"
"""What no deformation of spheres can leave."""


class MeshDecoder(nn.Module):
    """Codes Float[B, C] → the vertices Float[B, V, 3] of a sphere, each deformed by itself, in (-1, 1)³.

    The layers have C + 3, C + 3, (C + 3) / 2, (C + 3) / 4 inputs, as AtlasNet's (Groueix et al., CVPR 2018). The first
    one is computed for the code once and for the template once, and added: the same product as of each vertex beside
    the code, at a fraction of the cost.

    Args:
        code: C.
        subdivisions: of the icosahedron: V = 10 · 4^k + 2.

    Attributes:
        faces: Long[F, 3] of the deformed mesh.
    """

    template: Float[Tensor, "V 3"]
    faces: Int[Tensor, "F 3"]

    def __init__(self, code: int = 1024, subdivisions: int = 4) -> None:
        super().__init__()
        sphere = icosphere(subdivisions)
        self.register_buffer("template", torch.tensor(sphere.vertices, dtype=torch.float32), persistent=False)
        self.register_buffer("faces", torch.tensor(sphere.faces), persistent=False)
        widths = [code + 3, code + 3, (code + 3) // 2, (code + 3) // 4]
        self.first = nn.Linear(code + 3, widths[1])
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for width in widths[1:])
        self.hidden = nn.ModuleList([nn.Linear(widths[1], widths[2]), nn.Linear(widths[2], widths[3])])
        self.last = nn.Linear(widths[3], 3)

    def forward(self, codes: Float[Tensor, "B C"]) -> Float[Tensor, "B V 3"]:
        of_vertices, of_codes = self.first.weight.split([3, codes.shape[1]], dim=1)
        given = codes @ of_codes.T + self.first.bias
        values = (given[:, None] + self.template @ of_vertices.T).flatten(0, 1)  # (B · V, C + 3)
        values = self.norms[0](values).relu()
        for layer, norm in zip(self.hidden, list(self.norms)[1:], strict=True):
            values = norm(layer(values)).relu()
        return self.last(values).tanh().unflatten(0, (len(codes), -1))


def surface_loss(
    vertices: Float[Tensor, "B V 3"], faces: Int[Tensor, "F 3"], surface: Float[Tensor, "B N 3"], count: int
) -> Float[Tensor, ""]:
    """The mean over parts of the Chamfer distance (both directions' mean squared distances, added) between points of
    deformed meshes and of true surfaces; nan where vertices are not finite.

    Args:
        count: points drawn from each deformed mesh; 0 takes its vertices.
    """
    if not vertices.isfinite().all():
        return vertices.sum() * torch.nan
    vertices = vertices.to(surface.dtype)  # from half precision
    return chamfer_distance(points_on(vertices, faces, count) if count else vertices, surface).mean()


def points_on(vertices: Float[Tensor, "B V 3"], faces: Int[Tensor, "F 3"], count: int) -> Float[Tensor, "B n 3"]:
    """Points drawn from meshes of the same faces, uniformly by area, by torch's generator; differentiable in the
    vertices. A mesh without area gives points of any of its faces."""
    corners = vertices.index_select(1, faces.flatten()).unflatten(1, (-1, 3))  # (B, F, 3, 3)
    with torch.no_grad():
        a, b, c = corners.unbind(2)
        areas = torch.linalg.cross(b - a, c - a).norm(dim=-1)
        areas = torch.where(areas.sum(1, keepdim=True) > 0, areas, 1)
        chosen = torch.multinomial(areas, count, replacement=True)  # (B, n)
        s, t = torch.rand(2, len(vertices), count, 1, device=vertices.device)
        s, t = torch.where(s + t > 1, 1 - s, s), torch.where(s + t > 1, 1 - t, t)
    a, b, c = corners.gather(1, chosen[..., None, None].expand(-1, -1, 3, 3)).unbind(2)
    return a + s * (b - a) + t * (c - a)


@lru_cache(maxsize=8)
def icosphere(subdivisions: int) -> Mesh:
    """The unit sphere of 10 · 4^k + 2 vertices; faces look outward."""
    from trimesh.creation import icosphere as create

    sphere = create(subdivisions=subdivisions, radius=1.0)
    return Mesh(np.asarray(sphere.vertices), np.asarray(sphere.faces))
