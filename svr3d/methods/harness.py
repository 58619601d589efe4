"""Asking a method for reconstructions: it gets what its output declares, and nothing else.

The contract, the evaluation and `svr3d predict` all ask in this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from ..datasets.batch import SampleBatch
from ..errors import InputError
from .interface import Method
from .outputs import FINAL, Output

if TYPE_CHECKING:
    from ..geometry import Shape


def reconstruct(method: Method, batch: SampleBatch, output: str = FINAL) -> Sequence[Shape]:
    """The method's reconstruction of every sample of a batch, which may hold more than the method is to see.

    Raises:
        InputError: the method has no such output, or the batch lacks what the output is given.
    """
    handed = handed_over(batch, method.output(output), method.name).to(method.device)
    with torch.inference_mode():
        return method.reconstruct(handed, output)


def handed_over(batch: SampleBatch, output: Output, method: str) -> SampleBatch:
    """What is left of a batch for a method: the pictures, cameras and targets that the output is given, under keys that
    tell nothing.

    Raises:
        InputError: the batch lacks some of it.
    """
    if "picture" in output.given and batch.images is None:
        raise InputError(f"method '{method}' is given a picture of each object, and there is none")
    if "camera" in output.given and batch.cameras is None:
        raise InputError(f"method '{method}' needs the images' cameras, and they are not known")
    for name in sorted(output.gifts):
        batch.target(name)
    bare = replace(
        batch.only(output.gifts),
        images=batch.images if "picture" in output.given else None,
        cameras=batch.cameras if "camera" in output.given else None,
    )
    return bare.anonymous()
