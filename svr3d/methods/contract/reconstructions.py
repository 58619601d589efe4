"""Checks of what a method returns, and of what it looks at for it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from ...datasets.batch import SampleBatch
from ...datasets.box_objects import box_batch
from ...datasets.targets import get_target
from ...errors import InputError
from ..checkpoint import pack, unpack
from ..harness import handed_over, reconstruct
from ..interface import Method
from ..outputs import FINAL, Output
from .runs import trained
from .shapes import check_same, check_shape

if TYPE_CHECKING:
    from ...geometry import Shape


def check_reconstruction(cls: type[Method]) -> None:
    """One finite shape per sample, of the declared kind, inside the canonical box, and the same each time."""
    method = trained(cls)
    batch = _batch(method, count=3)
    shapes = _ask(method, batch)
    assert len(shapes) == 3, f"{len(shapes)} shapes for 3 samples"
    for shape in shapes:
        check_shape(shape, cls.representation)
    check_same(shapes, _ask(method, batch), "the same batch twice")


def check_outputs(cls: type[Method]) -> None:
    """Each of its further outputs is a reconstruction too, and one that it has not is refused in a sentence."""
    method = trained(cls)
    batch = _batch(method)
    for output in method.outputs[1:]:
        shapes = _ask(method, batch, output.name)
        assert len(shapes) == 2, f"output '{output.name}': {len(shapes)} shapes for 2 samples"
        for shape in shapes:
            check_shape(shape, output.representation)
    try:
        method.output("no_such_output")
    except InputError as error:
        assert "no_such_output" in str(error), f"the error on an unknown output does not name it: {error}"
    else:
        raise AssertionError("an unknown output was accepted")


def check_batches(cls: type[Method]) -> None:
    """A sample's reconstruction does not depend on its company, and a batch may be of one."""
    method = trained(cls)
    alone = _ask(method, _batch(method, count=1))
    assert len(alone) == 1, f"{len(alone)} shapes for one sample"
    check_same(alone, _ask(method, _batch(method))[:1], "alone and in company", tolerance=1e-3)


def check_given(cls: type[Method]) -> None:
    """It reads what its output declares and nothing else: neither a picture or camera that is not, nor the truth."""
    method = trained(cls)
    for output in method.outputs:
        batch = _batch(method)
        given = handed_over(batch, output, cls.name)
        tempting = replace(batch.anonymous(), targets=batch.targets | given.targets)
        _check_blind(method, output, given, tempting, "beside what it is not given")


def check_keys(cls: type[Method]) -> None:
    """The names of samples tell it nothing."""
    method = trained(cls)
    for output in method.outputs:
        batch = _batch(method)
        given = handed_over(batch, output, cls.name)
        _check_blind(method, output, given, replace(given, keys=batch.keys), "with the samples' names")


def check_checkpoint(cls: type[Method]) -> None:
    """Packed, written, read without running code, and unpacked, it reconstructs the same, bit for bit."""
    method = trained(cls)
    file = io.BytesIO()
    torch.save(pack(method), file)
    file.seek(0)
    copy = unpack(torch.load(file, weights_only=True), "checkpoint", cls)
    assert not copy.training, "expected the loaded method in evaluation mode"
    assert copy.options == method.options, f"options {copy.options} after a checkpoint, {method.options} before"
    assert copy.facts == method.facts, f"facts {copy.facts} after a checkpoint, {method.facts} before"
    batch = _batch(method)
    check_same(_ask(method, batch), _ask(copy, batch), "after a checkpoint")


def _batch(method: Method, count: int = 2) -> SampleBatch:
    """Samples with pictures, cameras, what any output is given, and the truth (a view has no target of one part)."""
    gifts = frozenset[str]().union(*(output.gifts for output in method.outputs))
    truth = {name for name in method.targets if get_target(name).per != "part"}
    return box_batch(gifts | truth, count=count, first=100)


def _ask(method: Method, batch: SampleBatch, output: str = FINAL) -> Sequence[Shape]:
    return _told(lambda: reconstruct(method, batch, output), f"output '{output}' failed on what it is given")


def _told(call: Callable[[], Sequence[Shape]], what: str) -> Sequence[Shape]:
    try:
        return call()
    except Exception as error:  # a method may fail in any way
        raise AssertionError(f"{what} ({type(error).__name__}: {error})") from error


def _check_blind(method: Method, output: Output, given: SampleBatch, tempting: SampleBatch, when: str) -> None:
    with torch.inference_mode():
        expected = _told(lambda: method.reconstruct(given, output.name), f"output '{output.name}' failed")
        found = _told(lambda: method.reconstruct(tempting, output.name), f"output '{output.name}' failed {when}")
    check_same(expected, found, f"output '{output.name}' {when}")
