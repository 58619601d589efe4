"""What every method inherits, and what stages, outputs and options are checked for."""

from dataclasses import dataclass
from typing import Literal

import pytest
import torch

from svr3d.datasets import DataFacts
from svr3d.datasets.box_objects import box_batch
from svr3d.geometry import InputError
from svr3d.methods import Derived, Fitted, Learned, Method, Output
from svr3d.methods.checkpoint import pack, unpack
from svr3d.methods.harness import reconstruct
from svr3d.methods.options import described, make_options, require_at_least, require_positive


class Starter(Method):
    """Counts how often it is told to start, and shows what it is handed."""

    name = "starter"
    representation = "voxels"
    started = 0

    def initialize(self):
        self.started += 1

    def stages(self):
        return []

    def reconstruct(self, batch, output="final"):
        return [batch]


def test_a_new_method_starts_once_and_one_from_a_checkpoint_does_not():
    method = Starter.create("tiny", DataFacts(categories=("chair",)))
    assert method.started == 1
    assert unpack(pack(method), "here", Starter).started == 0


@pytest.mark.parametrize(
    ("facts", "options"),
    [(DataFacts(), {}), (DataFacts(("a",), ("leg",), {"a": ("leg",)}, 137, 32, 4, 24, True), {})],
)
def test_a_checkpoint_holds_the_facts(facts, options, tmp_path):
    torch.save(pack(Starter(facts)), tmp_path / "x")
    assert unpack(torch.load(tmp_path / "x", weights_only=True), "here", Starter).facts == facts


# The harness


@pytest.mark.parametrize(
    "given",
    [(), ("picture",), ("camera",), ("picture", "camera"), ("category",), ("picture", "voxels"), ("mesh", "surface")],
    ids="+".join,
)
def test_a_method_is_handed_what_its_output_declares_and_nothing_else(given):
    method = Starter(DataFacts())
    method.given = frozenset(given)
    batch = box_batch({"category", "voxels", "mesh", "surface"}, count=2)
    (handed,) = reconstruct(method, batch)
    assert (handed.images is not None) is ("picture" in given)
    assert (handed.cameras is not None) is ("camera" in given)
    assert set(handed.targets) == set(given) - {"picture", "camera"}
    assert [str(key) for key in handed.keys] == ["//000", "//001"]
    assert len(handed) == 2 and torch.is_inference_mode_enabled() is False


def test_what_is_missing_is_refused_in_a_sentence():
    method, batch = Starter(DataFacts()), box_batch((), count=1, pictures=False, cameras=False)
    with pytest.raises(InputError, match="method 'starter' is given a picture of each object"):
        reconstruct(method, batch)
    method.given = frozenset({"camera"})
    with pytest.raises(InputError, match="method 'starter' needs the images' cameras"):
        reconstruct(method, batch)
    method.given = frozenset({"voxels"})
    with pytest.raises(InputError, match="the batch has no target 'voxels'"):
        reconstruct(method, batch)
    with pytest.raises(InputError, match="has no output 'draft'; known: none besides the final reconstruction"):
        reconstruct(method, batch, "draft")


# Stages and outputs

LEARNED = {"losses": lambda batch: {}, "terms": ("fit",), "optimizer": torch.optim.Adam, "epochs": 1}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "stage 's': epochs is 0"),
        ({"terms": ()}, "expected distinct names"),
        ({"terms": ("loss",)}, "none of them 'loss'"),
        ({"diagnostics": ("fit",)}, "expected distinct names"),
        ({"monitor": "iou"}, "monitors 'iou'"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"unit": "scene"}, "unit 'scene' is none of view, object, part"),
    ],
)
def test_learned_stages_that_cannot_be(changes, message):
    with pytest.raises(InputError, match=message):
        Learned(name="s", **(LEARNED | changes))


def test_other_stages_and_outputs_that_cannot_be():
    with pytest.raises(InputError, match="names of letters"):
        Derived(name="s", derive=lambda batch: {}, values=("a b",))
    with pytest.raises(InputError, match="output 'a/b'"):
        Output("a/b", "mesh")
    objects = Fitted(name="s", fit=lambda samples: None, unit="object")
    assert objects.pictures is False and objects.cameras is False
    assert Learned(name="s", monitor="iou", diagnostics=("iou",), **LEARNED).monitor == "iou"


# Options


@dataclass(frozen=True)
class Some:
    count: int = 1
    rate: float = 0.5
    kind: Literal["a", "b"] = "a"
    names: tuple[str, ...] = ()
    size: int | None = None

    def __post_init__(self):
        require_at_least(self, count=1, size=2)
        require_positive(self, "rate")


def test_values_are_brought_to_their_types():
    made = make_options(Some, {"count": 3, "rate": 2, "names": ["x", "y"], "size": None}, "here")
    assert made == Some(3, 2.0, "a", ("x", "y"), None) and isinstance(made.rate, float)
    assert make_options(Some, {"rate": "1e-3"}, "here").rate == 1e-3  # what YAML takes for a text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": "many"}, "here: option 'count': expected a whole number, found 'many'"),
        ({"count": 0}, "here: option 'count': expected at least 1, found 0"),
        ({"rate": float("nan")}, "option 'rate': expected a number"),
        ({"rate": 0}, "option 'rate': expected a number above 0, found 0"),
        ({"kind": "c"}, "option 'kind': expected one of a, b, found 'c'"),
        ({"names": "x"}, "option 'names': expected a list of texts, found 'x'"),
        ({"size": "x"}, "option 'size': expected a whole number or null, found 'x'"),
        ({"size": 1}, "option 'size': expected at least 2, found 1"),
        ({"cuont": 1}, "here has no option 'cuont'; did you mean 'count'"),
    ],
)
def test_what_options_refuse(values, message):
    with pytest.raises(InputError, match=message):
        make_options(Some, values, "here")


def test_types_in_words():
    assert described(tuple[int, ...]) == "a list of whole numbers"
    assert described(tuple[Literal["a", "b"], ...]) == "a list of a, b"
    assert described(int | str) == "a whole number or a text"
