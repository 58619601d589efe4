"""Voxels from one image and the mean shape of its category (Wallace and Hariharan)."""

from .method import ShapePrior

__all__ = ["ShapePrior"]
