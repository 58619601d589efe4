import numpy as np
import pytest

from svr3d.geometry import Camera, InputError


def test_look_at_projects_the_target_to_the_middle_with_its_distance():
    camera = Camera.look_at((1.0, 2.0, 2.0), (0.1, 0.2, -0.3), width=200, height=100)
    pixels, depth = camera.project(np.array([[0.1, 0.2, -0.3]]))
    assert pixels[0] == pytest.approx([100, 50])
    assert depth[0] == pytest.approx(np.linalg.norm([0.9, 1.8, 2.3]))


def test_axes_are_opencvs():
    """Seen from +z, canonical x is right and canonical y is up, which is -y of the image."""
    camera = Camera.look_at((0, 0, 2), focal=1.0, width=100, height=100)
    pixels, depth = camera.project(np.array([[0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]))
    assert pixels[0] == pytest.approx([75, 50])
    assert pixels[1] == pytest.approx([50, 25])
    assert depth == pytest.approx([2, 2, 1.5])


def test_r2n2_against_the_published_formula():
    """Pixel2Mesh's form of the same camera: shape scaled by 1/1.75, distance in the metadata's own unit."""
    azimuth, elevation, ratio = 217.3, 27.9, 0.8129
    diagonal = 1.3  # of the object in the canonical frame; ShapeNet v1 has 1
    points = np.random.default_rng(0).uniform(-0.4, 0.4, (50, 3))

    a, e = np.radians(azimuth), np.radians(elevation)
    eye = ratio * np.array([np.cos(e) * np.cos(a), np.sin(e), np.cos(e) * np.sin(a)])
    z = eye / np.linalg.norm(eye)
    x = np.cross([0, 1, 0], z)
    x /= np.linalg.norm(x)
    y = np.cross(z, x)
    seen = (points / diagonal / 1.75 - eye) @ np.stack([x, y, z]).T
    focal = 35 / 32 * 137
    expected = np.stack([focal * seen[:, 0] / -seen[:, 2] + 68.5, focal * seen[:, 1] / seen[:, 2] + 68.5], axis=1)

    pixels, depth = Camera.from_r2n2(azimuth, elevation, ratio, diagonal=diagonal).project(points)
    assert pixels == pytest.approx(expected)
    assert depth == pytest.approx(-seen[:, 2] * 1.75 * diagonal)


def test_r2n2_by_hand():
    """Azimuth and elevation 0, ratio 1: the eye is at (1.75, 0, 0) and sees +z to its left."""
    camera = Camera.from_r2n2(0, 0, 1.0, diagonal=1.0)
    assert camera.position == pytest.approx([1.75, 0, 0])
    pixels, depth = camera.project(np.array([[0, 0, 0.175], [0, 0.175, 0]]))
    assert depth == pytest.approx([1.75, 1.75])
    assert pixels[0] == pytest.approx([68.5 - 14.984375, 68.5])
    assert pixels[1] == pytest.approx([68.5, 68.5 - 14.984375])


def test_resized_and_cropped_move_pixels_as_the_image():
    camera = Camera.look_at((1, 1, 1), width=137, height=137)
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (20, 3))
    pixels, _ = camera.project(points)
    resized = camera.resized(224, 100)
    assert resized.project(points)[0] == pytest.approx(pixels * [224 / 137, 100 / 137])
    assert (resized.width, resized.height) == (224, 100)
    cropped = camera.cropped(10, 20, 64, 32)
    assert cropped.project(points)[0] == pytest.approx(pixels - [10, 20])
    assert camera.project(points)[0] == pytest.approx(pixels), "the original must not change"


def test_torch_and_batches_agree_with_numpy():
    cameras = [Camera.look_at(eye) for eye in ((1, 1, 1), (0, 0.5, 2), (-2, 0.1, 0.3))]
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (7, 3))
    batch = Camera.stack(cameras)
    assert len(batch) == 3
    pixels, depth = batch.project(points)
    for i, camera in enumerate(cameras):
        alone = camera.project(points)
        assert pixels[i] == pytest.approx(alone[0]) and depth[i] == pytest.approx(alone[1])
        assert batch[i].position == pytest.approx(camera.position)
    torch = pytest.importorskip("torch")
    tensors = batch.to_torch()
    t_pixels, t_depth = tensors.project(torch.as_tensor(points, dtype=torch.float32))
    assert t_pixels.numpy() == pytest.approx(pixels, abs=1e-3) and t_depth.numpy() == pytest.approx(depth, abs=1e-5)
    half = tensors.resized(50, 60)
    assert half.intrinsics.numpy() == pytest.approx(batch.resized(50, 60).intrinsics, abs=1e-4)
    assert tensors.width == 137, "resizing leaves the original as it is"


def test_camera_refuses_bad_input():
    with pytest.raises(InputError, match="cannot look at"):
        Camera.look_at((0, 2, 0))  # straight down, along `up`
    with pytest.raises(InputError, match="cannot look at"):
        Camera.look_at((0, 0, 0))
    with pytest.raises(InputError, match="expected intrinsics"):
        Camera(np.eye(3), np.zeros((2, 3, 4)), 10, 10)
    with pytest.raises(InputError, match="share an image size"):
        Camera.stack([Camera.look_at((1, 1, 1)), Camera.look_at((1, 1, 1), width=10)])
    with pytest.raises(TypeError):
        len(Camera.look_at((1, 1, 1)))
