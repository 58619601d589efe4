"""Ceilings: the truth itself, and the truth pushed through a representation."""

from .method import OracleMesh, OracleVoxels

__all__ = ["OracleMesh", "OracleVoxels"]
