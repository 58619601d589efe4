"""The part sequence autoencoder (Seq2Seq, as PQ-NET's: Wu et al., CVPR 2020): parts in order to one code, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

if TYPE_CHECKING:
    from jaxtyping import Float, Int

BOX = 6
"""Numbers of a box: middle in [0, 1]³ and size."""
START = (0.5, 0.5, 0.5, 1.0, 1.0, 1.0)
"""The box before the first part: that of the whole object."""
_LAYERS = 2


class Parts(NamedTuple):
    """Sequences of parts; behind each one's length lies padding, which nothing reads.

    Args:
        codes: Float[B, T, C].
        boxes: Float[B, T, 6].
        counts: Long[B], from 1 to T.
    """

    codes: Tensor
    boxes: Tensor
    counts: Tensor

    @property
    def valid(self) -> Tensor:
        """Bool[B, T]: which entries are parts."""
        return torch.arange(self.codes.shape[1], device=self.counts.device) < self.counts[:, None]

    def cleaned(self) -> Parts:
        """The same with zeros for padding, so that nothing in it, not even nan, reaches a product or its gradient."""
        padding = ~self.valid[..., None]
        return Parts(self.codes.masked_fill(padding, 0), self.boxes.masked_fill(padding, 0), self.counts)


class Decoded(NamedTuple):
    """What the decoder says at each step.

    Args:
        codes: Float[B, T, C].
        boxes: Float[B, T, 6].
        stops: Float[B, T], logits: whether this part is the last.
        labels: Float[B, T, L], logits; None where parts have no labels.
    """

    codes: Tensor
    boxes: Tensor
    stops: Tensor
    labels: Tensor | None = None


class PartSequence(nn.Module):
    """Sequences of 1 to `most` parts ↔ latent codes Float[B, 4 · hidden].

    Args:
        code: length C of a part's code.
        most: the largest number of parts.
        labels: how many labels parts can have; 0 leaves their head out.
        hidden: units of the encoder in each direction; the decoder has twice as many.
        dropout: between the encoder's layers, on the decoder's input (the same at each step), and in the heads for
            box and stop.
    """

    def __init__(self, code: int, most: int, labels: int = 0, hidden: int = 256, dropout: float = 0.2) -> None:
        super().__init__()
        self.code, self.most, self.dropout = code, most, dropout
        self.encoder = nn.GRU(code + BOX + most, hidden, _LAYERS, batch_first=True, dropout=dropout, bidirectional=True)
        wide = 2 * hidden
        self.lower = nn.GRU(code + BOX, wide, batch_first=True)
        self.upper = nn.GRU(wide, wide, batch_first=True)
        self.code_head = nn.Sequential(nn.Linear(wide, hidden), nn.LeakyReLU(), nn.Linear(hidden, code))
        self.box_head = _head(wide, hidden // 2, BOX, dropout)
        self.stop_head = _head(wide, hidden // 2, 1, dropout)
        self.label_head = _head(wide, hidden // 2, labels, dropout) if labels else None

    @property
    def latent(self) -> int:
        """Length of the latent code."""
        return 2 * _LAYERS * self.encoder.hidden_size

    def encode(self, parts: Parts) -> Float[Tensor, "B H"]:
        """The latent codes of sequences: the last states of both layers, each forward and backward."""
        parts = parts.cleaned()
        steps = parts.codes.shape[1]
        total = F.one_hot(parts.counts - 1, self.most).to(parts.codes.dtype)
        entries = torch.cat([parts.codes, parts.boxes, total[:, None].expand(-1, steps, -1)], -1)
        packed = pack_padded_sequence(entries, parts.counts.cpu(), batch_first=True, enforce_sorted=False)
        _, states = self.encoder(packed)  # (layers · directions, B, hidden)
        return states.transpose(0, 1).flatten(1)

    def decode(self, latent: Float[Tensor, "B H"], steps: int, truth: Parts | None = None) -> Decoded:
        """The parts of latent codes, as many steps as are asked for.

        Args:
            truth: each step is told the true part before (teacher forcing); else its own.
        """
        mask = self._dropped(latent)
        states = self._states(latent)
        if truth is not None:
            truth = truth.cleaned()
            before = torch.cat([truth.codes, truth.boxes], -1)[:, : steps - 1]
            return self._steps(torch.cat([self._start(latent), before], 1) * mask, states)[0]
        entry, found = self._start(latent), []
        for _ in range(steps):
            step, states = self._steps(entry * mask, states)
            found.append(step)
            entry = torch.cat([step.codes, step.boxes], -1)
        return _joined(found)

    def generate(self, latent: Float[Tensor, "B H"]) -> tuple[Decoded, Int[Tensor, " B"]]:
        """The parts of latent codes, and how many: up to the first whose stop is above a half, `most` at the latest."""
        entry, states, found = self._start(latent), self._states(latent), []
        stopped = torch.zeros(len(latent), dtype=torch.bool, device=latent.device)
        while len(found) < self.most and not stopped.all():
            step, states = self._steps(entry, states)
            found.append(step)
            stopped = stopped | (step.stops[:, 0] > 0)
            entry = torch.cat([step.codes, step.boxes], -1)
        decoded = _joined(found)
        return decoded, lengths(decoded.stops)

    def _start(self, latent: Tensor) -> Tensor:
        entry = latent.new_tensor([0.0] * self.code + list(START))
        return entry.expand(len(latent), 1, -1)

    def _states(self, latent: Tensor) -> tuple[Tensor, ...]:
        """The first states of both layers, (1, B, 2 · hidden) each."""
        return tuple(state[None].contiguous() for state in latent.chunk(_LAYERS, dim=1))

    def _dropped(self, latent: Tensor) -> Tensor:
        """The factor on the decoder's input that leaves some of it out, the same for all steps."""
        return F.dropout(latent.new_ones(len(latent), 1, self.code + BOX), self.dropout, self.training)

    def _steps(self, entries: Tensor, states: tuple[Tensor, ...]) -> tuple[Decoded, tuple[Tensor, ...]]:
        low, low_state = self.lower(entries, states[0])
        high, high_state = self.upper(low, states[1])
        labels = None if self.label_head is None else self.label_head(low)
        decoded = Decoded(self.code_head(low), self.box_head(high), self.stop_head(low)[..., 0], labels)
        return decoded, (low_state, high_state)


def lengths(stops: Float[Tensor, "B T"]) -> Int[Tensor, " B"]:
    """How many parts stop logits say: up to the first above 0; all where there is none."""
    above = stops > 0
    return torch.where(above.any(1), above.int().argmax(1) + 1, stops.shape[1])


def _head(c_in: int, hidden: int, c_out: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(c_in, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, c_out))


def _joined(steps: list[Decoded]) -> Decoded:
    codes, boxes, stops, labels = zip(*steps, strict=True)
    return Decoded(
        torch.cat(codes, 1),
        torch.cat(boxes, 1),
        torch.cat(stops, 1),
        None if labels[0] is None else torch.cat(labels, 1),
    )
