"""The medial axis from one image (IMMAT)."""

from .method import IMMAT

__all__ = ["IMMAT"]
