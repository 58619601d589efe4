"""What travels between data and methods: one sample, and a batch of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..errors import InputError
from ..geometry import Camera


class SampleKey(NamedTuple):
    """Names one sample: an object and one view of it, or one part of the object (an index into its parts)."""

    category: str
    object: str
    view: int
    part: int | None = None

    def __str__(self) -> str:
        name = f"{self.category}/{self.object}/{self.view:03d}"
        return name if self.part is None else f"{name}/part{self.part:02d}"


@dataclass(frozen=True)
class SampleBatch:
    """A batch of B samples.

    Args:
        keys: the B names.
        images: Float[B, 3, H, W] in [0, 1], composited on white; None where pictures were not asked for.
        cameras: a batch of B cameras for these images (float32 tensors); None where cameras were not asked for or the
            data has none.
        targets: what was asked for, by target name (derived values lie here too, under their own names):
            `surface`: dict of `points` Float[B, N, 3], `normals` Float[B, N, 3][, `part_ids` Long[B, N]];
            `occupancy`: dict of `points` Float[B, N, 3], `inside` Float[B, N];
            `voxels`: Float[B, R, R, R]; `part_voxels`: Long[B, R, R, R], 0 = empty;
            `mesh`: list of B `Mesh`, the true surface (a `PartMesh` where the parts are known);
            `parts`: list of B `PartMesh`; `part`: list of B `Mesh`, the part that each key names;
            `sketches`: dict of `depth` Float[B, H, W] (0 = background), `normal` Float[B, 3, H, W]
            (camera axes), `silhouette` Float[B, H, W], `part_ids` Long[B, H, W] (-1 = background);
            `category`: Long[B], index into `categories`.
        categories: the data set's categories, in the order of its indices.
    """

    keys: tuple[SampleKey, ...]
    images: Tensor | None
    cameras: Camera | None
    targets: dict[str, Any] = field(default_factory=dict)
    categories: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, index: int) -> SampleBatch:
        """One of its samples, as a batch of one.

        Raises:
            IndexError: there is no such sample.
        """
        start = range(len(self))[index]
        one = slice(start, start + 1)

        def take(value: Any) -> Any:
            return {name: take(v) for name, v in value.items()} if isinstance(value, dict) else value[one]

        return replace(
            self,
            keys=self.keys[one],
            images=None if self.images is None else self.images[one],
            cameras=None if self.cameras is None else self.cameras[one],
            targets=take(self.targets),
        )

    def __iter__(self) -> Iterator[SampleBatch]:
        return (self[index] for index in range(len(self)))

    @property
    def pictures(self) -> Tensor:
        """The images, where they are needed.

        Raises:
            InputError: the batch has none.
        """
        if self.images is None:
            raise InputError("the batch has no pictures; say that they are needed in the stage, or in what is `given`")
        return self.images

    def target(self, name: str) -> Any:
        """One target; a clear error where the method did not declare it."""
        try:
            return self.targets[name]
        except KeyError:
            have = ", ".join(sorted(self.targets)) or "none"
            raise InputError(
                f"the batch has no target '{name}' (it has: {have}); declare it in the method's `targets`"
            ) from None

    def only(self, targets: Iterable[str]) -> SampleBatch:
        """The same batch with just these targets: what a method may see at test time."""
        keep = set(targets)
        return replace(self, targets={name: value for name, value in self.targets.items() if name in keep})

    def anonymous(self) -> SampleBatch:
        """The same batch under keys that tell nothing: what a method sees when it reconstructs."""
        return replace(self, keys=tuple(SampleKey("", "", index) for index in range(len(self))))

    def to(self, device: torch.device | str) -> SampleBatch:
        """The same batch with its tensors on `device`."""

        def move(value: Any) -> Any:
            if isinstance(value, Tensor):
                return value.to(device, non_blocking=True)
            if isinstance(value, dict):
                return {k: move(v) for k, v in value.items()}
            return value

        cameras = None if self.cameras is None else self.cameras.to_torch(device)
        return replace(self, images=move(self.images), cameras=cameras, targets=move(self.targets))


def collate(samples: Sequence[SampleBatch]) -> SampleBatch:
    """One batch from several (single samples are batches of one)."""
    first = samples[0]

    def join(values: Sequence[Any]) -> Any:
        if values[0] is None:
            return None
        if isinstance(values[0], Tensor):
            return torch.cat(list(values))
        if isinstance(values[0], dict):
            return {name: join([v[name] for v in values]) for name in values[0]}
        return [item for v in values for item in v]

    cameras = None
    if first.cameras is not None:
        all_cameras = [s.cameras for s in samples if s.cameras is not None]
        cameras = Camera(
            torch.cat([c.intrinsics for c in all_cameras]),
            torch.cat([c.world_to_camera for c in all_cameras]),
            first.cameras.width,
            first.cameras.height,
        )
    return SampleBatch(
        keys=tuple(key for s in samples for key in s.keys),
        images=join([s.images for s in samples]),
        cameras=cameras,
        targets=join([s.targets for s in samples]) if first.targets else {},
        categories=first.categories,
    )
