"""Mean shapes, retrieval and oracles against brute force."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from svr3d.datasets.batch import SampleBatch, SampleKey, collate
from svr3d.datasets.box_objects import CATEGORIES, box_batch
from svr3d.geometry import InputError, Mesh, VoxelGrid
from svr3d.methods.baselines import ClassMean, MeanShape
from svr3d.methods.mean_voxels import best_threshold, mean_voxels
from svr3d.methods.oracles import OracleMesh, OracleVoxels
from svr3d.methods.retrieval import Retrieval
from svr3d.methods.shapeprior import ShapePrior

RNG = np.random.default_rng(0)


def grids(keys, occupancy, categories=("a", "b")):
    """A batch of random grids; images are of no consequence."""
    keys = tuple(SampleKey(*key) for key in keys)
    voxels = torch.as_tensor(occupancy).float()
    index = torch.tensor([categories.index(key.category) for key in keys])
    return SampleBatch(keys, torch.ones(len(keys), 3, 8, 8), None, {"voxels": voxels, "category": index}, categories)


def fit(method, batches):
    for stage in method.stages():
        if stage.fit is not None:
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
    overall = fit(MeanShape(("a", "b")), [batch])
    shapes = overall.reconstruct(torch.rand(2, 3, 9, 9), None)
    assert len(shapes) == 2 and np.allclose(shapes[1].values, occupancy.mean(0))
    by_class = fit(ClassMean(("a", "b")), [batch])
    asked = grids([("b", "new", 0), ("a", "new", 0)], occupancy[:2]).only({"category"})
    first, second = by_class.reconstruct_batch(asked)
    assert np.allclose(first.values, np.mean([occupancy[i] for i in (1, 4, 5)], axis=0))
    assert np.allclose(second.values, np.mean([occupancy[i] for i in (0, 2, 3, 6)], axis=0))
    with pytest.raises(InputError, match="given the category"):
        by_class.reconstruct(asked.images, None)


@pytest.mark.parametrize("cls", [ClassMean, ShapePrior])
def test_categories_go_by_name_not_by_number(cls):
    batch = box_batch({"voxels", "category"}, count=4)
    method = fit(cls(CATEGORIES), [batch])
    asked = batch.only({"category"})
    swapped = replace(asked, targets={"category": 1 - asked.target("category")}, categories=CATEGORIES[::-1])
    for a, b in zip(method.reconstruct_batch(asked), method.reconstruct_batch(swapped), strict=True):
        assert np.array_equal(a.values, b.values)
    foreign = replace(asked, categories=("plank", "lamp"))
    with pytest.raises(InputError, match=r"trained without the categories lamp \(it knows: plank, post\)"):
        method.reconstruct_batch(foreign)


def test_no_samples_is_an_error():
    for cls in (MeanShape, ClassMean, Retrieval):
        with pytest.raises(InputError, match="no training samples"):
            fit(cls(("a",)), [])


def test_retrieval_finds_the_training_images_themselves():
    batches = [box_batch({"voxels", "mesh"}, count=3, first=first) for first in (0, 3)]
    method = fit(Retrieval(CATEGORIES), batches)
    both = collate(batches)
    noisy = (both.images + 0.01 * torch.randn(both.images.shape, generator=torch.manual_seed(0))).clamp(0, 1)
    for images in (both.images, noisy):
        for shape, truth in zip(method.reconstruct(images, None), both.target("mesh"), strict=True):
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
    method = fit(Retrieval(CATEGORIES), [train])
    for shape, i in zip(method.reconstruct(test.images, None), nearest, strict=True):
        assert isinstance(shape, VoxelGrid)
        assert np.array_equal(shape.occupancy, train.target("voxels")[i].numpy() > 0)


def test_retrieval_simplifies_large_meshes():
    batch = box_batch({"voxels", "mesh"}, count=1)
    fine = batch.target("mesh")[0]
    for _ in range(4):  # midpoint subdivision
        a, b, c = np.moveaxis(fine.triangles, 1, 0)
        corners = np.concatenate([np.stack(t, 1) for t in (
            (a, (a + b) / 2, (a + c) / 2), ((a + b) / 2, b, (b + c) / 2),
            ((a + c) / 2, (b + c) / 2, c), ((a + b) / 2, (b + c) / 2, (a + c) / 2),
        )])  # fmt: skip
        vertices, faces = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)
        fine = Mesh(vertices, faces.reshape(-1, 3))
    batch.targets["mesh"] = [fine]
    (shape,) = fit(Retrieval(CATEGORIES, max_faces=500), [batch]).reconstruct(batch.images, None)
    assert len(shape.faces) <= 500 < len(fine.faces)
    assert shape.area == pytest.approx(fine.area, rel=0.02)


def test_oracles_return_what_they_are_given():
    batch = box_batch({"voxels", "mesh"}, count=2)
    for shape, truth in zip(OracleVoxels().reconstruct_batch(batch), batch.target("voxels"), strict=True):
        assert np.array_equal(shape.occupancy, truth.numpy() > 0)
    assert OracleMesh().reconstruct_batch(batch) == batch.target("mesh")
    for cls in (OracleVoxels, OracleMesh):
        assert cls().stages() == []
        with pytest.raises(InputError, match="truth"):
            cls().reconstruct(batch.images, None)
        with pytest.raises(InputError, match="no target"):
            cls().reconstruct_batch(batch.only(()))
