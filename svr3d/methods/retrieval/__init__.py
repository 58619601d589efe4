"""The training object whose image looks most like the given one."""

from .method import Retrieval

__all__ = ["Retrieval"]
