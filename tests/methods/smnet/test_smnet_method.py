"""The method: what its stages derive and lose, its outputs, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from svr3d.datasets.batch import SampleBatch
from svr3d.datasets.box_objects import box_batch, box_facts
from svr3d.datasets.facts import DataFacts
from svr3d.geometry import InputError, Part, PartMesh
from svr3d.methods import Derived, Fitted, Learned
from svr3d.methods.harness import reconstruct
from svr3d.methods.smnet import SMNet
from svr3d.methods.training.modes import enter
from svr3d.methods.training.once import derive, fit

FAST = {"width": 0.125, "image_size": 32, "code": 16, "hidden": 8, "part_points": 32, "loss_points": 16}


def made(facts: DataFacts | None = None, **options: object) -> SMNet:
    return SMNet.create("tiny", facts or box_facts(), **(FAST | options)).eval()


def stage(method: SMNet, name: str) -> Derived:
    (found,) = [stage for stage in method.stages() if stage.name == name]
    assert isinstance(found, Derived)
    return found


def listed_otherwise(mesh: PartMesh, turned: list[int]) -> PartMesh:
    """The same parts in another order, each with its own vertices."""
    vertices, faces, owners, count = [], [], [], 0
    for place, index in enumerate(turned):
        part = mesh.part(index)
        vertices.append(part.vertices)
        faces.append(part.faces + count)
        owners += [place] * len(part.faces)
        count += len(part.vertices)
    parts = tuple(mesh.parts[index] for index in turned)
    return PartMesh(np.concatenate(vertices), np.concatenate(faces), face_part=np.array(owners), parts=parts)


def parts_batch(count: int = 4) -> SampleBatch:
    return box_batch({"parts"}, count=count, unit="object")


# Stages


def test_stages_in_order():
    stages = made().stages()
    assert [s.name for s in stages if isinstance(s, Learned)] == ["parts", "sequence", "sketches", "image"]
    assert [s.trains for s in stages if isinstance(s, Learned)] == [
        ("parts",),
        ("sequence",),
        ("sketcher",),
        ("image_encoder",),
    ]
    assert [s.unit for s in stages] == ["part", "part", "object", "object", "view", "view", "view", "view"]
    assert sum(isinstance(s, Fitted) for s in stages) == 1


def test_a_method_that_reads_parts_has_nothing_for_pictures():
    """Its one output is the autoencoder's of the whole method with the same weights."""
    whole, lean = made(), made(reads="parts")
    assert [s.name for s in lean.stages()] == [s.name for s in whole.stages()][:4]
    (output,) = lean.outputs
    assert (output.name, output.given) == ("final", {"parts"})
    assert {k.split(".")[0] for k in lean.state_dict()} == {"parts", "sequence"}
    lean.load_state_dict({k: v for k, v in whole.state_dict().items() if k in lean.state_dict()})
    batch = parts_batch()
    for mine, theirs in zip(reconstruct(lean, batch), reconstruct(whole, batch, "autoencode"), strict=True):
        assert isinstance(mine, PartMesh) and isinstance(theirs, PartMesh)
        np.testing.assert_array_equal(mine.vertices, theirs.vertices)


def test_points_of_parts_fill_their_boxes():
    method, batch = made(part_points=500), box_batch({"part"}, count=4, unit="part")
    points = derive(method, stage(method, "points"), batch)["part_points"]
    assert points.shape == (4, 1000, 3) and points.abs().max() <= 0.5 + 1e-6
    spans = points.amax(1) - points.amin(1)
    assert (spans > 0.9).all()
    (rival,) = {s.values for s in made(part_decoder="voxels").stages() if s.name == "points" and isinstance(s, Derived)}
    assert rival == ("part_points", "part_voxels")


def test_codes_boxes_and_labels():
    """Padded to the most parts, in canonical order: `arm`, `base`, `body` by their letters."""
    method, batch = made(), parts_batch()
    values = derive(method, stage(method, "codes"), batch)
    assert values["part_codes"].shape == (4, 3, 16) and values["part_count"].tolist() == [2, 3, 2, 3]
    names = [sorted(part.label for part in mesh.parts) for mesh in batch.target("parts")]
    labels = method.facts.labels
    for row, (mesh, own) in enumerate(zip(batch.target("parts"), names, strict=True)):
        assert [labels[i] for i in values["part_labels"][row, : len(own)]] == own
        for place, label in enumerate(own):
            (index,) = [i for i, part in enumerate(mesh.parts) if part.label == label]
            low, high = mesh.part(index).bounds
            expected = np.concatenate([(low + high) / 2 + 0.5, high - low])
            np.testing.assert_allclose(values["part_boxes"][row, place], expected, atol=1e-6)
        assert not values["part_codes"][row, len(own) :].any() and not values["part_boxes"][row, len(own) :].any()


def test_the_same_parts_in_another_order_have_the_same_code():
    method, batch = made(), parts_batch()
    turned = replace(
        batch, targets={"parts": [listed_otherwise(m, list(range(len(m.parts)))[::-1]) for m in batch.target("parts")]}
    )
    coded = stage(method, "codes")
    for name, value in derive(method, coded, batch).items():
        torch.testing.assert_close(derive(method, coded, turned)[name], value, rtol=0, atol=0)
    latents = stage(method, "latents")
    torch.testing.assert_close(derive(method, latents, turned), derive(method, latents, batch))


def test_latents_of_views_are_those_of_their_objects():
    """An object is encoded once for all of its views in a batch, and each view gets its own object's."""
    method, batch = made(), parts_batch(3)
    order = [0, 0, 1, 0, 2, 1]
    views = SampleBatch(
        tuple(batch.keys[i]._replace(view=n) for n, i in enumerate(order)),
        None,
        None,
        {"parts": [batch.target("parts")[i] for i in order]},
        batch.categories,
    )
    seen: list[int] = []
    method.sequence.encoder.register_forward_hook(lambda *given: seen.append(given[2][1].shape[1]))
    values = derive(method, stage(method, "latents"), views)
    found = values["latent"]
    assert seen == [3]
    codes = derive(method, stage(method, "codes"), batch)
    assert torch.equal(values["view_boxes"], codes["part_boxes"][order])
    assert values["view_count"].tolist() == codes["part_count"][order].tolist() == [2, 2, 3, 2, 2, 3]
    expected = derive(method, stage(method, "latents"), batch)["latent"]
    torch.testing.assert_close(found, expected[order])
    assert not torch.allclose(expected[0], expected[1])


def test_predicted_codes_are_judged_by_the_boxes_they_are_decoded_to(monkeypatch):
    """With the true latent code, the errors of stage `image` are those of stage `sequence`."""
    method, batch = made(), parts_batch()
    own = derive(method, stage(method, "codes"), batch)
    sequence = method.sequence_losses(replace(batch, targets=own))
    values = derive(method, stage(method, "latents"), batch)
    monkeypatch.setattr(method, "_latent", lambda images: values["latent"])
    found = method.image_losses(replace(batch, images=torch.zeros(4, 3, 32, 32), targets=values))
    assert float(found["latent"]) == 0
    for name in ("box_error", "count_error"):
        torch.testing.assert_close(found[name], sequence[name])
    assert float(found["box_error"]) > 0.01


def test_padding_of_codes_never_reaches_the_losses():
    method = made()
    (learned,) = [s for s in method.stages() if s.name == "sequence" and isinstance(s, Learned)]
    batch = parts_batch()
    values = derive(method, stage(method, "codes"), batch)
    padding = torch.arange(3) >= values["part_count"][:, None]
    assert padding.any()
    dirty = {name: value.clone() for name, value in values.items()}
    dirty["part_codes"][padding], dirty["part_boxes"][padding], dirty["part_labels"][padding] = torch.nan, 1e9, 2
    for forcing in (0.0, 1.0):
        method.options = replace(method.options, forcing=forcing, dropout=0.0)
        losses = []
        for given in (values, dirty):
            enter(method, learned)
            torch.manual_seed(0)  # the changes of the sequences are drawn
            losses.append({n: float(v) for n, v in method.sequence_losses(replace(batch, targets=given)).items()})
        assert losses[0] == losses[1] and set(losses[0]) == {*learned.terms, *learned.diagnostics}


def test_forcing_falls_by_the_epoch():
    method = made(forcing=0.8, forcing_decay=0.5, sequence_epochs=4)
    assert method.forcing == 0.8
    (learned,) = [s for s in method.stages() if s.name == "sequence" and isinstance(s, Learned)]
    optimization = learned.optimizer(list(method.sequence.parameters()))
    scheduler = optimization.scheduler(40)
    for _ in range(20):
        optimization.optimizer.step()
        scheduler.step()
    assert method.forcing == pytest.approx(0.8 * 0.5**2)


def test_depths_are_fitted_where_objects_are_seen():
    method = made()
    batch = box_batch({"sketches"}, count=4, pictures=False, cameras=False)
    (fitted,) = [s for s in method.stages() if isinstance(s, Fitted)]
    fit(method, fitted, list(batch))
    depth = batch.target("sketches")["depth"].numpy()
    seen = depth[depth > 0]
    assert float(method.depth_mean) == pytest.approx(seen.mean(), rel=1e-5)
    assert float(method.depth_deviation) == pytest.approx(seen.std(), rel=1e-4)
    nothing = replace(batch, targets={"sketches": {**batch.target("sketches"), "depth": torch.zeros(4, 137, 137)}})
    with pytest.raises(InputError, match="none of the training objects is seen"):
        fit(method, fitted, [nothing])


# Outputs


@pytest.mark.parametrize("decoder", ["mesh", "voxels"])
def test_autoencoding(decoder):
    """Parts called by the labels of the data, spheres or the surfaces of voxels."""
    method = made(part_decoder=decoder, resolution=8)
    found = reconstruct(method, parts_batch(), "autoencode")
    assert len(found) == 4
    for mesh in found:
        assert isinstance(mesh, PartMesh) and len(mesh.parts) <= 3 and mesh.is_finite
        assert {part.label for part in mesh.parts} <= set(method.facts.labels)
        if decoder == "mesh":
            assert len(mesh.parts) >= 1 and len(mesh.vertices) == 162 * len(mesh.parts)
    assert [o.limits for o in method.outputs] == ["parts of genus 0, one closed surface each" * (decoder == "mesh")] * 2
    assert [(o.name, set(o.given)) for o in method.outputs] == [("final", {"picture"}), ("autoencode", {"parts"})]


def test_autoencoding_reads_neither_names_nor_order_of_parts():
    method, batch = made(), parts_batch(2)
    renamed = [
        PartMesh(
            m.vertices,
            m.faces,
            face_part=m.face_part,
            parts=tuple(Part(f"x{i}", p.label) for i, p in enumerate(m.parts)),
        )
        for m in batch.target("parts")
    ]
    a, b = (
        reconstruct(method, replace(batch, targets={"parts": m}), "autoencode")
        for m in (batch.target("parts"), renamed)
    )
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x.vertices, y.vertices)


def test_without_labels():
    method = made(label_weight=0.0)
    assert method.sequence.label_head is None
    assert stage(method, "codes").values == ("part_codes", "part_boxes", "part_count")
    for mesh in reconstruct(method, parts_batch(2), "autoencode"):
        assert [(part.name, part.label) for part in mesh.parts] == [
            (f"part_{i}", "part") for i in range(len(mesh.parts))
        ]


# What it refuses


def test_objects_that_it_cannot_code():
    method = made(replace(box_facts(), most_parts=2))
    with pytest.raises(
        InputError, match=r"^object post/box1: has 3 parts, and the model was made for objects of at most 2"
    ):
        derive(method, stage(method, "codes"), parts_batch())
    with pytest.raises(InputError, match=r"^object 1 of the batch: has 3 parts"):
        reconstruct(method, parts_batch(2), "autoencode")
    method = made(replace(box_facts(), labels=("base", "body")))
    with pytest.raises(InputError, match=r"post/box1.*label 'arm', expected one of the 2 that the method"):
        derive(method, stage(method, "codes"), parts_batch())
    with pytest.raises(InputError, match="this data set has no parts"):
        made(replace(box_facts(), most_parts=None))


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("image_size", 112, "'image_size': expected a multiple of 32, found 112"),
        ("pretrained", True, "'pretrained': ImageNet's weights are of the width 1, found 0.125"),
        ("subdivisions", 7, "'subdivisions': expected at most 6"),
        ("clutter", 1.5, "'clutter': expected at most 1"),
        ("resolution", 12, "'resolution': expected one of 8, 16, 32, 64"),
        ("sequence_decay", 0.9, "'sequence_decay': there is a schedule already, one_cycle"),
        ("part_epochs", 0, "'part_epochs': expected at least 1"),
        ("fit", "box", "'fit': expected one of sides, longest"),
        ("image_lr", float("nan"), "'image_lr': expected a number above 0"),
    ],
)
def test_options(option, value, said):
    with pytest.raises(InputError, match=said):
        made(**{option: value})


def test_a_folder_of_backgrounds_is_needed_for_training_alone(tmp_path):
    method = made(backgrounds=str(tmp_path / "nowhere"))
    assert reconstruct(method, parts_batch(2), "autoencode")
    with pytest.raises(InputError, match="no such folder"):
        method.stages()
