import svr3d.errors

from .alignment import ALIGNMENTS, ToCanonical, align, into_canonical, to_canonical, upright
from .betti import Betti, betti_numbers
from .convert import (
    bounds,
    bounds_a_solid,
    containment,
    has_inside,
    inside_out,
    moved,
    occupied,
    part_labels,
    to_mesh,
    to_parts,
    to_surface,
    to_voxels,
)
from .medial.axis import medial_axis
from .medial.quality import MedialQuality, medial_quality
from .medial.segmentation import segmented
from .normalization import normalize, transformed
from .rendering.camera import Camera
from .rendering.lighting import Light, Lighting
from .rendering.pictures import legend_colors, render_shape, shown_labels
from .rendering.render import Renderer, Rendering, render
from .rendering.viewpoints import r2n2_cameras
from .representations.medial_mesh import medial_surface
from .representations.registry import get_representation, is_shape, list_representations, representation_of
from .representations.representation import Format, Representation, Shape
from .shape_files import list_suffixes, read_shape, write_shape
from .shapes.medial_mesh import MedialMesh
from .shapes.mesh import NAMELESS, Mesh, Part, PartMesh
from .shapes.point_cloud import PointCloud
from .shapes.voxel_grid import VoxelGrid, relabelled
from .solids.batched_voxels import voxelize_batch
from .solids.contains import Containment, contains
from .solids.medial_distance import signed_distance
from .solids.orientation import orient_faces
from .solids.outward import outward
from .solids.voxelize import Voxelization, VoxelRule, voxelization, voxelize, voxelize_parts
from .solids.winding import winding_number
from .surface.connectivity import (
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
from .surface.labelled_surface import split_by_label
from .surface.proximity import proximity_clusters
from .surface.sampling import sample_surface
from .surface.thickness import shape_diameter

InputError = svr3d.errors.InputError

__all__ = [
    "ALIGNMENTS",
    "NAMELESS",
    "Betti",
    "Camera",
    "Containment",
    "Format",
    "InputError",
    "Light",
    "Lighting",
    "MedialMesh",
    "MedialQuality",
    "Mesh",
    "MeshHealth",
    "Part",
    "PartMesh",
    "PointCloud",
    "Renderer",
    "Rendering",
    "Representation",
    "Shape",
    "ToCanonical",
    "VoxelGrid",
    "VoxelRule",
    "Voxelization",
    "align",
    "betti_numbers",
    "bounds",
    "bounds_a_solid",
    "components",
    "containment",
    "contains",
    "drop_degenerate_faces",
    "drop_duplicate_faces",
    "genus",
    "get_representation",
    "has_inside",
    "inside_out",
    "into_canonical",
    "is_shape",
    "is_watertight",
    "legend_colors",
    "list_representations",
    "list_suffixes",
    "marching_cubes",
    "medial_axis",
    "medial_quality",
    "medial_surface",
    "merge_vertices",
    "mesh_health",
    "moved",
    "normalize",
    "occupied",
    "orient_faces",
    "outward",
    "part_labels",
    "proximity_clusters",
    "r2n2_cameras",
    "read_shape",
    "relabelled",
    "render",
    "render_shape",
    "representation_of",
    "sample_surface",
    "segmented",
    "self_intersections",
    "shape_diameter",
    "shown_labels",
    "signed_distance",
    "split_by_label",
    "to_canonical",
    "to_mesh",
    "to_parts",
    "to_surface",
    "to_voxels",
    "transformed",
    "upright",
    "voxelization",
    "voxelize",
    "voxelize_batch",
    "voxelize_parts",
    "winding_number",
    "write_shape",
]
