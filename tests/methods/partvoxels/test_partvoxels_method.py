"""The method: its labels and categories, what it fits, its losses, its grids, and what it refuses."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from svr3d.datasets.batch import SampleBatch
from svr3d.datasets.box_objects import LABELS, box_batch, box_facts
from svr3d.datasets.facts import DataFacts
from svr3d.geometry import InputError
from svr3d.methods import Fitted, Learned, Method
from svr3d.methods.harness import reconstruct
from svr3d.methods.options import make_options
from svr3d.methods.partvoxels import PartVoxels
from svr3d.methods.partvoxels.focal import focal_loss
from svr3d.methods.partvoxels.labels import CategoryLabels
from svr3d.methods.partvoxels.network import PartHead
from svr3d.methods.training.once import fit

ONE = DataFacts(("post",), LABELS, {"post": LABELS}, 137, 32)


def made(facts: DataFacts | None = None, **options: object) -> PartVoxels:
    return PartVoxels.create("tiny", facts or box_facts(), **options)


def fitted(facts: DataFacts | None = None, shown: SampleBatch | None = None, **options: object) -> PartVoxels:
    """With what is fitted before the training."""
    method = made(facts, **options)
    for stage in method.stages()[:2]:
        assert isinstance(stage, Fitted)
        fit(method, stage, [shown or batch()])
    return method


def batch(count: int = 4, first: int = 0) -> SampleBatch:
    return box_batch(PartVoxels.targets, count=count, first=first)


def posts(count: int = 2) -> SampleBatch:
    """Of the second category alone, as a data set restricted to it has them."""
    both = batch(2 * count)
    targets = {"part_voxels": both.target("part_voxels")[1::2], "category": torch.zeros(count, dtype=torch.long)}
    assert both.images is not None
    return replace(
        both, keys=both.keys[1::2], images=both.images[1::2], cameras=None, targets=targets, categories=("post",)
    )


# Labels by category


def test_slots():
    """Planks have no arm; a label that only other categories have is no channel."""
    facts = DataFacts(
        ("plank", "post"), ("arm", "base", "body", "wheel"), {"plank": ("base", "body"), "post": ("base", "arm")}
    )
    labels = CategoryLabels(facts, "m")
    assert labels.names == ("arm", "base", "body")
    assert labels.slots.tolist() == [[0, 2, 3], [0, 1, 2]] and not labels.void.any()
    grid = torch.tensor([[0, 2, 3], [0, 1, 2]])
    assert labels.to_slots(grid, torch.tensor([0, 1]), facts.categories).tolist() == [[0, 1, 2], [0, 1, 2]]
    uneven = CategoryLabels(replace(facts, category_labels={"plank": ("body",), "post": ("base", "arm")}), "m")
    assert uneven.void.tolist() == [[False, False, True], [False, False, False]]
    assert uneven.in_slots(torch.arange(4.0), torch.tensor([1])).tolist() == [[0, 1, 2]]


def test_a_label_that_the_category_should_not_have():
    shown = batch()
    shown.target("part_voxels")[2, 5, 6, 7] = 3
    with pytest.raises(InputError, match="category 'plank' has voxels of the label 'arm', which the data set's meta"):
        fitted().losses(shown)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (DataFacts(), "needs the names of the training set's categories"),
        (DataFacts(("a", "b")), "this data set has no parts with labels$"),
        (DataFacts(("a", "b", "c"), ("leg",), {"a": ("leg",), "b": ()}), "some categories .* have none: b, c; train"),
        (DataFacts(("a", "b"), ("part",), {"a": ("part",), "b": ("part",)}), "all parts .* are called 'part'"),
        (DataFacts(("a",), ("leg", "part"), {"a": ("part",)}), "all parts .* are called 'part'"),
        (DataFacts(("a",), ("leg",), {"a": ("leg", "seat")}), "list the label 'seat' for a category"),
    ],
)
def test_data_that_it_cannot_learn_from(facts, said):
    with pytest.raises(InputError, match=said):
        made(facts)


def test_grids_of_another_size():
    shown = batch(1)
    shown.targets["part_voxels"] = shown.target("part_voxels")[:, ::2, ::2, ::2]
    with pytest.raises(InputError, match=r"'part_voxels': expected grids of 32³, found \[16, 16, 16\]"):
        fitted(shown=batch()).losses(shown)


# What is fitted


def test_counts_and_alpha():
    """Against NumPy's counts over the objects, and over one category."""
    shown, method = batch(), fitted()
    counts = np.bincount(shown.target("part_voxels").numpy().ravel(), minlength=4)
    assert method.counts.tolist() == counts.tolist()
    assert method.alpha is not None
    np.testing.assert_allclose(method.alpha, 1 - counts / (4 * 32**3), rtol=1e-6)
    assert made(alpha=False).alpha is None
    stage = method.stages()[0]
    assert stage.unit == "object" and not stage.pictures

    one = fitted(ONE, posts())
    counts = np.bincount(posts().target("part_voxels").numpy().ravel(), minlength=4)
    assert one.counts.tolist() == counts.tolist()


def test_mean_and_deviation_of_the_pictures():
    shown, method = batch(), made()
    fit(method, method.stages()[1], list(shown))  # one after the other
    assert shown.images is not None
    pixels = shown.images.double().numpy().transpose(1, 0, 2, 3).reshape(3, -1)
    np.testing.assert_allclose(method.mean, pixels.mean(1), rtol=1e-6)
    np.testing.assert_allclose(method.deviation, pixels.std(1), rtol=1e-5)
    plain = replace(shown, images=torch.ones_like(shown.images))
    fit(method, method.stages()[1], [plain])
    assert method.deviation.tolist() == pytest.approx([1 / 255] * 3)


# Losses


@pytest.mark.parametrize(
    ("loss", "gamma", "alpha"), [("focal", 2.0, True), ("focal", 1.0, False), ("cross_entropy", 2.0, True)]
)
def test_losses_are_those_with_other_labels_masked_out(loss, gamma, alpha):
    """All C + 1 logits, with minus infinity where the category lacks the label."""
    method, shown = fitted(loss=loss, gamma=gamma, alpha=alpha).eval(), batch()
    terms = method.losses(shown)
    with torch.no_grad():
        features = method.network(method._standardized(shown.pictures))
        logits = method.network.head(features.grid)
    planks = shown.target("category") == 0
    logits[planks, 1 + LABELS.index("arm")] = -torch.inf
    truth = shown.target("part_voxels")
    expected = focal_loss(logits, truth, method.alpha, gamma) if loss == "focal" else F.cross_entropy(logits, truth)
    torch.testing.assert_close(terms["parts"].detach(), expected)
    category = F.cross_entropy(features.category, shown.target("category"))
    torch.testing.assert_close(terms["category"].detach(), category)


def test_one_category_needs_no_head():
    method = fitted(ONE, posts(), occupied="argmax")
    assert method.network.classify is None and set(method.losses(posts())) == {"parts"}
    learned = next(stage for stage in method.stages() if isinstance(stage, Learned))
    assert learned.terms == ("parts",)
    assert len(reconstruct(method.eval(), posts())) == 2


def test_training_in_mixed_precision():
    method, shown = fitted(), batch()
    exact = method.losses(shown)
    with torch.autocast("cpu", torch.bfloat16):
        terms = method.losses(shown)
    for name, value in terms.items():
        assert value.dtype == torch.float32
        assert float(value.detach()) == pytest.approx(float(exact[name].detach()), rel=0.1)
    sum(terms.values()).backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in method.parameters())


def test_augmentation_is_a_part_of_the_stage():
    def augment(**options: object) -> object:
        return next(stage for stage in made(**options).stages() if isinstance(stage, Learned)).augment

    assert augment(mirror=False) is None
    found = augment(brightness=0.2)
    assert found == pickle.loads(pickle.dumps(found)) and found.brightness == 0.2 and found.mirror


@pytest.mark.parametrize(
    ("options", "rates"),
    [({}, [1, 1, 1]), ({"milestones": [1]}, [1, 0.1, 0.1]), ({"milestones": [1, 2], "drop": 0.5}, [1, 0.5, 0.25])],
)
def test_learning_rate(options, rates):
    method = made(lr=0.01, schedule="constant", **options)
    configured = method.optimizer(list(method.parameters()))
    found = []
    for _ in rates:
        found.append(configured.optimizer.param_groups[0]["lr"])
        configured.optimizer.step()
        if configured.scheduler is not None:
            configured.scheduler.step()
    assert found == pytest.approx([0.01 * rate for rate in rates])
    assert configured.each == ("step" if options else "epoch")


# Reconstructions


def answering(method: PartVoxels, shares: torch.Tensor, category: int = 1) -> PartVoxels:
    """A method whose network says these probabilities Float[S] of every voxel's slots, and surely this category."""
    network = method.network.eval()
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias[method.labels.slots[category]] = shares.log()
        network.classify.weight.zero_()
        network.classify.bias.copy_(100 * torch.eye(2)[category])
    return method.eval()


@pytest.mark.parametrize(
    ("shares", "label", "value"),
    [
        ([0.6, 0.2, 0.1, 0.1], 0, 0.4),
        ([0.3, 0.1, 0.5, 0.1], 2, 0.7),
        ([0.4, 0.3, 0.2, 0.1], 0, 0.5),  # no part wins, though all together have more than a half
        ([0.33, 0.1, 0.23, 0.34], 3, 0.67),
    ],
)
def test_argmax_decides_what_is_occupied(shares, label, value):
    method = answering(fitted(occupied="argmax"), torch.tensor(shares))
    for grid in reconstruct(method, batch(2)):
        assert grid.label_names == LABELS and grid.threshold == 0.5
        assert set(np.unique(grid.labels)) == {label}
        np.testing.assert_allclose(grid.values, value, rtol=1e-5)
        np.testing.assert_array_equal(grid.occupancy, grid.labels > 0)


@pytest.mark.parametrize("threshold", [0.3, 0.65])
def test_or_a_threshold_on_all_parts_together(threshold):
    method = answering(fitted(occupied="fitted"), torch.tensor([0.4, 0.3, 0.2, 0.1]))
    method.fitted_threshold = torch.tensor(threshold)
    (grid,) = reconstruct(method, batch(1))
    np.testing.assert_allclose(grid.values, 0.6, rtol=1e-5)
    assert set(np.unique(grid.labels)) == {1 if threshold < 0.6 else 0}
    np.testing.assert_array_equal(grid.occupancy, grid.labels > 0)


def test_a_label_of_another_category_is_never_given():
    method = answering(fitted(occupied="argmax"), torch.tensor([0.1, 0.2, 0.1, 0.6]), category=1)
    assert set(np.unique(reconstruct(method, batch(1))[0].labels)) == {3}
    with torch.no_grad():
        method.network.classify.bias.copy_(torch.tensor([100.0, 0.0]))  # now it is a plank, which has no arm
    assert set(np.unique(reconstruct(method, batch(1))[0].labels)) == {1}


@pytest.mark.parametrize("scale", [1.0, 10.0, 1e4])
def test_categories_that_are_not_sure_are_averaged(scale):
    """Beside each category's own softmax, in double precision."""
    labels, rng = fitted().labels, torch.Generator().manual_seed(0)
    logits = scale * torch.randn(3, 1 + len(LABELS), 50, generator=rng)
    categories = torch.rand(3, 2, generator=rng)
    categories /= categories.sum(1, keepdim=True)
    empty, parts = labels.probabilities(logits, categories)
    expected = torch.zeros(3, 1 + len(LABELS), 50, dtype=torch.float64)
    for category, (slots, void) in enumerate(zip(labels.slots, labels.void, strict=True)):
        own = slots[~void]
        expected[:, own] += categories[:, category, None, None] * logits[:, own].double().softmax(1)
    torch.testing.assert_close(empty.double(), expected[:, 0], rtol=1e-5, atol=1e-7)
    if scale < 1e4:
        torch.testing.assert_close(parts.double(), expected[:, 1:], rtol=1e-5, atol=1e-7)
    else:  # two labels that are both e⁸⁰ times as probable as nothing share evenly
        torch.testing.assert_close(parts.sum(1).double(), expected[:, 1:].sum(1), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("occupied", ["argmax", "fitted"])
def test_labels_and_occupancy_agree_everywhere(occupied, monkeypatch):
    """On a network that says anything."""

    def anything(self, grid):
        return torch.randn(len(grid), 1 + len(LABELS), 32, 32, 32, generator=torch.Generator().manual_seed(0))

    monkeypatch.setattr(PartHead, "forward", anything)
    method, shown = fitted(occupied=occupied), batch(2)
    if occupied == "fitted":
        fit(method.eval(), method.stages()[-1], [shown])
    with torch.no_grad():
        found = method.eval()._predict(shown.pictures)
    grids = reconstruct(method, shown)
    for grid, parts in zip(grids, found.parts, strict=True):
        assert 0 < grid.occupancy.mean() < 1
        np.testing.assert_array_equal(grid.occupancy, grid.labels > 0)
        # Values are the probability of any part, but where no part wins though all together have more than a half.
        split = (parts.numpy() > 0.5) & ~grid.occupancy & (occupied == "argmax")
        assert split.any() == (occupied == "argmax")
        np.testing.assert_array_equal(grid.values, np.where(split, np.float32(0.5), parts.numpy()))


def test_it_learns_a_few_objects():
    """Forty steps on two objects: the loss falls, and most labels are right where the truth is occupied."""
    shown = batch(2)
    method = fitted(shown=shown, occupied="argmax", mirror=False)
    method.train()
    adam = torch.optim.Adam(method.parameters(), lr=3e-3)
    losses = []
    for _ in range(40):
        terms = method.losses(shown)
        loss = sum(terms.values())
        adam.zero_grad(), loss.backward(), adam.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] / 10
    for grid, truth in zip(reconstruct(method.eval(), shown), shown.target("part_voxels").numpy(), strict=True):
        both, either = (grid.labels > 0) & (truth > 0), (grid.labels > 0) | (truth > 0)
        assert both.sum() / either.sum() > 0.6
        assert (grid.labels == truth)[both].mean() > 0.8


# Options and presets


def test_published_preset():
    options = PartVoxels.resolve("paper")
    assert (options.encoder, options.pretrained, options.lam, options.patches) == ("vgg16", True, True, 10)
    assert (options.lr, options.milestones, options.drop, options.batch_size) == (0.02, (100_000,), 0.1, 8)
    assert (options.loss, options.gamma, options.alpha, options.occupied) == ("focal", 2.0, True, "argmax")
    assert options.epochs * 4489 * 24 // 8 == pytest.approx(180_000, rel=0.05)


@pytest.mark.parametrize("had", [True, False])
def test_manifest_says_what_weights_it_started_from(had, monkeypatch):
    from svr3d.methods.partvoxels.encoders import VGGEncoder

    monkeypatch.setattr(VGGEncoder, "load_imagenet", lambda self: had)
    common = {"encoder": "vgg16", "width": 1.0}
    assert made(pretrained=True, **common).weights == ("imagenet" if had else "scratch")
    assert made(**common).weights == "scratch"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"gate": "hard"}, "option 'gate': expected one of softmax, sigmoid, none"),
        ({"extractor_kernel": 5}, "option 'extractor_kernel': expected one of 4, 3"),
        ({"encoder": "resnet"}, "option 'encoder': expected one of vgg16, vgg16_bn, tiny"),
        ({"gamma": -1}, "option 'gamma': expected at least 0"),
        ({"patches": 401}, "option 'patches': there are 400 windows"),
        ({"pretrained": True}, "option 'pretrained': .* not for tiny"),
        ({"contrast": 1.5}, "option 'contrast': expected at most 1"),
        ({"milestones": [3]}, "option 'milestones': there is a schedule already, one_cycle"),
    ],
)
def test_invalid_options(options, said):
    with pytest.raises(InputError, match=said):
        make_options(PartVoxels.Options, PartVoxels.preset("tiny") | options, "options")


def test_registered_class():
    assert issubclass(PartVoxels, Method) and PartVoxels.representation == "voxels"
    assert PartVoxels.given == {"picture"} and PartVoxels.targets == {"part_voxels", "category"}
