"""The method: what its stages derive and lose, its outputs, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from svr3d.datasets.batch import SampleBatch
from svr3d.datasets.box_objects import box_batch, box_facts
from svr3d.geometry import InputError, MedialMesh, signed_distance
from svr3d.methods import Derived, Learned
from svr3d.methods.harness import reconstruct
from svr3d.methods.immat import IMMAT
from svr3d.methods.immat.topology_data import packed, random_turns, unpacked
from svr3d.methods.immat.topology_truth import neighborhoods
from svr3d.methods.training.modes import enter
from svr3d.methods.training.once import derive

FAST = {"width": 0.125, "image_size": 32, "spheres": 48, "dense": 64, "dense_matched": 16, "hidden": 8, "units": 1}


def made(**options: object) -> IMMAT:
    return IMMAT.create("tiny", box_facts(), **(FAST | options)).eval()


def stage(method: IMMAT, name: str) -> Derived:
    (found,) = [stage for stage in method.stages() if stage.name == name]
    assert isinstance(found, Derived)
    return found


def with_truth(method: IMMAT, count: int = 3) -> SampleBatch:
    batch = box_batch({"medial"}, count=count, size=64)
    return replace(batch, targets=batch.targets | derive(method, stage(method, "truth"), batch))


def with_found(method: IMMAT, count: int = 3) -> SampleBatch:
    batch = with_truth(method, count)
    return replace(batch, targets=batch.targets | derive(method, stage(method, "found"), batch))


# Stages


def test_stages_in_order() -> None:
    stages = made().stages()
    assert [s.name for s in stages] == ["truth", "spheres", "refined", "found", "topology", "joined", "smoothing"]
    learned = [s for s in stages if isinstance(s, Learned)]
    assert [s.trains for s in learned] == [("spheres",), ("refinement",), ("topology",), ("smoothing",)]
    assert [s.name for s in stages if s.pictures] == ["spheres", "refined", "found"]
    assert [s.name for s in stages if s.cameras] == ["refined", "found"]
    assert [s.unit for s in stages if s.unit != "view"] == ["object"]


def test_other_topologies_are_not_learned() -> None:
    method = made(topology="delaunay")
    assert "topology" not in [s.name for s in method.stages()] and method.topology is None
    assert "delaunay" not in [output.name for output in method.outputs]
    found = reconstruct(method, box_batch(set(), count=2, size=64))
    assert all(isinstance(shape, MedialMesh) and len(shape.edges) for shape in found)


@pytest.mark.parametrize("kinds", ["truth", "found", "both"])
def test_spheres_that_the_topology_is_learned_on(kinds: str) -> None:
    method = made(topology_on=kinds, topology_rows=10)
    (learned,) = [s for s in method.stages() if s.name == "topology" and isinstance(s, Learned)]
    names = {"truth": ["true"], "found": ["found"], "both": ["true", "found"]}[kinds]
    assert learned.terms == tuple(f"{name}_{term}" for name in names for term in ("edge", "face"))
    batch = with_found(method).only(learned.targets)
    enter(method, learned)
    losses = learned.losses(batch)
    assert set(losses) == set(learned.terms) and all(value > 0 for value in losses.values())


def test_the_truth() -> None:
    """Spheres on the sheets of the solid, whose edges are those to the nearest others that are joined there."""
    method = made()
    batch = with_truth(method, 2)
    for row, medial in enumerate(batch.target("medial")):
        spheres = batch.target("true_spheres")[row].double().numpy()
        assert spheres.shape == (48, 4)
        where = np.random.default_rng(0).uniform(-0.6, 0.6, (300, 3))
        balls = np.linalg.norm(where[:, None] - spheres[:, :3], axis=-1) - spheres[:, 3]
        assert (balls.min(1) >= signed_distance(medial, where) - 1e-6).all()  # within the solid
        dense = batch.target("true_dense")[row].double().numpy()
        assert dense.shape == (64, 3) and (signed_distance(medial, dense) < 1e-6).all()
    edges, faces = batch.target("true_edges"), batch.target("true_faces")
    assert edges.shape == (2, 48, 8) and faces.shape == (2, 48, 8, 8)
    assert torch.equal(faces, faces.mT) and edges.any(-1).float().mean() > 0.9
    assert not (faces.any(-1) & ~edges).any()  # a face implies its edges


def test_what_is_found_is_joined_as_the_nearest_true_spheres() -> None:
    method = made()
    batch = with_truth(method, 2)
    values = derive(method, stage(method, "found"), batch)
    truth = method._truths(batch)[0]
    spheres = values["found_spheres"][0].double().numpy()
    apart = np.linalg.norm(spheres[:, None, :3] - truth.centers, axis=-1)
    # Boxes that touch have true spheres in one place, of which either may be the nearest.
    stands = [np.flatnonzero(row < row.min() + 1e-5).tolist() for row in apart]
    linked = {tuple(sorted(edge)) for edge in truth.edges.tolist()} | {(i, i) for i in range(len(truth.spheres))}
    near = neighborhoods(values["found_spheres"][0], torch.zeros(0, 3), 8, 0).places
    clear = []
    for sphere in range(len(spheres)):
        for place, other in enumerate(near[sphere].tolist()):
            pairs = {tuple(sorted((a, b))) for a in stands[sphere] for b in stands[other]}
            found = bool(values["found_edges"][0, sphere, place])
            assert found in {pair in linked for pair in pairs}
            clear += [found] if len(pairs) == 1 else []
    assert len(clear) > 100 and any(clear) and not all(clear)


def test_nothing_goes_back_to_a_frozen_stage() -> None:
    method = made()
    (learned,) = [s for s in method.stages() if s.name == "refined" and isinstance(s, Learned)]
    enter(method, learned)
    sum(learned.losses(with_truth(method)).values()).backward()
    assert all(p.grad is None for p in method.spheres.parameters())
    assert any(p.grad is not None and p.grad.any() for p in method.refinement.parameters())


def test_terms_of_weight_0_are_left_out() -> None:
    method = made(emd_weight=0.0, radius_weight=2.0)
    (learned,) = [s for s in method.stages() if s.name == "spheres" and isinstance(s, Learned)]
    assert learned.terms == ("chamfer", "radius", "dense_chamfer", "dense_emd")
    batch = with_truth(method)
    radius, plain = (float(m.sphere_losses(batch)["radius"].detach()) for m in (method, made(emd_weight=0.0)))
    assert radius == pytest.approx(2 * plain)


# Adjacency


@pytest.mark.parametrize("count", [1, 8, 13])
def test_packing(count: int) -> None:
    adjacency = torch.from_numpy(np.random.default_rng(count).random((3, count, count)) < 0.4)
    bits = packed(adjacency)
    expected = np.packbits(adjacency.numpy(), axis=-1, bitorder="little")
    np.testing.assert_array_equal(bits.numpy(), expected)
    assert torch.equal(unpacked(bits, count), adjacency)


def test_random_turns_are_orthogonal_and_of_both_hands() -> None:
    torch.manual_seed(0)
    turns = random_turns(200, torch.device("cpu"))
    torch.testing.assert_close(turns @ turns.mT, torch.eye(3).expand(200, 3, 3), rtol=0, atol=1e-5)
    assert 60 < int((turns.det() > 0).sum()) < 140
    assert turns.mean(0).abs().max() < 0.2


def test_who_is_joined_is_what_the_topology_says() -> None:
    method = made()
    batch = with_found(method, 2)
    adjacency = unpacked(derive(method, stage(method, "joined"), batch)["joined"], 48)
    assert torch.equal(adjacency, adjacency.mT) and not adjacency.diagonal(dim1=1, dim2=2).any()
    edges, _ = method._joined(batch.target("found_spheres")[1], batch.target("found_dense")[1])
    assert sorted(map(tuple, adjacency[1].triu().nonzero().tolist())) == sorted(map(tuple, edges.tolist()))


# Reconstruction


class Still(torch.nn.Module):
    """A smoothing network that moves nothing."""

    def forward(self, spheres: Tensor, adjacency: Tensor) -> Tensor:
        return torch.zeros_like(spheres)


def test_outputs() -> None:
    method = made(other_thresholds=[[0.0, 0.0], [1.0, 1.0]])
    names = [output.name for output in method.outputs]
    assert names[:3] == ["final", "initial", "refined"]
    assert names[3:] == ["ball_pivoting", "delaunay", "nearest_neighbors", "edges0-faces0", "edges1-faces1"]
    batch = box_batch(set(), count=2, size=64)
    shapes = {name: reconstruct(method, batch, name) for name in ("final", "initial", "refined", *names[4:])}
    for row in range(2):
        final = shapes["final"][row]
        for name in names[4:]:  # other topologies of the same spheres
            np.testing.assert_array_equal(shapes[name][row].spheres, final.spheres)
        assert not np.allclose(shapes["initial"][row].spheres, shapes["refined"][row].spheres)
        assert not np.allclose(shapes["refined"][row].spheres, final.spheres)
        everything, nothing = shapes["edges0-faces0"][row], shapes["edges1-faces1"][row]
        assert len(everything.edges) >= 48 * 8 / 2 and len(everything.edges) >= len(final.edges)
        assert len(nothing.edges) == len(nothing.faces) == 0


def test_without_smoothing_the_final_spheres_are_the_refined() -> None:
    method = made(smoothing=1.0)
    method.smoothing = Still()  # type: ignore[assignment]
    batch = box_batch(set(), count=2, size=64)
    for final, refined in zip(reconstruct(method, batch), reconstruct(method, batch, "refined"), strict=True):
        np.testing.assert_allclose(final.spheres, refined.spheres, atol=1e-6)
        np.testing.assert_array_equal(final.edges, refined.edges)


def test_it_needs_the_camera() -> None:
    method = made()
    batch = replace(box_batch(set(), count=1, size=64), cameras=None)
    with pytest.raises(InputError, match="method 'immat' looks up image features where it sees its spheres"):
        method.reconstruct(batch)


# What is refused


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"spheres": 1}, "option 'spheres': expected at least 2, found 1"),
        ({"edge_threshold": 1.5}, "option 'edge_threshold': expected at most 1, found 1.5"),
        ({"other_thresholds": [[0.1, 2.0]]}, "option 'other_thresholds': expected numbers from 0 to 1"),
        ({"other_thresholds": [[0.1, 0.2], [0.1, 0.2]]}, "option 'other_thresholds': expected distinct pairs"),
        (
            {"other_thresholds": [[0.1, 0.2]], "topology": "delaunay"},
            "option 'other_thresholds': the topology delaunay has none",
        ),
        ({"radius_weight": float("inf")}, "option 'radius_weight': expected a finite number, found inf"),
        ({"dense_matched": 65}, "option 'dense_matched': expected at most the 64 dense centres, found 65"),
        ({"image_size": 50}, "option 'image_size': expected a multiple of 32, found 50"),
        ({"pretrained": True}, "option 'pretrained': ImageNet's weights are of the width 1, found 0.125"),
        ({"chamfer_weight": 0.0, "emd_weight": 0.0}, "option 'emd_weight': expected a weight above 0"),
        ({"topology": "guessed"}, "option 'topology'"),
    ],
)
def test_options(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        made(**options)


def test_true_spheres_that_are_no_numbers() -> None:
    method, batch = made(), box_batch({"medial"}, count=1, unit="object")
    bad = MedialMesh(np.array([[0.0, 0, 0, 0.1], [np.nan, 0, 0, 0.1]]))
    with pytest.raises(InputError, match=r"target 'medial' of plank/box0: expected finite spheres"):
        derive(method, stage(method, "truth"), replace(batch, targets={"medial": [bad]}))
