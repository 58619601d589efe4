"""Pictures in every dialect that people have: the pixels that a viewer shows, or one sentence."""

from __future__ import annotations

import io
import os
import struct
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from picture_bytes import png, tiff

from svr3d.benchmark.predict import IMAGE_SIZE, square_picture
from svr3d.datasets.layout import IDENTITY
from svr3d.datasets.picture_files import is_turned, read_picture
from svr3d.datasets.pictures import list_pictures, read_camera
from svr3d.errors import InputError

GREY = np.array([[0, 1, 64, 127], [128, 200, 254, 255]], np.uint8)
RAMP = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)


@pytest.fixture
def read(tmp_path):
    """Reads the bytes of a file."""

    def reading(content: bytes, name: str = "picture.png") -> np.ndarray:
        (tmp_path / name).write_bytes(content)
        return read_picture(tmp_path / name)

    return reading


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def rows_of(values: np.ndarray) -> list[bytes]:
    return [row.tobytes() for row in values]


def grey(values: np.ndarray) -> np.ndarray:
    return np.repeat(values[..., None], 3, axis=-1)


# Depths: 16 bits are 8 bits times 257


def test_sixteen_bits_are_the_same_picture_as_eight(read):
    wide = GREY.astype(np.uint16) * 257
    big = wide.astype(">u2")
    colour = RAMP.astype(">u2") * 257
    np.testing.assert_array_equal(read(png(16, 0, rows_of(big), 4)), grey(GREY))
    np.testing.assert_array_equal(read(png(16, 2, rows_of(colour), 7)), RAMP)
    for order in "<>":
        np.testing.assert_array_equal(read(tiff(wide, order=order)), grey(GREY))
    np.testing.assert_array_equal(read(tiff(65535 - wide, white=0)), grey(GREY))
    lossless = saved(Image.fromarray(wide), "JPEG2000", irreversible=False)
    np.testing.assert_array_equal(read(lossless), grey(GREY))
    np.testing.assert_array_equal(read(b"P5 4 2 65535\n" + big.tobytes()), grey(GREY))
    # between the multiples of 257 the nearer one: 128 / 257 is below a half, 129 / 257 above
    np.testing.assert_array_equal(read(png(16, 0, [b"\x00\x80\x00\x81"], 2)), grey(np.array([[0, 1]])))


def test_alpha_beside_sixteen_bits(read):
    """Black, half transparent: 255 · (1 - 128 / 255) = 127."""
    half = np.array([[[0, 128], [0, 255], [0, 0]]], ">u2") * 257
    expected = grey(np.array([[127, 0, 255]]))
    np.testing.assert_array_equal(read(png(16, 4, rows_of(half), 3)), expected)
    colour = half[..., [0, 0, 0, 1]]
    np.testing.assert_array_equal(read(png(16, 6, rows_of(colour), 3)), expected)


def test_the_value_that_is_transparent_has_the_depth_of_the_file(read):
    """Two pixels: black, and one of the greatest value, which the file calls transparent; both end up on white."""
    expected = grey(np.array([[0, 255]]))
    black = grey(np.array([[255, 255]]))
    for depth, row in {1: b"\x40", 2: b"\x30", 4: b"\x0f", 8: b"\0\xff", 16: b"\0\0\xff\xff"}.items():
        for value, shown in ((2**depth - 1, expected), (0, black)):
            content = png(depth, 0, [row], 2, before={b"tRNS": struct.pack(">H", value)})
            np.testing.assert_array_equal(read(content), shown, err_msg=f"{depth} bits, {value}")
    content = png(16, 2, [b"\x80\x80" * 3 + b"\0\0" * 3], 2, before={b"tRNS": struct.pack(">HHH", *[0x8080] * 3)})
    np.testing.assert_array_equal(read(content), grey(np.array([[255, 0]])))


def test_twelve_bits_and_floating_point(read):
    twelve = (0 << 12 | 4095).to_bytes(3, "big") + (2048 << 12 | 16).to_bytes(3, "big")
    expected = grey(np.array([[0, 255], [128, 1]]))  # 255 · 2048 / 4095 = 127.5…, 255 · 16 / 4095 = 0.996
    np.testing.assert_array_equal(read(tiff(np.zeros((2, 2)), bits=12, packed=twelve)), expected)
    shares = (GREY / 255).astype(np.float32)
    for order in "<>":
        np.testing.assert_array_equal(read(tiff(shares, order=order, bits=32, sample_format=3)), grey(GREY))


@pytest.mark.parametrize(
    ("values", "options", "said"),
    [
        (GREY.astype(np.float32), {"bits": 32, "sample_format": 3}, "floating point from 0 to 255, expected 0 "),
        (GREY.astype(np.float32) - 1, {"bits": 32, "sample_format": 3}, "floating point from -1 to 254"),
        (np.full((2, 2), np.nan, np.float32), {"bits": 32, "sample_format": 3}, "floating point from nan"),
        (GREY.astype(np.uint32), {"bits": 32}, "whole numbers of 32 bits without a sign, whose white cannot be told"),
        (GREY.astype(np.int32), {"bits": 32, "sample_format": 2}, "whole numbers of 32 bits with a sign"),
        (GREY.astype(np.int16), {"sample_format": 2}, "whole numbers of 16 bits with a sign"),
    ],
)
def test_numbers_whose_white_cannot_be_told(read, values, options, said):
    with pytest.raises(InputError, match=rf"x\.tiff: {said}"):
        read(tiff(values, **options), "x.tiff")


# Modes


def test_palettes_bits_and_inks(read):
    colours = bytes([10, 20, 30, 200, 100, 50, 255, 255, 255])
    indices = png(8, 3, [bytes([0, 1, 2])], 3, before={b"PLTE": colours, b"tRNS": bytes([255, 0])})
    np.testing.assert_array_equal(read(indices), [[[10, 20, 30], [255, 255, 255], [255, 255, 255]]])
    np.testing.assert_array_equal(read(png(1, 0, [b"\x50"], 4)), grey(np.array([[0, 255, 0, 255]])))
    inks = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255]]], np.uint8)  # cyan, magenta, yellow, black
    rgb = [[[255, 255, 255], [0, 255, 255], [0, 0, 0]]]
    np.testing.assert_array_equal(read(saved(Image.fromarray(inks, "CMYK"), "TIFF")), rgb)
    flat = np.broadcast_to(inks[0, 1], (16, 16, 4)).copy()
    jpeg = read(saved(Image.fromarray(flat, "CMYK"), "JPEG", quality=100))
    assert np.abs(jpeg.astype(int) - [0, 255, 255]).max() <= 2
    luminance = Image.fromarray(RAMP).convert("YCbCr")
    assert np.abs(read(saved(luminance, "TIFF")).astype(int) - RAMP).max() <= 4  # both conversions round
    for image, kind in ((Image.fromarray(RAMP), "BMP"), (Image.fromarray(RAMP), "WEBP")):
        np.testing.assert_array_equal(read(saved(image, kind, lossless=True), "named.jpg"), RAMP)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_eight_orientations(read, tmp_path, kind, orientation):
    """By Exif, row 0 and column 0 of the stored pixels are these sides of what is shown."""
    stored = np.zeros((24, 32, 3), np.uint8)
    stored[:8], stored[:, :8] = 100, 200  # a bar on the first rows, and another on the first columns over it
    upright = {
        1: stored, 2: stored[:, ::-1], 3: stored[::-1, ::-1], 4: stored[::-1], 5: stored.transpose(1, 0, 2),
        6: stored.transpose(1, 0, 2)[:, ::-1], 7: stored.transpose(1, 0, 2)[::-1, ::-1],
        8: stored.transpose(1, 0, 2)[::-1],
    }[orientation]  # fmt: skip
    notes = Image.Exif()
    notes[274] = orientation
    options = {"tiffinfo": {274: orientation}} if kind == "TIFF" else {"exif": notes, "quality": 100}
    shown = read(saved(Image.fromarray(stored), kind, **options))
    assert shown.shape == upright.shape and np.abs(shown.astype(int) - upright).max() <= 6
    assert is_turned(tmp_path / "picture.png") == (orientation != 1)


def test_grey_lying_on_the_side(read):
    """Uncompressed and in one strip, so that it can be mapped into memory as it is."""
    for values, bits in ((GREY.astype(np.uint16) * 257, 16), (GREY, 8)):
        np.testing.assert_array_equal(read(tiff(values, bits=bits, orientation=6)), grey(GREY.T[:, ::-1]))


# Several pictures in a file


def test_of_several_frames_none_is_chosen(read):
    frames = [Image.fromarray(np.full((4, 4, 3), value, np.uint8)) for value in (0, 99, 200)]
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        content = saved(frames[0], kind, save_all=True, append_images=frames[1:])
        with pytest.raises(InputError, match="has 3 frames or pages, expected a single picture"):
            read(content)
    np.testing.assert_array_equal(read(saved(frames[1], "GIF")), np.full((4, 4, 3), 99))
    wide = GREY.astype(np.uint16) * 257
    np.testing.assert_array_equal(read(tiff(wide, pages=2, preview=True)), grey(GREY))
    telephone = saved(frames[1], "MPO", save_all=True, append_images=[frames[2]], quality=100)
    assert np.abs(read(telephone).astype(int) - 99).max() <= 1


# No picture at all


def test_what_is_no_picture_is_one_sentence(read, tmp_path):
    for content, said in {
        b"": "an empty file",
        b"v 0 0 0\n": "not a whole picture, expected PNG",
        b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>": "an SVG drawing",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic": "a HEIC picture",
        b"%PDF-1.7\n": "a PDF document",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n": "",
        saved(Image.fromarray(RAMP), "PNG")[:60]: "not a whole picture",
        saved(Image.fromarray(RAMP), "BMP")[:-9]: "not a whole picture",
        saved(Image.fromarray(RAMP), "ICO"): "a picture of kind ICO, expected PNG",
    }.items():
        with pytest.raises(InputError, match=rf"picture\.png: {said}"):
            read(content)
    with pytest.raises(InputError, match="no such file"):
        read_picture(tmp_path / "nothing.png")
    with pytest.raises(InputError, match="a folder, expected a picture"):
        read_picture(tmp_path)


def test_a_huge_picture_is_one_sentence_and_a_large_one_is_read_without_a_warning(read, monkeypatch):
    def white(side: int) -> bytes:
        """Of one bit a pixel, packed row after row, so that it never is in memory as a whole."""
        squeeze, row = zlib.compressobj(9), b"\0" + b"\xff" * (side // 8)
        rows = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
        whole = png(1, 0, [b""], side)
        header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
        start = whole[:8] + b"".join(
            struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c))
            for n, c in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
        )
        return start

    with pytest.raises(
        InputError, match="a picture of 361 million pixels, expected at most 179 million; make it smaller"
    ):
        read(white(19000))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)  # Pillow warns beyond it, and refuses twice as many
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(white(40)).shape == (40, 40, 3)


# Pictures of data sets


def test_names_of_pictures(tmp_path):
    folder = tmp_path / "img_choy2016"
    folder.mkdir()
    names = ["0.png", "01.JPG", "002.webp", "3.TIFF", "4.bmp", "²5.png", "²", "6.txt", "._7.jpg", "x8.png", "Thumbs.db"]
    for name in names:
        (folder / name).write_bytes(b"")
    assert list_pictures(tmp_path) == {0: "0.png", 1: "01.JPG", 2: "002.webp", 3: "3.TIFF", 4: "4.bmp"}
    (folder / "000.jpg").write_bytes(b"")
    with pytest.raises(InputError, match=r"0\.png and 000\.jpg are both view 0|000\.jpg and 0\.png are both view 0"):
        list_pictures(tmp_path)


INTRINSICS = np.array([[150.0, 0, 68.5], [0, 150, 68.5], [0, 0, 1]])
MOTION = np.hstack([np.eye(3), [[0.1], [0.0], [2.0]]])


def camera_of(folder: Path, motion: np.ndarray, intrinsics: np.ndarray = INTRINSICS):
    (folder / "img_choy2016").mkdir(exist_ok=True)
    np.savez(folder / "img_choy2016" / "cameras.npz", world_mat_0=motion, camera_mat_0=intrinsics)
    return read_camera(folder, 0, IDENTITY, 137)


def test_cameras_with_four_rows(tmp_path):
    square = np.vstack([MOTION, [0, 0, 0, 1]])
    for motion in (MOTION, square, square.astype(np.float32)):
        np.testing.assert_allclose(camera_of(tmp_path, motion).world_to_camera, MOTION, atol=1e-7)


def test_what_cannot_have_taken_the_picture(tmp_path):
    mirrored = MOTION * [[-1], [1], [1]]
    inverse = np.hstack([MOTION[:, :3].T, -MOTION[:, :3].T @ MOTION[:, 3:]])
    for motion, said in [
        (np.vstack([MOTION, [0, 0, 1, 0]]), r"has shape \[4, 4\], expected \[3, 4\]"),
        (MOTION.T, r"has shape \[4, 3\]"),
        (mirrored, "mirrors"),
        (MOTION * 2, "is not a rigid motion"),
        (inverse, "has the object behind the camera"),
        (MOTION * [[1], [-1], [-1]], "has the object behind the camera"),  # as OpenGL's axes are
        (np.hstack([np.eye(3), [[9.0], [0], [2]]]), "has the object's centre at pixel .* far outside of the picture"),
    ]:
        with pytest.raises(InputError, match=f"field 'world_mat_0' {said}"):
            camera_of(tmp_path, motion)
    for intrinsics, said in [
        (np.diag([2.1875, 2.1875, 1.0]), "in pixels"),  # of a picture from -1 to 1
        (INTRINSICS * [[1], [-1], [1]], "in pixels"),
        (INTRINSICS.T, "in pixels"),
        (np.hstack([INTRINSICS, np.zeros((3, 1))]), r"has shape \[3, 4\]"),
    ]:
        with pytest.raises(InputError, match=f"field 'camera_mat_0' .*{said}"):
            camera_of(tmp_path, MOTION, intrinsics)


@pytest.mark.parametrize("turned", [False, True])
def test_a_picture_for_prediction_is_padded_with_what_is_at_its_edge(turned, tmp_path):
    """A thing on white with white, though it reaches the edge; a photo with its mirror image."""
    things = {"thing": np.full((20, 40, 3), 255, np.uint8), "photo": np.zeros((20, 40, 3), np.uint8)}
    things["thing"][:, 10:20] = 0
    things["photo"][2:4] = 200
    for name, pixels in things.items():
        pixels = pixels.transpose(1, 0, 2) if turned else pixels
        Image.fromarray(np.ascontiguousarray(pixels)).save(tmp_path / f"{name}.png")
    found = {name: square_picture(tmp_path / f"{name}.png", 40) for name in things}
    assert all(picture.shape == (3, 40, 40) for picture in found.values())
    thing, photo = (picture.transpose(0, 2, 1) if turned else picture for picture in found.values())
    assert np.array_equal(thing[:, [0, 9, 30, 39]], np.ones((3, 4, 40))) and thing[:, 10:30, 10:20].max() == 0
    assert np.allclose(photo[:, [6, 7, 12, 13]], 200 / 255) and np.flatnonzero(photo[0, :, 0]).tolist() == [
        6,
        7,
        12,
        13,
    ]
    Image.new("RGB", (40, 20), "black").save(tmp_path / "wide.png")
    assert square_picture(tmp_path / "wide.png").shape == (3, IMAGE_SIZE, IMAGE_SIZE)
    Image.new("RGB", (20_000, 1), "black").save(tmp_path / "line.png")
    with pytest.raises(InputError, match="a picture of 20000×1 is too long to be padded to a square"):
        square_picture(tmp_path / "line.png")


# Damage

SEEDS = [
    saved(Image.fromarray(RAMP), "PNG"),
    saved(Image.fromarray(RAMP), "JPEG"),
    saved(Image.fromarray(RAMP), "WEBP"),
    saved(Image.fromarray(RAMP), "GIF"),
    saved(Image.fromarray(RAMP), "BMP"),
    saved(Image.fromarray(RAMP), "TIFF", compression="tiff_lzw"),
    tiff(GREY.astype(np.uint16) * 257),
    png(4, 0, [b"\x0f\xf0"], 4, before={b"tRNS": b"\0\x0f"}),
]


@settings(max_examples=int(os.environ.get("SVR3D_FUZZ", 300)), deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4), st.data())
def test_damaged_files_are_a_picture_or_a_sentence(tmp_path_factory, content, flips, data):
    damaged = bytearray(content)
    for place, bits in flips:
        damaged[place % len(damaged)] ^= bits
    path = tmp_path_factory.getbasetemp() / "damaged.png"
    path.write_bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    try:
        pixels = read_picture(path)
    except InputError as error:
        assert str(path) in str(error) and "\n" not in str(error)
    else:
        assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size
