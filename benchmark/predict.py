"""`svr3d predict`: pictures in, shapes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..geometry import InputError, to_mesh, write_shape
from .runs import RunFolder

IMAGE_SIZE = 137


def read_picture(path: str | Path, size: int = IMAGE_SIZE) -> np.ndarray:
    """A picture as the methods want it: Float[3, size, size] in [0, 1], on white, padded to a square.

    Raises:
        InputError: missing, truncated, not an image.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            picture = image.convert("RGBA")
    except FileNotFoundError:
        raise InputError(f"{path}: no such image") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{path}: not a readable image, expected PNG or JPEG ({error})") from None
    side = max(picture.size)
    canvas = Image.new("RGBA", (side, side), "white")
    canvas.alpha_composite(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    resized = canvas.convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
    return np.asarray(resized, dtype=np.float32).transpose(2, 0, 1) / 255


def predict(run: str | Path, images: list[str], out: str | Path, *, category: str | None = None) -> list[Path]:
    """Reconstructs each picture; writes NAME.glb and NAME.npz (the method's own representation) into `out`.

    Args:
        category: for methods that are given the category.

    Returns:
        The .glb files, one per picture.

    Raises:
        InputError: no such run or picture, two pictures of the same name, or the method needs what a picture
            alone does not give.
    """
    import torch

    from ..datasets import SampleBatch, SampleKey

    folder = RunFolder.open(run)
    names = [Path(image).stem for image in images]
    if not images:
        raise InputError("no image given")
    if len(set(names)) != len(names):
        raise InputError(
            f"two of the images have the same name, their results would overwrite each other: {', '.join(images)}"
        )
    pictures = [read_picture(image) for image in images]

    method, reconstruct = folder.load()
    targets = {}
    if method.gifts:
        if set(method.gifts) != {"category"}:
            needs = ", ".join(sorted(method.gifts))
            raise InputError(f"method '{method.name}' is a ceiling: it needs the true shape ({needs}), not a picture")
        if category not in method.categories:
            known = ", ".join(method.categories)
            raise InputError(f"method '{method.name}' needs --category, one of: {known}; found {category!r}")
        targets["category"] = torch.tensor([method.categories.index(category)])
    written = []
    for name, picture in zip(names, pictures, strict=True):
        batch = SampleBatch(
            (SampleKey(category or "unknown", name, 0),),
            torch.from_numpy(picture)[None],
            None,
            targets,
            method.categories,
        )
        with torch.inference_mode():
            (shape,) = reconstruct(batch)
        path = Path(out) / f"{name}.glb"
        path.parent.mkdir(parents=True, exist_ok=True)
        mesh = to_mesh(shape)
        if mesh.is_empty:
            raise InputError(f"{name}: the reconstruction is empty, so there is no surface to write")
        write_shape(path.with_suffix(".npz"), shape)
        write_shape(path, mesh)
        written.append(path)
    return written
