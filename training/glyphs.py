"""Digits as small grey tiles, drawn by Pillow from the fonts that matplotlib brings."""

from pathlib import Path

import numpy as np

from .lessons.digits import FONTS, HEIGHTS

TILE_HEIGHT, TILE_WIDTH = 56, 56
# File and horizontal scale; narrower ones stand for the many sans-serif faces of browsers.
FACES = (
    ("DejaVuSans.ttf", 1.0), ("DejaVuSans.ttf", 0.86), ("DejaVuSans-Bold.ttf", 1.0),
    ("DejaVuSans-Bold.ttf", 0.82), ("DejaVuSansMono.ttf", 1.0), ("DejaVuSerif.ttf", 1.0),
    ("DejaVuSansMono-Bold.ttf", 1.0), ("STIXGeneral.ttf", 1.0), ("STIXGeneralBol.ttf", 1.0),
    ("cmss10.ttf", 1.0),
)


def tiles() -> tuple[np.ndarray, np.ndarray]:
    """Grey tiles [font, size, digit, height, width], 0 … 255, and advances [font, size, digit],
    pixels. A digit of height h stands at the upper left of its tile."""
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    assert len(FACES) == FONTS
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    out = np.zeros((FONTS, len(HEIGHTS), 10, TILE_HEIGHT, TILE_WIDTH), np.uint8)
    advance = np.zeros((FONTS, len(HEIGHTS), 10), np.int64)
    for f, (file, scale) in enumerate(FACES):
        path = str(folder / file)
        box = ImageFont.truetype(path, 1000).getbbox("0")
        share = (box[3] - box[1]) / 1000
        for s, height in enumerate(HEIGHTS):
            font = ImageFont.truetype(path, round(height / share))
            top = min(font.getbbox(str(d))[1] for d in range(10))
            for d in range(10):
                width = font.getlength(str(d))
                image = Image.new("L", (TILE_WIDTH * 2, TILE_HEIGHT * 2))
                ImageDraw.Draw(image).text((1, 1 - top), str(d), 255, font)
                if scale != 1:
                    image = image.resize((round(image.width * scale), image.height), Image.BILINEAR)
                pixels = np.asarray(image)[:TILE_HEIGHT, :TILE_WIDTH]
                out[f, s, d, : pixels.shape[0], : pixels.shape[1]] = pixels
                advance[f, s, d] = round(width * scale) + 1
    return out, advance
