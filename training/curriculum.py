"""Which lessons are taught, how often, and in rows of what length."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .chat import end_of, prompt_of
from .lessons import (
    arithmetic, banner, copying, digits, facts, labels, pairs, plain, recall, shapes, stories, style, turns,
)
from .lessons.base import Example, draw

TEXT = {
    plain.make: 8, facts.make: 16, arithmetic.make: 18, copying.make: 14, stories.make: 14,
    recall.make: 22, turns.make: 8, style.make: 10, labels.make: 8,
}
LONG = {recall.make_long: 1, None: 1}
IMAGE = {shapes.make: 5, pairs.make: 3, digits.make: 3}
BANNER = {banner.make: 1}
LESSONS = (
    "plain", "facts", "arithmetic", "copying", "stories", "recall", "turns", "style", "label",
    "shapes", "pairs", "digits", "banner", "banner-base", "chain",
)


@dataclass(frozen=True)
class Rows:
    """A group of rows: its length, rows a step, pictures a row, and how many are made."""

    name: str
    makers: dict
    length: int
    batch: int
    pictures: int
    pool: int


GROUPS = (
    Rows("text", TEXT, 120, 144, 0, 1_000_000),
    Rows("long", LONG, 288, 24, 0, 100_000),
    Rows("image", IMAGE, 80, 96, 2, 240_000),
    Rows("banner", BANNER, 152, 40, 5, 64_000),
)


def pieces_of(rows: Rows, rng: Random, held_out: bool) -> tuple[str, list[tuple[str, float]], Example]:
    """One row: its lesson, its text as (piece, weight) with weight > 0 for what is answered, and
    the example, or the last one, for pictures and labels."""
    make = rng.choices(list(rows.makers), list(rows.makers.values()))[0]
    if make is None:
        return chain(rng, held_out)
    example = draw(make, rng, held_out)
    lesson = example.lesson
    if lesson == "banner" and not example.pan_and_scan:
        lesson = "banner-base"
    pieces = [(prompt_of(example), 0.0)]
    if example.label < 0:
        pieces.append((example.answer + end_of(example), 1.0))
    return lesson, pieces, example


def chain(rng: Random, held_out: bool) -> tuple[str, list[tuple[str, float]], Example]:
    """A long conversation: examples of many lessons one after the other."""
    pieces, length = [("<bos>", 0.0)], 0
    while length < 700:
        make = rng.choice((facts.make, arithmetic.make, copying.make, stories.make, recall.make, turns.make))
        example = draw(make, rng, held_out)
        part = prompt_of(example).removeprefix("<bos>")
        pieces += [(part, 0.0), (example.answer + "<end_of_turn>", 1.0), ("\n", 0.0)]
        length += len(part) + len(example.answer)
    return "chain", pieces, Example("chain", "")
