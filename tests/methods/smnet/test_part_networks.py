"""The part autoencoder: shapes and closed counts at full width, the first layer against its definition, points and
losses against closed forms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from svr3d.geometry import Mesh, genus, is_watertight
from svr3d.methods.smnet.mesh_decoder import MeshDecoder, icosphere, points_on, surface_loss
from svr3d.methods.smnet.options import SMNetOptions
from svr3d.methods.smnet.part_network import PartNetwork
from svr3d.methods.smnet.point_encoder import PointEncoder
from svr3d.methods.smnet.voxel_decoder import VoxelDecoder, own_voxels, voxel_surface

CUBE = Mesh(
    [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)],
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]]
    + [[2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]],
)


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def layers(widths: list[int], norm: bool = True) -> int:
    """Of linear layers one after the other, each with a batch norm."""
    return sum((a + 1) * b + (2 * b if norm else 0) for a, b in itertools.pairwise(widths))


def test_published_widths():
    """PointNet 3 → 64 → 128 → 1024 → 1024 → 1024, and AtlasNet's 1027 → 1027 → 513 → 256 → 3."""
    encoder, decoder = PointEncoder(), MeshDecoder()
    assert count(encoder) == layers([3, 64, 128, 1024, 1024, 1024])
    assert count(decoder) == layers([1027, 1027, 513, 256]) + 256 * 3 + 3
    with torch.no_grad():
        codes = encoder.eval()(torch.rand(2, 50, 3))
        assert codes.shape == (2, 1024) and decoder.eval()(codes).shape == (2, 2562, 3)
    assert decoder.faces.shape == (5120, 3)


def test_the_order_of_points_does_not_matter():
    encoder, points = PointEncoder(32, 0.25).eval(), torch.rand(2, 40, 3)
    with torch.no_grad():
        torch.testing.assert_close(encoder(points), encoder(points[:, torch.randperm(40)]))


def test_the_first_layer_is_that_of_vertices_beside_codes():
    """As defined: each vertex beside the code goes through a plain MLP."""
    torch.manual_seed(0)
    decoder, codes = MeshDecoder(16, 1).eval(), torch.randn(3, 16)
    plain = nn.Sequential(
        *[decoder.first, decoder.norms[0], nn.ReLU(), decoder.hidden[0], decoder.norms[1], nn.ReLU()],
        *[decoder.hidden[1], decoder.norms[2], nn.ReLU(), decoder.last, nn.Tanh()],
    )
    with torch.no_grad():
        found = decoder(codes)
        for code, vertices in zip(codes, found, strict=True):
            given = torch.cat([decoder.template, code.expand(len(decoder.template), -1)], 1)
            torch.testing.assert_close(plain(given), vertices, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("subdivisions", "vertices"), [(0, 12), (1, 42), (2, 162), (3, 642), (4, 2562)])
def test_template(subdivisions, vertices):
    sphere = icosphere(subdivisions)
    assert sphere.vertices.shape == (vertices, 3) and len(sphere.faces) == 2 * vertices - 4
    np.testing.assert_allclose(np.linalg.norm(sphere.vertices, axis=1), 1)
    assert is_watertight(sphere) and genus(sphere) == 0
    assert 0.6 * 4 / 3 * np.pi < sphere.volume < 4 / 3 * np.pi  # outward


def test_points_lie_on_the_surface_evenly():
    torch.manual_seed(0)
    size = torch.tensor([1.0, 2.0, 3.0])
    vertices = torch.tensor(CUBE.vertices, dtype=torch.float32)[None] * size
    points = points_on(vertices, torch.tensor(CUBE.faces), 20_000)[0]
    on = (points.abs() < 1e-5) | ((points - size).abs() < 1e-5)
    assert on.any(1).all() and (points > -1e-5).all() and (points < size + 1e-5).all()
    areas = torch.tensor([6.0, 3.0, 2.0]) / 11
    np.testing.assert_allclose(on.float().mean(0), areas, atol=0.01)


def test_gradient_of_points_by_differences():
    """Moving a vertex moves the points as the gradient says: points are linear in the vertices for the same draw."""
    faces = torch.tensor(icosphere(0).faces)
    vertices = torch.randn(2, 12, 3, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 30, 3, dtype=torch.float64)

    def total(moved: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(3)
        return (points_on(moved, faces, 30) * weight).sum()

    (gradient,) = torch.autograd.grad(total(vertices), vertices)
    moved = 1e-7 * torch.randn_like(vertices)
    expected = float(total(vertices.detach() + moved) - total(vertices.detach()))
    assert expected == pytest.approx(float((gradient * moved).sum()), rel=1e-4)


def test_a_mesh_without_area_and_one_that_is_not_finite():
    faces = torch.tensor(icosphere(0).faces)
    flat = torch.ones(1, 12, 3)
    torch.testing.assert_close(points_on(flat, faces, 5), torch.ones(1, 5, 3))
    assert surface_loss(flat * torch.nan, faces, torch.zeros(1, 4, 3), 5).isnan()


def test_surface_loss_of_a_shrunk_sphere():
    """A point at the origin is 0.5 from a sphere of that radius, and so is every point of it: 2 · 0.25."""
    sphere = icosphere(3)
    vertices = 0.5 * torch.tensor(sphere.vertices, dtype=torch.float32)[None]
    faces = torch.tensor(sphere.faces)
    assert float(surface_loss(vertices, faces, torch.zeros(1, 1, 3), 0)) == pytest.approx(0.5, rel=1e-5)
    assert float(surface_loss(vertices, faces, torch.zeros(1, 1, 3), 500)) == pytest.approx(0.5, rel=0.02)


# The rival


def test_voxel_decoder_shapes_and_count():
    """256 channels at 4³ from a code of 1,024, halved at each doubling: 32 channels at 32³."""
    decoder = VoxelDecoder()
    expected = 1025 * 256 * 64 + 2 * 256 + sum(64 * a * b + 2 * b for a, b in ((256, 128), (128, 64), (64, 32))) + 33
    assert count(decoder) == expected
    small = VoxelDecoder(32, 16)
    with torch.no_grad():
        assert small(torch.rand(2, 32)).shape == (2, 16, 16, 16)


@pytest.mark.parametrize(("fit", "filled"), [("sides", 16**3), ("longest", 16 * 16 * 4)])
def test_voxels_of_a_board_in_its_box(fit, filled):
    """A board of a quarter of its other sides fills its own box, or a quarter of it."""
    board = Mesh(CUBE.vertices * [0.4, 0.1, 0.4] + [0.3, -0.2, 0.1], CUBE.faces)
    assert own_voxels(board, 16, fit).sum() == filled


def test_voxel_surface():
    grid = np.zeros((16, 16, 16), np.float32)
    grid[4:12, 4:12, 4:12] = 1
    mesh = voxel_surface(grid)
    np.testing.assert_allclose(mesh.bounds, [[-0.25] * 3, [0.25] * 3], atol=1e-6)
    assert is_watertight(mesh) and mesh.volume > 0
    assert voxel_surface(np.zeros((16, 16, 16), np.float32)).is_empty


@torch.no_grad()
def test_decoded_surfaces_look_outward():
    """Whichever way the decoder turns its sphere, by the volume that the divergence theorem gives."""
    network = PartNetwork(SMNetOptions(code=64, subdivisions=1)).eval()
    codes = torch.randn(6, 64, generator=torch.Generator().manual_seed(0))
    plain = network.surfaces(codes)
    network.decoder.last.weight[0].neg_()  # mirrored: every surface is turned inside out
    network.decoder.last.bias[0].neg_()
    mirrored = network.surfaces(codes)
    for mesh in (*plain, *mirrored):
        a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
        assert np.einsum("ij,ij->", a, np.cross(b, c)) >= 0
    flipped = [np.array_equal(one.faces[0], other.faces[0][::-1]) for one, other in zip(plain, mirrored, strict=True)]
    assert all(flipped)
