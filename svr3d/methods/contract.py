"""What every method has to keep, as checks that an author runs in tests of their own:

    from svr3d.methods.contract import CHECKS

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_contract(check):
        check(MyMethod)

Each check raises `AssertionError` with what was expected. They use the preset `tiny` and objects made of boxes;
none needs a data set or takes more than seconds.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from ..datasets.batch import TARGETS
from ..datasets.box_objects import CATEGORIES, box_batch
from ..errors import InputError
from ..geometry import Mesh, PartMesh, PointCloud, VoxelGrid
from .checkpoint import pack, unpack
from .interface import PRESETS, Method, Reconstruction

SHAPES: dict[str, type | tuple[type, ...]] = {
    "voxels": VoxelGrid,
    "mesh": Mesh,
    "part_mesh": PartMesh,
    "points": PointCloud,
    "medial": Mesh,
}
"""What each representation returns; a medial method returns its surface."""

STEPS = 8
"""Optimiser steps on one batch, after which its loss must have fallen."""


def check_declarations(cls: type[Method]) -> None:
    """It says what it is, in the suite's terms."""
    assert isinstance(cls.name, str) and cls.name.replace("_", "").replace("-", "").isalnum(), f"name {cls.name!r}"
    assert cls.name == cls.name.lower(), f"name {cls.name!r}: expected lower case"
    assert cls.representation in SHAPES, f"representation {cls.representation!r}: expected one of {', '.join(SHAPES)}"
    for field in ("targets", "gifts"):
        unknown = set(getattr(cls, field)) - set(TARGETS)
        assert not unknown, f"{field}: {sorted(unknown)} are none of {', '.join(TARGETS)}"
    assert isinstance(cls.paper, str), "paper: expected a citation"


def check_presets(cls: type[Method]) -> None:
    """Its presets are there, and their options are its own."""
    missing = set(PRESETS) - set(cls.presets())
    assert not missing, f"presets: {sorted(missing)} are missing"
    for name in cls.presets():
        options = cls.preset(name)
        method = cls(categories=CATEGORIES, **options)
        assert method.options == options, f"preset {name}: made with {method.options}, expected {options}"
    try:
        cls(categories=CATEGORIES, no_such_option=1)
    except InputError as error:
        assert "no_such_option" in str(error), f"the error on an unknown option does not name it: {error}"
    else:
        raise AssertionError("an unknown option was accepted")


def check_stages(cls: type[Method]) -> None:
    """Its stages are distinct, train what exists, and need what it declares."""
    method = make(cls)
    stages = method.stages()
    names = [stage.name for stage in stages]
    assert len(set(names)) == len(names), f"stages: names {names} are not distinct"
    for stage in stages:
        extra = stage.targets - cls.targets
        assert not extra, f"stage '{stage.name}' needs {sorted(extra)}, which `targets` does not declare"
        assert stage.fit is not None or stage.losses, f"stage '{stage.name}' names no losses"
        assert stage.monitor in (None, "loss", *stage.losses), f"stage '{stage.name}' monitors {stage.monitor!r}"
        for part in stage.trains:
            method.get_submodule(part)
    if stages:
        unused = cls.targets - frozenset().union(*(stage.targets for stage in stages))
        assert not unused, f"targets: {sorted(unused)} are declared but no stage uses them"


def check_training(cls: type[Method]) -> None:
    """Every learned stage has finite losses of the declared names, and lowers them on a batch shown repeatedly."""
    method = make(cls)
    for stage, losses in train_briefly(method):
        assert all(map(math.isfinite, losses)), f"stage '{stage}': losses {losses} are not finite"
        assert min(losses[1:]) < losses[0], f"stage '{stage}': the loss of a repeated batch did not fall: {losses}"


def check_reconstruction(cls: type[Method]) -> None:
    """One finite shape per image, of the declared kind, inside the canonical box, and the same each time."""
    method = trained(cls)
    batch = box_batch(cls.gifts, count=3, first=100)
    shapes = method.reconstruct_batch(batch)
    assert len(shapes) == 3, f"{len(shapes)} shapes for 3 images"
    for shape in shapes:
        _check_shape(shape, cls.representation)
    _check_same(shapes, method.reconstruct_batch(batch), "the same batch twice")


def check_outputs(cls: type[Method]) -> None:
    """Each of its further outputs is a reconstruction too, and one that it has not is refused in a sentence."""
    method = trained(cls)
    batch = box_batch(cls.gifts, count=2, first=100)
    for output in method.outputs:
        try:
            shapes = method.reconstruct_output(batch, output)
        except InputError as error:
            raise AssertionError(f"output '{output}' is declared, but refused: {error}") from error
        assert len(shapes) == 2, f"output '{output}': {len(shapes)} shapes for 2 images"
        for shape in shapes:
            _check_shape(shape, cls.representation)
    try:
        method.reconstruct_output(batch, "no_such_output")
    except InputError as error:
        assert "no_such_output" in str(error), f"the error on an unknown output does not name it: {error}"
    else:
        raise AssertionError("an unknown output was accepted")


def check_batches(cls: type[Method]) -> None:
    """A sample's reconstruction does not depend on its company, and a batch may be of one."""
    method = trained(cls)
    batch = box_batch(cls.gifts, count=2, first=100)
    alone = method.reconstruct_batch(box_batch(cls.gifts, count=1, first=100))
    assert len(alone) == 1, f"{len(alone)} shapes for one image"
    _check_same(alone, method.reconstruct_batch(batch)[:1], "alone and in company", tolerance=1e-3)


def check_no_cameras(cls: type[Method]) -> None:
    """Images without cameras work too, or the error says in a sentence that they do not."""
    method = trained(cls)
    batch = box_batch(cls.gifts, count=2, first=100)
    try:
        shapes = method.reconstruct(batch.images, None)
    except InputError as error:
        assert str(error).strip(), "the refusal of images without cameras says nothing"
    else:
        assert len(shapes) == 2, f"{len(shapes)} shapes for 2 images"


def check_no_truth(cls: type[Method]) -> None:
    """At test time it gets its gifts only, and reads no other target."""
    method = trained(cls)
    with_truth = box_batch(cls.gifts | cls.targets, count=2, first=100)
    expected = method.reconstruct_batch(with_truth.only(cls.gifts))
    for name in cls.targets - cls.gifts:
        with_truth.targets.pop(name)
    _check_same(expected, method.reconstruct_batch(with_truth), "with its gifts only")


def check_checkpoint(cls: type[Method]) -> None:
    """Packed, written, read without running code, and unpacked, it reconstructs the same, bit for bit."""
    method = trained(cls)
    file = io.BytesIO()
    torch.save(pack(method), file)
    file.seek(0)
    copy = unpack(torch.load(file, weights_only=True), "checkpoint", cls)
    assert not copy.training, "expected the loaded method in evaluation mode"
    batch = box_batch(cls.gifts, count=2, first=100)
    _check_same(method.reconstruct_batch(batch), copy.reconstruct_batch(batch), "after a checkpoint")


CHECKS = (
    check_declarations,
    check_presets,
    check_stages,
    check_training,
    check_reconstruction,
    check_outputs,
    check_batches,
    check_no_cameras,
    check_no_truth,
    check_checkpoint,
)


def make(cls: type[Method]) -> Method:
    """The method under the preset `tiny`, with the box objects' categories."""
    return cls.create("tiny", CATEGORIES, seed=0)


def trained(cls: type[Method]) -> Method:
    """The same after a few steps of every stage, in evaluation mode."""
    method = make(cls)
    for _ in train_briefly(method, steps=2):
        pass
    return method.eval()


def train_briefly(method: Method, steps: int = STEPS) -> Iterator[tuple[str, list[float]]]:
    """Runs the stages in order on one batch; yields each learned stage's name and its loss before every step.

    A loop of its own, so that the contract needs no trainer.
    """
    for stage in method.stages():
        batch = box_batch(stage.targets | stage.optional, count=4)
        if stage.fit is not None:
            method.stage = stage
            with _fixed_seed():
                stage.fit([batch])
            continue
        method.enter(stage)
        optimizer = _optimizer_of(method.configure_optimizers())
        losses = []
        with _fixed_seed():
            for _ in range(steps):
                terms = method.losses(batch)
                assert set(terms) == set(stage.losses), f"stage '{stage.name}': terms {sorted(terms)} not as declared"
                total = sum(terms.values())
                losses.append(float(total.detach()))
                optimizer.zero_grad()
                total.backward()
                optimizer.step()
        yield stage.name, losses
    method.stage = None
    method.requires_grad_(True)


def _optimizer_of(configured: Any) -> torch.optim.Optimizer:
    """The one optimiser in what `LightningModule.configure_optimizers` may return."""
    if isinstance(configured, dict):
        configured = configured["optimizer"]
    while isinstance(configured, (list, tuple)):
        configured = configured[0]
    return configured


@contextmanager
def _fixed_seed() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def _check_shape(shape: Reconstruction, representation: str) -> None:
    expected = SHAPES[representation]
    assert isinstance(shape, expected), f"a {type(shape).__name__} where `{representation}` was declared"
    assert shape.is_finite, "a reconstruction with values that are not finite"
    points = _points(shape)
    if not isinstance(shape, VoxelGrid) and len(points):
        furthest = float(np.abs(points).max())
        assert furthest < 1.0, f"a vertex at {furthest:.2f} from the middle: the canonical box ends at 0.5"


def _check_same(
    expected: Sequence[Reconstruction], found: Sequence[Reconstruction], when: str, tolerance: float = 0.0
) -> None:
    assert len(expected) == len(found), f"{len(found)} shapes, {len(expected)} before, {when}"
    for a, b in zip(expected, found, strict=True):
        assert type(a) is type(b), f"a {type(b).__name__}, a {type(a).__name__} before, {when}"
        x, y = _points(a), _points(b)
        assert x.shape == y.shape, f"a reconstruction differs in size, {when}"
        largest = float(np.abs(x - y).max(initial=0.0))
        assert largest <= tolerance, f"a reconstruction differs by {largest:.2g}, {when}"


def _points(shape: Reconstruction) -> np.ndarray:
    if isinstance(shape, VoxelGrid):
        return shape.values
    return shape.points if isinstance(shape, PointCloud) else shape.vertices
