"""A number in one sharp square picture: reading is learned here first."""

from random import Random

from .base import Example, Number, Picture
from .palette import ink, paper

QUESTIONS = (
    "What number is written in this image?", "Which number do you see?", "Read the number.",
    "What number is shown?", "What is the number?",
)
FONTS = 10
HEIGHTS = (9, 10, 11, 12, 13, 14, 16, 18, 20, 22, 24, 27, 30, 34, 40, 46, 52)


def digits(rng: Random, low: int, high: int) -> str:
    """A number without a leading zero."""
    count = rng.randint(low, high)
    return str(rng.randint(10 ** (count - 1), 10**count - 1)) if count > 1 else str(rng.randint(0, 9))


def width_of(count: int, height: int, gap: int) -> int:
    """An upper bound of the width that so many digits of a height take, pixels."""
    return count * (round(height * 0.98) + gap)


def make(rng: Random) -> Example:
    """The division is by the number; 112 × 112 pixels are what the model sees, unresized."""
    text = digits(rng, 1, 5)
    heights = [h for h in HEIGHTS if h >= 10 and width_of(len(text), h, 1) <= 106]
    height = rng.choice(heights)
    gap = rng.randint(0, 1 + height // 10)
    if width_of(len(text), height, gap) > 108:
        gap = 0
    background = paper(rng, [])
    room = 111 - width_of(len(text), height, gap)
    x, y = rng.randint(2, max(2, room)), rng.randint(2, 108 - height)
    number = Number(text, ink(rng, background), x, y, rng.randrange(FONTS), height, gap)
    picture = Picture(112, 112, background, number=number)
    return Example("digits", text, text, ("<start_of_image>" + rng.choice(QUESTIONS),), pictures=(picture,))
