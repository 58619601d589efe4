"""Pictures of meshes: colour, silhouette, depth, normals and part ids, by ray casting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, PartMesh
from .camera import Camera
from .lighting import Lighting

if TYPE_CHECKING:
    from jaxtyping import Bool, Float32, Int32, UInt8

DEFAULT_ALBEDO = 0.45
"""Linear RGB of meshes without colours."""

CREASE_ANGLE = 35.0
"""Degrees; faces that meet at a smaller angle are shaded as one round surface."""

SUBSAMPLES = 3
"""Colour is the mean of n × n rays per pixel; n is odd, so that the middle one goes through the pixel's centre."""

LARGEST = 1e12
"""Size beyond which single precision cannot be trusted to cast rays."""

MISSED = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, eq=False)
class Rendering:
    """What one camera sees of a mesh. All but `color` and `alpha` hold exactly at the pixels' centres.

    Args:
        silhouette: Bool[H, W].
        depth: Float32[H, W], along the optical axis; 0 where nothing is seen.
        normal: Float32[H, W, 3], unit normal of the face seen, in the camera's axes (x right, y down, z
            forward), on the side that faces the viewer; zero where nothing is seen.
        part_ids: Int32[H, W]: index of the part seen (0 for a mesh without parts), -1 where nothing is seen.
        color: UInt8[H, W, 3], sRGB, antialiased, on white; None if it was not asked for.
        alpha: Float32[H, W], share of the pixel that the object covers; None with `color`.
    """

    silhouette: Bool[np.ndarray, "h w"]
    depth: Float32[np.ndarray, "h w"]
    normal: Float32[np.ndarray, "h w 3"]
    part_ids: Int32[np.ndarray, "h w"]
    color: UInt8[np.ndarray, "h w 3"] | None = None
    alpha: Float32[np.ndarray, "h w"] | None = None


class Renderer:
    """Takes pictures of one mesh; what does not depend on the camera is prepared once.

    Both sides of each face are visible, whatever its winding.

    Args:
        mesh: in the frame that cameras map from; its `face_colors` are used if it has them.
        threads: for ray casting; 0 is all cores.

    Raises:
        InputError: the mesh has no faces, has non-finite vertices or is larger than single precision can hold.
    """

    def __init__(self, mesh: Mesh, *, threads: int = 1) -> None:
        import open3d as o3d

        if mesh.is_empty:
            raise InputError("cannot render a mesh without faces")
        if not mesh.is_finite:
            raise InputError("cannot render a mesh with non-finite vertices")
        # Rays are cast about the mesh's own centre: they are single precision, and it may lie far from the origin.
        low, high = mesh.bounds
        self._center = (low + high) / 2
        self._extent = (high - low) / 2
        self._size = 2 * float(np.linalg.norm(self._extent))
        if not 0 <= self._size < LARGEST:
            raise InputError(f"cannot render a mesh of size {self._size:.3g}, expected less than {LARGEST:.0e}")
        # Vertices that no face uses may lie anywhere.
        vertices = np.clip(mesh.vertices - self._center, -self._extent, self._extent)
        # Faces without area shrink to a point, lest rounding to single precision gives them one.
        faces = np.where(mesh.face_areas[:, None] > 0, mesh.faces, mesh.faces[:, :1])
        self._mesh = mesh
        self._threads = threads
        self._tensor = o3d.core.Tensor.from_numpy
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=threads)
        self._scene.add_triangles(self._tensor(vertices.astype(np.float32)), self._tensor(faces.astype(np.uint32)))
        self._face_normals = mesh.face_normals.astype(np.float32)
        self._centered_vertices = vertices
        self._surface: _Surface | None = None

    def render(self, camera: Camera, *, lighting: Lighting | None = None, color: bool = True) -> Rendering:
        """The picture that `camera` takes.

        Args:
            camera: a single one.
            lighting: default: `Lighting()`; see `Lighting.varied` for lights that differ between views.
            color: whether to compute colour and alpha, nearly all of the work.

        Raises:
            InputError: a batch of cameras, parameters that are not a finite pinhole camera's with a rigid motion, or an
                image of size zero.
        """
        intrinsics, rotation, translation = _parameters(camera)
        translation = translation + rotation @ self._center
        columns, rows = self._window(camera, intrinsics, rotation, translation)
        window = (slice(*rows), slice(*columns))
        to_world = rotation.T @ np.linalg.inv(intrinsics)  # pixel coordinates to directions of depth 1
        origin = -rotation.T @ translation
        y, x = np.meshgrid(np.arange(*rows) + 0.5, np.arange(*columns) + 0.5, indexing="ij")
        rays = _rays(origin, to_world, x, y)
        face, depth, _ = self._cast(rays)

        rendering = _blank(camera.width, camera.height, color)
        seen = face != MISSED
        face = face[seen]
        rendering.silhouette[window] = seen
        rendering.depth[window][seen] = depth[seen]
        normals = self._face_normals[face]
        away = np.einsum("ij,ij->i", normals, rays[seen][:, 3:]) > 0
        normals[away] *= -1
        rendering.normal[window][seen] = normals @ rotation.T.astype(np.float32)
        rendering.part_ids[window][seen] = self._mesh.face_part[face] if isinstance(self._mesh, PartMesh) else 0
        if rendering.color is not None and rendering.alpha is not None:
            touched = _with_neighbors(seen)
            offset_y, offset_x = np.divmod(np.arange(SUBSAMPLES**2), SUBSAMPLES)
            samples = [a[touched][:, None] + (o + 0.5) / SUBSAMPLES - 0.5 for a, o in ((x, offset_x), (y, offset_y))]
            linear, hit = self._shade(_rays(origin, to_world, *samples), rotation, lighting or Lighting())
            rendering.color[window][touched], rendering.alpha[window][touched] = _develop(linear, hit)
        return rendering

    def _window(
        self, camera: Camera, intrinsics: np.ndarray, rotation: np.ndarray, translation: np.ndarray
    ) -> tuple[tuple[int, int], tuple[int, int]]:
        """First and one-past-last column and row that the mesh can touch."""
        corners = self._extent * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        image = (corners @ rotation.T + translation) @ intrinsics.T
        if image[:, 2].min() <= 1e-3 * self._size:  # partly behind the camera: its outline is unbounded
            return (0, camera.width), (0, camera.height)
        pixels = image[:, :2] / image[:, 2:]
        first = np.clip(np.floor(pixels.min(axis=0)) - 1, 0, (camera.width, camera.height)).astype(int)
        last = np.clip(np.ceil(pixels.max(axis=0)) + 1, first, (camera.width, camera.height)).astype(int)
        return (first[0], last[0]), (first[1], last[1])

    def _shade(self, rays: np.ndarray, rotation: np.ndarray, lighting: Lighting) -> tuple[np.ndarray, np.ndarray]:
        """Linear RGB [P, S, 3] of the S samples of each pixel, by their rays [P, S, 6], and which of them meet the
        mesh, Bool[P, S]; others are black."""
        from . import _shading

        if self._surface is None:
            self._surface = _Surface.of(self._mesh, self._centered_vertices)
        surface = self._surface
        face, _, uv = self._cast(rays)
        hit = face != MISSED
        sample = np.flatnonzero(hit)
        # The samples of a pixel look for light in different directions, those of all pixels in the same: that
        # leaves faint steps in soft shadows, where directions that change from pixel to pixel would leave grain.
        place = sample % rays.shape[1]
        rays, face, uv = rays.reshape(-1, 6), face.reshape(-1), uv.reshape(-1, 2)
        lights = (lighting.key, lighting.fill, lighting.rim)
        directions = np.stack([light.direction for light in lights]) @ rotation
        disc = lighting.softness * _disc(directions[0])
        normals, key_rays, ambient_rays = _shading.surface_points(
            sample, place, rays, face, uv, surface.triangles, self._face_normals, surface.corner_normals,
            1e-4 * self._size, directions[0], disc, _SPHERE,
        )  # fmt: skip
        lit = ~self._occluded(key_rays)
        open_sky = ~self._occluded(ambient_rays, 0.5 * self._size)
        linear = np.zeros((*hit.shape, 3), np.float32)
        linear[hit] = _shading.shade(
            sample, rays, face, normals, lit, open_sky, surface.albedo,
            directions, np.array([light.strength for light in lights]),
            np.array([0.0, 1.0, 0.0]), lighting.sky, lighting.ground, lighting.bounce, lighting.specular,
        )  # fmt: skip
        return linear, hit

    def _cast(self, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of each ray: the face it meets first (MISSED: none), how far on, in lengths of its direction, and where in
        that face."""
        hits = self._scene.cast_rays(self._tensor(rays), nthreads=self._threads)
        return hits["primitive_ids"].numpy(), hits["t_hit"].numpy(), hits["primitive_uvs"].numpy()

    def _occluded(self, rays: np.ndarray, reach: float = np.inf) -> np.ndarray:
        return self._scene.test_occlusions(self._tensor(rays), tfar=reach, nthreads=self._threads).numpy()


def render(
    mesh: Mesh, camera: Camera, *, lighting: Lighting | None = None, color: bool = True, threads: int = 1
) -> Rendering:
    """One picture of a mesh; for several of the same mesh, keep a `Renderer`. Arguments and errors are its."""
    return Renderer(mesh, threads=threads).render(camera, lighting=lighting, color=color)


@dataclass(frozen=True)
class _Surface:
    """What shading needs of a mesh."""

    triangles: np.ndarray  # Float32[F, 3, 3]
    corner_normals: np.ndarray  # Float32[F, 3, 3]
    albedo: np.ndarray  # Float32[F, 3]

    @classmethod
    def of(cls, mesh: Mesh, vertices: np.ndarray) -> _Surface:
        """`vertices`: the mesh's, as the rays see them."""
        if mesh.face_colors is None:
            albedo = np.full((len(mesh.faces), 3), DEFAULT_ALBEDO, np.float32)
        else:
            # Nothing real is perfectly black or white, and on those no shape would show.
            albedo = np.clip(np.nan_to_num(mesh.face_colors), 0.03, 0.88)
        triangles = vertices.astype(np.float32)[mesh.faces]
        return cls(triangles, _corner_normals(mesh, vertices).astype(np.float32), albedo.astype(np.float32))


def _corner_normals(mesh: Mesh, vertices: np.ndarray) -> np.ndarray:
    """Float[F, 3, 3]: shading normals at the corners of each face, smooth over flat angles, split at creases."""
    from . import _shading

    # Vertices at the same place count as one: files often repeat them for each face or part.
    cells = np.round((vertices / (np.abs(vertices).max() or 1.0) + 1) * 2**19).astype(np.int64)
    place = np.unique((cells[:, 0] << 42) + (cells[:, 1] << 21) + cells[:, 2], return_inverse=True)[1]
    stand = place[mesh.faces.ravel()]
    corners = np.argsort(stand, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(stand))])
    # By angle, so that how a side is cut into triangles does not matter; and by area, so that a small bevel
    # does not bend the shading of the flat side next to it.
    weights = (_corner_angles(mesh) * mesh.face_areas[:, None]).ravel()
    normals = np.empty((len(stand), 3))
    _shading.smooth_corner_normals(
        mesh.face_normals, weights, corners, starts, np.cos(np.radians(CREASE_ANGLE)), normals
    )
    return normals.reshape(-1, 3, 3)


def _corner_angles(mesh: Mesh) -> np.ndarray:
    """Float[F, 3], radians; anything for faces of zero area."""
    ahead = np.roll(mesh.triangles, -1, axis=1) - mesh.triangles
    behind = -np.roll(ahead, 1, axis=1)
    return np.arctan2(2 * mesh.face_areas[:, None], np.einsum("fci,fci->fc", ahead, behind))


def _parameters(camera: Camera) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Intrinsics, rotation and translation of a single camera, checked."""
    intrinsics, motion = (
        np.asarray(a.detach().cpu() if hasattr(a, "detach") else a, dtype=np.float64)
        for a in (camera.intrinsics, camera.world_to_camera)
    )
    if intrinsics.ndim != 2:
        raise InputError(f"expected one camera to render from, found a batch of shape {list(intrinsics.shape[:-2])}")
    if camera.width < 1 or camera.height < 1:
        raise InputError(f"expected an image of at least one pixel, found {camera.width} × {camera.height}")
    rotation = motion[:, :3]
    if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3) or not np.isfinite(motion).all():
        raise InputError("expected a camera whose world_to_camera is finite and rigid")
    if not np.allclose(intrinsics[2], (0, 0, 1)) or not np.isfinite(intrinsics).all() or not np.linalg.det(intrinsics):
        raise InputError("expected a camera whose intrinsics are finite, invertible and have 0, 0, 1 as the last row")
    return intrinsics, rotation, motion[:, 3]


def _rays(origin: np.ndarray, to_world: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Float32[..., 6]: origin and direction of the rays through pixel coordinates x, y."""
    rays = np.empty((*x.shape, 6), np.float32)
    for axis in range(3):
        rays[..., axis] = origin[axis]
        rays[..., 3 + axis] = x * to_world[axis, 0] + y * to_world[axis, 1] + to_world[axis, 2]
    return rays


def _with_neighbors(mask: np.ndarray) -> np.ndarray:
    """The mask grown by one pixel in all eight directions: what antialiasing may colour."""
    for axis in (0, 1):
        grown = mask.copy()
        ahead, behind = (slice(None),) * axis + (slice(1, None),), (slice(None),) * axis + (slice(None, -1),)
        grown[ahead] |= mask[behind]
        grown[behind] |= mask[ahead]
        mask = grown
    return mask


def _blank(width: int, height: int, color: bool) -> Rendering:
    return Rendering(
        silhouette=np.zeros((height, width), bool),
        depth=np.zeros((height, width), np.float32),
        normal=np.zeros((height, width, 3), np.float32),
        part_ids=np.full((height, width), -1, np.int32),
        color=np.full((height, width, 3), 255, np.uint8) if color else None,
        alpha=np.zeros((height, width), np.float32) if color else None,
    )


def _develop(linear: np.ndarray, hit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """UInt8[P, 3] and alpha Float32[P] of pixels from their samples, linear [P, S, 3] and zero where not hit."""
    count = hit.sum(axis=1)
    mean = _tone(linear).sum(axis=1) / np.maximum(count, 1)[:, None]
    alpha = (count / hit.shape[1]).astype(np.float32)
    # Blended after encoding, as viewers and data sets put transparent pictures on white.
    color = alpha[:, None] * _encode(mean) + (1 - alpha[:, None])
    return np.round(255 * color).astype(np.uint8), alpha


def _tone(linear: np.ndarray) -> np.ndarray:
    """Radiance to [0, 1): unchanged below 0.6, then bent so that highlights keep their shading."""
    knee = 0.6
    over = np.maximum(linear - knee, 0) / (1 - knee)
    return np.where(linear > knee, knee + (1 - knee) * over / (1 + over), linear)


def _encode(linear: np.ndarray) -> np.ndarray:
    """Linear RGB to sRGB (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def _spiral(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Heights in (0, 1) and angles that spread `count` points evenly over a disc or sphere."""
    i = np.arange(count)
    return (i + 0.5) / count, i * np.pi * (3 - 5**0.5)


def _sphere() -> np.ndarray:
    """Float[SUBSAMPLES², 3]: unit vectors."""
    height, angle = _spiral(SUBSAMPLES**2)
    z = 1 - 2 * height
    r = np.sqrt(1 - z**2)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1)


def _disc(axis: np.ndarray) -> np.ndarray:
    """Float[SUBSAMPLES², 3]: points of the unit disc across `axis`."""
    height, angle = (a[:, None] for a in _spiral(SUBSAMPLES**2))
    across = np.cross(axis, np.eye(3)[np.abs(axis).argmin()])
    across /= np.linalg.norm(across)
    return np.sqrt(height) * (np.cos(angle) * across + np.sin(angle) * np.cross(axis, across))


_SPHERE = _sphere()
