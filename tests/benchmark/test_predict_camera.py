"""Pictures with a camera: where it stands, what a method gets of it, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from svr3d.benchmark.cli import main
from svr3d.benchmark.predict import IMAGE_SIZE, NEAREST, TYPICAL_DISTANCE, picture_camera, square_picture
from svr3d.datasets import open_dataset
from svr3d.geometry import InputError, Mesh, read_shape
from svr3d.methods import Method, register, registry

CORNERS = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.0, 0.1, 0.0], [0.0, 0.0, 0.1]])
FACES = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]


class Seer(Method):
    """A tetrahedron a tenth of the way to the camera."""

    name = "seer-for-tests"
    representation = "mesh"
    given = frozenset({"picture", "camera"})

    def stages(self):
        return []

    def reconstruct(self, batch, output="final"):
        images, cameras = batch.images, batch.cameras
        assert len(cameras) == len(images) and images.shape[-2:] == (cameras.height, cameras.width)
        assert cameras.intrinsics.dtype == images.dtype
        return [Mesh(CORNERS + 0.1 * position.numpy(), FACES) for position in cameras.position]


@pytest.mark.parametrize(
    ("azimuth", "elevation", "direction"),
    [
        (0, 0, (1, 0, 0)),
        (90, 0, (0, 0, 1)),
        (-180, 0, (-1, 0, 0)),
        (450, 30, (0, 0.5, 3**0.5 / 2)),
        (0, -60, (0.5, -(3**0.5) / 2, 0)),
    ],
)
@pytest.mark.parametrize("distance", [None, 1.2, 30.0])
def test_where_it_stands_by_hand(azimuth, elevation, direction, distance):
    camera = picture_camera(azimuth, elevation, distance)
    assert camera.position == pytest.approx((distance or 1.715) * np.array(direction), abs=1e-12)
    middle, depth = camera.project(np.zeros((1, 3)))
    assert middle[0] == pytest.approx([IMAGE_SIZE / 2] * 2) and depth[0] == pytest.approx(distance or 1.715)
    above, _ = camera.project(np.array([[0, 0.1, 0]]))
    assert above[0, 0] == pytest.approx(IMAGE_SIZE / 2) and above[0, 1] < IMAGE_SIZE / 2
    assert camera.intrinsics[0, 0] == pytest.approx(35 / 32 * IMAGE_SIZE)
    assert (camera.width, camera.height) == (IMAGE_SIZE, IMAGE_SIZE)


def test_the_typical_distance_is_within_the_renders_and_nothing_said_is_no_camera():
    assert pytest.approx(1.715) == TYPICAL_DISTANCE
    assert 0.65 * 1.75 * 1.0 < TYPICAL_DISTANCE < 0.95 * 1.75 * 3**0.5 and TYPICAL_DISTANCE > NEAREST
    assert picture_camera(None, None, None) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((30, None, None), "both --azimuth and --elevation"),
        ((None, 30, 2.0), "both --azimuth and --elevation"),
        ((None, None, 2.0), "both --azimuth and --elevation"),
        ((float("nan"), 0, None), "--azimuth nan"),
        ((float("inf"), 0, None), "--azimuth inf"),
        ((0, 90, None), "--elevation 90: expected degrees between"),
        ((0, -90.5, None), "--elevation -90.5"),
        ((0, float("nan"), None), "--elevation nan"),
        ((0, 0, 0.8), "--distance 0.8: expected more than 0.866"),
        ((0, 0, -2.0), "--distance -2.0"),
        ((0, 0, float("nan")), "--distance nan"),
        ((0, 0, float("inf")), "--distance inf"),
    ],
)
def test_what_no_camera_can_be_is_one_sentence(values, said):
    with pytest.raises(InputError, match=said):
        picture_camera(*values)


def test_from_the_command_line(small_dataset: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(registry.METHODS, "_session", {})
    register(Seer)
    assert main(["train", Seer.name, "--data", str(small_dataset), "--out", str(tmp_path / "runs")]) == 0
    run = capsys.readouterr().out.strip()
    pictures = []
    for name, size in (("wide", (90, 40)), ("tall", (30, 200))):
        pictures.append(str(tmp_path / f"{name}.png"))
        Image.new("RGB", size, "white").save(pictures[-1])
        assert square_picture(pictures[-1]).shape == (3, IMAGE_SIZE, IMAGE_SIZE)
    predict = ["predict", run, *pictures, "--out", str(tmp_path / "shapes")]

    assert main([*predict, "--azimuth", "-90", "--elevation", "0", "--distance", "2"]) == 0
    for name in ("wide", "tall"):
        vertices = read_shape(tmp_path / "shapes" / f"{name}.npz").vertices
        assert vertices == pytest.approx(CORNERS + np.array([0, 0, -0.2]), abs=1e-6)

    assert main(predict) == 2
    assert "needs the camera of each picture" in capsys.readouterr().err
    elsewhere = [*predict[:-1], str(tmp_path / "none"), "--azimuth", "20", "--elevation", "0"]
    assert main([*elsewhere, "--category", "unicorn"]) == 2
    known = ", ".join(open_dataset(small_dataset).categories)
    assert f"--category unicorn: expected one that the run was trained on: {known}" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
    assert main([*predict, "--azimuth", "20"]) == 2
    assert "both --azimuth and --elevation" in capsys.readouterr().err
    assert main([*predict, "--azimuth", "20", "--elevation", "west"]) == 2
    assert "elevation" in capsys.readouterr().err
    assert main([*predict, "--azimuth", "20", "--elevation", "95"]) == 2
    assert "between -90 and 90" in capsys.readouterr().err
