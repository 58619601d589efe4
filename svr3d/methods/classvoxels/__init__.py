"""Voxels from one image, supported by classification (Li et al.)."""

from .method import ClassVoxels

__all__ = ["ClassVoxels"]
