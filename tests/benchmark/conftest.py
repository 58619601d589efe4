"""A prepared data set of box objects with the files of Occupancy Networks only, without the suite's writers."""

import numpy as np
import pytest
from PIL import Image

from svr3d.datasets.box_objects import CATEGORIES, box_camera, box_object


def write_binvox(path, occupancy):
    """Runs of equal bytes, in x, z, y order."""
    values = occupancy.transpose(0, 2, 1).ravel().astype(np.uint8)
    starts = np.flatnonzero(np.diff(values, prepend=2))
    with open(path, "wb") as file:
        r = len(occupancy)
        file.write(f"#binvox 1\ndim {r} {r} {r}\ntranslate -0.5 -0.5 -0.5\nscale 1\ndata\n".encode())
        for start, stop in zip(starts, [*starts[1:], len(values)], strict=True):
            for length in [255] * ((stop - start) // 255) + [(stop - start) % 255]:
                if length:
                    file.write(bytes([values[start], length]))


def write_box_dataset(root, splits, *, views=1, size=64):
    """`splits`: objects per category by split."""
    seed = 0
    for category in CATEGORIES:
        (root / category).mkdir(parents=True)
    for split, count in splits.items():
        names = {category: [] for category in CATEGORIES}
        for _ in range(count * len(CATEGORIES)):
            thing = box_object(seed)
            name = f"box{seed:03d}"
            names[thing.category].append(name)
            folder = root / thing.category / name / "img_choy2016"
            folder.mkdir(parents=True)
            cameras = {}
            for view in range(views):
                camera = box_camera(seed, view, size)
                pixels = thing.render(camera)["image"].transpose(1, 2, 0)
                Image.fromarray(np.rint(pixels * 255).astype(np.uint8)).save(folder / f"{view:03d}.jpg", quality=95)
                cameras |= {f"world_mat_{view}": camera.world_to_camera, f"camera_mat_{view}": camera.intrinsics}
            np.savez(folder / "cameras.npz", **cameras)
            write_binvox(folder.parent / "model.binvox", thing.voxels() > 0)
            points, normals, _ = thing.surface(256, np.random.default_rng(seed))
            np.savez(folder.parent / "pointcloud.npz", points=points, normals=normals, loc=np.zeros(3), scale=1.0)
            seed += 1
        for category, listed in names.items():
            (root / category / f"{split}.lst").write_text("\n".join(listed) + "\n")
    return root


@pytest.fixture(scope="session")
def box_dataset(tmp_path_factory):
    """Eight training, two validation and two test objects, one view of each."""
    from svr3d.datasets import open_dataset

    root = tmp_path_factory.mktemp("data") / "boxes"
    return open_dataset(write_box_dataset(root, {"train": 4, "val": 1, "test": 1}))
