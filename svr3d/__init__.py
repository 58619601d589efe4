"""svr3d: train, run and compare single-image 3D reconstruction methods of different kinds.

The subpackages are the top-level folders of the repository (`pyproject.toml` maps them):
`geometry`, `metrics`, `datasets`, `methods`, `leaderboards`, `benchmark`.
"""

__version__ = "0.1.0"
