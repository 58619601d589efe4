"""Which parts of a method a stage trains, and which it leaves alone."""

from __future__ import annotations

from torch import nn

from ...errors import InputError
from ..interface import Method
from ..stages import Learned


def trained_parts(method: Method, stage: Learned) -> list[nn.Module]:
    """The submodules that a stage trains; the whole method where it names none.

    Raises:
        InputError: the method lacks one.
    """
    parts = []
    for name in stage.trains:
        try:
            parts.append(method.get_submodule(name))
        except AttributeError:
            raise InputError(
                f"stage '{stage.name}' of method '{method.name}' trains '{name}', which it lacks"
            ) from None
    return parts or [method]


def enter(method: Method, stage: Learned) -> None:
    """What the stage trains is in training mode, all else frozen and in evaluation mode.

    `method.training` itself is True in every learned stage, so that losses can tell training from validation.
    """
    parts = trained_parts(method, stage)
    method.eval().requires_grad_(False)
    for part in parts:
        part.train().requires_grad_(True)
    method.training = True


def leave(method: Method) -> None:
    """After a stage: everything in evaluation mode, nothing frozen, no gradients kept."""
    method.eval().requires_grad_(True)
    for parameter in method.parameters():
        parameter.grad = None
