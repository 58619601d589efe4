"""Occupancy Networks' preprocessed layout, made here file by file, is read in place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image, ImageDraw

from svr3d.benchmark.cli import main
from svr3d.datasets import open_dataset

FOCAL = 149.84375
SYNSETS = {"03001627": "chair", "04379243": "table,desk"}


def write_binvox(path: Path, occupancy: np.ndarray) -> None:
    """Run-length bytes, raw order x, z, y, at most 255 voxels a run."""
    raw = occupancy.transpose(0, 2, 1).astype(np.uint8).ravel()
    runs = bytearray()
    start = 0
    for i in range(1, len(raw) + 1):
        if i == len(raw) or raw[i] != raw[start] or i - start == 255:
            runs += bytes([raw[start], i - start])
            start = i
    side = occupancy.shape[0]
    header = f"#binvox 1\ndim {side} {side} {side}\ntranslate -0.5 -0.5 -0.5\nscale 1\ndata\n"
    path.write_bytes(header.encode() + runs)


def write_box(folder: Path, half: np.ndarray, views: int, rng: np.random.Generator) -> None:
    """A box with the given half sides in ShapeNet's frame: off-centre, its longest side 0.6."""
    folder.mkdir(parents=True)
    loc, scale = np.array([0.02, -0.03, 0.01]), 0.6
    points = rng.uniform(-0.55, 0.55, (4096, 3)).astype(np.float16)
    inside = (np.abs(points.astype(float)) <= half).all(axis=1)
    np.savez(folder / "points.npz", points=points, occupancies=np.packbits(inside), loc=loc, scale=scale)

    axis = rng.choice(3, 4096, p=(areas := half.prod() / half) / areas.sum())
    surface = rng.uniform(-half, half, (4096, 3))
    sign = rng.choice([-1.0, 1.0], 4096)
    surface[np.arange(4096), axis] = sign * half[axis]
    normals = np.zeros((4096, 3))
    normals[np.arange(4096), axis] = sign
    np.savez(
        folder / "pointcloud.npz",
        points=surface.astype(np.float16),
        normals=normals.astype(np.float16),
        loc=loc,
        scale=scale,
    )

    centres = (np.arange(32) + 0.5) / 32 - 0.5
    grid = np.stack(np.meshgrid(centres, centres, centres, indexing="ij"), axis=-1)
    write_binvox(folder / "model.binvox", (np.abs(grid) <= half).all(axis=-1))

    images = folder / "img_choy2016"
    images.mkdir()
    cameras = {}
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half
    for view in range(views):
        angle = rng.uniform(0, 2 * np.pi)
        eye = 1.2 * np.array([np.cos(angle), 0.5, np.sin(angle)])
        forward = -eye / np.linalg.norm(eye)
        right = np.cross(forward, [0, 1, 0])
        right /= np.linalg.norm(right)
        rotation = np.stack([right, np.cross(forward, right), forward])
        world = np.hstack([rotation, -rotation @ eye[:, None]])
        camera = np.array([[FOCAL, 0, 68.5], [0, FOCAL, 68.5], [0, 0, 1]])
        cameras[f"world_mat_{view}"], cameras[f"camera_mat_{view}"] = world, camera
        seen = (corners * scale + loc) @ rotation.T + world[:, 3]
        pixels = seen @ camera.T
        picture = Image.new("RGB", (137, 137), "white")
        pen = ImageDraw.Draw(picture)
        dots = [tuple(p) for p in pixels[:, :2] / pixels[:, 2:]]
        for i in range(8):
            for j in range(i):
                pen.line([dots[i], dots[j]], fill=(90, 60, 30), width=3)
        picture.save(images / f"{view:03d}.jpg")
    np.savez(images / "cameras.npz", **cameras)


@pytest.fixture(scope="module")
def occnet(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("occnet") / "ShapeNet"
    rng = np.random.default_rng(0)
    for synset in SYNSETS:
        tall = synset == "03001627"
        names = {"train": ["a1", "b2", "c3", "d4"], "val": ["e5"], "test": ["f6", "07"]}
        for split, objects in names.items():
            for name in objects:
                width = rng.uniform(0.1, 0.3)
                half = np.array([width, 0.5, width]) if tall else np.array([0.5, width, 0.4])
                write_box(root / synset / name, half, views=3, rng=rng)
            (root / synset / f"{split}.lst").write_text("\n".join(objects))
    (root / "metadata.yaml").write_text(yaml.safe_dump({s: {"id": s, "name": n} for s, n in SYNSETS.items()}))
    return root


def test_cameras_see_the_object_where_the_picture_shows_it(occnet: Path) -> None:
    """Only a reader that undoes loc and scale puts the canonical surface onto the drawn box."""
    dataset = open_dataset(occnet)
    for key in dataset.samples("test", 1):
        batch = dataset.sample(key, ["surface"])
        pixels, depth = batch.cameras.project(batch.target("surface")["points"])
        pixels = pixels[0].numpy()
        dark = np.argwhere((batch.images[0].mean(dim=0) < 0.7).numpy())[:, ::-1] + 0.5
        assert (depth > 0).all()
        assert np.abs(pixels.min(axis=0) - dark.min(axis=0)).max() < 3.5
        assert np.abs(pixels.max(axis=0) - dark.max(axis=0)).max() < 3.5
        rotation = batch.cameras.world_to_camera[0, :, :3].numpy()
        assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-5)


def test_it_trains_and_lands_on_a_board(occnet: Path, tmp_path: Path) -> None:
    dataset = open_dataset(occnet)
    assert dataset.categories == ("chair", "table")
    assert {"surface", "occupancy", "voxels", "category"} <= set(dataset.targets)
    assert not {"parts", "part_voxels", "sketches"} & set(dataset.targets)
    before = {file: file.stat().st_mtime_ns for file in occnet.rglob("*")}
    runs = str(tmp_path / "runs")
    train = ["train", "classvoxels", "--data", str(occnet), "--out", runs, "--label", "short", "--options.epochs", "2"]
    assert main(train) == 0
    for method in ("mean_shape", "class_mean", "retrieval", "oracle_voxels", "oracle_mesh"):
        code = main(["train", method, "--data", str(occnet), "--out", runs])
        assert code == (2 if method == "oracle_mesh" else 0)
    for run in sorted((tmp_path / "runs").glob("*/*/*/seed0")):
        assert main(["evaluate", str(run), "--protocol", "svr3d-v1,classvoxels", "--workers", "1"]) == 0
    assert main(["leaderboard", runs, "--out", str(tmp_path / "board")]) == 0
    table = pd.read_csv(tmp_path / "board" / "leaderboard.csv")
    assert "classvoxels" in set(table["method"])
    iou = table[(table["metric"] == "iou_32") & (table["category"] == "mean") & (table["protocol"] == "svr3d-v1")]
    iou = iou.set_index("method")["value"]
    assert iou["oracle_voxels"] == 1.0 and iou["class_mean"] > iou["mean_shape"] > 0
    assert before == {file: file.stat().st_mtime_ns for file in occnet.rglob("*")}
