from .chamfer import chamfer_distance
from .curve import Curve, is_curve
from .declarations import METRICS, get_measure, get_metric, list_metrics
from .emd import EarthMovers, earth_movers_distance
from .evaluation import Evaluation, Score, evaluate, score
from .fscore import FScore, f_score
from .genus import genus_error, topology_error
from .grid_iou import voxel_iou
from .grid_measure import GridMeasure
from .hausdorff import hausdorff_distance
from .interface import Measure, Metric, PredictionError
from .neighbors import Neighbors, nearest_neighbors
from .normals import normal_consistency
from .pair import Pair
from .part_matching import PartMatching, match_parts
from .part_recall import part_recall
from .part_voxels import PartIoU, PartMean, mean_over_parts, part_iou
from .point_measure import PointMeasure
from .precision import average_precision
from .protocol import Protocol, list_protocols, load_protocol, with_alignment
from .segmentation import SegmentationScore, compare_segmentations
from .setting import ComparedPoints, Frame, Points, Setting
from .thickness import thickness_error
from .truth import GroundTruth
from .volume_iou import point_iou

__all__ = [
    "METRICS",
    "ComparedPoints",
    "Curve",
    "EarthMovers",
    "Evaluation",
    "FScore",
    "Frame",
    "GridMeasure",
    "GroundTruth",
    "Measure",
    "Metric",
    "Neighbors",
    "Pair",
    "PartIoU",
    "PartMatching",
    "PartMean",
    "PointMeasure",
    "Points",
    "PredictionError",
    "Protocol",
    "Score",
    "SegmentationScore",
    "Setting",
    "average_precision",
    "chamfer_distance",
    "compare_segmentations",
    "earth_movers_distance",
    "evaluate",
    "f_score",
    "genus_error",
    "get_measure",
    "get_metric",
    "hausdorff_distance",
    "is_curve",
    "list_metrics",
    "list_protocols",
    "load_protocol",
    "match_parts",
    "mean_over_parts",
    "nearest_neighbors",
    "normal_consistency",
    "part_iou",
    "part_recall",
    "point_iou",
    "score",
    "thickness_error",
    "topology_error",
    "voxel_iou",
    "with_alignment",
]
