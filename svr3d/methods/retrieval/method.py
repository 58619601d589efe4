"""Image retrieval: the shape of the training object whose image is nearest by its gradient histogram.

Tatarchenko et al. (What Do Single-view 3D Reconstruction Networks Learn?, CVPR 2019) showed that retrieval is
hard to beat on ShapeNet; a network that does not has learnt to recognise, not to reconstruct.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import Mesh, Part, PartMesh, VoxelGrid
from ..interface import Method
from ..options import require_at_least
from ..outputs import FINAL
from ..stages import Fitted, Stage

IMAGE_SIZE = 128
_SCALE = 65535
"""Stored vertices are 16-bit over [-0.5, 0.5]: within 8e-6 of the longest side."""


@dataclass(frozen=True)
class RetrievalOptions:
    """Options of `retrieval`.

    Args:
        views: images kept of each training object; None keeps all.
        max_faces: a mesh with more faces is stored simplified to so many.
    """

    views: int | None = None
    max_faces: int = 20000

    def __post_init__(self) -> None:
        require_at_least(self, views=1, max_faces=4)


class Retrieval(Method):
    """The nearest training image's object: its mesh, where the training data has meshes, else its voxels; with the
    parts or part labels that it has there.

    The checkpoint holds the shapes, so it stands alone.
    """

    name = "retrieval"
    representation = "mesh"
    targets = frozenset({"voxels"})
    paper = (
        "M. Tatarchenko et al.: What Do Single-view 3D Reconstruction Networks Learn?, CVPR 2019 (the idea; "
        "features: N. Dalal, B. Triggs: Histograms of Oriented Gradients for Human Detection, CVPR 2005)"
    )

    Options = RetrievalOptions
    options: RetrievalOptions

    features: Tensor
    objects: Tensor
    voxels: Tensor
    resolution: Tensor
    vertices: Tensor
    faces: Tensor
    ends: Tensor
    face_part: Tensor
    part_labels: Tensor
    part_ends: Tensor
    voxel_labels: Tensor

    def __init__(self, facts: DataFacts, options: RetrievalOptions | None = None) -> None:
        super().__init__(facts, options)
        self.register_fitted("features", "objects")  # (N, D) float16; (N,) index of the object
        self.register_fitted("voxels", "resolution")  # (M, R³/8) packed; ()
        self.register_fitted("vertices", "faces", "ends")  # of all meshes in a row; (M, 2) where each ends
        self.register_fitted("face_part", "part_labels", "part_ends")  # of meshes: of each face, of each part; (M,)
        self.register_fitted("voxel_labels")  # (M, R³), where there are no meshes

    def stages(self) -> list[Stage]:
        return [
            Fitted(
                name="index",
                targets=self.targets,
                optional=frozenset({"mesh", "part_voxels"}),
                views=self.options.views,
                cameras=False,
                fit=self._fit,
            )
        ]

    def _fit(self, samples: Iterable[SampleBatch]) -> None:
        index: dict[tuple[str, str], int] = {}
        features, objects, stored = [], [], _Stored(self.facts.labels, self.options.max_faces)
        for batch in samples:
            features.append(describe(batch.pictures))
            for key, sample in zip(batch.keys, batch, strict=True):
                name = (key.category, key.object)
                if name not in index:
                    index[name] = len(index)
                    stored.add(sample)
                objects.append(index[name])
        if not index:
            raise InputError("there are no training samples to retrieve from")
        self.features = torch.cat(features).half()
        self.objects = torch.tensor(objects)
        for name, values in stored.buffers().items():
            setattr(self, name, values)

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[Mesh | VoxelGrid]:
        distances = torch.cdist(
            describe(batch.pictures), self.features.cpu().float(), compute_mode="donot_use_mm_for_euclid_dist"
        )
        return [self._shape(int(self.objects[i])) for i in distances.argmin(1).tolist()]

    def _shape(self, number: int) -> Mesh | VoxelGrid:
        if not len(self.ends):
            r = int(self.resolution)
            voxels = np.unpackbits(self.voxels[number].cpu().numpy(), count=r**3).reshape(r, r, r)
            if not len(self.voxel_labels):
                return VoxelGrid(voxels)
            labels = self.voxel_labels[number].cpu().numpy().astype(np.int64).reshape(r, r, r)
            return VoxelGrid(voxels, labels=labels, label_names=self.facts.labels)
        (v0, f0), (v1, f1) = (self.ends[number - 1].tolist() if number else (0, 0)), self.ends[number].tolist()
        vertices = (self.vertices[v0:v1].cpu().numpy().astype(np.float64) + 32768) / _SCALE - 0.5
        faces = self.faces[f0:f1].cpu().numpy()
        p0, p1 = int(self.part_ends[number - 1]) if number else 0, int(self.part_ends[number])
        if p0 == p1:
            return Mesh(vertices, faces)
        labels = [self.facts.labels[i] for i in self.part_labels[p0:p1].tolist()]
        parts = tuple(Part(f"{label} {i + 1}", label) for i, label in enumerate(labels))
        return PartMesh(vertices, faces, face_part=self.face_part[f0:f1].cpu().numpy(), parts=parts)


class _Stored:
    """The training objects as the checkpoint holds them.

    Args:
        labels: the data set's, of parts.
        max_faces: of a stored mesh.
    """

    def __init__(self, labels: tuple[str, ...], max_faces: int) -> None:
        self._labels, self._max_faces = labels, max_faces
        self._resolution = 0
        self._voxels: list[np.ndarray] = []
        self._voxel_labels: list[np.ndarray] = []
        self._vertices: list[np.ndarray] = []
        self._faces: list[np.ndarray] = []
        self._face_part: list[np.ndarray] = []
        self._part_labels: list[np.ndarray] = []

    def add(self, sample: SampleBatch) -> None:
        """The object of one sample."""
        grid = sample.target("voxels")[0].cpu().numpy()
        self._resolution = len(grid)
        self._voxels.append(np.packbits(grid.ravel() > 0.5))
        if "mesh" in sample.targets:
            self._add_mesh(sample.target("mesh")[0])
        elif "part_voxels" in sample.targets:
            labels = sample.target("part_voxels")[0].cpu().numpy()
            if labels.shape == grid.shape:
                self._voxel_labels.append(labels.ravel().astype(np.int16))

    def _add_mesh(self, mesh: Mesh) -> None:
        """Its faces in their order, so that the parts change nothing that is drawn on them; parts only where the data
        set lists their labels."""
        parts = mesh.parts if isinstance(mesh, PartMesh) and set(mesh.labels) <= set(self._labels) else ()
        mesh, face_part = simplified(mesh, self._max_faces)
        self._vertices.append(np.rint((mesh.vertices.clip(-0.5, 0.5) + 0.5) * _SCALE).astype(np.int32))
        self._faces.append(mesh.faces.astype(np.int32))
        self._face_part.append((face_part if parts else np.zeros(len(mesh.faces))).astype(np.int32))
        self._part_labels.append(np.array([self._labels.index(part.label) for part in parts], np.int16))

    def buffers(self) -> dict[str, Tensor]:
        """Those that the method registers, by name; where some object lacks a mesh, there are none."""
        found = {"voxels": torch.from_numpy(np.stack(self._voxels)), "resolution": torch.tensor(self._resolution)}
        if len(self._voxel_labels) == len(self._voxels):
            found["voxel_labels"] = torch.from_numpy(np.stack(self._voxel_labels))
        if len(self._faces) == len(self._voxels):
            # 32-bit arithmetic, 16-bit storage: torch's own 16-bit integers are signed.
            found["vertices"] = torch.from_numpy((np.concatenate(self._vertices) - 32768).astype(np.int16))
            found["faces"] = torch.from_numpy(np.concatenate(self._faces))
            lengths = [(len(v), len(f)) for v, f in zip(self._vertices, self._faces, strict=True)]
            found["ends"] = torch.tensor(lengths).cumsum(0)
            found["face_part"] = torch.from_numpy(np.concatenate(self._face_part))
            found["part_labels"] = torch.from_numpy(np.concatenate(self._part_labels))
            found["part_ends"] = torch.tensor([len(labels) for labels in self._part_labels]).cumsum(0)
        return found


def describe(images: Tensor) -> Tensor:
    """Float[B, D]: histograms of oriented gradients of the grey images at 128², on the CPU."""
    from skimage.feature import hog

    grey = images.cpu().float().mean(1, keepdim=True)
    grey = F.interpolate(grey, (IMAGE_SIZE, IMAGE_SIZE), mode="bilinear", antialias=True)[:, 0].numpy()
    return torch.from_numpy(
        np.stack(
            [hog(image, orientations=8, pixels_per_cell=(16, 16), cells_per_block=(2, 2)) for image in grey]
        ).astype(np.float32)
    )


def simplified(mesh: Mesh, faces: int) -> tuple[Mesh, np.ndarray]:
    """`mesh`, decimated by quadric error to `faces` faces if it has more; and the part of each face Int[F], after a
    decimation that of the nearest face before (0 for a mesh without parts)."""
    face_part = mesh.face_part if isinstance(mesh, PartMesh) else np.zeros(len(mesh.faces), np.int64)
    if len(mesh.faces) <= faces:
        return mesh, face_part
    import open3d as o3d

    source = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(mesh.vertices), o3d.utility.Vector3iVector(mesh.faces.astype(np.int32))
    )
    result = source.simplify_quadric_decimation(faces)
    fewer = Mesh(np.asarray(result.vertices), np.asarray(result.triangles))
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(o3d.t.geometry.TriangleMesh.from_legacy(source))
    middles = o3d.core.Tensor.from_numpy(fewer.triangles.mean(axis=1).astype(np.float32))
    nearest = scene.compute_closest_points(middles)["primitive_ids"].numpy()
    return fewer, face_part[nearest]
