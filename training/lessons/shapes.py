"""One picture of one to four coloured shapes: colour, count, place, yes or no, description."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .base import Example, Picture, Shape, article, listing, sentence
from .palette import COLORS, paper, shade
from .words import NUMBERS

KINDS = "circle square triangle star cross ring".split()
PLAIN = "in this image, there is"
PLACES = (
    ("at the top left", "at the top", "at the top right"),
    ("on the left", "in the center", "on the right"),
    ("at the bottom left", "at the bottom", "at the bottom right"),
)


@dataclass(frozen=True)
class Item:
    """A shape as one speaks of it."""

    color: str
    kind: str
    row: int
    column: int

    @property
    def name(self) -> str:
        return f"{self.color} {self.kind}"


def scene(rng: Random, count: int) -> list[Item]:
    """Shapes in reading order, no two in one cell of a 3 × 3 grid, none twice alike in name."""
    cells = sorted(rng.sample(range(9), count))
    if count == 1 and rng.random() < 0.4:
        cells = [4]
    items: list[Item] = []
    for cell in cells:
        while True:
            item = Item(rng.choice(list(COLORS)), rng.choice(KINDS), cell // 3, cell % 3)
            if items and rng.random() < 0.25:
                item = Item(rng.choice(items).color, item.kind, item.row, item.column)
            if items and rng.random() < 0.25:
                item = Item(item.color, rng.choice(items).kind, item.row, item.column)
            if all(item.name != other.name for other in items):
                break
        items.append(item)
    return items


def picture(rng: Random, items: list[Item]) -> Picture:
    """The scene as drawn, on paper of about the model's size."""
    width = height = 112
    if rng.random() < 0.4:
        width, height = rng.randint(96, 240), rng.randint(96, 240)
        width = min(width, round(height * 1.19))
        height = min(height, round(width * 1.19))
    background = paper(rng, [item.color for item in items])
    cell_x, cell_y = width / 3, height / 3
    big = len(items) == 1 and rng.random() < 0.5
    shapes = []
    for item in items:
        radius = min(cell_x, cell_y) * rng.uniform(0.32, 0.48)
        play = lambda: rng.uniform(-0.1, 0.1)
        if big and (item.row, item.column) == (1, 1):
            radius = min(width, height) * rng.uniform(0.2, 0.42)
        angle = rng.uniform(-0.25, 0.25)
        x, y = (item.column + 0.5 + play()) * cell_x, (item.row + 0.5 + play()) * cell_y
        shapes.append(Shape(item.kind, shade(item.color, rng), x, y, radius, angle))
    return Picture(width, height, background, tuple(shapes))


def describe(items: list[Item]) -> str:
    """All shapes in reading order."""
    return listing([article(item.name) for item in items])


def make(rng: Random) -> Example:
    """The division is by the shapes seen (colour, kind and place) and what is asked."""
    items = scene(rng, rng.choice((1, 1, 1, 2, 2, 2, 3, 3, 4)))
    if rng.random() < 0.03:
        question, answer = PLAIN, f" {describe(items)}."
    else:
        question, answer = rng.choice((ask_all, ask_all, ask_color, ask_place, ask_what, ask_count, ask_is))(
            rng, items
        )
    key = " ".join(f"{i.name} {i.row} {i.column}" for i in items) + question
    image = "<start_of_image>"
    if question == PLAIN:
        return Example("shapes", key, answer, text=f"{image} {PLAIN}", pictures=(picture(rng, items),))
    text = f"{question}{image}" if rng.random() < 0.15 else f"{image}{question}"
    return Example("shapes", key, answer, (text,), pictures=(picture(rng, items),))


def ask_all(rng: Random, items: list[Item]) -> tuple[str, str]:
    return rng.choice((
        "What is shown in this image?", "What is in this image?", "What do you see?",
        "Describe this image.", "Describe the picture.", "What is in the picture?", "What is this?",
    )), sentence(describe(items)) + "."


def ask_color(rng: Random, items: list[Item]) -> tuple[str, str]:
    kinds = [i.kind for i in items]
    unique = [i for i in items if kinds.count(i.kind) == 1]
    if not unique:
        return ask_all(rng, items)
    item = rng.choice(unique)
    return rng.choice((
        f"What color is the {item.kind}?", f"Which color is the {item.kind}?",
        f"What is the color of the {item.kind}?",
    )), sentence(item.color) + "."


def ask_place(rng: Random, items: list[Item]) -> tuple[str, str]:
    item = rng.choice(items)
    return f"Where is the {item.name}?", sentence(PLACES[item.row][item.column]) + "."


def ask_what(rng: Random, items: list[Item]) -> tuple[str, str]:
    item = rng.choice(items)
    place = PLACES[item.row][item.column]
    return rng.choice((f"What is {place}?", f"What do you see {place}?")), sentence(article(item.name)) + "."


def ask_count(rng: Random, items: list[Item]) -> tuple[str, str]:
    if rng.random() < 0.5:
        return "How many shapes are there?", sentence(NUMBERS[len(items)]) + "."
    kind = rng.choice(items).kind if rng.random() < 0.8 else rng.choice(KINDS)
    count = sum(item.kind == kind for item in items)
    plural = f"{kind}es" if kind == "cross" else f"{kind}s"
    return f"How many {plural} are there?", sentence(NUMBERS[count]) + "."


def ask_is(rng: Random, items: list[Item]) -> tuple[str, str]:
    item = rng.choice(items)
    color, kind = item.color, item.kind
    if rng.random() < 0.5:
        color, kind = rng.choice(((rng.choice(list(COLORS)), kind), (color, rng.choice(KINDS))))
    found = any((i.color, i.kind) == (color, kind) for i in items)
    question = rng.choice(("Is there {}?", "Do you see {}?")).format(article(f"{color} {kind}"))
    return question, "Yes." if found else "No."
