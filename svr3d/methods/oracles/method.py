"""What a perfect method would score. All are given the truth, and marked so on every board."""

from __future__ import annotations

from ...datasets.batch import SampleBatch
from ...geometry import MedialMesh, Mesh, VoxelGrid
from ..interface import Method
from ..outputs import FINAL
from ..stages import Stage


class OracleVoxels(Method):
    """The true voxels: the error that belongs to the resolution, not to any method."""

    name = "oracle_voxels"
    representation = "voxels"
    given = frozenset({"voxels"})

    def stages(self) -> list[Stage]:
        return []

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[VoxelGrid]:
        return [VoxelGrid(grid) for grid in batch.target("voxels").cpu().numpy()]


class OracleParts(Method):
    """The true voxels with the true part labels."""

    name = "oracle_parts"
    representation = "voxels"
    given = frozenset({"part_voxels"})

    def stages(self) -> list[Stage]:
        return []

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[VoxelGrid]:
        grids = batch.target("part_voxels").cpu().numpy()
        return [VoxelGrid(labels > 0, labels=labels, label_names=self.facts.labels) for labels in grids]


class OracleMesh(Method):
    """The true mesh: the noise that a metric owes to its sampling.

    It needs a data set with meshes. The truth's stored surface points would not do in their place: they
    have no inside, so half of the metrics would count them as failed.
    """

    name = "oracle_mesh"
    representation = "mesh"
    given = frozenset({"mesh"})

    def stages(self) -> list[Stage]:
        return []

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[Mesh]:
        return list(batch.target("mesh"))


class OracleMedial(Method):
    """The true medial mesh: the error that belongs to a few hundred spheres, not to any method.

    It needs a data set with the target `medial`, which preparation makes of 256 spheres.
    """

    name = "oracle_medial"
    representation = "medial"
    given = frozenset({"medial"})

    def stages(self) -> list[Stage]:
        return []

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[MedialMesh]:
        return list(batch.target("medial"))
