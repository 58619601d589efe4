"""The part sequence autoencoder: shapes and closed counts of PQ-NET's at full width, states and heads against a loop
over the GRU's equations, where decoding stops, and padding that nothing reads."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from svr3d.methods.smnet.course import Course
from svr3d.methods.smnet.sequence import Decoded, Parts, PartSequence, lengths
from svr3d.methods.smnet.sequence_losses import sequence_errors, sequence_losses

CODE, MOST, HIDDEN = 10, 5, 8


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def gru(c_in: int, hidden: int) -> int:
    return 3 * hidden * (c_in + hidden + 2)


def test_published_sizes():
    """SPEC: code 1,024, 256 units a direction, 512 in the decoder, latent code 1,024."""
    network = PartSequence(1024, 9)
    expected = {
        "encoder": 2 * gru(1024 + 6 + 9, 256) + 2 * gru(512, 256),
        "lower": gru(1030, 512),
        "upper": gru(512, 512),
        "code_head": 513 * 256 + 257 * 1024,
        "box_head": 513 * 128 + 129 * 6,
        "stop_head": 513 * 128 + 129,
    }
    assert {name: count(child) for name, child in network.named_children()} == expected
    assert network.latent == 1024
    assert count(PartSequence(1024, 9, labels=7)) == sum(expected.values()) + 513 * 128 + 129 * 7


@pytest.fixture
def network() -> PartSequence:
    torch.manual_seed(0)
    network = PartSequence(CODE, MOST, 4, HIDDEN).double().eval()
    for parameter in network.parameters():  # larger than by default, so that steps differ
        nn.init.uniform_(parameter, -0.6, 0.6)
    return network


def some_parts(counts: tuple[int, ...] = (3, 5, 1)) -> Parts:
    rng = torch.Generator().manual_seed(1)
    codes, boxes = (torch.rand(len(counts), MOST, c, generator=rng, dtype=torch.float64) for c in (CODE, 6))
    return Parts(codes, boxes, torch.tensor(counts))


def cell(layer: nn.GRU, suffix: str, x: Tensor, h: Tensor) -> Tensor:
    """One step of a GRU (Cho et al. 2014, as torch documents it)."""
    w_x, w_h, b_x, b_h = (
        getattr(layer, f"{kind}_{suffix}") for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    (rx, zx, nx), (rh, zh, nh) = (w_x @ x + b_x).chunk(3), (w_h @ h + b_h).chunk(3)
    r, z = (rx + rh).sigmoid(), (zx + zh).sigmoid()
    return (1 - z) * (nx + r * nh).tanh() + z * h


def encoded_by_loop(network: PartSequence, codes: Tensor, boxes: Tensor) -> Tensor:
    total = torch.zeros(len(codes), MOST, dtype=codes.dtype)
    total[:, len(codes) - 1] = 1
    entries, states = list(torch.cat([codes, boxes, total], 1)), []
    for level in range(2):
        runs = []
        for reverse in (False, True):
            h, run = torch.zeros(HIDDEN, dtype=codes.dtype), []
            for x in entries[::-1] if reverse else entries:
                h = cell(network.encoder, f"l{level}" + "_reverse" * reverse, x, h)
                run.append(h)
            states.append(h)
            runs.append(run[::-1] if reverse else run)
        entries = [torch.cat(pair) for pair in zip(*runs, strict=True)]
    return torch.cat(states)


def decoded_by_loop(
    network: PartSequence, latent: Tensor, steps: int, truth: Tensor | None
) -> list[tuple[Tensor, ...]]:
    low, high = latent.chunk(2)
    entry = torch.tensor([0.0] * CODE + [0.5] * 3 + [1.0] * 3, dtype=latent.dtype)
    found = []
    for step in range(steps):
        low = cell(network.lower, "l0", entry, low)
        high = cell(network.upper, "l0", low, high)
        assert network.label_head is not None
        code, box = network.code_head(low), network.box_head(high)
        found.append((code, box, network.stop_head(low)[0], network.label_head(low)))
        entry = torch.cat([code, box]) if truth is None else truth[step]
    return found


def test_latent_codes_against_a_loop(network):
    parts = some_parts()
    with torch.no_grad():
        found = network.encode(parts)
        for row, length in enumerate(parts.counts.tolist()):
            expected = encoded_by_loop(network, parts.codes[row, :length], parts.boxes[row, :length])
            torch.testing.assert_close(found[row], expected)


@pytest.mark.parametrize("forced", [False, True])
def test_heads_against_a_loop(network, forced):
    parts = some_parts((5, 5, 5))
    with torch.no_grad():
        latent = network.encode(parts)
        found = network.decode(latent, MOST, parts if forced else None)
        truth = torch.cat([parts.codes, parts.boxes], -1)
        for row in range(3):
            expected = decoded_by_loop(network, latent[row], MOST, truth[row] if forced else None)
            for name, values in zip(("codes", "boxes", "stops", "labels"), zip(*expected, strict=True), strict=True):
                torch.testing.assert_close(getattr(found, name)[row], torch.stack(values), msg=name)


def with_stops(network: PartSequence, logit: float) -> PartSequence:
    last = network.stop_head[-1]
    assert isinstance(last, nn.Linear)
    nn.init.zeros_(last.weight)
    nn.init.constant_(last.bias, logit)
    return network


def test_decoding_stops_at_once_and_at_the_cap(network):
    latent = network.encode(some_parts())
    found, counts = with_stops(network, 1.0).generate(latent)
    assert counts.tolist() == [1, 1, 1] and found.codes.shape[1] == 1
    found, counts = with_stops(network, -1.0).generate(latent)
    assert counts.tolist() == [MOST] * 3 and found.codes.shape[1] == MOST


def test_decoding_stops_by_the_head_for_each_object(network):
    """It goes on until the last one stops, and says the same as decoding to the cap does."""
    torch.manual_seed(5)
    latent = torch.randn(40, network.latent, dtype=torch.float64)
    with torch.no_grad():
        whole = network.decode(latent, MOST)
        network.stop_head[-1].bias -= whole.stops.median()
        whole = network.decode(latent, MOST)
        found, counts = network.generate(latent)
    expected = [next((i + 1 for i, stop in enumerate(row) if stop > 0), MOST) for row in whole.stops.tolist()]
    assert counts.tolist() == expected and len(set(expected)) > 2
    torch.testing.assert_close(found.codes, whole.codes[:, : found.codes.shape[1]])


def test_lengths():
    stops = torch.tensor([[-1.0, 2, -1], [-1, -1, -1], [3, -1, 2], [0, 0, 1e-6]])
    assert lengths(stops).tolist() == [2, 3, 1, 3]


@pytest.mark.parametrize("junk", [1e6, torch.nan, torch.inf])
@pytest.mark.parametrize("forced", [False, True])
def test_padding_never_reaches_a_loss(network, junk, forced):
    """Nor a gradient, also where the padding is not a number."""
    labels = torch.tensor([[0, 1, 2, 0, 0], [0, 1, 2, 3, 0], [3, 0, 0, 0, 0]])

    def run(parts: Parts, labels: Tensor) -> tuple[dict[str, float], list[Tensor]]:
        network.zero_grad()
        found = network.decode(network.encode(parts), MOST, parts if forced else None)
        terms = sequence_losses(found, parts, labels)
        torch.stack(list(terms.values())).sum().backward()
        values = {name: float(value) for name, value in (terms | sequence_errors(found, parts)).items()}
        return values, [p.grad.clone() for p in network.parameters()]

    parts = some_parts()
    expected, gradients = run(parts, labels)
    padding = ~parts.valid
    dirty = Parts(parts.codes.clone(), parts.boxes.clone(), parts.counts)
    dirty.codes[padding], dirty.boxes[padding] = junk, junk
    found, moved = run(dirty, labels.masked_fill(padding, 99))
    assert found == expected
    for a, b in zip(gradients, moved, strict=True):
        assert torch.equal(a, b)


def test_losses_against_a_loop(network):
    """Means over an object's own parts, then over objects; what is decoded behind the last part counts for nothing."""
    parts, labels = some_parts(), torch.randint(4, (3, MOST), generator=torch.Generator().manual_seed(0))
    found = network.decode(network.encode(parts), MOST)
    terms = sequence_losses(found, parts, labels)
    errors = sequence_errors(found, parts)
    sums = dict.fromkeys(("code", "box", "stop", "label", "box_error"), 0.0)
    for row, length in enumerate(parts.counts.tolist()):
        for step in range(length):
            difference = found.boxes[row, step] - parts.boxes[row, step]
            stop = found.stops[row, step].sigmoid()
            each = {
                "code": (found.codes[row, step] - parts.codes[row, step]).square().mean(),
                "box": difference.square().mean(),
                "stop": -(stop if step == length - 1 else 1 - stop).log(),
                "label": -found.labels[row, step].softmax(-1)[labels[row, step]].log(),
                "box_error": difference.abs().mean(),
            }
            for name, value in each.items():
                sums[name] += float(value) / length / 3
    assert {name: float(value) for name, value in (terms | errors).items() if name in sums} == pytest.approx(sums)
    off = [abs(n - m) for n, m in zip(lengths(found.stops).tolist(), parts.counts.tolist(), strict=True)]
    assert float(errors["count_error"]) == pytest.approx(sum(off) / 3)
    other = Decoded(*(value.masked_fill(~parts.valid.view(3, MOST, *[1] * (value.ndim - 2)), 7.0) for value in found))
    assert {n: float(v) for n, v in sequence_losses(other, parts, labels).items()} == pytest.approx(
        {n: float(v) for n, v in terms.items()}
    )


def test_the_same_input_is_left_out_at_each_step():
    """Locked dropout: what is dropped of a sequence's input is dropped at all of its steps."""
    torch.manual_seed(0)
    network = PartSequence(CODE, MOST, 0, HIDDEN, dropout=0.5).train()
    seen = []
    network.lower.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    parts = Parts(torch.ones(2, MOST, CODE), torch.ones(2, MOST, 6), torch.tensor([MOST, MOST]))
    network.decode(torch.zeros(2, network.latent), MOST, parts)
    steps = seen[0][:, 1:] > 0
    assert torch.equal(steps, steps[:, :1].expand_as(steps)) and 0.2 < steps.float().mean() < 0.8


def test_course_counts_epochs_and_survives_a_restart():
    weight = nn.Parameter(torch.zeros(1))

    def made(schedule: str, decay: float | None = None) -> tuple[Course, object]:
        course = Course(torch.optim.Adam([weight], lr=0.1), 10, schedule, decay)
        assert course.done == 0 and callable(course.optimization.scheduler)
        return course, course.optimization.scheduler(40)

    for schedule, decay in (("constant", 0.5), ("constant", None), ("cosine", None), ("one_cycle", None)):
        course, scheduler = made(schedule, decay)
        for _ in range(12):
            course._optimizer.step()
            scheduler.step()
        assert course.done == pytest.approx(3)
        rate = course._optimizer.param_groups[0]["lr"]
        if schedule == "constant":
            assert rate == pytest.approx(0.1 * (decay or 1) ** 3)
        again, resumed = made(schedule, decay)
        resumed.load_state_dict(scheduler.state_dict())
        assert again.done == pytest.approx(3)
