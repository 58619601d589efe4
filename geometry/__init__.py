"""Shapes, cameras and the conversions between them."""

from .camera import Camera
from .errors import InputError
from .mesh import Mesh, Part, PartMesh
from .point_cloud import PointCloud
from .voxel_grid import VoxelGrid

__all__ = ["Camera", "InputError", "Mesh", "Part", "PartMesh", "PointCloud", "VoxelGrid"]
