"""Pixel2Mesh's network against the published layers, and against its equations written out in loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch_geometric.nn import ChebConv, GraphConv

from svr3d.datasets.box_objects import box_camera
from svr3d.geometry import Camera, InputError
from svr3d.methods.pixel2mesh.ellipsoid import PAPER_RADII, RELEASE_RADII, ellipsoid
from svr3d.methods.pixel2mesh.network import Deformation, Pixel2MeshNetwork
from svr3d.methods.view import View

COUNTS = [156, 618, 2466]
PAPER = {
    "image_network_name": "vgg16",
    "convolution": "sum",
    "hidden": 128,
    "coordinates": False,
    "narrow": False,
    "radii": PAPER_RADII,
}
SMALL = {"width": 0.25, "hidden": 16, "units": 1}


def network(seed: int = 0, **options: object) -> Pixel2MeshNetwork:
    torch.manual_seed(seed)
    return Pixel2MeshNetwork(**options).eval()


def view(count: int = 2, size: int = 224, frame: str = "viewer") -> View:
    return View.of(Camera.stack([box_camera(seed, 0, size) for seed in range(count)]).to_torch(), frame)


def images(count: int = 2, size: int = 224) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
def deformations(made: Pixel2MeshNetwork, size: int = 64, frame: str = "viewer") -> list[Deformation]:
    return made(images(size=size), view(size=size, frame=frame))


# Layers


def graph_convolutions(block: nn.Module) -> list[tuple[int, int]]:
    """In and out channels of each, in the order in which they are made."""
    kinds = [module for module in block.modules() if isinstance(module, ChebConv | GraphConv)]
    return [(kind.in_channels, kind.out_channels) for kind in kinds]


@pytest.mark.parametrize(
    ("options", "inputs", "hidden", "last"),
    [
        ({}, [963, 963 + 256, 963 + 256], 256, [(256, 128), (128, 3)]),
        (PAPER, [1283, 1408, 1408], 128, [(128, 3)]),
    ],
    ids=["release", "paper"],
)
def test_published_layers(options, inputs, hidden, last):
    made = network(**options)
    plain = [(hidden, hidden)] * 12
    expected = [
        [(inputs[0], hidden), *plain, (hidden, 3)],
        [(inputs[1], hidden), *plain, (hidden, 3)],
        [(inputs[2], hidden), *plain, *last],
    ]
    assert [graph_convolutions(block) for block in made.blocks] == expected
    for block, layers in zip(made.blocks, expected, strict=True):
        # Two matrices and a bias each.
        assert sum(p.numel() for p in block.parameters()) == sum(2 * i * o + o for i, o in layers)
    count = sum(len(layers) for layers in expected)
    assert count == (42 if options else 43)
    assert sum(p.numel() for p in made.parameters()) == sum(
        p.numel() for part in (made.image_network, made.blocks) for p in part.parameters()
    )
    assert {name.split(".")[0] for name in made.state_dict()} == {"image_network", "blocks"}


@pytest.mark.parametrize("options", [SMALL, {**SMALL, "convolution": "sum", "narrow": False, "coordinates": False}])
def test_vertices_of_the_blocks(options):
    made = network(**options)
    found = deformations(made)
    assert [mesh.after.shape for mesh in found] == [(2, count, 3) for count in COUNTS]
    assert [mesh.before.shape for mesh in found] == [(2, count, 3) for count in COUNTS]
    assert [mesh.behind.shape for mesh in found] == [(2, 156), (2, 156), (2, 618)]
    assert not any(mesh.behind.any() for mesh in found)
    for number, (level, expected) in enumerate(zip(made.levels, ellipsoid(3).levels, strict=True)):
        np.testing.assert_array_equal(level.faces, expected.faces)
        np.testing.assert_array_equal(made.edges(number), expected.edges)
    # Each block starts from the last one's vertices and the middles of their edges.
    start = torch.tensor(ellipsoid(3).vertices).float()
    torch.testing.assert_close(found[0].before, start.expand(2, -1, -1))
    for number in (1, 2):
        coarse, (i, j) = found[number - 1].after, made.edges(number - 1).T
        expected = torch.cat([coarse, (coarse[:, i] + coarse[:, j]) / 2], dim=1)
        torch.testing.assert_close(found[number].before, expected, rtol=0, atol=1e-6)
    again = deformations(made)
    assert all(torch.equal(a.after, b.after) for a, b in zip(found, again, strict=True))


# The equations in loops


def pooled(maps: list[tuple[np.ndarray, float, float]], column: float, row: float) -> np.ndarray:
    """Bilinear interpolation of each map [C, H, W] at one point of the image."""
    found = []
    for values, stride, origin in maps:
        _, height, width = values.shape
        x = min(max((column - origin) / stride, 0), width - 1)
        y = min(max((row - origin) / stride, 0), height - 1)
        left, top = min(int(x), width - 2), min(int(y), height - 2)
        u, v = x - left, y - top
        found.append(
            (1 - v) * ((1 - u) * values[:, top, left] + u * values[:, top, left + 1])
            + v * ((1 - u) * values[:, top + 1, left] + u * values[:, top + 1, left + 1])
        )
    return np.concatenate(found)


class LoopMesh:
    """A level's neighbours, and the sums over them that a convolution takes."""

    def __init__(self, edges: np.ndarray, count: int, chebyshev: bool) -> None:
        self.edges, self.count, self.chebyshev = edges.tolist(), count, chebyshev
        self.near: list[list[int]] = [[] for _ in range(count)]
        for i, j in self.edges:
            self.near[i].append(j)
            self.near[j].append(i)
        if chebyshev:
            laplacian = np.eye(count)
            for p in range(count):
                for q in self.near[p]:
                    laplacian[p, q] = -1 / np.sqrt(len(self.near[p]) * len(self.near[q]))
            self.laplacian, self.factor = laplacian, 2 / np.linalg.eigvalsh(laplacian)[-1]

    def convolve(self, x: np.ndarray, own: np.ndarray, near: np.ndarray, bias: np.ndarray) -> np.ndarray:
        total = np.zeros_like(x)
        for p in range(self.count):
            if self.chebyshev:
                total[p] = (self.factor - 1) * x[p]
            for q in self.near[p]:
                total[p] += (self.factor * self.laplacian[p, q] if self.chebyshev else 1) * x[q]
        return x @ own.T + total @ near.T + bias

    def unpool(self, x: np.ndarray) -> np.ndarray:
        return np.concatenate([x, [(x[i] + x[j]) / 2 for i, j in self.edges]])


def by_loops(made: Pixel2MeshNetwork, images: torch.Tensor, focal: float, *, chebyshev: bool) -> list[np.ndarray]:
    """Each block's vertices for one image and a camera 0.8 from the object, in its axes: x right, y up, z back."""
    side = images.shape[-1]
    with torch.no_grad():
        maps = [(m.values[0].double().numpy(), m.stride, m.origin) for m in made.image_network(images)]
    state = {name: value.double().numpy() for name, value in made.state_dict().items()}
    names = ("lins.0.weight", "lins.1.weight", "bias")
    if not chebyshev:
        names = ("lin_root.weight", "lin_rel.weight", "lin_rel.bias")
    shape = ellipsoid(len(made.blocks))
    vertices, hidden, found = shape.vertices, None, []
    meshes = [LoopMesh(level.edges, level.count, chebyshev) for level in shape.levels]
    for number, mesh in enumerate(meshes):

        def convolve(x: np.ndarray, layer: str, mesh: LoopMesh = mesh, number: int = number) -> np.ndarray:
            return mesh.convolve(x, *(state[f"blocks.{number}.{layer}.{name}"] for name in names))

        rows = []
        for x, y, z in vertices:
            z = z - 0.8
            rows.append(pooled(maps, focal * x / -z + side / 2, focal * y / z + side / 2))
        parts = [np.array(rows)]
        if number == 0 or made.with_coordinates:
            parts.append(vertices)
        if number:
            parts.append(hidden)
        x = np.concatenate(parts, axis=1)
        if number:
            x, vertices = meshes[number - 1].unpool(x), meshes[number - 1].unpool(vertices)
        x = np.maximum(convolve(x, "enter"), 0)
        for unit in range(len(made.blocks[number].units)):
            y = np.maximum(convolve(x, f"units.{unit}.first"), 0)
            y = np.maximum(convolve(y, f"units.{unit}.second"), 0)
            x = 0.5 * (x + y)
        hidden = x
        if made.blocks[number].narrow is not None:
            x = np.maximum(convolve(x, "narrow"), 0)
        vertices = convolve(x, "coordinates")
        found.append(vertices)
    return found


@pytest.mark.parametrize(
    ("options", "size"),
    [({}, 224), ({**PAPER, "image_network_name": "strided", "hidden": 32, "blocks": 2, "radii": RELEASE_RADII}, 64)],
    ids=["release", "paper"],
)
def test_forward_against_loops(options, size):
    made = network(**options)
    with torch.no_grad():  # biases that are not 0, and coordinates about as large as the ellipsoid's
        for name, parameter in made.blocks.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(std=0.05)
    chebyshev = "convolution" not in options
    expected = by_loops(made, images(1, size), 35 / 32 * size, chebyshev=chebyshev)
    with torch.no_grad():
        found = made(images(1, size), view(1, size))
    assert len(found) == len(expected) == len(made.blocks)
    for mesh, reference in zip(found, expected, strict=True):
        scale = np.abs(reference).max()
        assert reference.std(axis=0).min() > 1e-3 * scale
        np.testing.assert_allclose(mesh.after[0], reference, rtol=0, atol=1e-5 * scale)


# Options


@pytest.mark.parametrize("options", [{}, PAPER], ids=["release", "paper"])
def test_new_network_starts_with_coordinates_of_the_objects_size(options):
    """With neighbours' sums as torch-geometric starts them, the paper's third block began at 10⁹."""
    for mesh in deformations(network(**options), size=64):
        assert 0.001 < float(mesh.after.abs().max()) < 3


def test_without_shortcuts():
    made = network(**SMALL)
    plain = network(**SMALL, residual=False)
    plain.load_state_dict(made.state_dict())
    unit = made.blocks[0].units[0]
    x, operator = torch.rand(156, 2, 16), made.operators[0]
    inner = unit.second(unit.first(x, operator).relu(), operator).relu()
    torch.testing.assert_close(unit(x, operator), (x + inner) / 2)
    torch.testing.assert_close(plain.blocks[0].units[0](x, operator), inner)
    assert not torch.equal(deformations(made)[0].after, deformations(plain)[0].after)


@pytest.mark.parametrize("offsets", [False, True])
def test_without_unpooling_all_blocks_have_the_finest_mesh(offsets):
    made = network(**SMALL, unpool=False, offsets=offsets)
    found = deformations(made)
    assert [mesh.after.shape[1] for mesh in found] == [2466] * 3
    finest = ellipsoid(3).levels[-1]
    for number in range(3):
        np.testing.assert_array_equal(made.edges(number), finest.edges)
        np.testing.assert_array_equal(made.levels[number].faces, finest.faces)
    start = list(ellipsoid(3).vertices)
    for level in ellipsoid(3).levels[:-1]:
        start += [(start[i] + start[j]) / 2 for i, j in level.edges]
    torch.testing.assert_close(found[0].before[1], torch.from_numpy(np.array(start)).float())
    assert torch.equal(found[1].before, found[0].after) and torch.equal(found[2].before, found[1].after)
    assert [tuple(layers[0]) for layers in map(graph_convolutions, made.blocks)] == [
        (243, 16),
        (243 + 16, 16),
        (243 + 16, 16),
    ]


@pytest.mark.parametrize("blocks", [1, 2, 3, 4])
def test_blocks(blocks):
    made = network(**SMALL, blocks=blocks)
    assert [mesh.after.shape[1] for mesh in deformations(made)] == [156, 618, 2466, 9858][:blocks]
    assert [block.narrow is not None for block in made.blocks] == [False] * (blocks - 1) + [True]


@pytest.mark.parametrize(("coordinates", "inputs"), [(True, [243, 259, 259]), (False, [243, 256, 256])])
def test_coordinates_beside_later_features(coordinates, inputs):
    made = network(**SMALL, coordinates=coordinates)
    assert [graph_convolutions(block)[0][0] for block in made.blocks] == inputs
    assert all(mesh.after.isfinite().all() for mesh in deformations(made))


@pytest.mark.parametrize("unpool", [True, False])
@pytest.mark.parametrize("radii", [RELEASE_RADII, PAPER_RADII])
def test_offsets_of_zero_leave_the_ellipsoid(radii, unpool):
    made = network(**SMALL, offsets=True, unpool=unpool, radii=radii)
    for block in made.blocks:
        for parameter in block.coordinates.parameters():
            nn.init.zeros_(parameter)
    vertices = list(ellipsoid(3, radii).vertices.astype(np.float32))
    for level, mesh in zip(ellipsoid(3).levels, deformations(made), strict=True):
        assert torch.equal(mesh.after, mesh.before)
        if unpool:
            torch.testing.assert_close(mesh.after[1], torch.from_numpy(np.array(vertices)), rtol=0, atol=1e-7)
            vertices += [(vertices[i] + vertices[j]) / 2 for i, j in level.edges]
    assert torch.equal(deformations(made)[0].after[0, :156], made.initial[:156])


def test_offsets_are_added_to_the_mesh_that_enters():
    made, absolute = network(**SMALL, offsets=True, blocks=1), network(**SMALL, blocks=1)
    absolute.load_state_dict(made.state_dict())
    moved, found = deformations(made)[0], deformations(absolute)[0]
    torch.testing.assert_close(moved.after, moved.before + found.after)


@pytest.mark.parametrize("frame", ["viewer", "canonical"])
def test_samples_do_not_see_each_other(frame):
    made, seen = network(**SMALL), view(3, 64, frame)
    pictures = images(3, 64)
    with torch.no_grad():
        expected = made(pictures, seen)
        pictures[1] = torch.nan
        found = made(pictures, seen)
    for a, b in zip(expected, found, strict=True):
        assert torch.equal(a.after[[0, 2]], b.after[[0, 2]])
        assert b.after[1].isnan().all()


def test_every_weight_is_trained():
    made = network(**SMALL)
    for mesh in (found := made(images(size=64), view(size=64))):
        assert mesh.after.dtype == torch.float32
    sum(mesh.after.square().sum() for mesh in found).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in made.parameters())
    assert all((p.grad != 0).any() for name, p in made.blocks.named_parameters())


def test_mixed_precision():
    made = network(**SMALL)
    exact = deformations(made)
    with torch.autocast("cpu", torch.bfloat16):
        found = made(images(size=64), view(size=64))
    for a, b in zip(exact, found, strict=True):
        assert b.after.dtype == b.before.dtype == torch.float32
        torch.testing.assert_close(a.after, b.after, rtol=0.1, atol=0.05)
    sum(mesh.after.square().sum() for mesh in found).backward()
    assert all(p.grad.isfinite().all() for p in made.parameters())


def test_operators_are_shared_by_blocks_on_one_mesh():
    made = network(**SMALL, unpool=False)
    assert len({id(operator) for operator in made.operators}) == 1
    assert len({id(operator) for operator in network(**SMALL).operators}) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"blocks": 0}, "option 'blocks': expected a whole number from 1, found 0"),
        ({"blocks": 2.0}, "option 'blocks': .* found 2.0"),
        ({"units": 0}, "option 'units': .* found 0"),
        ({"units": True}, "option 'units': .* found True"),
        ({"hidden": -3}, "option 'hidden': .* found -3"),
        ({"hidden": 1}, "option 'hidden': expected a whole number from 2, found 1"),
        ({"hidden": "64"}, "option 'hidden': .* found '64'"),
        ({"convolution": "gat"}, "option 'convolution': expected one of chebyshev, sum, found 'gat'"),
        ({"image_network_name": "resnet"}, "option 'image_network': expected strided or vgg16, found 'resnet'"),
        ({"image_network_name": "vgg16", "width": 0.5}, "option 'width'"),
        ({"radii": (0.1, 0.2)}, "radii .* expected three positive finite numbers"),
        ({"radii": (0.1, 0.2, 0.0)}, "radii .* expected three positive finite numbers"),
        ({"radii": 0.2}, "radii .* expected three positive finite numbers"),
    ],
)
def test_invalid_options(options, message):
    with pytest.raises(InputError, match=message):
        network(**{**({} if "image_network_name" in options else SMALL), **options})
