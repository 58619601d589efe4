import numpy as np
import pytest
import torch

from svr3d.geometry import InputError, Mesh, Part, PartMesh, PointCloud, VoxelGrid


def test_mesh_measures_of_a_box(shapes):
    box = shapes.box((0, 0, 0), (1, 2, 3))
    assert box.area == pytest.approx(2 * (2 + 3 + 6))
    assert box.volume == pytest.approx(6)
    assert box.bounds.tolist() == [[0, 0, 0], [1, 2, 3]]
    outward = box.triangles.mean(axis=1) - [0.5, 1, 1.5]
    assert ((outward * box.face_normals).sum(axis=1) > 0).all()


def test_bounds_ignore_vertices_without_faces():
    mesh = Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0], [9, 9, 9]], [[0, 1, 2]])
    assert mesh.bounds[1].tolist() == [1, 1, 0]


def test_normals_of_faces_without_area_are_zero():
    mesh = Mesh([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 1, 2]])
    assert mesh.face_normals.tolist() == [[0, 0, 0]]


def test_mesh_takes_tensors_and_empty_lists():
    mesh = Mesh(torch.rand(4, 3, requires_grad=True), torch.tensor([[0, 1, 2]]))
    assert mesh.vertices.shape == (4, 3) and isinstance(mesh.vertices, np.ndarray)
    assert Mesh([], []).is_empty


def test_mesh_knows_that_it_is_not_finite():
    assert not Mesh([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]).is_finite


@pytest.mark.parametrize(
    ("vertices", "faces", "message"),
    [
        ([[0, 0]], [], "mesh vertices: expected shape"),
        ([[0, 0, 0]] * 3, [[0, 1]], "mesh faces: expected shape"),
        ([[0, 0, 0]] * 3, [[0, 1, 3]], "there are 3 vertices"),
        ([[0, 0, 0]] * 3, [[-1, 1, 2]], "there are 3 vertices"),
        ([[0, 0, 0]] * 3, [[0, 1, 1.5]], "whole numbers"),
        ([[0, 0, 0]] * 3, [[0, 1, np.nan]], "whole numbers"),
        ([["a", 0, 0]], [], "mesh vertices: expected numbers"),
    ],
)
def test_mesh_refuses(vertices, faces, message):
    with pytest.raises(InputError, match=message):
        Mesh(vertices, faces)


def test_mesh_refuses_colours_of_the_wrong_length(shapes):
    box = shapes.box()
    with pytest.raises(InputError, match="face colours"):
        Mesh(box.vertices, box.faces, np.zeros((3, 3)))


def test_part_mesh_gives_parts_and_labels(shapes):
    mesh = shapes.parts(
        leg_1=shapes.box((0, 0, 0), (1, 1, 1)), seat=shapes.box((2, 0, 0), (3, 2, 1)), leg_2=shapes.box()
    )
    assert mesh.labels == ("leg", "seat")
    assert mesh.part(1).volume == pytest.approx(2)
    assert len(mesh.part(1).vertices) == 8


def test_part_mesh_refuses_bad_parts(shapes):
    box = shapes.box()
    with pytest.raises(InputError, match="needs `face_part`"):
        PartMesh(box.vertices, box.faces)
    with pytest.raises(InputError, match="there are 1 parts"):
        PartMesh(box.vertices, box.faces, face_part=np.ones(12), parts=(Part("a", "a"),))
    with pytest.raises(InputError, match="part index"):
        PartMesh(box.vertices, box.faces, face_part=np.zeros(5), parts=(Part("a", "a"),))


def test_point_cloud_checks_lengths():
    cloud = PointCloud(np.zeros((5, 3)), part_ids=np.arange(5))
    assert len(cloud) == 5 and not cloud.is_empty
    with pytest.raises(InputError, match="normals"):
        PointCloud(np.zeros((5, 3)), normals=np.zeros((4, 3)))
    with pytest.raises(InputError, match="part ids"):
        PointCloud(np.zeros((5, 3)), part_ids=np.zeros(4))


def test_voxel_grid_thresholds_strictly():
    values = np.zeros((2, 2, 2))
    values[0, 0, 0], values[1, 1, 1] = 0.5, 0.6
    grid = VoxelGrid(values)
    assert grid.occupancy.sum() == 1 and grid.resolution == 2
    assert VoxelGrid(values, threshold=0.4).occupancy.sum() == 2


@pytest.mark.parametrize("shape", [(2, 2, 3), (2, 2), (0, 0, 0)])
def test_voxel_grid_refuses_other_than_cubes(shape):
    with pytest.raises(InputError, match="voxel values"):
        VoxelGrid(np.zeros(shape))


def test_voxel_grid_refuses_labels_of_another_size():
    with pytest.raises(InputError, match="voxel labels"):
        VoxelGrid(np.zeros((2, 2, 2)), labels=np.zeros((3, 3, 3)))
