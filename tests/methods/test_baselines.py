"""Mean shapes, retrieval and oracles against brute force."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from svr3d.datasets import DataFacts
from svr3d.datasets.batch import SampleBatch, SampleKey, collate
from svr3d.datasets.box_objects import box_batch, box_facts
from svr3d.datasets.parametric import generate
from svr3d.geometry import InputError, Mesh, PartMesh, VoxelGrid, part_labels, sample_surface, voxelize_parts
from svr3d.methods import Fitted
from svr3d.methods.baselines import ClassMean, MeanParts, MeanShape
from svr3d.methods.harness import reconstruct
from svr3d.methods.mean_voxels import best_threshold, mean_voxels
from svr3d.methods.oracles import OracleMedial, OracleMesh, OracleParts, OracleVoxels
from svr3d.methods.retrieval import Retrieval
from svr3d.methods.retrieval.method import RetrievalOptions, simplified
from svr3d.methods.shapeprior import ShapePrior
from svr3d.metrics import GroundTruth, score

AB = DataFacts(categories=("a", "b"))
RNG = np.random.default_rng(0)


def grids(keys, occupancy, categories=("a", "b")):
    """A batch of random grids; images are of no consequence."""
    keys = tuple(SampleKey(*key) for key in keys)
    voxels = torch.as_tensor(occupancy).float()
    index = torch.tensor([categories.index(key.category) for key in keys])
    return SampleBatch(keys, torch.ones(len(keys), 3, 8, 8), None, {"voxels": voxels, "category": index}, categories)


def fit(method, batches):
    for stage in method.stages():
        if isinstance(stage, Fitted):
            stage.fit(batches)
    return method.eval()


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


@pytest.fixture(scope="module")
def random_objects():
    occupancy = RNG.random((7, 5, 5, 5)) < RNG.random((5, 5, 5))
    names = [("a", "o1"), ("b", "o2"), ("a", "o3"), ("a", "o4"), ("b", "o1"), ("b", "o6"), ("a", "o7")]
    return names, occupancy


def test_every_object_counts_once_whatever_its_views(random_objects):
    names, occupancy = random_objects
    views = [(*name, view) for name in names for view in range(1 + len(name[1]) % 3)]
    shown = np.stack([occupancy[names.index(view[:2])] for view in views])
    fitted = mean_voxels([grids(views[:5], shown[:5]), grids(views[5:], shown[5:])], ("a", "b"))
    assert fitted.counts.tolist() == [4, 3]
    for i, category in enumerate("ab"):
        members = [o for name, o in zip(names, occupancy, strict=True) if name[0] == category]
        assert np.allclose(fitted.means[i], np.mean(members, axis=0))
    assert np.array_equal(fitted.occupancy(slice(None)).reshape(-1, 5, 5, 5), occupancy)


def test_best_threshold_is_the_best_by_brute_force(random_objects):
    _, occupancy = random_objects
    flat = occupancy.reshape(len(occupancy), -1)
    mean = flat.mean(0)
    threshold, value = best_threshold(mean, flat)
    scores = [np.mean([iou(mean > t, o) for o in flat]) for t in np.linspace(0, 0.99, 200)]
    assert value == pytest.approx(max(scores), abs=1e-6)
    assert np.mean([iou(mean > threshold, o) for o in flat]) == pytest.approx(value)


def test_mean_shape_and_class_mean(random_objects):
    names, occupancy = random_objects
    batch = grids([(*name, 0) for name in names], occupancy)
    overall = fit(MeanShape(AB), [batch])
    shapes = reconstruct(overall, grids([("b", "new", 0), ("a", "new", 0)], occupancy[:2]))
    assert len(shapes) == 2 and np.allclose(shapes[1].values, occupancy.mean(0))
    by_class = fit(ClassMean(AB), [batch])
    asked = grids([("b", "new", 0), ("a", "new", 0)], occupancy[:2]).only({"category"})
    first, second = reconstruct(by_class, asked)
    assert np.allclose(first.values, np.mean([occupancy[i] for i in (1, 4, 5)], axis=0))
    assert np.allclose(second.values, np.mean([occupancy[i] for i in (0, 2, 3, 6)], axis=0))
    with pytest.raises(InputError, match="no target 'category'"):
        reconstruct(by_class, asked.only(()))


@pytest.mark.parametrize("cls", [ClassMean, ShapePrior])
def test_categories_go_by_name_not_by_number(cls):
    batch = box_batch({"voxels", "category"}, count=4)
    method = fit(cls(box_facts()), [batch])
    asked = batch.only({"category"})
    swapped = replace(asked, targets={"category": 1 - asked.target("category")}, categories=asked.categories[::-1])
    for a, b in zip(reconstruct(method, asked), reconstruct(method, swapped), strict=True):
        assert np.array_equal(a.values, b.values)
    foreign = replace(asked, categories=("plank", "lamp"))
    with pytest.raises(InputError, match=r"trained without the categories lamp \(it knows: plank, post\)"):
        reconstruct(method, foreign)


def test_no_samples_is_an_error():
    for cls in (MeanShape, MeanParts, ClassMean, Retrieval):
        with pytest.raises(InputError, match="no training samples"):
            fit(cls(DataFacts(categories=("a",))), [])


def test_retrieval_finds_the_training_images_themselves():
    batches = [box_batch({"voxels", "mesh"}, count=3, first=first) for first in (0, 3)]
    method = fit(Retrieval(box_facts()), batches)
    both = collate(batches)
    noisy = (both.images + 0.01 * torch.randn(both.images.shape, generator=torch.manual_seed(0))).clamp(0, 1)
    for images in (both.images, noisy):
        shapes = reconstruct(method, replace(both, images=images))
        for shape, truth in zip(shapes, both.target("mesh"), strict=True):
            assert isinstance(shape, Mesh) and np.array_equal(shape.faces, truth.faces)
            assert np.abs(shape.vertices - truth.vertices).max() < 1e-5


def test_retrieval_matches_nearest_neighbours_by_brute_force():
    from skimage.feature import hog
    from skimage.transform import resize

    train, test = box_batch({"voxels"}, count=6), box_batch((), count=5, first=50)

    def features(images):
        grey = [resize(image.mean(0).numpy(), (128, 128), order=1, anti_aliasing=False) for image in images]
        return np.stack([hog(g, orientations=8, pixels_per_cell=(16, 16), cells_per_block=(2, 2)) for g in grey])

    a, b = features(test.images), features(train.images)
    nearest = ((a[:, None] - b[None]) ** 2).sum(-1).argmin(1)
    method = fit(Retrieval(box_facts()), [train])
    for shape, i in zip(reconstruct(method, test), nearest, strict=True):
        assert isinstance(shape, VoxelGrid)
        assert np.array_equal(shape.occupancy, train.target("voxels")[i].numpy() > 0)


def test_retrieval_simplifies_large_meshes():
    batch = box_batch({"voxels", "mesh"}, count=1)
    fine = batch.target("mesh")[0]
    fine = subdivided(fine, 4)
    batch.targets["mesh"] = [fine]
    (shape,) = reconstruct(fit(Retrieval(box_facts(), RetrievalOptions(max_faces=500)), [batch]), batch)
    assert len(shape.faces) <= 500 < len(fine.faces)
    assert shape.area == pytest.approx(fine.area, rel=0.02)


def subdivided(mesh: PartMesh, times: int) -> PartMesh:
    """Each face in four, over and over; the parts stay."""
    triangles, part = mesh.triangles, mesh.face_part
    for _ in range(times):
        a, b, c = np.moveaxis(triangles, 1, 0)
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        quarters = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
        triangles, part = np.concatenate([np.stack(t, 1) for t in quarters]), np.tile(part, 4)
    vertices, faces = np.unique(triangles.reshape(-1, 3), axis=0, return_inverse=True)
    return PartMesh(vertices, faces.reshape(-1, 3), face_part=part, parts=mesh.parts)


def test_retrieved_meshes_keep_their_parts_and_are_otherwise_the_same():
    """The same faces in the same order, so that whatever is drawn on the surface is the same."""
    batch = box_batch({"voxels", "mesh"}, count=4)
    plain = replace(batch, targets=batch.targets | {"mesh": [Mesh(m.vertices, m.faces) for m in batch.target("mesh")]})
    found, without = (reconstruct(fit(Retrieval(box_facts()), [one]), batch) for one in (batch, plain))
    for shape, other, truth in zip(found, without, batch.target("mesh"), strict=True):
        assert type(shape) is PartMesh and type(other) is Mesh
        assert np.array_equal(shape.vertices, other.vertices) and np.array_equal(shape.faces, other.faces)
        assert np.array_equal(sample_surface(shape, 500).points, sample_surface(other, 500).points)
        assert np.array_equal(shape.face_part, truth.face_part)
        assert [part.label for part in shape.parts] == [part.label for part in truth.parts]
        assert len({part.name for part in shape.parts}) == len(shape.parts)


def test_retrieval_of_some_objects_with_parts():
    """Only those have any; so has none whose labels the data set does not list."""
    batch = box_batch({"voxels", "mesh"}, count=4)
    meshes = batch.target("mesh")
    meshes[1] = Mesh(meshes[1].vertices, meshes[1].faces)
    shapes = reconstruct(fit(Retrieval(box_facts()), [batch]), batch)
    assert [type(shape) for shape in shapes] == [PartMesh, Mesh, PartMesh, PartMesh]
    assert [len(shape.parts) for shape in shapes if isinstance(shape, PartMesh)] == [2, 2, 3]
    unlisted = fit(Retrieval(replace(box_facts(), labels=("base", "body"))), [batch])
    assert [type(shape) for shape in reconstruct(unlisted, batch)] == [PartMesh, Mesh, PartMesh, Mesh]


def test_faces_of_a_simplified_mesh_are_of_the_part_they_came_from():
    """Of boxes apart from each other: the part is that of the nearest box, and no other is near."""
    coarse = box_batch({"mesh"}, count=2).target("mesh")[1]
    apart = replace(coarse, vertices=coarse.vertices + 2.0 * (np.arange(len(coarse.vertices)) // 8)[:, None])
    fine = subdivided(apart, 4)
    mesh, part = simplified(fine, 500)
    assert len(mesh.faces) == len(part) <= 500 < len(fine.faces)
    middles = mesh.triangles.mean(axis=1)
    boxes = apart.vertices.reshape(-1, 8, 3)
    away = np.maximum(boxes.min(1) - middles[:, None], middles[:, None] - boxes.max(1)).max(-1)
    assert np.array_equal(part, away.argmin(1)) and set(part.tolist()) == {0, 1, 2}


def test_retrieved_voxels_keep_their_labels_where_there_are_no_meshes():
    batch = box_batch({"voxels", "part_voxels"}, count=4)
    for shape, labels in zip(reconstruct(fit(Retrieval(box_facts()), [batch]), batch), batch.target("part_voxels"),
                             strict=True):  # fmt: skip
        assert isinstance(shape, VoxelGrid) and shape.label_names == box_facts().labels
        assert np.array_equal(shape.labels, labels.numpy())


def test_retrieved_parts_are_found_by_the_metrics():
    """The training picture itself finds its own object, up to 16-bit vertices."""
    batch = box_batch({"voxels", "mesh"}, count=2)
    for shape, mesh in zip(reconstruct(fit(Retrieval(box_facts()), [batch]), batch), batch.target("mesh"), strict=True):
        truth = GroundTruth(mesh=mesh, parts=mesh, labels=box_facts().labels)
        assert min(score(shape, truth, "partvoxels-v2").parts["partvoxels-v2"]["part_iou"].values()) > 0.9


def most_frequent(grids):
    """By counting voxel by voxel; of several that are as frequent, the lowest label."""
    shape = grids[0].shape
    result = np.zeros(shape, int)
    for at in np.ndindex(shape):
        counts = {}
        for grid in grids:
            if grid[at]:
                counts[int(grid[at])] = counts.get(int(grid[at]), 0) + 1
        result[at] = min(counts, key=lambda label: (-counts[label], label)) if counts else 0
    return result


def test_mean_parts_against_counting(random_objects):
    names, occupancy = random_objects
    labels = occupancy * np.random.default_rng(1).integers(1, 4, occupancy.shape)
    views = [(*name, view) for name in names for view in range(1 + len(name[1]) % 3)]
    of_view = [names.index(view[:2]) for view in views]
    batch = grids(views, occupancy[of_view])
    batch.targets["part_voxels"] = torch.as_tensor(labels[of_view])
    facts = DataFacts(categories=("a", "b"), labels=("z", "y", "x"))
    method = fit(MeanParts(facts), [batch[i] for i in range(len(batch))])
    shape, again = reconstruct(method, grids([("b", "new", 0), ("a", "new", 0)], occupancy[:2]))
    (plain,) = reconstruct(fit(MeanShape(facts), [batch]), batch[0])
    assert np.array_equal(shape.occupancy, plain.occupancy) and np.array_equal(shape.values, plain.values)
    assert shape.label_names == facts.labels
    assert np.array_equal(shape.labels, np.where(plain.occupancy, most_frequent(list(labels)), 0))
    assert np.array_equal(again.labels, shape.labels), "it must not know the category"


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.full((2, 5, 5, 5), 4), r"expected part labels 0 to 3 .*, found 4 to 4"),
        (np.full((2, 5, 5, 5), -1), r"found -1 to -1"),
        (np.ones((2, 6, 6, 6)), r"voxels and part labels in grids of one resolution, found 5³ and 6³"),
    ],
)
def test_labels_that_mean_parts_cannot_count(labels, said):
    batch = grids([("a", "o1", 0), ("b", "o2", 0)], np.ones((2, 5, 5, 5)))
    batch.targets["part_voxels"] = torch.as_tensor(labels).long()
    with pytest.raises(InputError, match=said):
        fit(MeanParts(DataFacts(categories=("a", "b"), labels=("x", "y", "z"))), [batch])


def test_the_oracle_of_parts_has_the_best_value_of_each_part_metric():
    """On objects of several categories, whose labels the data set numbers in another order than each object's own."""
    meshes = [generate(category, seed=seed) for seed, category in enumerate(("chair", "table", "knife"))]
    names = tuple(sorted({label for mesh in meshes for label in mesh.labels}))
    method = OracleParts(DataFacts(categories=("a", "b"), labels=names))
    for mesh in meshes:
        own = voxelize_parts(mesh, 32)
        known = np.array([0, *(1 + names.index(label) for label in own.label_names)])[own.labels]
        batch = grids([("a", "o", 0)], known[None] > 0)
        batch.targets["part_voxels"] = torch.as_tensor(known)[None]
        (shape,) = reconstruct(method, batch)
        truth = GroundTruth(voxels=own, part_voxels=own, labels=names)
        result = score(shape, truth, "partvoxels-v2")
        sizes = {"true_part_voxels"}
        assert {name: v for name, v in result.values["partvoxels-v2"].items() if name not in sizes} == dict.fromkeys(
            ("part_iou", "part_recall", "iou_32", "ap"), 1.0
        )
        assert all(set(v.values()) == {1.0} for name, v in result.parts["partvoxels-v2"].items() if name not in sizes)
        assert part_labels(shape, 32) is not None


def test_oracles_return_what_they_are_given():
    batch = box_batch({"voxels", "mesh", "medial"}, count=2)
    for shape, truth in zip(reconstruct(OracleVoxels(box_facts()), batch), batch.target("voxels"), strict=True):
        assert np.array_equal(shape.occupancy, truth.numpy() > 0)
    assert reconstruct(OracleMesh(box_facts()), batch) == batch.target("mesh")
    assert reconstruct(OracleMedial(box_facts()), batch) == batch.target("medial")
    for cls in (OracleVoxels, OracleMesh, OracleParts, OracleMedial):
        assert cls(box_facts()).stages() == []
        with pytest.raises(InputError, match="no target"):
            reconstruct(cls(box_facts()), batch.only(()))
