"""What manifests say of what is given, from the run to the board."""

from __future__ import annotations

import pytest

from svr3d.benchmark.board import given_in


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ({"given": ["camera", "picture"]}, "picture, camera"),
        ({"given": ["category", "picture"]}, "category, picture"),
        ({"given": []}, "nothing"),  # as the mean shape's, which is not to look unknown
        ({"given": [], "representation": "external"}, ""),
        ({"gifts": [], "representation": "mesh"}, "picture, camera?"),
        ({"gifts": ["voxels"], "representation": "voxels"}, "voxels, picture, camera?"),
        ({"gifts": [], "representation": "external"}, ""),
        ({}, ""),
    ],
)
def test_new_and_old_manifests_are_read(method: dict, given: str) -> None:
    assert given_in(method) == given
