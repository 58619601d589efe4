"""Changed part sequences are sequences still: of own parts, in order, with nothing of the padding."""

from __future__ import annotations

import torch

from svr3d.methods.smnet.sequence import Parts
from svr3d.methods.smnet.variation import Labelled, varied

B, T = 40, 6


def objects(labelled: bool = True) -> Labelled:
    """Each part's code is (object, place, label); padding is nan."""
    counts = torch.arange(B) % T + 1
    labels = torch.arange(T).expand(B, T) % 3
    rows, columns = torch.arange(B)[:, None].expand(B, T), torch.arange(T).expand(B, T)
    codes = torch.stack([rows, columns, labels], -1).float()
    boxes = torch.rand(B, T, 6, generator=torch.Generator().manual_seed(1)) * 0.5 + 0.2
    padding = torch.arange(T) >= counts[:, None]
    codes[padding], boxes[padding] = torch.nan, torch.nan
    return Labelled(Parts(codes, boxes, counts), labels.masked_fill(padding, -7) if labelled else None)


def changed(strength: float, seed: int = 0, *, labelled: bool = True) -> Labelled:
    torch.manual_seed(seed)
    return varied(objects(labelled), strength)


def test_without_strength_all_stays():
    given = objects()
    assert varied(given, 0.0) is given


def test_nothing_of_the_padding_gets_in_and_one_part_at_least_stays():
    for seed in range(20):
        parts, labels = changed(1.0, seed)
        assert (parts.counts >= 1).all() and (parts.counts <= objects().parts.counts).all()
        assert parts.codes[parts.valid].isfinite().all() and parts.boxes[parts.valid].isfinite().all()
        assert (labels[parts.valid] >= 0).all() and (parts.boxes[parts.valid][:, 3:] > 0).all()
    assert any((changed(1.0, seed).parts.counts < objects().parts.counts).any() for seed in range(3))


def test_codes_are_exchanged_within_a_label_and_labels_go_with_their_places():
    """A third of the codes' own label is the label beside; some come from other objects, and about half do."""
    parts, labels = changed(0.5)
    codes = parts.codes[parts.valid]
    assert torch.equal(codes[:, 2].long(), labels[parts.valid])
    rows = torch.arange(B)[:, None].expand(B, T)[parts.valid]
    foreign = (codes[:, 0].long() != rows).float().mean()
    assert 0.35 < foreign < 0.6
    kinds = changed(1.0, labelled=False).parts
    assert len({(int(a), int(b)) for a, b in kinds.codes[kinds.valid][:, 1:]}) > 3


def test_what_stays_is_in_its_order():
    """Boxes tell the places: the changes at this strength are far smaller than their distances."""
    given = objects()
    middles = torch.linspace(0.1, 0.9, T)[None, :, None].expand(B, T, 3)
    spread = given._replace(parts=given.parts._replace(boxes=torch.cat([middles, middles], -1)))
    torch.manual_seed(0)
    parts = varied(spread, 0.05).parts
    steps = parts.boxes[:, 1:, 1] > parts.boxes[:, :-1, 1]
    assert steps[parts.valid[:, 1:]].all()


def test_what_is_given_stays_as_it_is():
    given = objects()
    before = [value.clone() for value in (*given.parts, given.labels)]
    varied(given, 1.0)
    for a, b in zip(before, (*given.parts, given.labels), strict=True):
        torch.testing.assert_close(a, b, equal_nan=True)
