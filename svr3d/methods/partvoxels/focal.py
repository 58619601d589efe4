"""The 3D focal loss: the paper's equations 4 and 5, after T.-Y. Lin et al., Focal Loss for Dense Object Detection (ICCV
2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def focal_loss(
    logits: Float[Tensor, "B C R R R"],
    target: Int[Tensor, "B R R R"],
    alpha: Float[Tensor, " C"] | Float[Tensor, "B C"] | None = None,
    gamma: float = 2.0,
) -> Float[Tensor, ""]:
    """The mean over all voxels of −α_t (1 − p_t)^γ log p_t, with p_t the softmax at the voxel's true class t.

    With γ = 0 and without α it is the cross entropy. It is computed in single precision at least, whatever the logits'
    is, and from log p_t, so that no logits make it overflow; a class whose logits are −∞ takes no part.

    Args:
        logits: of C classes at every voxel.
        target: the true class of each voxel, in [0, C).
        alpha: weight of each class, for all samples or for each; None means 1.
        gamma: at least 0: how much less a voxel counts that is surely right.
    """
    weights = None if alpha is None else _of_voxels(alpha, target)
    return _FocalLoss.apply(logits, target[:, None], weights, float(gamma))


def class_weights(counts: Int[Tensor, " C"]) -> Float[Tensor, " C"]:
    """α_t = 1 − N_t / Σ N_i (equation 5), of how many voxels each class has."""
    return (1 - counts.double() / counts.sum().clamp(min=1)).float()


def _of_voxels(alpha: Tensor, target: Tensor) -> Tensor:
    """Float[B, 1, R, R, R]: α of each voxel's class."""
    table = alpha if alpha.dim() == 2 else alpha.expand(len(target), -1)
    return table.gather(1, target.flatten(1)).view(target.shape)[:, None]


def _complement(log_p: Tensor, gamma: float) -> Tensor:
    """1 − p. Where γ < 1, q^(γ−1) needs all its digits near 0, and a finite value at 0, where log p is 0 too."""
    if gamma < 1:
        return torch.expm1(log_p).neg_().clamp_(min=torch.finfo(log_p.dtype).tiny)
    return 1 - log_p.exp()  # a third of the time


class _FocalLoss(torch.autograd.Function):
    """Log-softmax once, for both ways: all else is of one value per voxel and not of C.

    With l = log p_t and q = 1 − p_t, the loss is −α q^(γ−1) · q l, its derivative in l is −α q^(γ−1) (q − γ p_t l), and
    that of l in the logits is 1 at t less the softmax.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, target: Tensor, weights: Tensor | None, gamma: float) -> Tensor:
        every = torch.log_softmax(logits, 1, dtype=torch.promote_types(logits.dtype, torch.float32))
        log_p = every.gather(1, target)
        q = _complement(log_p, gamma)
        below = q if gamma == 2 else q ** (gamma - 1)
        if weights is not None:
            below = below * weights
        factor = below * q
        each = factor * log_p
        ctx.save_for_backward(every, target, factor.add_(each, alpha=gamma).addcmul_(below, log_p, value=-gamma))
        ctx.dtype = logits.dtype
        return -each.mean()

    @staticmethod
    @once_differentiable  # which takes the names of the parameters away
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, *grad_outputs: Tensor
    ) -> tuple[Tensor, None, None, None]:
        every, target, slope = ctx.saved_tensors
        slope = slope * (grad_outputs[0] / target.numel())
        gradient = every.exp().mul_(slope).scatter_add_(1, target, slope.neg_())
        return gradient.to(ctx.dtype), None, None, None
