"""Structured part meshes from one image (SM-NET)."""

from .method import SMNet

__all__ = ["SMNet"]
