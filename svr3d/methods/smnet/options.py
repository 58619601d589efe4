"""The options of `smnet`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...errors import InputError
from ..learning import Schedule
from ..options import require_at_least, require_positive, require_stages
from .boxes import Fit
from .donor import Taken

PartDecoder = Literal["mesh", "voxels"]
Reads = Literal["picture", "parts"]


@dataclass(frozen=True)
class SMNetOptions:
    """Options of `smnet`; the defaults are the paper's networks.

    Args:
        code: length of a part's code, and the width of the networks that make it and decode it.
        point_width: factor on the channels of the point encoder before the code.
        reads: what the final output is made from. With `parts`, the true parts, nothing is learned from pictures.
        part_decoder: `mesh` deforms a sphere; `voxels` is the rival, a grid of occupancies in the part's box.
        subdivisions: of the icosahedron that is deformed: 10 · 4^k + 2 vertices.
        resolution: of the rival's grids: 8, 16, 32 or 64.
        fit: how a part's box becomes the unit box; see `boxes`.
        part_points: that a part is encoded from; twice as many are kept of each part.
        loss_points: of the deformed surface that are compared with the true one; 0 compares its vertices.
        hidden: units of the sequence encoder in each direction; the decoder has twice as many.
        dropout: of the sequence autoencoder.
        forcing, forcing_decay: at first this share of batches is decoded from the true parts before; it falls by the
            factor in every epoch.
        variation: strength, 0 to 1, of the changes of the part sequences that the sequence autoencoder learns from.
        box_weight, stop_weight, label_weight: of their terms; with a label weight of 0, parts have no labels.
        image_size: side of the pictures and maps, a multiple of 32.
        width: factor on the channels of both ResNets.
        pretrained: start the 2.5D generator and the image encoder from ImageNet's weights.
        clutter: share of training pictures that are put before a background.
        backgrounds: a folder of pictures to take half of these from; the others are made up.
        jitter: strength of the changes of brightness, contrast and saturation.
        part_epochs, sequence_epochs, sketch_epochs, image_epochs: of the four stages.
        part_batch, sequence_batch, sketch_batch, image_batch: samples per batch.
        part_lr, sequence_lr, sketch_lr, image_lr: of Adam.
        sequence_decay: factor on the sequence autoencoder's learning rate in every epoch; None follows `schedule`.
        schedule: the course of the learning rates.
        donor, taken: the `final.ckpt` of another run on the same data, and the stages that are taken from it and not
            trained again; `sequence` needs `parts`.
    """

    code: int = 1024
    point_width: float = 1.0
    reads: Reads = "picture"
    part_decoder: PartDecoder = "mesh"
    subdivisions: int = 4
    resolution: Literal[8, 16, 32, 64] = 32
    fit: Fit = "sides"
    part_points: int = 2048
    loss_points: int = 2048
    hidden: int = 256
    dropout: float = 0.2
    forcing: float = 0.5
    forcing_decay: float = 0.999
    variation: float = 0.0
    box_weight: float = 1.0
    stop_weight: float = 0.01
    label_weight: float = 0.05
    image_size: int = 256
    width: float = 1.0
    pretrained: bool = False
    clutter: float = 0.5
    backgrounds: str | None = None
    jitter: float = 0.4
    part_epochs: int = 120
    sequence_epochs: int = 1000
    sketch_epochs: int = 120
    image_epochs: int = 300
    part_batch: int = 40
    sequence_batch: int = 64
    sketch_batch: int = 16
    image_batch: int = 32
    part_lr: float = 5e-4
    sequence_lr: float = 1e-3
    sketch_lr: float = 1e-3
    image_lr: float = 1e-3
    sequence_decay: float | None = None
    schedule: Schedule = "constant"
    donor: str | None = None
    taken: tuple[Taken, ...] = ()

    def __post_init__(self) -> None:
        require_at_least(self, code=8, part_points=1, loss_points=0, hidden=2, subdivisions=0, image_size=32)
        require_at_least(self, dropout=0, forcing=0, forcing_decay=0, stop_weight=0, label_weight=0, clutter=0)
        require_at_least(self, jitter=0, variation=0, box_weight=0)
        require_stages(self, "part", "sequence", "sketch", "image")
        require_positive(self, "point_width", "width", "sequence_decay")
        for name in ("forcing", "forcing_decay", "variation", "clutter", "jitter", "dropout"):
            if getattr(self, name) > 1:
                raise InputError(f"option '{name}': expected at most 1, found {getattr(self, name)!r}")
        if self.subdivisions > 6:
            raise InputError(f"option 'subdivisions': expected at most 6, found {self.subdivisions}")
        if self.image_size % 32:
            raise InputError(f"option 'image_size': expected a multiple of 32, found {self.image_size}")
        if self.pretrained and self.width != 1:
            raise InputError(f"option 'pretrained': ImageNet's weights are of the width 1, found {self.width}")
        if (self.donor is None) != (not self.taken):
            raise InputError(f"option 'taken': expected stages, and a 'donor' to take them from, found {self.taken!r}")
        if self.reads == "parts" and self.backgrounds is not None:
            raise InputError("option 'backgrounds': with 'reads' parts there are no pictures to put before them")
        if self.reads == "parts" and "sketches" in self.taken:
            raise InputError("option 'taken': with 'reads' parts there is no stage 'sketches'")
        if "sequence" in self.taken and "parts" not in self.taken:
            raise InputError("option 'taken': the stage 'sequence' rests on 'parts', expected both")
        if self.sequence_decay is not None and self.schedule != "constant":
            raise InputError(f"option 'sequence_decay': there is a schedule already, {self.schedule}; expected one")
