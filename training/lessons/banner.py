"""A number on a long banner: sharp in the crops of pan & scan, smeared in the whole picture."""

from random import Random

from .base import Example, Number, Picture, Shape
from .digits import FONTS, HEIGHTS, digits, width_of
from .palette import COLORS, ink, paper, shade

SIZES = ((448, 112), (560, 112), (672, 112), (720, 120), (800, 100), (784, 112))
CROPS = 4
QUESTIONS = (
    "What number is on the banner?", "Read the number on the banner.", "Which number is written?",
    "What number is written in this image?", "Read the number.",
)


def make(rng: Random, pan_and_scan: bool | None = None) -> Example:
    """The division is by the number. A digit is some 6 to 9 pixels of a crop along the banner's
    length, so 1.5 to 2.2 of the whole picture."""
    width, height = rng.choice(SIZES)
    wide = rng.random() < 0.6
    if not wide:
        width, height = height, width
    if pan_and_scan is None:
        pan_and_scan = rng.random() < 0.9
    text = digits(rng, 3, 4)
    scale = max(width, height) / CROPS / 112
    if wide:
        wanted = rng.uniform(6.0, 9.0) * scale / 0.62
    else:
        wanted = rng.uniform(8.5, 11.5) * scale
    limit = min(width, height) - 6
    fitting = [h for h in HEIGHTS if h <= limit]
    if not wide:
        fitting = [h for h in fitting if width_of(len(text), h, 0) <= width - 4]
    size = min(fitting, key=lambda h: abs(h - wanted))
    gap = rng.randint(0, 1 + size // 12)
    while gap and width_of(len(text), size, gap) > width - 4:
        gap -= 1
    background = paper(rng, [])
    # The number lies inside one crop.
    crop = rng.randrange(CROPS)
    crop_width, crop_height = (width // CROPS, height) if wide else (width, height // CROPS)
    room_x = crop_width - width_of(len(text), size, gap) - 3
    room_y = crop_height - size - 3
    x = (crop * crop_width if wide else 0) + rng.randint(2, max(2, room_x))
    y = (0 if wide else crop * crop_height) + rng.randint(2, max(2, room_y))
    number = Number(text, ink(rng, background), x, y, rng.randrange(FONTS), size, gap)
    shapes = []
    if rng.random() < 0.3:
        other = (crop + rng.randint(1, CROPS - 1)) % CROPS
        radius = min(crop_width, crop_height) * rng.uniform(0.15, 0.4)
        center_x = (other + 0.5) * crop_width if wide else width / 2
        center_y = height / 2 if wide else (other + 0.5) * crop_height
        kind, color = rng.choice(("circle", "square", "star")), rng.choice(list(COLORS))
        shapes.append(Shape(kind, shade(color, rng), center_x, center_y, radius))
    picture = Picture(width, height, background, tuple(shapes), number)
    question = "<start_of_image>" + rng.choice(QUESTIONS)
    return Example("banner", text, text, (question,), pictures=(picture,), pan_and_scan=pan_and_scan)
