"""A trained method as plain data: all that is needed to make it again."""

from __future__ import annotations

import platform
from typing import Any

import torch

from ..datasets.facts import DataFacts
from ..errors import InputError
from .interface import Method
from .options import make_options
from .registry import get_method

FORMAT = 2


def pack(method: Method) -> dict[str, Any]:
    """The method's name, options, facts of its data and state, and the versions it was made with.

    All of it is of the types that `torch.load(..., weights_only=True)` accepts, so that a checkpoint from
    somewhere else runs no code.
    """
    from lightning_fabric.__version__ import version as lightning_version

    from .. import __version__

    return {
        "format": FORMAT,
        "method": method.name,
        "options": method.option_values(),
        "facts": method.facts.to_dict(),
        "state": {name: tensor.detach().cpu() for name, tensor in method.state_dict().items()},
        "versions": {
            "svr3d": __version__,
            "torch": str(torch.__version__),
            "lightning": str(lightning_version),
            "python": platform.python_version(),
        },
    }


def unpack(content: dict[str, Any], where: str, cls: type[Method] | None = None) -> Method:
    """The method that `pack` packed, in evaluation mode.

    Args:
        content: from `pack`.
        where: names its origin in errors.
        cls: its class; looked up by name if not given.

    Raises:
        InputError: not from `pack`, of another format, or the method has changed since.
    """
    if not isinstance(content, dict) or not {"format", "method", "options", "state"} <= content.keys():
        raise InputError(f"{where}: expected a checkpoint of svr3d, with method, options, facts and state")
    if content["format"] != FORMAT or "facts" not in content:
        raise InputError(
            f"{where}: has checkpoint format {content['format']}, this version reads {FORMAT}; train the run again"
        )
    cls = cls or get_method(content["method"])
    options = make_options(cls.Options, content["options"], f"{where}: method '{cls.name}'")
    method = cls(DataFacts.from_dict(content["facts"]), options)
    try:
        method.load_state_dict(content["state"])
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{where}: its weights do not fit this version of method '{cls.name}' ({reason[:300]})"
        ) from error
    return method.eval()
