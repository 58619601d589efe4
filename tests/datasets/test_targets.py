"""Targets: each the same from memory as from its files, and new ones from packages of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from block_source import QUICK, Blocks
from test_batch import assert_same

from svr3d.datasets import SampleKey, Target, collate, get_target, list_targets, open_dataset, prepare
from svr3d.datasets.box_objects import box_batch, box_object, box_view
from svr3d.datasets.loader import loader
from svr3d.datasets.memory import size_of
from svr3d.datasets.targets import registry
from svr3d.datasets.targets.parts import Parts
from svr3d.datasets.targets.sketches import Sketches
from svr3d.geometry import InputError, MedialMesh, Mesh, occupied, write_shape

KEYS = [SampleKey("table", "table0", 0), SampleKey("table", "table0", 1), SampleKey("stool", "stool4", 1)]
WHOLE = {"surface", "occupancy", "voxels", "mesh", "parts", "part_voxels", "sketches", "category"}


def plain(value):
    """Tensors and meshes as arrays, to be compared by value."""
    if isinstance(value, dict):
        return {name: plain(v) for name, v in value.items()}
    if isinstance(value, list):
        return {str(i): plain(v) for i, v in enumerate(value)}
    if isinstance(value, Mesh):
        arrays = {name: v for name, v in vars(value).items() if isinstance(v, np.ndarray)}
        return {name: torch.from_numpy(v) for name, v in arrays.items()}
    return value


@pytest.mark.parametrize("target", sorted(WHOLE))
@pytest.mark.parametrize("points", [None, 40])
def test_from_memory_as_from_the_files(prepared, target, points):
    kept, never = open_dataset(prepared), open_dataset(prepared, cache_bytes=0)
    for _ in range(2):
        for key in KEYS:
            a, b = (d.sample(key, {target}, points=points, seed=7).targets for d in (kept, never))
            assert_same(plain(a), plain(b))


def test_sketches_in_a_batch_are_the_maps_in_the_file(prepared):
    dataset = open_dataset(prepared)
    for key in KEYS:
        maps, sketch = (
            dataset.sample(key, {"sketches"}).target("sketches"),
            dataset.load(*key[:2], "sketches")[key.view],
        )
        for name, values in {**vars(sketch), "normal": sketch.normal.transpose(2, 0, 1)}.items():
            np.testing.assert_array_equal(maps[name][0].numpy(), values)
            assert maps[name].dtype == (torch.int64 if name == "part_ids" else torch.float32)


@pytest.mark.parametrize("kind, target", [(Parts, "parts"), (Sketches, "sketches")])
def test_files_are_read_once(prepared, monkeypatch, kind, target):
    read, reads = kind.read, []
    monkeypatch.setattr(kind, "read", lambda self, stored: reads.append(stored.key) or read(self, stored))
    dataset, never = open_dataset(prepared), open_dataset(prepared, cache_bytes=0)
    for _ in range(3):
        dataset.sample(KEYS[0], {target})
    assert len(reads) == 1
    never.sample(KEYS[0], {target})
    never.sample(KEYS[0], {target})
    assert len(reads) == 3


def test_memory_is_bounded(prepared):
    dataset = open_dataset(prepared)
    mesh = dataset.load("table", "table0", "parts")
    arrays = sum(array.nbytes for array in (mesh.vertices, mesh.faces, mesh.face_part, mesh.face_colors))
    size = size_of(mesh)
    assert arrays < size < arrays + 100  # names of parts
    small = open_dataset(prepared, cache_bytes=size)
    for key in small.samples("train"):
        small.sample(key, {"parts"}, pictures=False, cameras=False)
    assert len(small._memory._values) == 1


def test_what_is_computed_on_a_mesh_does_not_stay_in_memory(prepared):
    dataset = open_dataset(prepared)
    for target in ("mesh", "parts"):
        (mesh,) = dataset.sample(KEYS[0], {target}).target(target)
        assert mesh.triangles.shape == (36, 3, 3) and "triangles" in vars(mesh)
        (again,) = dataset.sample(KEYS[0], {target}).target(target)
        assert "triangles" not in vars(again) and again.vertices is mesh.vertices


def test_samples_of_parts(prepared):
    dataset = open_dataset(prepared)
    keys = dataset.samples("test", unit="part")
    assert keys == [SampleKey(c, f"{c}4", 0, part) for c in ("stool", "table") for part in range(3)]
    assert [str(key) for key in keys[:2]] == ["stool/stool4/000/part00", "stool/stool4/000/part01"]
    batch = collate([dataset.sample(key, {"part", "category"}, pictures=False, cameras=False) for key in keys])
    assert batch.images is None and batch.cameras is None and batch.target("category").tolist() == [0, 0, 0, 1, 1, 1]
    for key, mesh in zip(batch.keys, batch.target("part"), strict=True):
        expected = dataset.mesh(*key[:2]).part(key.part)
        np.testing.assert_array_equal(mesh.vertices, expected.vertices)
        np.testing.assert_array_equal(mesh.faces, expected.faces)
    assert len(dataset.load("table", "table4", "part")) == 3
    with pytest.raises(InputError, match="table/table4/000 names no part, so it has no target 'part'"):
        dataset.sample(SampleKey("table", "table4", 0), {"part"})
    with pytest.raises(InputError, match="has 3 parts, so no part 3"):
        dataset.sample(SampleKey("table", "table4", 0, 3), {"part"})


def test_a_medial_mesh_is_made_where_it_is_asked_for(tmp_path):
    """Of a brick, whose medial mesh has a closed form."""
    target = get_target("medial")
    assert target.is_derivable
    seen = box_view(0, size=16)
    making, stored = seen.making(), seen.stored(tmp_path)
    target.write(stored.folder, target.derive(making), making)
    made = target.read(stored)
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (20_000, 3))
    a, b = occupied(made, points), occupied(seen.thing.medial(), points)
    assert len(made.spheres) <= 256 and (a & b).sum() / (a | b).sum() > 0.95


def test_a_medial_mesh_is_read_where_there_is_one(copy):
    key = SampleKey("table", "table4", 0)
    dataset = open_dataset(copy)
    assert "medial" not in dataset.targets
    ball = MedialMesh(np.array([[0.0, 0.0, 0.0, 0.5]]))
    write_shape(copy / "table" / "table4" / "medial.ma", ball)
    (found,) = dataset.sample(key, {"medial"}, pictures=False).target("medial")
    np.testing.assert_array_equal(found.spheres, ball.spheres)
    (copy / "table" / "table4" / "model.binvox").write_bytes((copy / "table" / "table4" / "mesh.ply").read_bytes())
    with pytest.raises(InputError, match=r"model\.binvox: "):
        open_dataset(copy).load("table", "table4", "voxels")


OUTSIDE = '''
import numpy as np
import torch
from svr3d.datasets import Target


class Extent(Target):
    """Sides of the bounding box."""

    name = "extent"
    files = ("extent.npy",)

    def read(self, stored):
        return np.load(stored.folder / "extent.npy")

    def batch(self, kept, stored, draw):
        return torch.from_numpy(kept)[None]

    def derive(self, making):
        return np.ptp(making.mesh.bounds, axis=0)

    def write(self, folder, value, making):
        np.save(folder / "extent.npy", value)


class Misnamed(Extent):
    name = "size"
'''


@pytest.fixture
def installed(outside) -> None:
    """A distribution that adds the target `extent` and three that are wrong."""
    names = {"extent": "Extent", "misnamed": "Misnamed", "array": "np", "absent": "Absent"}
    points = {name: f"outside_targets:{value}" for name, value in names.items()}
    outside({"svr3d.targets": points}, "outside-targets", outside_targets=OUTSIDE)


def test_a_target_of_another_package(installed, tmp_path):
    """Prepared, opened, required, batched, and made of box objects, without a line of ours."""
    assert {"extent", "surface"} <= set(list_targets())
    report = prepare(Blocks(), tmp_path / "blocks", targets=["extent"], **QUICK)
    assert report.seconds["extent"] > 0
    dataset = open_dataset(tmp_path / "blocks")
    assert "extent" in dataset.targets
    for split in ("train", "val", "test"):
        dataset.require({"extent"}, split)
    batches = loader(
        dataset, dataset.samples("train", unit="object"), {"extent"}, batch_size=6, seed=0, shuffle=False,
        pictures=False, cameras=False,
    )  # fmt: skip
    (batch,) = batches
    expected = [np.ptp(dataset.mesh(*key[:2]).bounds, axis=0) for key in batch.keys]
    np.testing.assert_allclose(batch.target("extent").numpy(), expected, atol=1e-6)
    np.testing.assert_allclose(dataset.load("table", "table0", "extent").max(), 1.0)
    assert prepare(Blocks(), tmp_path / "blocks", targets=["extent"], **QUICK).built == 0

    boxes = box_batch({"extent", "category"}, count=3, size=16)
    extents = [np.ptp([box_object(seed).low.min(0), box_object(seed).high.max(0)], axis=0) for seed in range(3)]
    np.testing.assert_allclose(boxes.target("extent").numpy(), extents)


def test_it_is_missed_where_it_was_not_asked_for(installed, prepared):
    dataset = open_dataset(prepared)
    assert "extent" not in dataset.targets
    with pytest.raises(InputError, match=r"the train split has no target 'extent': .* lacks extent\.npy"):
        dataset.require({"extent"}, "train")
    with pytest.raises(InputError, match=r"has no target 'extent': it lacks extent\.npy"):
        dataset.sample(KEYS[0], {"extent"})


def test_bad_targets(installed, tmp_path):
    with pytest.raises(InputError, match="target 'misnamed' of distribution 'outside-targets' is called 'size'"):
        get_target("misnamed")
    with pytest.raises(InputError, match="target 'array' of distribution 'outside-targets' is <module"):
        get_target("array")
    with pytest.raises(InputError, match="target 'absent' of distribution 'outside-targets' cannot be imported"):
        get_target("absent")
    with pytest.raises(InputError, match="unknown target 'voxel'; did you mean 'voxels'"):
        prepare(Blocks(), tmp_path / "out", targets=["voxel"], **QUICK)
    with pytest.raises(InputError, match="target 'category' cannot be derived from a mesh"):
        prepare(Blocks(), tmp_path / "out", targets=["category"], **QUICK)
    assert not (tmp_path / "out").exists()


def test_a_target_of_this_session(monkeypatch):
    class Answer(Target):
        name = "answer"

        def read(self, stored):
            return 42

        def batch(self, kept, stored, draw):
            return torch.tensor([kept])

        def of_boxes(self, seen, draw):
            return self.batch(42, None, draw)

    monkeypatch.setattr(registry._PLUGINS, "_session", {})
    registry.register_target(Answer)
    assert "answer" in list_targets() and box_batch({"answer"}, count=2, size=16).target("answer").tolist() == [42, 42]
    Answer.name = "voxels"
    with pytest.raises(InputError, match="the target name 'voxels' is taken"):
        registry.register_target(Answer)


def test_every_built_in_target_has_its_name_and_says_what_it_is():
    assert set(registry.BUILT_IN) == WHOLE | {"part", "medial"}
    for name in registry.BUILT_IN:
        target = get_target(name)
        assert target.name == name and (type(target).__doc__ or "").strip()
        folder = Path(registry.__file__).parent
        assert (folder / f"{name}.py").exists() or name == "part"
