"""Pixel2Mesh: an ellipsoid that a graph network deforms after an image, coarse to fine; and the ellipsoid's ceiling."""

from .method import Pixel2Mesh
from .oracle import OracleEllipsoid

__all__ = ["OracleEllipsoid", "Pixel2Mesh"]
