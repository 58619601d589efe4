"""What a perfect method would score. Both are given the truth, and marked so on every board."""

from __future__ import annotations

from torch import Tensor

from ...datasets.batch import SampleBatch
from ...errors import InputError
from ...geometry import Camera, Mesh, VoxelGrid
from ..interface import Method, Reconstruction, Stage


class _Oracle(Method):
    def stages(self) -> list[Stage]:
        return []

    def reconstruct(self, images: Tensor, cameras: Camera | None) -> list[Reconstruction]:
        raise InputError(f"method '{self.name}' returns the truth it is given; images alone do not hold it")


class OracleVoxels(_Oracle):
    """The true voxels: the error that belongs to the resolution, not to any method."""

    name = "oracle_voxels"
    representation = "voxels"
    gifts = frozenset({"voxels"})

    def reconstruct_batch(self, batch: SampleBatch) -> list[VoxelGrid]:
        return [VoxelGrid(grid) for grid in batch.target("voxels").cpu().numpy()]


class OracleMesh(_Oracle):
    """The true mesh: the noise that a metric owes to its sampling.

    It needs a data set with meshes. The truth's stored surface points would not do in their place: they
    have no inside, so half of the metrics would count them as failed.
    """

    name = "oracle_mesh"
    representation = "mesh"
    gifts = frozenset({"mesh"})

    def reconstruct_batch(self, batch: SampleBatch) -> list[Mesh]:
        return list(batch.target("mesh"))
