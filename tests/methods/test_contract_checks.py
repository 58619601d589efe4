"""Each check of the contract fails on the method that breaks it, and only the right one passes."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from svr3d.datasets.box_objects import CATEGORIES
from svr3d.geometry import Mesh, VoxelGrid
from svr3d.methods import Derived, Fitted, Learned, Method, Output, contract


@dataclass(frozen=True)
class GoodOptions:
    lr: float = 0.05


class Good(Method):
    """Predicts one number for all voxels by a network on a frozen encoder; fits a brightness and derives a code."""

    name = "good"
    representation = "voxels"
    targets = frozenset({"voxels"})
    Options = GoodOptions

    def __init__(self, facts, options=None):
        super().__init__(facts, options)
        self.calls = 0
        self.encoder = nn.Linear(3, 3)
        self.network = nn.Linear(3, 1)
        self.register_fitted("brightness")

    def stages(self):
        return [
            Fitted(name="brightness", fit=self.fit),
            Derived(name="codes", derive=self.derive, values=("code",)),
            Learned(
                name="all",
                targets=self.targets | {"code"},
                losses=self.losses,
                terms=("fit",),
                diagnostics=("code",),
                optimizer=self.optimizer,
                epochs=1,
                trains=("network",),
            ),
        ]

    def fit(self, samples):
        self.brightness = torch.stack([batch.images.mean() for batch in samples]).mean()

    def derive(self, batch):
        return {"code": batch.images.mean((1, 2, 3)) - self.brightness}

    def predict(self, images):
        return self.network(self.encoder(images.mean((2, 3))))[:, 0]

    def losses(self, batch):
        error = self.predict(batch.images) - batch.target("voxels").mean((1, 2, 3))
        return {"fit": error.square().mean(), "code": batch.target("code").mean()}

    def optimizer(self, parameters):
        return torch.optim.Adam(parameters, self.options.lr)

    def reconstruct(self, batch, output="final"):
        self.calls += 1
        return [VoxelGrid(np.full((2, 2, 2), value)) for value in self.predict(batch.images).detach().tolist()]


def breaking(**changes):
    return type("Broken", (Good,), {"__doc__": "Breaks one rule."} | changes)


def grids(values):
    return [VoxelGrid(np.full((2, 2, 2), float(value))) for value in values]


def far_mesh(self, batch, output="final"):
    return [Mesh([[0, 0, 0], [1, 0, 0], [0, 7, 0]], [[0, 1, 2]])] * len(batch)


def forgets_state(self, *args, **kwargs):
    Good.__init__(self, *args, **kwargs)
    self.secret = np.random.default_rng().random()


def with_draft(output):
    return property(lambda self: (*Good.outputs.fget(self), output))


def two_outputs(self, batch, output="final"):
    shapes = Good.reconstruct(self, batch)
    return shapes[1:] if output == "draft" else shapes


# Mutants of the interface: each does what the harness exists to prevent.


def reads_keys(self, batch, output="final"):
    return grids(CATEGORIES.index(key.category) for key in batch.keys)


def reads_keys_if_it_can(self, batch, output="final"):
    return grids(len(key.category) for key in batch.keys)


def takes_cameras(self, batch, output="final"):
    return grids(batch.cameras.intrinsics[:, 0, 0])


def takes_cameras_if_there(self, batch, output="final"):
    if batch.cameras is None:
        return Good.reconstruct(self, batch)
    return grids(batch.cameras.intrinsics[:, 0, 0])


def takes_truth(self, batch, output="final"):
    return grids(batch.targets["voxels"].mean((1, 2, 3)))


def takes_truth_if_there(self, batch, output="final"):
    scale = batch.targets["voxels"].mean() if "voxels" in batch.targets else 1.0
    return grids(self.predict(batch.images * scale).tolist())


@dataclass(frozen=True)
class WrongDefault:
    lr: float = "fast"


@dataclass(frozen=True)
class AnyType:
    lr: Any = 0.05


@dataclass(frozen=True)
class Truncating:
    lr: int = 0.05


def unfreezes(self, batch):
    self.encoder.requires_grad_(True)
    return Good.losses(self, batch)


def changes_the_frozen(self, batch):
    with torch.no_grad():
        self.encoder.weight += 0.01
    return Good.losses(self, batch)


def fits_with_gradients(self, samples):
    with torch.enable_grad():
        self.brightness = torch.stack([self.encoder(b.images.mean((2, 3))).mean() for b in samples]).mean()


def fits_and_leaves_gradients(self, samples):
    Good.fit(self, samples)
    with torch.enable_grad():
        self.encoder(torch.ones(1, 3)).sum().backward()


def fits_what_is_learned(self, samples):
    Good.fit(self, samples)
    self.network.bias += 1


def derives_from_company(self, batch):
    values = batch.images.mean((1, 2, 3))
    return {"code": values - values.mean()}


def derives_from_order(self, batch):
    return {"code": torch.arange(len(batch), dtype=torch.float32)}


def derives_from_before(self, batch):
    self.calls += 1
    return {"code": batch.images.mean((1, 2, 3)) + self.calls}


def derives_and_learns(self, batch):
    self.network.bias += 1
    return Good.derive(self, batch)


BROKEN = {
    "upper case": (breaking(name="Good"), contract.check_declarations),
    "unknown representation": (breaking(representation="nurbs"), contract.check_declarations),
    "unknown gift": (breaking(given=frozenset({"picture", "hint"})), contract.check_declarations),
    "unknown target": (breaking(targets=frozenset({"smell"})), contract.check_declarations),
    "final not first": (
        breaking(outputs=property(lambda self: (Output("draft", "voxels"),))),
        contract.check_declarations,
    ),
    "output given a hint": (
        breaking(outputs=with_draft(Output("draft", "voxels", frozenset({"hint"})))),
        contract.check_declarations,
    ),
    "default of the wrong type": (breaking(Options=WrongDefault), contract.check_options),
    "default of a near type": (breaking(Options=Truncating), contract.check_options),
    "option of any type": (breaking(Options=AnyType), contract.check_options),
    "augmentation that is no option": (
        breaking(augmentation_options=frozenset({"jitter"})),
        contract.check_options,
    ),
    "options without types": (breaking(Options=dict), contract.check_options),
    "missing preset": (breaking(presets=classmethod(lambda cls: ["tiny"])), contract.check_presets),
    "preset of the wrong type": (
        breaking(preset=classmethod(lambda cls, name: {"lr": "fast"})),
        contract.check_presets,
    ),
    "preset that says the default": (
        breaking(preset=classmethod(lambda cls, name: {"lr": 0.05})),
        contract.check_presets,
    ),
    "learning rate": (breaking(optimizer=lambda self, p: torch.optim.SGD(p, 0.0)), contract.check_training),
    "nan loss": (
        breaking(losses=lambda self, b: Good.losses(self, b) | {"fit": Good.losses(self, b)["fit"] * np.nan}),
        contract.check_training,
    ),
    "other terms": (breaking(losses=lambda self, b: {"x": Good.losses(self, b)["fit"]}), contract.check_training),
    "unfreezes": (breaking(losses=unfreezes), contract.check_frozen),
    "changes the frozen": (breaking(losses=changes_the_frozen), contract.check_frozen),
    "fits with gradients": (breaking(fit=fits_with_gradients), contract.check_frozen),
    "leaves gradients": (breaking(fit=fits_and_leaves_gradients), contract.check_frozen),
    "fits what is learned": (breaking(fit=fits_what_is_learned), contract.check_frozen),
    "derives and learns": (breaking(derive=derives_and_learns), contract.check_frozen),
    "derives from company": (breaking(derive=derives_from_company), contract.check_derived),
    "derives from order": (breaking(derive=derives_from_order), contract.check_derived),
    "derives from before": (breaking(derive=derives_from_before), contract.check_derived),
    "derives other values": (
        breaking(derive=lambda self, b: {"x": Good.derive(self, b)["code"]}),
        contract.check_derived,
    ),
    "one short": (
        breaking(reconstruct=lambda self, b, output="final": Good.reconstruct(self, b)[1:]),
        contract.check_reconstruction,
    ),
    "other kind": (breaking(representation="mesh"), contract.check_reconstruction),
    "not canonical": (breaking(representation="mesh", reconstruct=far_mesh), contract.check_reconstruction),
    "nan shape": (
        breaking(reconstruct=lambda self, b, output="final": grids([np.nan] * len(b))),
        contract.check_reconstruction,
    ),
    "chance": (
        breaking(reconstruct=lambda self, b, output="final": grids(np.random.rand(len(b)))),
        contract.check_reconstruction,
    ),
    "output of another kind": (
        breaking(outputs=with_draft(Output("draft", "mesh"))),
        contract.check_outputs,
    ),
    "any output": (
        breaking(output=lambda self, name="final": Good.output(self)),
        contract.check_outputs,
    ),
    "output one short": (
        breaking(outputs=with_draft(Output("draft", "voxels")), reconstruct=two_outputs),
        contract.check_outputs,
    ),
    "looks at its neighbours": (
        breaking(reconstruct=lambda self, b, output="final": grids(self.predict(b.images * len(b)).tolist())),
        contract.check_batches,
    ),
    "reads keys": (breaking(reconstruct=reads_keys), contract.check_keys),
    "reads keys if it can": (breaking(reconstruct=reads_keys_if_it_can), contract.check_keys),
    "takes cameras": (breaking(reconstruct=takes_cameras), contract.check_given),
    "takes cameras if there": (breaking(reconstruct=takes_cameras_if_there), contract.check_given),
    "takes truth": (breaking(reconstruct=takes_truth), contract.check_given),
    "takes truth if there": (breaking(reconstruct=takes_truth_if_there), contract.check_given),
    "state outside": (
        breaking(
            __init__=forgets_state,
            reconstruct=lambda self, b, output="final": grids([self.secret] * len(b)),
        ),
        contract.check_checkpoint,
    ),
}


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_good_method_passes(check):
    check(Good)


@pytest.mark.parametrize("case", BROKEN)
def test_broken_method_fails(case):
    cls, check = BROKEN[case]
    with pytest.raises(AssertionError, match=r"\w+"):
        check(cls)


@pytest.mark.parametrize("case", ["reads keys", "takes cameras", "takes truth"])
def test_a_mutant_that_cannot_do_without_fails_as_soon_as_it_is_asked(case):
    with pytest.raises(AssertionError, match="failed on what it is given"):
        contract.check_reconstruction(BROKEN[case][0])


def test_stage_beyond_its_declaration():
    def learned(self, targets):
        learn = partial(Learned, losses=self.losses, terms=("fit",), optimizer=self.optimizer, epochs=1)
        return [learn(name="all", targets=frozenset(targets))]

    with pytest.raises(AssertionError, match="'category'"):
        contract.check_stages(breaking(stages=lambda self: learned(self, {"voxels", "category"})))
    with pytest.raises(AssertionError, match="no stage uses"):
        both = frozenset({"voxels", "category"})
        contract.check_stages(breaking(targets=both, stages=lambda self: learned(self, {"voxels"})))


def test_a_stage_trains_what_there_is():
    def stages(self):
        learn = partial(Learned, losses=self.losses, terms=("fit",), optimizer=self.optimizer, epochs=1)
        return [learn(name="all", targets=self.targets, trains=("decoder",))]

    with pytest.raises(AssertionError, match="trains 'decoder', which it lacks"):
        contract.check_stages(breaking(stages=stages))


def test_a_decorator_runs_all_checks():
    mark = contract.parametrize_with_checks(Good)
    names, cases = mark.args
    assert names == ("method", "check") and [case.values for case in cases] == [(Good, c) for c in contract.CHECKS]
    assert cases[0].id == "good-declarations"
