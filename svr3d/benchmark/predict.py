"""`svr3d predict`: pictures in, shapes out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..geometry import Camera, PartMesh, Shape, to_mesh, write_shape
from ..geometry.rendering.camera import R2N2_DISTANCE
from .runs import RunFolder

IMAGE_SIZE = 137

MOST_PIXELS = 200_000_000
"""Of the square that a picture is padded to."""

WHITE = 250
"""Of 255: a pixel that is no darker is white, but for what JPEG makes of it."""

TYPICAL_DISTANCE = 0.8 * R2N2_DISTANCE * 1.225
"""The middle of the distances of 3D-R2N2's renders, 0.65 to 0.95 of 1.75 bounding-box diagonals, for an object whose
diagonal is 1.225 in the canonical frame: the median of our generated objects and of the real meshes alike."""

NEAREST = math.sqrt(3) / 2
"""Radius of the sphere that holds every object of the canonical frame; a camera must be outside of it."""


def square_picture(path: str | Path, size: int = IMAGE_SIZE) -> np.ndarray:
    """A picture as the methods want it: Float[3, size, size] in [0, 1], on white, padded to a square.

    It is padded with white where that is what is at its edge, and else, as a photo with a background, with its mirror
    image: methods that cut objects out learn from backgrounds that fill the square.

    Raises:
        InputError: what `read_picture` raises, or it is many times as long as it is wide.
    """
    from PIL import Image

    from ..datasets.picture_files import read_picture

    picture = read_picture(path)
    height, width = picture.shape[:2]
    side = max(height, width)
    if side**2 > MOST_PIXELS:
        raise InputError(
            f"{path}: a picture of {width}×{height} is too long to be padded to a square; crop it around the object"
        )
    missing = [(side - length) // 2 for length in (height, width)]
    widths = [(before, side - length - before) for before, length in zip(missing, (height, width), strict=True)]
    padded = np.pad(picture, [*widths, (0, 0)], **_beyond_the_edge(picture))
    resized = Image.fromarray(padded).resize((size, size), Image.Resampling.LANCZOS)
    return np.asarray(resized, dtype=np.float32).transpose(2, 0, 1) / 255


def _beyond_the_edge(picture: np.ndarray) -> dict[str, Any]:
    """How `np.pad` goes on at the two edges that a square needs it to."""
    edges = picture[:, [0, -1]] if picture.shape[0] > picture.shape[1] else picture[[0, -1]]
    if np.median(edges.min(-1)) >= WHITE:
        return {"mode": "constant", "constant_values": 255}
    return {"mode": "symmetric"}


def picture_camera(azimuth: float | None, elevation: float | None, distance: float | None) -> Camera | None:
    """The camera of a picture from where it was taken; None if nothing is said of it.

    The object is taken to be in the middle of the picture, and the focal length to be that of 3D-R2N2's renders.

    Args:
        azimuth, elevation: of the camera as seen from the object, in degrees, as in 3D-R2N2's renders: azimuth 0 is
            on the +x axis and 90 on the +z axis, elevation 90 is above.
        distance: from the object's centre, in lengths of its longest side; TYPICAL_DISTANCE if not given.

    Raises:
        InputError: only some of it is said, or a value that no camera can have.
    """
    if azimuth is None and elevation is None and distance is None:
        return None
    if azimuth is None or elevation is None:
        raise InputError("a camera needs both --azimuth and --elevation (in degrees); --distance is optional")
    distance = TYPICAL_DISTANCE if distance is None else distance
    if not math.isfinite(azimuth):
        raise InputError(f"--azimuth {azimuth}: expected a finite number of degrees")
    if not -90 < elevation < 90:
        raise InputError(f"--elevation {elevation}: expected degrees between -90 and 90")
    if not NEAREST < distance < math.inf:
        raise InputError(
            f"--distance {distance}: expected more than {NEAREST:.3f} (in lengths of the object's longest side), "
            "since nearer the camera could be inside the object"
        )
    return Camera.from_r2n2(azimuth, elevation, distance / R2N2_DISTANCE, diagonal=1.0, size=IMAGE_SIZE)


def _colored(shape: Shape) -> Shape:
    """A mesh in parts without colours, coloured by label, as files of labelled grids are; others as they are."""
    if isinstance(shape, PartMesh) and shape.face_colors is None:
        return shape.colored_by_label()
    return shape


def predict(
    run: str | Path, images: list[str], out: str | Path, *, category: str | None = None, camera: Camera | None = None
) -> list[Path]:
    """Reconstructs each picture; writes NAME.glb and NAME.npz (the method's own representation) into `out`.

    The .glb file of a shape with parts has them, coloured by label.

    Args:
        category: for methods that are given the category, and for runs with a method for each; of those trained on.
        camera: of all pictures, at IMAGE_SIZE; None where it is unknown, and the method says if it needs one.

    Returns:
        The .glb files, one per picture.

    Raises:
        InputError: no such run, picture or category, two pictures of the same name, or the method needs what a picture
            alone does not give.
    """
    import torch

    from ..datasets import SampleBatch, SampleKey
    from ..methods.harness import reconstruct

    folder = RunFolder.open(run)
    names = [Path(image).stem for image in images]
    if not images:
        raise InputError("no image given")
    if len(set(names)) != len(names):
        raise InputError(
            f"two of the images have the same name, their results would overwrite each other: {', '.join(images)}"
        )
    pictures = [square_picture(image) for image in images]

    method, output = folder.load(category)
    given, known = method.output(output).given, method.facts.categories
    if category is not None and category not in known:
        raise InputError(f"--category {category}: expected one that the run was trained on: {', '.join(known)}")
    targets = {}
    if gifts := method.output(output).gifts:
        if gifts != {"category"}:
            needs = ", ".join(sorted(gifts))
            raise InputError(f"method '{method.name}' is a ceiling: it needs the true shape ({needs}), not a picture")
        if category is None:
            raise InputError(f"method '{method.name}' needs --category, one of: {', '.join(known)}")
        targets["category"] = torch.tensor([known.index(category)])
    if "camera" in given and camera is None:
        raise InputError(
            f"method '{method.name}' needs the camera of each picture: say where it stood by --azimuth and --elevation"
        )
    cameras = None if camera is None else Camera.stack([camera]).to_torch()
    written = []
    for name, picture in zip(names, pictures, strict=True):
        batch = SampleBatch(
            (SampleKey(category or "unknown", name, 0),),
            torch.from_numpy(picture)[None],
            cameras,
            targets,
            method.facts.categories,
        )
        (shape,) = reconstruct(method, batch, output)
        path = Path(out) / f"{name}.glb"
        path.parent.mkdir(parents=True, exist_ok=True)
        if to_mesh(shape).is_empty:
            raise InputError(f"{name}: the reconstruction is empty, so there is no surface to write")
        write_shape(path.with_suffix(".npz"), shape)
        write_shape(path, _colored(shape))
        written.append(path)
    return written
