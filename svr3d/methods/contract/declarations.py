"""Checks of what a method says of itself."""

from __future__ import annotations

import dataclasses

from ...datasets.box_objects import box_facts
from ...datasets.targets import list_targets
from ...errors import InputError
from ...geometry import list_representations
from ..interface import PRESETS, Method
from ..options import make_options, option_types
from ..outputs import FINAL, SEEN
from ..stages import Derived, Learned, Stage
from ..training.modes import trained_parts
from .runs import make


def check_declarations(cls: type[Method]) -> None:
    """It says what it is, in the suite's terms."""
    assert isinstance(cls.name, str) and cls.name.replace("_", "").replace("-", "").isalnum(), f"name {cls.name!r}"
    assert cls.name == cls.name.lower(), f"name {cls.name!r}: expected lower case"
    _check_targets("targets", cls.targets)
    assert isinstance(cls.paper, str), "paper: expected a citation"
    outputs = make(cls).outputs
    names = [output.name for output in outputs]
    assert names and names[0] == FINAL, f"outputs: {names}: expected the first one to be called '{FINAL}'"
    assert len(set(names)) == len(names), f"outputs: names {names} are not distinct"
    final = outputs[0]
    for field in ("representation", "given", "limits"):
        said, found = getattr(cls, field), getattr(final, field)
        assert said == found, f"{field}: the class says {said!r}, its final output {found!r}"
    for output in outputs:
        kinds = list_representations()
        known = output.representation in kinds
        assert known, f"representation {output.representation!r}: expected one of {', '.join(kinds)}"
        _check_targets("given", output.given - SEEN)


def check_options(cls: type[Method]) -> None:
    """Its options are a dataclass with types, which its defaults have and which nothing else gets past."""
    assert dataclasses.is_dataclass(cls.Options), "Options: expected a dataclass"
    where = f"method '{cls.name}'"
    defaults = cls.Options()
    values = {field.name: getattr(defaults, field.name) for field in dataclasses.fields(cls.Options)}
    try:
        checked = make_options(cls.Options, values, where)
    except InputError as error:
        raise AssertionError(f"options: the defaults do not pass their own types: {error}") from error
    assert checked == defaults, f"options: the defaults {defaults} become {checked} by their own types"
    unknown = cls.augmentation_options - option_types(cls.Options).keys()
    assert not unknown, f"augmentation_options: {sorted(unknown)} are no options"
    for name in option_types(cls.Options):
        _check_refused(cls, {name: {"neither": object}}, name, f"a value of no sensible type for option '{name}'")
    _check_refused(cls, {"no_such_option": 1}, "no_such_option", "an unknown option")


def check_presets(cls: type[Method]) -> None:
    """Its presets are there, make the method, and change something of the defaults with each value."""
    missing = set(PRESETS) - set(cls.presets())
    assert not missing, f"presets: {sorted(missing)} are missing"
    for name in cls.presets():
        cls.preset_trainer(name)
        try:
            options = cls.resolve(name)
        except InputError as error:
            raise AssertionError(f"preset {name}: {error}") from error
        defaults = cls.Options()
        idle = [key for key in cls.preset(name) if getattr(options, key) == getattr(defaults, key)]
        assert not idle, f"preset {name}: {', '.join(idle)} are the defaults already; leave them out"
        method = cls(box_facts(), options)
        assert method.options == options, f"preset {name}: made with {method.options}, expected {options}"


def check_stages(cls: type[Method]) -> None:
    """Its stages are distinct, train what exists, and need what it declares or what an earlier stage derived."""
    method = make(cls)
    stages = method.stages()
    names = [stage.name for stage in stages]
    assert len(set(names)) == len(names), f"stages: names {names} are not distinct"
    derived: dict[str, Stage] = {}
    used: set[str] = set()
    for stage in stages:
        extra = stage.targets - cls.targets - derived.keys()
        assert not extra, f"stage '{stage.name}' needs {sorted(extra)}, which `targets` does not declare"
        _check_targets(f"stage '{stage.name}'", (stage.targets - derived.keys()) | stage.optional)
        for name in stage.targets & derived.keys():
            fits = derived[name].unit in (stage.unit, "object")
            assert fits, f"stage '{stage.name}': value '{name}' is of another unit"
        used |= stage.targets
        if isinstance(stage, Learned):
            try:
                trained_parts(method, stage)
            except InputError as error:
                raise AssertionError(str(error)) from error
        if isinstance(stage, Derived):
            derived |= dict.fromkeys(stage.values, stage)
    if stages:
        assert cls.targets <= used, f"targets: {sorted(cls.targets - used)} are declared but no stage uses them"


def _check_targets(what: str, names: frozenset[str]) -> None:
    unknown = sorted(set(names) - set(list_targets()))
    assert not unknown, f"{what}: {unknown} are none of {', '.join(list_targets())}"


def _check_refused(cls: type[Method], overrides: dict[str, object], name: str, what: str) -> None:
    try:
        cls.resolve(PRESETS[0], overrides)
    except InputError as error:
        assert name in str(error), f"the error on {what} does not name it: {error}"
    else:
        raise AssertionError(f"{what} was accepted")
