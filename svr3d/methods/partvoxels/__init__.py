"""Voxels with part labels from one image, with the Local Awareness Module (Shi et al.)."""

from .method import PartVoxels

__all__ = ["PartVoxels"]
