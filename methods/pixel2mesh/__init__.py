"""Pixel2Mesh: an ellipsoid that a graph network deforms, coarse to fine, after an image."""

from .method import Pixel2Mesh

__all__ = ["Pixel2Mesh"]
