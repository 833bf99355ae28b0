"""Two pictures, compared."""

from random import Random

from .base import Example, article, sentence
from .shapes import Item, describe, picture, scene

ORDER = ("first", "second")


def make(rng: Random) -> Example:
    """The division is by what both pictures show and what is asked."""
    kind = rng.choice(("what", "what", "color", "same", "more", "which", "both"))
    counts = (rng.randint(1, 3), rng.randint(1, 3)) if kind in ("what", "more", "which") else (1, 1)
    first, second = scene(rng, counts[0]), scene(rng, counts[1])
    if kind in ("same", "both") or rng.random() < 0.2:
        second = resemble(rng, first, second)
    scenes = (first, second)
    index = rng.randrange(2)
    noun = rng.choice(("image", "picture"))
    if kind == "what":
        question = rng.choice(("What is in the {} {}?", "What is shown in the {} {}?", "Describe the {} {}."))
        question, answer = question.format(ORDER[index], noun), describe(scenes[index])
    elif kind == "color":
        question = f"What color is the shape in the {ORDER[index]} {noun}?"
        answer = scenes[index][0].color
    elif kind == "same":
        question, answer = "What is the same?", common(first[0], second[0])
    elif kind == "more":
        question = f"Which {noun} has more shapes?"
        more = len(first) - len(second)
        answer = "the first" if more > 0 else "the second" if more < 0 else "both have the same number"
    elif kind == "which":
        names = [[i.name for i in s] for s in scenes]
        wanted = rng.choice(scenes[index]).name
        question = f"Which {noun} shows {article(wanted)}?"
        answer = "both" if all(wanted in n for n in names) else f"the {ORDER[index]}"
    else:
        question = f"Are the two {noun}s the same?"
        answer = "yes" if first[0].name == second[0].name else "no"
    images = "<start_of_image><start_of_image>"
    key = f"{describe(first)} | {describe(second)} | {question}"
    pictures = (picture(rng, first), picture(rng, second))
    return Example("pairs", key, sentence(answer) + ".", (images + question,), pictures=pictures)


def resemble(rng: Random, first: list[Item], second: list[Item]) -> list[Item]:
    """The second scene with its first shape made like the first scene's in some way."""
    a, b = first[0], second[0]
    color, kind = rng.choice(((a.color, b.kind), (b.color, a.kind), (a.color, a.kind), (b.color, b.kind)))
    item = Item(color, kind, b.row, b.column)
    return [item, *(i for i in second[1:] if i.name != item.name)]


def common(a: Item, b: Item) -> str:
    """What two shapes share."""
    if a.name == b.name:
        return "the color and the shape"
    return "the color" if a.color == b.color else "the shape" if a.kind == b.kind else "nothing"
