"""Pictures of meshes: colour, silhouette, depth, normals and part ids, by ray casting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .camera import Camera
from .errors import InputError
from .lighting import Lighting
from .mesh import Mesh, PartMesh

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

    silhouette: np.ndarray
    depth: np.ndarray
    normal: np.ndarray
    part_ids: np.ndarray
    color: np.ndarray | None = None
    alpha: np.ndarray | None = None


class Renderer:
    """Takes pictures of one mesh; what does not depend on the camera is prepared once.

    Both sides of each face are visible, whatever its winding.

    Args:
        mesh: in the frame that cameras map from; its `face_colors` are used if it has them.
        threads: for ray casting; 0 is all cores.

    Raises:
        InputError: the mesh has no faces or non-finite vertices.
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
        self._mesh = mesh
        self._threads = threads
        self._tensor = o3d.core.Tensor.from_numpy
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=threads)
        self._scene.add_triangles(self._tensor(vertices.astype(np.float32)), self._tensor(mesh.faces.astype(np.uint32)))
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
            InputError: a batch of cameras, non-finite camera parameters, or an image of size zero.
        """
        intrinsics, rotation, translation = _parameters(camera)
        translation = translation + rotation @ self._center
        columns, rows = self._window(camera, intrinsics, rotation, translation)
        n = SUBSAMPLES if color else 1
        origin = -rotation.T @ translation
        rays = _pixel_rays(intrinsics, rotation, origin, columns, rows, n)
        hits = self._scene.cast_rays(self._tensor(rays), nthreads=self._threads)
        face, depth = hits["primitive_ids"].numpy(), hits["t_hit"].numpy()

        centre = (slice(n // 2, None, n), slice(n // 2, None, n))
        window = (slice(*rows), slice(*columns))
        rendering = _blank(camera.width, camera.height, color)
        seen = face[centre] != MISSED
        ids = face[centre][seen]
        rendering.silhouette[window] = seen
        rendering.depth[window][seen] = depth[centre][seen]
        normals = self._face_normals[ids]
        away = np.einsum("ij,ij->i", normals, rays[centre][seen][:, 3:]) > 0
        normals[away] *= -1
        rendering.normal[window][seen] = normals @ rotation.T.astype(np.float32)
        rendering.part_ids[window][seen] = self._mesh.face_part[ids] if isinstance(self._mesh, PartMesh) else 0
        if color:
            uv = hits["primitive_uvs"].numpy()
            samples = self._shade(rays, face, uv, rotation, lighting or Lighting())
            rendering.color[window], rendering.alpha[window] = _develop(samples, face != MISSED)
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

    def _shade(
        self, rays: np.ndarray, face: np.ndarray, uv: np.ndarray, rotation: np.ndarray, lighting: Lighting
    ) -> np.ndarray:
        """Linear RGB of the samples that see the mesh, in the order of `face`."""
        from . import _shading

        if self._surface is None:
            self._surface = _Surface.of(self._mesh, self._centered_vertices)
        surface = self._surface
        sample = np.flatnonzero(face != MISSED)
        place = _place_in_pixel(sample, face.shape[1])
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
        return _shading.shade(
            sample, rays, face, normals, lit, open_sky, surface.albedo,
            directions, np.array([light.strength for light in lights]),
            np.array([0.0, 1.0, 0.0]), lighting.sky, lighting.ground, lighting.bounce, lighting.specular,
        )  # fmt: skip

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


def _pixel_rays(
    intrinsics: np.ndarray,
    rotation: np.ndarray,
    origin: np.ndarray,
    columns: tuple[int, int],
    rows: tuple[int, int],
    n: int,
) -> np.ndarray:
    """Float32[n·H, n·W, 6]: rays through n × n points of each pixel, whose directions have depth 1."""
    x = (np.arange(n * columns[0], n * columns[1]) + 0.5) / n
    y = (np.arange(n * rows[0], n * rows[1]) + 0.5) / n
    # columns of this are how the direction changes along x, along y, and where it starts
    to_world = (rotation.T @ np.linalg.inv(intrinsics)).astype(np.float32)
    rays = np.empty((len(y), len(x), 6), np.float32)
    rays[..., :3] = origin
    along_x = x.astype(np.float32)[:, None] * to_world[:, 0]
    along_y = y.astype(np.float32)[:, None] * to_world[:, 1] + to_world[:, 2]
    np.add(along_y[:, None], along_x[None], out=rays[..., 3:])
    return rays


def _blank(width: int, height: int, color: bool) -> Rendering:
    return Rendering(
        silhouette=np.zeros((height, width), bool),
        depth=np.zeros((height, width), np.float32),
        normal=np.zeros((height, width, 3), np.float32),
        part_ids=np.full((height, width), -1, np.int32),
        color=np.full((height, width, 3), 255, np.uint8) if color else None,
        alpha=np.zeros((height, width), np.float32) if color else None,
    )


def _develop(samples: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """UInt8[H, W, 3] and alpha Float32[H, W] from linear samples [N, 3] at the True places of seen [n·H, n·W]."""
    n = SUBSAMPLES
    height, width = seen.shape[0] // n, seen.shape[1] // n
    pixel = np.add.outer(np.repeat(np.arange(height), n) * width, np.repeat(np.arange(width), n))[seen]
    count = np.bincount(pixel, minlength=height * width)
    touched = np.flatnonzero(count)
    toned = _tone(samples)
    mean = np.stack([np.bincount(pixel, c, minlength=height * width)[touched] for c in toned.T], axis=1)
    mean /= count[touched, None]
    alpha = (count / n**2).astype(np.float32)
    image = np.full((height * width, 3), 255, np.uint8)
    cover = alpha[touched, None]
    # Blended after encoding, as viewers and data sets put transparent pictures on white.
    image[touched] = np.round(255 * (cover * _encode(mean) + (1 - cover)))
    return image.reshape(height, width, 3), alpha.reshape(height, width)


def _tone(linear: np.ndarray) -> np.ndarray:
    """Radiance to [0, 1): unchanged below 0.6, then bent so that highlights keep their shading."""
    knee = 0.6
    over = np.maximum(linear - knee, 0) / (1 - knee)
    return np.where(linear > knee, knee + (1 - knee) * over / (1 + over), linear)


def _encode(linear: np.ndarray) -> np.ndarray:
    """Linear RGB to sRGB (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def _place_in_pixel(sample: np.ndarray, width: int) -> np.ndarray:
    """Int[N] in [0, SUBSAMPLES²): which sample of its pixel each one is.

    The samples of a pixel look for light in different directions, those of all pixels in the same: that leaves
    faint steps in soft shadows, where directions that change from pixel to pixel would leave grain.
    """
    row, column = np.divmod(sample, width)
    return row % SUBSAMPLES * SUBSAMPLES + column % SUBSAMPLES


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
