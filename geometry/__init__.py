"""Shapes, cameras and the conversions between them."""

from .camera import Camera
from .errors import InputError
from .lighting import Light, Lighting
from .mesh import Mesh, Part, PartMesh
from .pictures import render_shape
from .point_cloud import PointCloud
from .render import Renderer, Rendering, render
from .viewpoints import r2n2_cameras
from .voxel_grid import VoxelGrid

__all__ = [
    "Camera",
    "InputError",
    "Light",
    "Lighting",
    "Mesh",
    "Part",
    "PartMesh",
    "PointCloud",
    "Renderer",
    "Rendering",
    "VoxelGrid",
    "r2n2_cameras",
    "render",
    "render_shape",
]
