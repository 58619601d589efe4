"""Shapes, cameras and the conversions between them."""

from .align import align, to_canonical
from .batched_voxels import voxelize_batch
from .betti import Betti, betti_numbers, genus
from .camera import Camera
from .contains import Containment, containment, contains, winding_number
from .convert import Shape, occupied, to_mesh, to_surface, to_voxels
from .errors import InputError
from .health import MeshHealth, mesh_health
from .intersections import self_intersections
from .io import read_shape, write_shape
from .isosurface import marching_cubes
from .lighting import Light, Lighting
from .mesh import Mesh, Part, PartMesh
from .normalize import normalize, transformed
from .pictures import render_shape
from .point_cloud import PointCloud
from .render import Renderer, Rendering, render
from .sampling import sample_surface
from .thickness import shape_diameter
from .topology import (
    bounds_a_solid,
    components,
    drop_degenerate_faces,
    drop_duplicate_faces,
    is_watertight,
    merge_vertices,
    orient_faces,
)
from .viewpoints import r2n2_cameras
from .voxel_grid import VoxelGrid
from .voxelize import Voxelization, voxelization, voxelize, voxelize_parts

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
