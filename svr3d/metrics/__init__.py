"""How far a reconstruction is from the truth: metrics, their declarations, and the protocols that fix them.

Names are loaded when first used, so that the declarations can be read without torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .declarations import METRICS, Metric, get_metric, is_curve

if TYPE_CHECKING:
    from .chamfer import chamfer_distance
    from .emd import EarthMovers, earth_movers_distance
    from .evaluation import Score, evaluate, score
    from .fscore import FScore, f_score
    from .iou import point_iou, voxel_iou
    from .neighbors import Neighbors, nearest_neighbors
    from .normals import normal_consistency
    from .part_matching import PartMatching, match_parts
    from .part_voxels import PartIoU, PartMean, mean_over_parts, part_iou
    from .precision import average_precision
    from .protocol import Protocol, list_protocols, load_protocol
    from .thickness import thickness_error
    from .topology import genus_error, topology_error
    from .truth import GroundTruth

_HOMES = {
    "chamfer": ("chamfer_distance",),
    "emd": ("EarthMovers", "earth_movers_distance"),
    "evaluation": ("Score", "evaluate", "score"),
    "fscore": ("FScore", "f_score"),
    "iou": ("point_iou", "voxel_iou"),
    "neighbors": ("Neighbors", "nearest_neighbors"),
    "normals": ("normal_consistency",),
    "part_matching": ("PartMatching", "match_parts"),
    "part_voxels": ("PartIoU", "PartMean", "mean_over_parts", "part_iou"),
    "precision": ("average_precision",),
    "protocol": ("Protocol", "list_protocols", "load_protocol"),
    "thickness": ("thickness_error",),
    "topology": ("genus_error", "topology_error"),
    "truth": ("GroundTruth",),
}

__all__ = [
    "METRICS",
    "EarthMovers",
    "FScore",
    "GroundTruth",
    "Metric",
    "Neighbors",
    "PartIoU",
    "PartMatching",
    "PartMean",
    "Protocol",
    "Score",
    "average_precision",
    "chamfer_distance",
    "earth_movers_distance",
    "evaluate",
    "f_score",
    "genus_error",
    "get_metric",
    "is_curve",
    "list_protocols",
    "load_protocol",
    "match_parts",
    "mean_over_parts",
    "nearest_neighbors",
    "normal_consistency",
    "part_iou",
    "point_iou",
    "score",
    "thickness_error",
    "topology_error",
    "voxel_iou",
]


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f".{module}", __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
