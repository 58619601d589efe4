"""Opening data sets, ours and Occupancy Networks', and drawing samples from them."""

import json
import shutil

import numpy as np
import pytest
import torch
import yaml
from block_source import Blocks
from PIL import Image

from svr3d.datasets import DataFacts, SampleKey, open_dataset
from svr3d.datasets.fingerprint import Fingerprint
from svr3d.files import replacing
from svr3d.geometry import InputError, VoxelGrid, normalize, write_shape

OURS = {"surface", "occupancy", "voxels", "mesh", "parts", "part_voxels", "sketches", "category"}


@pytest.fixture
def occupancy_networks(tmp_path):
    """The files of Occupancy Networks alone: two synsets, half-precision points, one grey picture."""
    rng = np.random.default_rng(0)
    root = tmp_path / "ShapeNet"
    names = {"02691156": "airplane,aeroplane,plane", "02818832": "bed"}
    (root).mkdir()
    lines = [f"'{synset}':\n  id: '{synset}'\n  name: {name}\n" for synset, name in names.items()]
    (root / "metadata.yaml").write_text("".join(lines))
    for synset in names:
        for split, members in {"train": ["a", "b"], "val": [], "test": ["c"]}.items():
            (root / synset).mkdir(exist_ok=True)
            (root / synset / f"{split}.lst").write_text("\n".join(members))
            for name in members:
                folder = root / synset / name
                (folder / "img_choy2016").mkdir(parents=True)
                loc, scale = np.array([0.1, 0.2, 0.3]), np.float64(2.0)
                points = rng.uniform(-0.55, 0.55, (1001, 3)).astype(np.float16)
                inside = np.linalg.norm(points.astype(float), axis=1) < 0.4
                stored = inside if name == "b" else np.packbits(inside)
                np.savez(folder / "points.npz", points=points, occupancies=stored, loc=loc, scale=scale)
                if name != "c":
                    normals = np.zeros_like(points)
                    np.savez(folder / "pointcloud.npz", points=points, normals=normals, loc=loc, scale=scale)
                write_shape(folder / "model.binvox", VoxelGrid(rng.random((32, 32, 32)) > 0.5))
                cameras = {}
                for view in range(3):
                    pixels = rng.integers(0, 255, (137, 137) if view == 2 else (137, 137, 3), np.uint8)
                    Image.fromarray(pixels).save(folder / "img_choy2016" / f"{view:03d}.jpg")
                    cameras[f"world_mat_{view}"] = np.hstack([np.eye(3), [[0.0], [0.0], [4.0]]])
                    cameras[f"camera_mat_{view}"] = np.array([[149.84, 0, 68.5], [0, 149.84, 68.5], [0, 0, 1]])
                np.savez(folder / "img_choy2016" / "cameras.npz", **cameras)
    return root


def test_our_own_data_set(prepared):
    dataset = open_dataset(prepared)
    assert dataset.name == "blocks" and dataset.categories == ("stool", "table")
    assert dataset.targets == OURS | {"part"} and dataset.image_size == 32 and dataset.has_cameras
    assert dataset.objects("test") == [("stool", "stool4"), ("table", "table4")]
    assert dataset.samples("val") == [SampleKey(c, f"{c}3", v) for c in ("stool", "table") for v in (0, 1)]
    assert dataset.samples("val", views=1) == [SampleKey("stool", "stool3", 0), SampleKey("table", "table3", 0)]
    assert dataset.labels == ("leg", "top")
    mesh, _, _ = normalize(Blocks().build("table", "table1"))
    np.testing.assert_allclose(dataset.mesh("table", "table1").vertices, mesh.vertices, atol=1e-6)
    for split in ("train", "val", "test"):
        dataset.require(OURS, split)
    with pytest.raises(InputError, match="the train split has no target 'medial'"):
        dataset.require({"voxels", "medial"}, "train")


def test_a_sample_has_the_promised_shapes(prepared):
    dataset = open_dataset(prepared)
    key = SampleKey("table", "table0", 1)
    sample = dataset.sample(key, OURS, points=500)
    assert sample.keys == (key,) and sample.images.shape == (1, 3, 32, 32)
    assert sample.images.dtype == torch.float32 and 0 <= sample.images.min() < sample.images.max() <= 1
    assert sample.images[0, :, 0, 0].min() > 0.97  # white around the object
    assert len(sample.cameras) == 1 and sample.cameras.intrinsics.dtype == torch.float32
    surface, occupancy = sample.target("surface"), sample.target("occupancy")
    assert surface["points"].shape == surface["normals"].shape == (1, 500, 3)
    assert surface["part_ids"].shape == (1, 500) and surface["part_ids"].dtype == torch.int64
    assert occupancy["points"].shape == (1, 500, 3) and set(occupancy["inside"].unique().tolist()) == {0.0, 1.0}
    assert sample.target("voxels").shape == (1, 16, 16, 16)
    part_voxels = sample.target("part_voxels")
    assert ((part_voxels > 0) == (sample.target("voxels") > 0)).all() and set(part_voxels.unique().tolist()) == {
        0,
        1,
        2,
    }
    own = dataset.load("table", "table0", "part_voxels")
    np.testing.assert_array_equal(own.labels, part_voxels[0].numpy())
    assert own.label_names == dataset.labels
    heights = np.argwhere(own.labels == 1 + dataset.labels.index("top"))[:, 1]
    assert heights.min() > np.argwhere(own.labels == 1 + dataset.labels.index("leg"))[:, 1].mean()
    sketches = sample.target("sketches")
    assert sketches["normal"].shape == (1, 3, 32, 32) and sketches["depth"].shape == (1, 32, 32)
    assert ((sketches["part_ids"] >= 0) == (sketches["silhouette"] > 0)).all()
    assert sample.target("category").tolist() == [1]
    assert len(sample.target("parts")) == 1 and len(sample.target("parts")[0].parts) == 3
    assert dataset.sample(key, {"surface"}).target("surface")["points"].shape == (1, 3000, 3)


def test_points_drawn_depend_on_seed_and_key_only(prepared):
    dataset, again = open_dataset(prepared), open_dataset(prepared, cache_bytes=0)
    keys = [SampleKey("table", "table0", 0), SampleKey("table", "table0", 1)]

    def draw(source, key, seed):
        return source.sample(key, {"surface", "voxels", "part_voxels"}, points=100, seed=seed)

    first = draw(dataset, keys[0], 5)
    draw(dataset, keys[1], 5)
    for other in (draw(dataset, keys[0], 5), draw(again, keys[0], 5)):  # cached, and never cached
        assert torch.equal(first.target("surface")["points"], other.target("surface")["points"])
        assert torch.equal(first.target("voxels"), other.target("voxels"))
        assert torch.equal(first.target("part_voxels"), other.target("part_voxels"))
        assert torch.equal(first.images, other.images)
    for other in (draw(dataset, keys[0], 6), draw(dataset, keys[1], 5)):
        assert not torch.equal(first.target("surface")["points"], other.target("surface")["points"])
    points = first.target("surface")["points"][0]
    assert len(points.unique(dim=0)) == 100
    with pytest.raises(InputError, match=r"pointcloud\.npz: field 'points' has 3000 rows, 3001 were asked for"):
        dataset.sample(keys[0], {"surface"}, points=3001)


def test_occupancy_networks_files_alone(occupancy_networks):
    dataset = open_dataset(occupancy_networks)
    assert dataset.categories == ("bed", "plane") and dataset.name == "ShapeNet"
    assert dataset.targets == {"occupancy", "voxels", "category"}  # the test objects have no point cloud
    dataset.require({"surface"}, "train")
    with pytest.raises(InputError, match=r"the test split has no target 'surface': .*02818832.c lacks pointcloud\.npz"):
        dataset.require({"surface", "voxels"}, "test")
    for name in ("a", "b"):
        points, inside = dataset.load("plane", name, "occupancy")
        np.testing.assert_array_equal(inside, np.linalg.norm(points, axis=1) < 0.4)
    sample = dataset.sample(SampleKey("plane", "c", 2), {"occupancy", "voxels"}, points=64)
    assert torch.equal(sample.images[0, 0], sample.images[0, 2])  # grey
    # source z = 4 + 2 · canonical + 0.3, in units of the scale 2
    np.testing.assert_allclose(sample.cameras.world_to_camera[0, :, 3], [0.05, 0.1, 2.15], rtol=1e-6)
    assert sample.target("voxels").shape == (1, 32, 32, 32)
    assert dataset.mesh("plane", "a") is None
    with pytest.raises(InputError, match="has no target 'sketches'"):
        dataset.load("plane", "a", "sketches")


def test_bad_directories_get_one_sentence(tmp_path, copy):
    with pytest.raises(InputError, match="no such folder"):
        open_dataset(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no folder in it has train\.lst"):
        open_dataset(tmp_path / "empty")
    (copy / "stool" / "val.lst").write_text("stool0\n")
    with pytest.raises(InputError, match=r"val\.lst: object 'stool0' is in train\.lst too"):
        open_dataset(copy)
    (copy / "stool" / "val.lst").write_text("../table/table0\n")
    with pytest.raises(InputError, match=r"val\.lst: '\.\./table/table0' is not the name"):
        open_dataset(copy)
    (copy / "metadata.yaml").write_text("{")
    with pytest.raises(InputError, match=r"metadata\.yaml: not a YAML file"):
        open_dataset(copy)


def test_damaged_objects_get_one_sentence(copy):
    key = SampleKey("table", "table0", 0)
    folder = copy / "table" / "table0"
    picture = folder / "img_choy2016" / "000.jpg"
    whole = picture.read_bytes()
    open_dataset(copy).image_size  # noqa: B018  from another object
    picture.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"000\.jpg: not a whole picture"):
        open_dataset(copy).sample(key)
    Image.new("RGB", (20, 32)).save(picture)
    with pytest.raises(InputError, match=r"000\.jpg: the picture is 20×32, expected both to be 32"):
        open_dataset(copy).sample(key)
    picture.write_bytes(whole)
    np.savez(folder / "img_choy2016" / "cameras.npz", world_mat_0=np.eye(4)[:3])
    with pytest.raises(InputError, match=r"cameras\.npz: field 'camera_mat_0' is missing"):
        open_dataset(copy).sample(key)
    np.savez(folder / "img_choy2016" / "cameras.npz", world_mat_0=2 * np.eye(4)[:3], camera_mat_0=np.eye(3))
    with pytest.raises(InputError, match=r"field 'world_mat_0' is not a rigid motion"):
        open_dataset(copy).sample(key)
    with pytest.raises(InputError, match="has no picture of view 007"):
        open_dataset(copy).sample(SampleKey("table", "table1", 7))
    with pytest.raises(InputError, match="unknown category 'boat'"):
        open_dataset(copy).sample(SampleKey("boat", "table1", 0))
    with pytest.raises(InputError, match="unknown target 'colour'"):
        open_dataset(copy).require({"colour"}, "train")
    with pytest.raises(InputError, match="unknown split 'all'"):
        open_dataset(copy).objects("all")


def test_transparent_pictures_are_composited_on_white(copy):
    picture = copy / "table" / "table0" / "img_choy2016" / "000.jpg"
    picture.unlink()
    pixels = np.zeros((32, 32, 4), np.uint8)
    pixels[:16] = (255, 0, 0, 255)
    Image.fromarray(pixels).save(picture.with_suffix(".png"))
    image = open_dataset(copy).sample(SampleKey("table", "table0", 0)).images[0]
    assert image[:, 0, 0].tolist() == [1, 0, 0] and image[:, 31, 0].tolist() == [1, 1, 1]


def test_fingerprint_sees_lists_and_files(prepared, copy):
    before = open_dataset(copy).fingerprint()
    assert before == open_dataset(prepared).fingerprint()
    (copy / "table" / "table0" / "sketches" / "001.npz").write_bytes(b"shorter")
    changed = open_dataset(copy).fingerprint()
    assert changed != before
    (copy / "table" / "test.lst").write_text("")
    assert open_dataset(copy).fingerprint() not in (before, changed)


def test_fingerprint_is_taken_again_only_where_something_changed(copy, monkeypatch):
    taken = []
    compute = Fingerprint._compute
    monkeypatch.setattr(Fingerprint, "_compute", lambda self: taken.append(1) or compute(self))
    dataset = open_dataset(copy)
    first = dataset.fingerprint()
    assert dataset.fingerprint() == dataset.restricted(["table"]).fingerprint() == first and len(taken) == 1
    with replacing(copy / "stool" / "stool0" / "sketches" / "000.npz") as file:
        file.write_bytes(b"another")
    second = dataset.fingerprint()
    assert second != first and second == open_dataset(copy).fingerprint()
    (copy / "table" / "table1" / "points.npz").unlink()
    third = dataset.fingerprint()
    assert third not in (first, second) and third == open_dataset(copy).fingerprint()
    (copy / "table" / "val.lst").write_text("")
    assert dataset.fingerprint() not in (first, second, third)


def test_facts(prepared, copy, occupancy_networks):
    facts = open_dataset(prepared).facts
    labels = {"stool": ("leg", "top"), "table": ("leg", "top")}
    expected = DataFacts(("stool", "table"), ("leg", "top"), labels, 32, 16, most_parts=3, views=2, cameras=True)
    assert facts == expected
    assert DataFacts.from_dict(json.loads(json.dumps(facts.to_dict()))) == facts
    assert DataFacts.from_dict({}) == DataFacts()
    with pytest.raises(InputError, match="facts of a data set: unknown field 'colour', expected cameras"):
        DataFacts.from_dict({"colour": 1})

    metadata = yaml.safe_load((copy / "metadata.yaml").read_text())  # as earlier versions wrote it
    for category in ("stool", "table"):
        assert metadata[category].pop("labels") == ["leg", "top"] and metadata[category].pop("most_parts") == 3
    (copy / "metadata.yaml").write_text(yaml.safe_dump(metadata))
    assert open_dataset(copy).facts == expected

    facts = open_dataset(occupancy_networks).facts
    assert facts == DataFacts(
        ("bed", "plane"), (), {"bed": (), "plane": ()}, 137, 32, most_parts=None, views=3, cameras=True
    )


def test_restricted_to_some_categories(prepared):
    dataset = open_dataset(prepared)
    tables = dataset.restricted(["table"])
    assert tables.categories == tables.facts.categories == ("table",) and tables.labels == dataset.labels
    assert tables.facts.category_labels == {"table": ("leg", "top")} and tables.root == dataset.root
    assert tables.samples("val") == [key for key in dataset.samples("val") if key.category == "table"]
    key = SampleKey("table", "table3", 0)
    assert tables.sample(key, {"category"}).target("category").tolist() == [0]
    assert dataset.sample(key, {"category"}).target("category").tolist() == [1]
    assert torch.equal(tables.sample(key).images, dataset.sample(key).images)
    with pytest.raises(InputError, match=r"unknown category 'stool'; .* has table"):
        tables.sample(SampleKey("stool", "stool0", 0))
    with pytest.raises(InputError, match="unknown category 'boat'"):
        dataset.restricted(["table", "boat"])
    with pytest.raises(InputError, match="expected at least one category"):
        dataset.restricted([])


def test_units_of_samples(prepared):
    dataset = open_dataset(prepared)
    assert dataset.samples("val", unit="object") == dataset.samples("val", views=1)
    for options in ({"views": 1, "unit": "object"}, {"views": 0}):
        with pytest.raises(InputError, match="views is"):
            dataset.samples("val", **options)
    with pytest.raises(InputError, match="unknown unit of samples 'face'; expected one of view, object, part"):
        dataset.samples("val", unit="face")


def test_objects_without_pictures_are_samples_of_their_own(copy):
    for folder in copy.glob("*/*/img_choy2016"):
        shutil.rmtree(folder)
    dataset = open_dataset(copy)
    assert dataset.samples("val") == [] and dataset.facts.image_size is None and dataset.facts.views is None
    keys = dataset.samples("val", unit="object")
    assert keys == [SampleKey(c, f"{c}3", 0) for c in ("stool", "table")]
    sample = dataset.sample(keys[0], {"voxels"}, pictures=False)
    assert sample.images is None and sample.cameras is None and sample.target("voxels").shape == (1, 16, 16, 16)
    with pytest.raises(InputError, match="has no picture of view 000"):
        dataset.sample(keys[0])
