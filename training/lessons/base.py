"""What a lesson yields, and how lessons are told apart into taught and held out."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Shape:
    """A figure in a picture. Lengths are pixels of the picture; the angle is in radians."""

    kind: str
    color: tuple[int, int, int]
    x: float
    y: float
    radius: float
    angle: float = 0.0


@dataclass(frozen=True)
class Number:
    """Digits in a picture; x, y is their upper left corner, height that of a digit, pixels."""

    digits: str
    color: tuple[int, int, int]
    x: int
    y: int
    font: int
    height: int
    gap: int


@dataclass(frozen=True)
class Picture:
    """Drawing instructions; render.py draws them."""

    width: int
    height: int
    background: tuple[int, int, int]
    shapes: tuple[Shape, ...] = ()
    number: Number | None = None


@dataclass(frozen=True)
class Example:
    """A prompt with its answer. In a user's text each `<start_of_image>` stands for a picture.

    `turns` are the user's and the model's texts in turn, the user's last; a plain prompt has
    `text` instead, and its answer goes on where it ends. `key` names the combination that the
    example teaches; `label` is the class of a text to classify.
    """

    lesson: str
    key: str
    answer: str = ""
    turns: tuple[str, ...] = ()
    system: str = ""
    text: str | None = None
    pictures: tuple[Picture, ...] = ()
    pan_and_scan: bool = False
    label: int = -1


HELD_OUT_SHARE = 8


def is_held_out(key: str) -> bool:
    """Whether a combination is kept for evaluation: one in eight, by its checksum.

    A key that ends in "taught" never is: what the documentation shows must have been taught.
    """
    if key.endswith(" taught"):
        return False
    return zlib.crc32(key.encode()) % HELD_OUT_SHARE == 0


def draw(make, rng: Random, held_out: bool) -> Example:
    """An example of a lesson from the wanted side of the division."""
    while True:
        example = make(rng)
        if is_held_out(f"{example.lesson} {example.key}") == held_out:
            return example


def sentence(words: str) -> str:
    """The words with a capital at the front."""
    return words[0].upper() + words[1:]


def listing(items: list[str]) -> str:
    """"a, b and c"."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def article(noun: str) -> str:
    """The noun with "a" or "an"."""
    return ("an " if noun[0] in "aeiou" else "a ") + noun
