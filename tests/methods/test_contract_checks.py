"""Each check of the contract fails on the method that breaks it, and only the right one passes."""

import numpy as np
import pytest
import torch
from torch import nn

from svr3d.geometry import Mesh, VoxelGrid
from svr3d.methods import Method, Stage, contract


class Good(Method):
    """Predicts one number for all voxels."""

    name = "good"
    representation = "voxels"
    targets = frozenset({"voxels"})

    def __init__(self, categories=(), *, lr=0.05):
        super().__init__(categories)
        self.lr, self.calls = lr, 0
        self.network = nn.Linear(3, 1)

    def stages(self):
        return [Stage("all", targets=self.targets, losses=("fit",), epochs=1)]

    def losses(self, batch):
        out = self.network(batch.images.mean((2, 3)))[:, 0]
        return {"fit": (out - batch.target("voxels").mean((1, 2, 3))).square().mean()}

    def optimizer(self, parameters):
        return torch.optim.Adam(parameters, self.lr)

    def reconstruct(self, images, cameras):
        self.calls += 1
        out = self.network(images.mean((2, 3))).detach()[:, 0].tolist()
        return [VoxelGrid(np.full((2, 2, 2), value)) for value in out]


def breaking(**changes):
    return type("Broken", (Good,), {"__doc__": "Breaks one rule."} | changes)


def far_mesh(self, images, cameras):
    return [Mesh([[0, 0, 0], [1, 0, 0], [0, 7, 0]], [[0, 1, 2]])] * len(images)


def forgets_state(self, *args, **kwargs):
    Good.__init__(self, *args, **kwargs)
    self.secret = np.random.default_rng().random()


BROKEN = {
    "upper case": (breaking(name="Good"), contract.check_declarations),
    "unknown representation": (breaking(representation="nurbs"), contract.check_declarations),
    "unknown gift": (breaking(gifts=frozenset({"hint"})), contract.check_declarations),
    "missing preset": (breaking(presets=classmethod(lambda cls: ["tiny"])), contract.check_presets),
    "learning rate": (breaking(optimizer=lambda self, p: torch.optim.SGD(p, 0.0)), contract.check_training),
    "nan loss": (
        breaking(losses=lambda self, b: {"fit": Good.losses(self, b)["fit"] * np.nan}),
        contract.check_training,
    ),
    "other terms": (breaking(losses=lambda self, b: {"x": Good.losses(self, b)["fit"]}), contract.check_training),
    "one short": (
        breaking(reconstruct=lambda self, i, c: Good.reconstruct(self, i, c)[1:]),
        contract.check_reconstruction,
    ),
    "other kind": (breaking(representation="mesh"), contract.check_reconstruction),
    "not canonical": (breaking(representation="mesh", reconstruct=far_mesh), contract.check_reconstruction),
    "nan shape": (
        breaking(reconstruct=lambda self, i, c: [VoxelGrid(np.full((2, 2, 2), np.nan))] * len(i)),
        contract.check_reconstruction,
    ),
    "chance": (
        breaking(reconstruct=lambda self, i, c: [VoxelGrid(np.random.rand(2, 2, 2)) for _ in i]),
        contract.check_reconstruction,
    ),
    "output it has not": (breaking(outputs=("draft",)), contract.check_outputs),
    "any output": (
        breaking(reconstruct_output=lambda self, b, output: self.reconstruct_batch(b)),
        contract.check_outputs,
    ),
    "output one short": (
        breaking(outputs=("draft",), reconstruct_output=lambda self, b, output: self.reconstruct_batch(b)[1:]),
        contract.check_outputs,
    ),
    "looks at its neighbours": (
        breaking(reconstruct=lambda self, i, c: Good.reconstruct(self, i * len(i), c)),
        contract.check_batches,
    ),
    "no camera": (breaking(reconstruct=lambda self, i, c: Good.reconstruct(self, i * c.intrinsics.shape[0], c)), None),
    "state outside": (
        breaking(
            __init__=forgets_state, reconstruct=lambda self, i, c: [VoxelGrid(np.full((2, 2, 2), self.secret))] * len(i)
        ),
        contract.check_checkpoint,
    ),
}


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_good_method_passes(check):
    check(Good)


@pytest.mark.parametrize("case", [name for name, (_, check) in BROKEN.items() if check])
def test_broken_method_fails(case):
    cls, check = BROKEN[case]
    with pytest.raises(AssertionError, match=r"\w+"):
        check(cls)


def test_stage_beyond_its_declaration():
    stages = [Stage("all", targets=frozenset({"voxels", "category"}), losses=("fit",), epochs=1)]
    with pytest.raises(AssertionError, match="'category'"):
        contract.check_stages(breaking(stages=lambda self: stages))
    with pytest.raises(AssertionError, match="no stage uses"):
        contract.check_stages(breaking(targets=frozenset({"voxels", "category"}), stages=lambda self: [
            Stage("all", targets=frozenset({"voxels"}), losses=("fit",), epochs=1)
        ]))  # fmt: skip


def test_reading_the_truth_in_testing():
    with pytest.raises((AssertionError, KeyError)):
        contract.check_no_truth(
            breaking(
                reconstruct_batch=lambda self, b: Good.reconstruct(self, b.images * b.targets["voxels"].mean(), None)
            )
        )


def test_camera_required_without_a_sentence():
    with pytest.raises(AttributeError):
        contract.check_no_cameras(BROKEN["no camera"][0])
