"""Reading and writing shapes."""

from .shape_files import read_shape, write_shape

__all__ = ["read_shape", "write_shape"]
