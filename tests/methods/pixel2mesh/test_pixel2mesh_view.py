"""The network's frame against the cameras' own projection and 3D-R2N2's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from svr3d.datasets.box_objects import box_camera
from svr3d.geometry import Camera, InputError
from svr3d.methods.view import DISTANCE, FRAMES, NEAR, View


def cameras(count: int = 3) -> Camera:
    """Around the object at several distances, one of them turned off it and with an oblong image's intrinsics."""
    views = [box_camera(seed, 0, 224) for seed in range(count - 1)]
    turned = Camera.look_at((0.9, 0.5, 0.7), target=(0.1, -0.05, 0.2), width=224, height=224)
    intrinsics = turned.intrinsics * np.array([[1.0], [0.8], [1.0]]) + np.array([[0, 3.0, 10], [0, 0, -7], [0, 0, 0]])
    views.append(Camera(intrinsics, turned.world_to_camera, 224, 224))
    return Camera.stack(views).to_torch()


def points(batch: int = 3, count: int = 50) -> torch.Tensor:
    return torch.rand(batch, count, 3, generator=torch.Generator().manual_seed(0)) - 0.5


@pytest.mark.parametrize("frame", FRAMES)
def test_projects_as_the_camera_does(frame):
    batch, canonical = cameras(), points()
    view = View.of(batch, frame)
    pixels, behind = view.project(view.from_canonical(canonical))
    expected, depth = batch.project(canonical)
    assert (depth > 0.3).all() and not behind.any()
    torch.testing.assert_close(pixels, expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("frame", FRAMES)
def test_there_and_back(frame):
    view = View.of(cameras(), frame)
    torch.testing.assert_close(view.to_canonical(view.from_canonical(points())), points(), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(view.turn(points()).norm(dim=-1), points().norm(dim=-1), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(view.turn(points()) * view.scale, view.from_canonical(points()))


@pytest.mark.parametrize("frame", FRAMES)
def test_scale(frame):
    """The camera stands 0.8 from the origin, and lengths are stretched as distances are."""
    batch = cameras()
    view = View.of(batch, frame)
    torch.testing.assert_close(view.centre.norm(dim=-1), torch.full((3,), DISTANCE))
    here = view.from_canonical(batch.position[:, None])
    torch.testing.assert_close(here.norm(dim=-1), torch.full((3, 1), DISTANCE))
    expected = DISTANCE / np.linalg.norm(batch.position.double().numpy(), axis=-1)
    np.testing.assert_allclose(view.scale.flatten(), expected, rtol=1e-5)
    if frame == "viewer":
        # Straight ahead of a camera that looks at the object is the negative z axis.
        torch.testing.assert_close(here[:2, 0], torch.tensor([[0, 0, DISTANCE]] * 2), rtol=0, atol=1e-6)


@pytest.mark.parametrize("size", [137, 224])
def test_viewer_frame_is_pixel2meshs_own(size):
    """Its data's formulas: the camera's axes from azimuth, elevation and distance; z negative ahead of the camera."""
    azimuth, elevation, ratio = 33.0, 27.0, 0.8
    theta, phi = math.radians(azimuth), math.radians(elevation)
    eye = ratio * np.array([math.cos(phi) * math.cos(theta), math.sin(phi), math.cos(phi) * math.sin(theta)])
    z = eye / np.linalg.norm(eye)
    x = np.cross([0, 1, 0], z)
    x /= np.linalg.norm(x)
    axes = np.stack([x, np.cross(z, x), z])
    canonical = points(1, 40).double().numpy()[0] * 0.6
    theirs = (canonical / 1.75 - eye) @ axes.T  # "0.57" times the mesh, in the camera's axes
    assert (theirs[:, 2] < 0).all()
    focal = 35 / 32 * size
    column = focal * theirs[:, 0] / -theirs[:, 2] + size / 2
    row = focal * theirs[:, 1] / theirs[:, 2] + size / 2

    view = View.of(Camera.stack([Camera.from_r2n2(azimuth, elevation, ratio, diagonal=1.0, size=size)]).to_torch())
    ours = view.from_canonical(torch.from_numpy(canonical).float()[None])
    # At a ratio of 0.8 the network's unit is theirs; its origin is the object's centre.
    np.testing.assert_allclose(ours[0], theirs + [0, 0, 0.8], rtol=0, atol=1e-6)
    pixels, _ = view.project(ours)
    np.testing.assert_allclose(pixels[0], np.stack([column, row], axis=1), rtol=0, atol=2e-4 * size)


def test_projection_of_other_distances_is_that_of_the_same_angles():
    """Twice as far and twice as large looks the same, so it is the same in the network's frame."""
    near, far = (Camera.look_at(scale * np.array([0.9, 0.5, 0.7])) for scale in (1, 2))
    view = View.of(Camera.stack([near, far]).to_torch())
    moved = view.from_canonical(torch.cat([points(1), 2 * points(1)]))
    torch.testing.assert_close(moved[0], moved[1], rtol=1e-5, atol=1e-6)
    pixels, _ = view.project(moved)
    torch.testing.assert_close(pixels[0], pixels[1], rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("frame", FRAMES)
def test_on_and_behind_the_image_plane(frame):
    batch = cameras()
    view = View.of(batch, frame)
    depths = torch.tensor([-1.0, -1e-3, 0.0, NEAR / 2, NEAR * 1.01, 0.8])
    in_camera = torch.stack([torch.full((6,), 0.02), torch.full((6,), -0.01), depths], dim=-1).expand(3, 6, 3)
    placed = (in_camera - view.centre[:, None]) @ view.rotation
    placed.requires_grad_()
    pixels, behind = view.project(placed)
    assert behind.tolist() == [[True] * 4 + [False] * 2] * 3
    assert pixels.isfinite().all()
    # Those behind are seen where they would be just before the plane.
    torch.testing.assert_close(pixels[:, :4], pixels[:, :1].expand(3, 4, 2), rtol=1e-4, atol=0.01)
    at = torch.tensor([0.02 / NEAR, -0.01 / NEAR, 1.0]) @ batch.intrinsics.transpose(-1, -2)
    torch.testing.assert_close(pixels[:, 0], at[:, :2], rtol=1e-4, atol=0.01)
    pixels.sum().backward()
    assert placed.grad.isfinite().all()


def test_points_that_are_no_numbers_stay_so():
    pixels, behind = View.of(cameras()).project(torch.full((3, 1, 3), math.nan))
    assert pixels.isnan().all() and not behind.any()


@pytest.mark.parametrize("frame", FRAMES)
def test_mixed_precision_leaves_geometry_alone(frame):
    """bfloat16 has 8 bits: pixels beyond 128 would be whole numbers."""
    view = View.of(cameras(), frame)
    expected = (view.from_canonical(points()), view.turn(points()), view.to_canonical(points()))
    pixels, _ = view.project(expected[0])
    with torch.autocast("cpu", torch.bfloat16):
        found = (view.from_canonical(points()), view.turn(points()), view.to_canonical(points()))
        torch.testing.assert_close(found, expected, rtol=0, atol=0)
        torch.testing.assert_close(view.project(expected[0])[0], pixels, rtol=0, atol=0)


@pytest.mark.parametrize("value", [math.nan, math.inf, "centre"])
@pytest.mark.parametrize("frame", FRAMES)
def test_camera_without_a_view(value, frame):
    batch = cameras()
    if value == "centre":
        batch.world_to_camera[1, :, 3] = 0
    else:
        batch.world_to_camera[1, 2, 3] = value
    with pytest.raises(InputError, match="camera 1 of the batch: expected finite values and a distance"):
        View.of(batch, frame)


@pytest.mark.parametrize("place", [(0, 0), (1, 2)])
def test_intrinsics_that_are_not_finite(place):
    batch = cameras()
    batch.intrinsics[2][place] = math.nan
    with pytest.raises(InputError, match="camera 2 of the batch"):
        View.of(batch)


def test_unknown_frame():
    with pytest.raises(InputError, match="option 'frame': expected one of viewer, canonical, found 'world'"):
        View.of(cameras(), "world")
