"""Pixel2Mesh: an ellipsoid that a graph network deforms, coarse to fine, after an image."""
