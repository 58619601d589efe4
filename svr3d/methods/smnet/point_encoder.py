"""The part encoder: points of a surface to a code (PointNet, Qi et al., CVPR 2017, with the widths of AtlasNet)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from ..learning import scaled

if TYPE_CHECKING:
    from jaxtyping import Float


class PointEncoder(nn.Module):
    """Points Float[B, N, 3] → codes Float[B, C]; the order of the points does not matter.

    Args:
        code: C.
        width: factor on the 64 and 128 channels before it.
    """

    def __init__(self, code: int = 1024, width: float = 1.0) -> None:
        super().__init__()
        first, second = scaled(64, width), scaled(128, width)
        self.points = nn.Sequential(
            nn.Conv1d(3, first, 1),
            nn.BatchNorm1d(first),
            nn.ReLU(),
            nn.Conv1d(first, second, 1),
            nn.BatchNorm1d(second),
            nn.ReLU(),
            nn.Conv1d(second, code, 1),
            nn.BatchNorm1d(code),
        )
        self.whole = nn.Sequential(
            nn.Linear(code, code),
            nn.BatchNorm1d(code),
            nn.ReLU(),
            nn.Linear(code, code),
            nn.BatchNorm1d(code),
            nn.ReLU(),
        )

    def forward(self, points: Float[Tensor, "B N 3"]) -> Float[Tensor, "B C"]:
        return self.whole(self.points(points.transpose(1, 2)).amax(-1))
