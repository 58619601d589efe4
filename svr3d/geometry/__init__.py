"""Shapes, cameras and the conversions between them."""

from ..errors import InputError
from .alignment import align, to_canonical
from .betti import Betti, betti_numbers
from .convert import Shape, occupied, to_mesh, to_surface, to_voxels
from .io import read_shape, write_shape
from .normalization import normalize, transformed
from .rendering.camera import Camera
from .rendering.lighting import Light, Lighting
from .rendering.pictures import render_shape
from .rendering.render import Renderer, Rendering, render
from .rendering.viewpoints import r2n2_cameras
from .shapes.mesh import Mesh, Part, PartMesh
from .shapes.point_cloud import PointCloud
from .shapes.voxel_grid import VoxelGrid
from .solids.batched_voxels import voxelize_batch
from .solids.contains import Containment, containment, contains
from .solids.orientation import orient_faces
from .solids.voxelize import Voxelization, voxelization, voxelize, voxelize_parts
from .solids.winding import winding_number
from .surface.connectivity import (
    bounds_a_solid,
    components,
    drop_degenerate_faces,
    drop_duplicate_faces,
    is_watertight,
    merge_vertices,
)
from .surface.genus import genus
from .surface.health import MeshHealth, mesh_health
from .surface.intersections import self_intersections
from .surface.isosurface import marching_cubes
from .surface.sampling import sample_surface
from .surface.thickness import shape_diameter

__all__ = [
    "Betti",
    "Camera",
    "Containment",
    "InputError",
    "Light",
    "Lighting",
    "Mesh",
    "MeshHealth",
    "Part",
    "PartMesh",
    "PointCloud",
    "Renderer",
    "Rendering",
    "Shape",
    "VoxelGrid",
    "Voxelization",
    "align",
    "betti_numbers",
    "bounds_a_solid",
    "components",
    "containment",
    "contains",
    "drop_degenerate_faces",
    "drop_duplicate_faces",
    "genus",
    "is_watertight",
    "marching_cubes",
    "merge_vertices",
    "mesh_health",
    "normalize",
    "occupied",
    "orient_faces",
    "r2n2_cameras",
    "read_shape",
    "render",
    "render_shape",
    "sample_surface",
    "self_intersections",
    "shape_diameter",
    "to_canonical",
    "to_mesh",
    "to_surface",
    "to_voxels",
    "transformed",
    "voxelization",
    "voxelize",
    "voxelize_batch",
    "voxelize_parts",
    "winding_number",
    "write_shape",
]
