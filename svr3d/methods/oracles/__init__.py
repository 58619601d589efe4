"""Ceilings: the truth itself, and the truth pushed through a representation."""

from .method import OracleMesh, OracleParts, OracleVoxels

__all__ = ["OracleMesh", "OracleParts", "OracleVoxels"]
