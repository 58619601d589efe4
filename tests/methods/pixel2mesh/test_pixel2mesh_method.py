"""The method Pixel2Mesh: its losses, cameras, outputs and meshes."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from svr3d.datasets.box_objects import box_batch, box_facts
from svr3d.geometry import Camera, InputError, components, genus, is_watertight
from svr3d.methods import Optimization, get_method
from svr3d.methods.harness import reconstruct
from svr3d.methods.options import make_options
from svr3d.methods.pixel2mesh.ellipsoid import RELEASE_RADII, ellipsoid
from svr3d.methods.pixel2mesh.losses import WEIGHTS, block_losses
from svr3d.methods.pixel2mesh.method import SCALE, Pixel2Mesh
from svr3d.methods.training.learner import Learner
from svr3d.methods.training.modes import enter
from svr3d.methods.training.options import TrainerOptions

LEFT_OUT = ("resnet", "laplacian", "unpooling", "normal", "edge")
SMALL = {"image_size": 64, "width": 0.25, "hidden": 16, "units": 1, "points": 100}


def small(**options: object) -> Pixel2Mesh:
    torch.manual_seed(0)
    method = Pixel2Mesh(box_facts(), make_options(Pixel2Mesh.Options, {**SMALL, **options}, "options"))
    enter(method, method.stages()[0])
    return method


def batch(count: int = 2, size: int = 64):
    return box_batch({"surface"}, count=count, size=size, points=100)


def without_offsets(**options: object) -> Pixel2Mesh:
    """Its network leaves the ellipsoid as it is."""
    method = small(offsets=True, **options)
    for block in method.network.blocks:
        for parameter in block.coordinates.parameters():
            nn.init.zeros_(parameter)
    return method.eval()


def looking(away: bool, count: int = 1) -> Camera:
    """A camera near the object, that looks at it or away from it."""
    eye = np.array([0.9, 0.4, 0.6])
    return Camera.stack([Camera.look_at(eye, target=2 * eye if away else (0, 0, 0), width=64, height=64)] * count)


def test_registered():
    assert get_method("pixel2mesh") is Pixel2Mesh
    assert Pixel2Mesh.limits and Pixel2Mesh.representation == "mesh" and Pixel2Mesh.targets == {"surface"}


@pytest.mark.parametrize(("preset", "convolutions"), [("paper", 42), ("release", 43)])
def test_published_presets(preset, convolutions):
    method = Pixel2Mesh(box_facts(), Pixel2Mesh.resolve(preset))
    options = method.options
    assert options.image_size == 224 and options.batch_size == 1 and options.lr == 3e-5
    assert options.epochs == {"paper": 50, "release": 30}[preset] and options.points == 9000
    assert method.loss_weights == WEIGHTS[preset]
    assert sum(type(module).__name__ in ("ChebyshevConv", "SumConv") for module in method.modules()) == convolutions
    assert sum(method.network.image_network.channels) == (1280 if preset == "paper" else 960)


# Losses


@pytest.mark.parametrize("without", [(), *[(name,) for name in LEFT_OUT], LEFT_OUT], ids="-".join)
@pytest.mark.parametrize("losses", WEIGHTS)
def test_terms_are_those_that_the_stage_names(losses, without):
    method = small(losses=losses, without=without)
    (stage,) = method.stages()
    expected = {"chamfer", "normal", "laplacian", "edge"} - set(without) | ({"move"} if losses == "release" else set())
    terms = method.losses(batch())
    assert set(terms) == set(stage.terms) == expected
    assert all(term.shape == () and term.isfinite() and term > 0 for term in terms.values())
    assert [len(level.faces) for level in method.network.levels] == (
        [4928] * 3 if "unpooling" in without else [308, 1232, 4928]
    )
    assert method.network.blocks[0].units[0].residual is ("resnet" not in without)


@pytest.mark.parametrize("losses", WEIGHTS)
def test_one_block_moves_freely(losses):
    method = small(losses=losses, blocks=1)
    assert set(method.losses(batch())) == set(method.stages()[0].terms) == {"chamfer", "normal", "laplacian", "edge"}


@pytest.mark.parametrize("frame", ["viewer", "canonical"])
def test_losses_are_the_sum_over_blocks_in_the_networks_frame(frame):
    """The surface by the camera's rotation and distance, written out for each sample."""
    method, shown = small(frame=frame), batch()
    terms = method.losses(shown)
    with torch.no_grad():
        _, found = method._deform(shown.images, shown.cameras)
    expected = dict.fromkeys(terms, 0.0)
    for b, motion in enumerate(shown.cameras.world_to_camera):
        turn = torch.diag(torch.tensor([1.0, -1, -1])) @ motion[:, :3] if frame == "viewer" else torch.eye(3)
        points, normals = (shown.target("surface")[name][b] @ turn.T for name in ("points", "normals"))
        points = 0.8 / motion[:, 3].norm() * points
        for number, (mesh, level) in enumerate(zip(found, ellipsoid(3).levels, strict=True)):
            for name, value in block_losses(
                mesh.before[b : b + 1],
                mesh.after[b : b + 1],
                points[None],
                normals[None],
                torch.from_numpy(level.edges.copy()),
                WEIGHTS["release"],
                block=number,
            ).items():
                expected[name] += SCALE * float(value) / len(shown)
    assert {name: float(value.detach()) for name, value in terms.items()} == pytest.approx(expected, rel=1e-4)


def test_training_in_mixed_precision():
    method, shown = small(), batch()
    exact = method.losses(shown)
    with torch.autocast("cpu", torch.bfloat16):
        terms = method.losses(shown)
    assert all(float(terms[name].detach()) == pytest.approx(float(exact[name].detach()), rel=0.2) for name in exact)
    sum(terms.values()).backward()
    assert all(p.grad.isfinite().all() for p in method.parameters())


def test_surface_without_normals():
    shown = batch()
    del shown.targets["surface"]["normals"]
    with pytest.raises(InputError, match="method 'pixel2mesh' needs the normals of the surface"):
        small().losses(shown)


@pytest.mark.parametrize("samples", [[1], [0, 3]])
def test_picture_that_is_no_number_stops_training_with_the_samples_name(samples):
    method, shown = small(), batch(4)
    shown.images[samples, :, 30:34, 30:34] = torch.nan
    assert sum(method.losses(shown).values()).isnan()
    names = ", ".join(str(shown.keys[sample]) for sample in samples)
    with pytest.raises(FloatingPointError, match=rf"'deformation' is not finite \(chamfer, .*\) on samples {names}$"):
        Learner(method, method.stages()[0], TrainerOptions(accelerator="cpu").fabric(), steps=1).train([shown])


@pytest.mark.parametrize("preset", ["release", "tiny"])
def test_the_first_step_of_a_training(preset):
    method = Pixel2Mesh.create(preset, box_facts(), points=100)
    shown = batch(1, 137)
    learner = Learner(method, method.stages()[0], TrainerOptions(accelerator="cpu").fabric(), steps=100)
    before = learner.train([shown])["loss"]
    assert all(p.isfinite().all() for p in method.parameters())
    after = learner.validate([shown])["loss"]
    assert after < before


@pytest.mark.parametrize(
    ("options", "rates"),
    [
        ({}, [1, 1, 1, 1]),
        ({"milestones": [2]}, [1, 1, 1 / 3, 1 / 3]),
        ({"milestones": [1, 3], "drop": 0.5}, [1, 0.5, 0.5, 0.25]),
        ({"schedule": "cosine"}, [1, 0.853553, 0.5, 0.146447]),
    ],
)
def test_learning_rate(options, rates):
    method = small(epochs=4, lr=0.01, decay=0.1, **options)
    configured = method.optimizer(list(method.parameters()))
    assert isinstance(configured, Optimization) and configured.each == "epoch"
    optimizer, schedule = configured.optimizer, configured.scheduler
    assert (schedule is None) is (not options)
    found = []
    for _ in rates:
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if schedule is not None:
            schedule.step()
    assert found == pytest.approx([0.01 * rate for rate in rates], rel=1e-4)
    assert optimizer.param_groups[0]["weight_decay"] == 0.1


# Cameras


@pytest.mark.parametrize("call", ["reconstruct", "losses", "output"])
def test_without_cameras(call):
    method, shown = small(), replace(batch(), cameras=None)
    with pytest.raises(InputError, match=r"method 'pixel2mesh' (.*: it )?needs the images' cameras"):
        if call == "reconstruct":
            reconstruct(method, shown)
        elif call == "losses":
            method.losses(shown)
        else:
            reconstruct(method, shown, "block1")


def seen_by(cameras: Camera):
    count = len(cameras.world_to_camera)
    return replace(batch(count), images=torch.rand(count, 3, 64, 64), cameras=cameras)


def test_camera_that_looks_away():
    method = without_offsets()
    assert int(method.behind) == 0
    with pytest.warns(UserWarning, match="behind the image plane") as caught:
        meshes = method.reconstruct(seen_by(looking(away=True, count=2)))
    assert len(caught) == 1 and caught[0].filename == __file__
    # Each block pools at the vertices of the one before.
    count = 2 * (156 + 156 + 618)
    behind, total = map(int, re.match(r"(\d+) of (\d+) vertices", str(caught[0].message)).groups())
    assert (behind, total) == (count, count) and int(method.behind) == count
    assert len(meshes) == 2 and all(mesh.is_finite for mesh in meshes)
    assert "behind" not in method.state_dict()


def test_camera_that_sees_the_object_does_not_warn():
    method = without_offsets()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        method.reconstruct(seen_by(looking(away=False)))
    assert int(method.behind) == 0


def test_training_counts_what_lies_behind_and_goes_on():
    method, shown = small(), batch(1)
    terms = method.losses(replace(shown, cameras=looking(away=True).to_torch()))
    assert int(method.behind) > 0 and all(term.isfinite() for term in terms.values())
    sum(terms.values()).backward()
    assert all(p.grad.isfinite().all() for p in method.parameters())


def test_camera_in_the_objects_centre():
    shown = batch()
    shown.cameras.world_to_camera[1, :, 3] = 0
    with pytest.raises(InputError, match="camera 1 of the batch"):
        small().reconstruct(shown)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (128, 128), (96, 128)])
def test_camera_follows_the_image_to_the_networks_size(height, width):
    """The vertices are pooled where the camera of the image, whatever its size, sees them."""
    method, seen = without_offsets(), []
    project = type(method._deform(batch().images, batch().cameras)[0]).project
    eye = np.array([1.2, 0.5, 0.8])
    camera = Camera.look_at(eye, width=width, height=height)
    view, meshes = method._deform(torch.rand(1, 3, height, width), Camera.stack([camera]))
    seen, _ = project(view, meshes[0].before)
    expected, _ = camera.project(view.to_canonical(meshes[0].before)[0].double().numpy())
    np.testing.assert_allclose(seen[0], expected * [64 / width, 64 / height], rtol=0, atol=1e-3)


# Meshes


def test_outputs_are_the_meshes_of_the_blocks():
    method, shown = small().eval(), batch()
    assert [output.name for output in method.outputs] == ["final", "block1", "block2", "block3"]
    assert all(output.given == {"picture", "camera"} for output in method.outputs)
    final = method.reconstruct(shown)
    for output, count in zip(method.outputs[1:], (156, 618, 2466), strict=True):
        meshes = method.reconstruct(shown.only(()), output.name)
        assert [len(mesh.vertices) for mesh in meshes] == [count] * 2
    for a, b in zip(meshes, final, strict=True):
        np.testing.assert_array_equal(a.vertices, b.vertices)
        np.testing.assert_array_equal(a.faces, b.faces)
    with pytest.raises(InputError, match="has no output 'block4'; known: block1, block2, block3"):
        method.reconstruct(shown, "block4")
    assert [output.name for output in small(blocks=1).outputs] == ["final", "block1"]


@pytest.mark.parametrize("without", [(), ("unpooling",)])
def test_meshes_are_closed_and_of_genus_0(without):
    method, shown = small(without=without).eval(), batch()
    for output in method.outputs:
        for mesh in method.reconstruct(shown, output.name):
            assert is_watertight(mesh) and components(mesh).max() == 0 and genus(mesh) == 0


@pytest.mark.parametrize("frame", ["viewer", "canonical"])
def test_ellipsoid_at_its_place(frame):
    """Offsets of zero leave the ellipsoid: its axes are the camera's in the viewer's frame, and its size grows with
    the camera's distance."""
    method, shown = without_offsets(frame=frame), batch(3)
    meshes = method.reconstruct(shown)
    for mesh, motion in zip(meshes, shown.cameras.world_to_camera.double().numpy(), strict=True):
        rotation, distance = motion[:, :3], np.linalg.norm(motion[:, 3])
        # Rows: right, up and back of the camera, in canonical axes.
        axes = np.array([rotation[0], -rotation[1], -rotation[2]]) if frame == "viewer" else np.eye(3)
        along = mesh.vertices @ axes.T * 0.8 / distance
        np.testing.assert_allclose(along[:156], ellipsoid(3).vertices, rtol=0, atol=1e-6)
        np.testing.assert_allclose(np.abs(along).max(axis=0), RELEASE_RADII, rtol=0.05)
        assert mesh.volume > 0  # not turned inside out


# Options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"losses": "none"}, "option 'losses': expected one of paper, release, found 'none'"),
        ({"frame": "world"}, "option 'frame': expected one of viewer, canonical, found 'world'"),
        ({"without": ["unpool"]}, "option 'without': expected a list of resnet, .*, found"),
        ({"without": "resnet"}, "option 'without': expected a list"),
        ({"pretrained": True}, "option 'pretrained': .* not for strided"),
        ({"radii": 0.2}, "option 'radii': expected a list of numbers, found 0.2"),
        ({"radii": [0.2, 0.2, -1]}, "option 'radii': expected three positive finite numbers"),
        ({"convolution": "gat"}, "option 'convolution'"),
        ({"blocks": 0}, "option 'blocks'"),
    ],
)
def test_invalid_options(options, message):
    with pytest.raises(InputError, match=message):
        small(**options)


@pytest.mark.parametrize("had", [True, False])
def test_manifest_says_what_weights_it_started_from(had, monkeypatch):
    from svr3d.methods.pixel2mesh.image_networks import VGG16

    monkeypatch.setattr(VGG16, "load_imagenet", lambda self: had)
    options = {**SMALL, "width": 1.0, "image_network": "vgg16"}
    assert Pixel2Mesh.create("tiny", box_facts(), **options, pretrained=True).weights == (
        "imagenet" if had else "scratch"
    )
    assert Pixel2Mesh.create("tiny", box_facts(), **options).weights == "scratch"
