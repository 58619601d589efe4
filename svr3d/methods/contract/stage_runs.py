"""Checks of training stages."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...datasets.batch import collate
from ..interface import Method
from ..stages import Derived, Learned, Stage
from ..training.once import derive
from .runs import make, stage_runs


def check_training(cls: type[Method]) -> None:
    """Every learned stage has finite losses of the declared names, and lowers them on a batch shown repeatedly."""
    for run in stage_runs(make(cls)):
        if isinstance(run.stage, Learned):
            name, losses = run.stage.name, run.losses
            assert all(map(math.isfinite, losses)), f"stage '{name}': losses {losses} are not finite"
            assert min(losses[1:]) < losses[0], f"stage '{name}': the loss of a repeated batch did not fall: {losses}"


def check_frozen(cls: type[Method]) -> None:
    """A stage changes what it trains or fits and nothing else, and leaves no gradients on."""
    method = make(cls)
    parameters = dict(method.named_parameters())
    for run in stage_runs(method, steps=2):
        name = run.stage.name
        own = _own(method, run.stage)
        for key, value in run.after.items():
            same = key in own or (value.shape == run.before[key].shape and torch.equal(value, run.before[key]))
            assert same, f"stage '{name}' changed '{key}', which it does not train or fit"
        for key, value in method.named_buffers():
            assert not value.requires_grad, f"stage '{name}' left gradients on in '{key}'; detach what it stores"
        frozen = parameters.keys() - own if isinstance(run.stage, Learned) else set()
        for key in sorted(frozen):
            on = parameters[key].requires_grad or parameters[key].grad is not None
            assert not on, f"stage '{name}' left gradients on in '{key}', which it does not train"
        if not isinstance(run.stage, Learned):
            left = [key for key, parameter in parameters.items() if parameter.grad is not None]
            assert not left, f"stage '{name}' left gradients in {', '.join(sorted(left))}"


def check_derived(cls: type[Method]) -> None:
    """A derived value of a sample depends on that sample alone: not on its company, nor on what was derived before."""
    method = make(cls)
    for run in stage_runs(method, steps=2):
        stage = run.stage
        if not isinstance(stage, Derived):
            continue
        expected = derive(method, stage, run.batch)
        turned = derive(method, stage, collate(list(run.batch)[::-1]))
        alone = [derive(method, stage, sample) for sample in run.batch]
        for name, value in expected.items():
            assert not value.requires_grad, f"stage '{stage.name}': value '{name}' has gradients"
            _check_equal(stage, name, value, turned[name].flip(0), "its batch in another order")
            _check_equal(stage, name, value, torch.cat([values[name] for values in alone]), "each sample alone")
            _check_equal(stage, name, value, derive(method, stage, run.batch)[name], "the same batch again")


def _own(method: Method, stage: Stage) -> set[str]:
    """The names in the method's state that a stage may change."""
    everything = set(method.state_dict())
    if isinstance(stage, Derived):
        return set()
    if isinstance(stage, Learned):
        return {key for key in everything if not stage.trains or key.startswith(tuple(f"{n}." for n in stage.trains))}
    return everything & method.fitted


def _check_equal(stage: Stage, name: str, expected: Tensor, found: Tensor, when: str) -> None:
    same = expected.shape == found.shape and torch.allclose(expected, found, rtol=1e-3, atol=1e-4)
    assert same, f"stage '{stage.name}': value '{name}' differs with {when}"
