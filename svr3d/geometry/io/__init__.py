"""Reading and writing shapes."""

from .files import read_shape, write_shape

__all__ = ["read_shape", "write_shape"]
