"""What every method inherits."""

import pytest

from svr3d.geometry import InputError
from svr3d.methods import Method, Stage
from svr3d.methods.checkpoint import pack, unpack


class Starter(Method):
    """Counts how often it is told to start."""

    name = "starter"
    representation = "voxels"
    started = 0

    def initialize(self):
        self.started += 1

    def stages(self):
        return []

    def reconstruct(self, images, cameras):
        return []


def test_a_new_method_starts_once_and_one_from_a_checkpoint_does_not():
    method = Starter.create("tiny", ("chair",))
    assert method.started == 1
    assert unpack(pack(method), "here", Starter).started == 0


def test_a_stage_is_learned_or_fitted():
    with pytest.raises(InputError, match="either epochs > 0 or a `fit` function"):
        Stage("neither")
    with pytest.raises(InputError, match="unknown targets"):
        Stage("other", targets=frozenset({"smell"}), epochs=1)
