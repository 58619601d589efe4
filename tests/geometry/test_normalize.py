import numpy as np
import pytest

from svr3d.geometry import InputError, Mesh, PartMesh, normalize, transformed


def test_normalize_moves_a_box_into_the_canonical_frame(shapes):
    box = shapes.box((1, 2, 3), (3, 6, 4))
    canonical, loc, scale = normalize(box)
    assert loc == pytest.approx([2, 4, 3.5]) and scale == 4
    assert canonical.bounds == pytest.approx(np.array([[-0.25, -0.5, -0.125], [0.25, 0.5, 0.125]]))
    assert canonical.vertices == pytest.approx((box.vertices - loc) / scale)


def test_normalize_keeps_parts_and_colours(shapes):
    mesh = shapes.parts(a=shapes.box((0, 0, 0), (1, 1, 1)), b=shapes.box((1, 0, 0), (2, 1, 1)))
    colored = PartMesh(mesh.vertices, mesh.faces, np.full((24, 3), 0.5), face_part=mesh.face_part, parts=mesh.parts)
    canonical, loc, scale = normalize(colored)
    assert isinstance(canonical, PartMesh) and canonical.parts == mesh.parts
    assert (canonical.face_part == mesh.face_part).all() and (canonical.face_colors == 0.5).all()
    back = transformed(canonical, -loc / scale, 1 / scale)
    assert back.vertices == pytest.approx(mesh.vertices)


@pytest.mark.parametrize(
    ("vertices", "faces", "message"),
    [
        ([], [], "without faces"),
        ([[0, 0, 0]] * 3, [], "without faces"),
        ([[1, 2, 3]] * 3, [[0, 1, 2]], "without extent"),
        ([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], "non-finite"),
        ([[0, 0, np.inf], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], "non-finite"),
    ],
)
def test_normalize_refuses(vertices, faces, message):
    with pytest.raises(InputError, match=message):
        normalize(Mesh(vertices, faces))


def test_normalize_ignores_vertices_without_faces(shapes):
    box = shapes.box()
    stray = Mesh(np.vstack([box.vertices, [[100, 0, 0]]]), box.faces)
    assert normalize(stray)[2] == 1
