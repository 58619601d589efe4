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
from ...geometry import Mesh, VoxelGrid
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
    """The nearest training image's object: its mesh, where the training data has meshes, else its voxels.

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

    def __init__(self, facts: DataFacts, options: RetrievalOptions | None = None) -> None:
        super().__init__(facts, options)
        self.register_fitted("features", "objects")  # (N, D) float16; (N,) index of the object
        self.register_fitted("voxels", "resolution")  # (M, R³/8) packed; ()
        self.register_fitted("vertices", "faces", "ends")  # of all meshes in a row; (M, 2) where each ends

    def stages(self) -> list[Stage]:
        return [
            Fitted(
                name="index",
                targets=self.targets,
                optional=frozenset({"mesh"}),
                views=self.options.views,
                cameras=False,
                fit=self._fit,
            )
        ]

    def _fit(self, samples: Iterable[SampleBatch]) -> None:
        index: dict[tuple[str, str], int] = {}
        resolution = 0
        features, objects, voxels, vertices, faces, ends = [], [], [], [], [], []
        for batch in samples:
            features.append(describe(batch.pictures))
            meshes = batch.targets.get("mesh", [None] * len(batch))
            for key, grid, mesh in zip(batch.keys, batch.target("voxels").cpu().numpy(), meshes, strict=True):
                name = (key.category, key.object)
                if name not in index:
                    index[name] = len(index)
                    resolution = grid.shape[0]
                    voxels.append(np.packbits(grid.ravel() > 0.5))
                    if mesh is not None:
                        mesh = simplified(mesh, self.options.max_faces)
                        vertices.append(np.rint((mesh.vertices.clip(-0.5, 0.5) + 0.5) * _SCALE).astype(np.int32))
                        faces.append(mesh.faces.astype(np.int32))
                        ends.append((len(vertices[-1]), len(faces[-1])))
                objects.append(index[name])
        if not index:
            raise InputError("there are no training samples to retrieve from")
        self.features = torch.cat(features).half()
        self.objects = torch.tensor(objects)
        self.voxels = torch.from_numpy(np.stack(voxels))
        self.resolution = torch.tensor(resolution)
        if len(ends) == len(index):
            # 32-bit arithmetic, 16-bit storage: torch's own 16-bit integers are signed.
            self.vertices = torch.from_numpy((np.concatenate(vertices) - 32768).astype(np.int16))
            self.faces = torch.from_numpy(np.concatenate(faces))
            self.ends = torch.tensor(ends).cumsum(0)

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[Mesh | VoxelGrid]:
        distances = torch.cdist(
            describe(batch.pictures), self.features.cpu().float(), compute_mode="donot_use_mm_for_euclid_dist"
        )
        return [self._shape(int(self.objects[i])) for i in distances.argmin(1).tolist()]

    def _shape(self, number: int) -> Mesh | VoxelGrid:
        if not len(self.ends):
            r = int(self.resolution)
            return VoxelGrid(np.unpackbits(self.voxels[number].cpu().numpy(), count=r**3).reshape(r, r, r))
        (v0, f0), (v1, f1) = (self.ends[number - 1].tolist() if number else (0, 0)), self.ends[number].tolist()
        vertices = (self.vertices[v0:v1].cpu().numpy().astype(np.float64) + 32768) / _SCALE - 0.5
        return Mesh(vertices, self.faces[f0:f1].cpu().numpy())


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


def simplified(mesh: Mesh, faces: int) -> Mesh:
    """`mesh`, decimated by quadric error to `faces` faces if it has more."""
    if len(mesh.faces) <= faces:
        return mesh
    import open3d as o3d

    source = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(mesh.vertices), o3d.utility.Vector3iVector(mesh.faces.astype(np.int32))
    )
    result = source.simplify_quadric_decimation(faces)
    return Mesh(np.asarray(result.vertices), np.asarray(result.triangles))
