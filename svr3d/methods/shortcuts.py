"""Shortcuts of residual blocks that change the side: convolutions of 1 × 1 with a stride.

Of 8 channels, channels last, and an odd batch, torch 2.15's own write beyond their memory in the backward pass on
several threads of a CPU. These do the same by convolutions without a stride.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class DownShortcut(nn.Conv2d):
    """`Conv2d(c_in, c_out, 1, stride, bias=False)`: of the pixels that it sees."""

    def __init__(self, c_in: int, c_out: int, stride: int) -> None:
        super().__init__(c_in, c_out, 1, stride, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        rows, columns = self.stride
        return F.conv2d(input[:, :, ::rows, ::columns], self.weight)


class UpShortcut(nn.ConvTranspose2d):
    """`ConvTranspose2d(c_in, c_out, 1, stride, output_padding=stride - 1, bias=False)`: zeros between its pixels."""

    def __init__(self, c_in: int, c_out: int, stride: int) -> None:
        super().__init__(c_in, c_out, 1, stride, output_padding=stride - 1, bias=False)

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        rows, columns = self.stride
        values = F.conv_transpose2d(input, self.weight)
        count, channels, height, width = values.shape
        spread = values.new_zeros(count, channels, height, rows, width, columns)
        spread[:, :, :, 0, :, 0] = values
        return spread.flatten(4).flatten(2, 3)
