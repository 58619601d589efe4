"""Derived values: the same files in whatever order they were computed, whole or not there."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from svr3d.datasets import Derived, DerivedWriter, SampleKey, collate, open_dataset
from svr3d.datasets.loader import loader
from svr3d.geometry import InputError

KEYS = [SampleKey("b", "x", 0), SampleKey("a", "y", 1), SampleKey("a", "y", 0, part=2)]


def value(key):
    rng = np.random.default_rng(len(str(key)) + key.view)
    return {"code": rng.random(4).astype(np.float32), "count": torch.tensor(key.view)}


def write(folder, keys, **options):
    writer = DerivedWriter(folder, KEYS, **options)
    for key in keys:
        writer.put(key, value(key))
    return writer


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_order_of_computing_does_not_matter(tmp_path):
    derived = write(tmp_path / "a", KEYS).finish()
    write(tmp_path / "b", KEYS[::-1]).finish()
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert set(contents(tmp_path / "a")) == {"code.npy", "count.npy", "keys.json"}
    assert derived.names == {"code", "count"}
    for key in KEYS:
        np.testing.assert_array_equal(derived.get(key, "code"), value(key)["code"])
        assert derived.get(str(key), "count") == key.view


def test_values_of_objects_are_those_of_all_their_samples(tmp_path):
    firsts = [SampleKey("a", "x", 3), SampleKey("a", "y", 0)]
    writer = DerivedWriter(tmp_path / "objects", firsts, of_objects=True)
    assert writer.missing(firsts) == firsts
    for key in firsts:
        writer.put(key, {"code": np.array(key.view)})
    derived = writer.finish()
    assert len(np.load(tmp_path / "objects/code.npy")) == 2
    for key in (*firsts, SampleKey("a", "x", 0), SampleKey("a", "x", 1, part=2)):
        assert derived.get(key, "code") == {"x": 3, "y": 0}[key.object]
    with pytest.raises(InputError, match="there is no derived value 'code' of b/x/003"):
        derived.get(SampleKey("b", "x", 3), "code")
    writer = DerivedWriter(tmp_path / "views", firsts)
    for key in firsts:
        writer.put(key, {"code": np.array(key.view)})
    derived = writer.finish()
    with pytest.raises(InputError, match="there is no derived value 'code' of a/x/000"):  # another view's is no answer
        derived.get(SampleKey("a", "x", 0), "code")


def test_a_killed_writer_is_resumed(tmp_path):
    write(tmp_path / "whole", KEYS).finish()
    write(tmp_path / "out", KEYS[:2])  # and no more
    assert not (tmp_path / "out").exists()
    again = DerivedWriter(tmp_path / "out", KEYS)
    assert again.missing(KEYS) == KEYS[2:]
    again.put(KEYS[2], value(KEYS[2]))
    again.finish()
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    write(tmp_path / "other", KEYS[:2])
    assert DerivedWriter(tmp_path / "other", KEYS[:2]).missing(KEYS[:2]) == KEYS[:2]  # of other samples: from the start
    write(tmp_path / "torn", KEYS[:2])
    (tmp_path / ".torn.partial" / "code.npy").write_bytes(b"\x93NUM")
    assert DerivedWriter(tmp_path / "torn", KEYS).missing(KEYS) == KEYS


def test_bad_values(tmp_path):
    writer = write(tmp_path / "out", KEYS[:1])
    with pytest.raises(InputError, match=r"out: sample a/y/000/part02 has no derived values"):
        writer.finish()
    with pytest.raises(InputError, match="derived values of c/z/000, which is none of the samples"):
        writer.put(SampleKey("c", "z", 0), {})
    with pytest.raises(InputError, match="derived values of a/y/001 are code, expected code, count"):
        writer.put(KEYS[1], {"code": np.zeros(4, np.float32)})
    with pytest.raises(InputError, match=r"derived value 'code' of a/y/001: float32\[5\], expected float32\[4\]"):
        writer.put(KEYS[1], {"code": np.zeros(5, np.float32), "count": 1})
    with pytest.raises(InputError, match=r"derived value '\.\./code': expected a name"):
        DerivedWriter(tmp_path / "new", KEYS).put(KEYS[0], {"../code": 1})
    with pytest.raises(InputError, match=r"keys\.json: no such file"):
        Derived(tmp_path / "nowhere")


def test_they_are_joined_to_batches(prepared, tmp_path):
    dataset = open_dataset(prepared)
    keys = dataset.samples("train", unit="object")
    writer = DerivedWriter(tmp_path / "codes", keys)
    for key in reversed(keys):
        writer.put(key, {"code": np.full(2, float(key.object[-1]), np.float32)})
    first = writer.finish()
    writer = DerivedWriter(tmp_path / "more", keys)
    for key in keys:
        writer.put(key, {"twice": np.array(2 * int(key.object[-1]))})
    derived = pickle.loads(pickle.dumps(first | writer.finish()))
    assert derived.names == {"code", "twice"}
    options = {"batch_size": 4, "seed": 0, "shuffle": True, "pictures": False, "cameras": False, "derived": derived}
    for workers in (0, 1):
        for batch in loader(dataset, keys, {"category"}, workers=workers, **options):
            numbers = [int(key.object[-1]) for key in batch.keys]
            assert batch.target("code").tolist() == [[float(n)] * 2 for n in numbers]
            assert batch.target("twice").tolist() == [2 * n for n in numbers]
    batch = collate([dataset.sample(key, pictures=False) for key in keys])
    assert derived.join(batch, ["twice"]).targets.keys() == {"twice"}
    with pytest.raises(InputError, match="there is no derived value 'spheres'"):
        derived.join(batch, ["spheres"])
    with pytest.raises(InputError, match="there is no derived value 'code' of table/table4/000"):
        derived.join(dataset.sample(SampleKey("table", "table4", 0)))
