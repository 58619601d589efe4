"""Ceilings: the truth itself, and the truth pushed through a representation."""

from .method import OracleMedial, OracleMesh, OracleParts, OracleVoxels

__all__ = ["OracleMedial", "OracleMesh", "OracleParts", "OracleVoxels"]
