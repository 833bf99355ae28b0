"""Several turns: what was said before must be carried on."""

from random import Random

from . import arithmetic, copying, facts
from .base import Example, article, draw
from .words import COLORS, PEOPLE, THINGS


def make(rng: Random) -> Example:
    """Something is said, other turns pass, then it is asked for."""
    return rng.choice((name, name, thing, color, more))(rng)


def passing(rng: Random, most: int = 2) -> list[str]:
    """Turns of other lessons."""
    texts: list[str] = []
    for _ in range(rng.randint(0, most)):
        other = draw(rng.choice((arithmetic, copying, facts)).make, rng, False)
        texts += [other.turns[0], other.answer]
    return texts


def name(rng: Random) -> Example:
    who = rng.choice(PEOPLE)
    first = rng.choice(("My name is {}.", "I am {}.", "Hello, I am {}.")).format(who)
    ask = rng.choice(("What is my name?", "Who am I?", "Do you know my name?"))
    middle = passing(rng)
    return Example("turns", f"{who} {''.join(middle)}", f"Your name is {who}.",
                   (first, f"Hello, {who}!", *middle, ask))


def thing(rng: Random) -> Example:
    word = rng.choice(THINGS)
    first = rng.choice(("I have {}.", "I just found {}.")).format(article(word))
    middle = passing(rng)
    return Example("turns", f"{word} {''.join(middle)}", f"You have {article(word)}.",
                   (first, f"A {word} is nice." if word[0] not in "aeiou" else f"An {word} is nice.",
                    *middle, "What do I have?"))


def color(rng: Random) -> Example:
    word = rng.choice(COLORS)
    middle = passing(rng)
    return Example("turns", f"{word} {''.join(middle)}", f"You like {word}.",
                   (f"I like the color {word}.", f"I like {word} too.", *middle, "Which color do I like?"))


def more(rng: Random) -> Example:
    a, b, c = rng.randint(0, 50), rng.randint(0, 40), rng.randint(0, 9)
    if rng.random() < 0.5:
        return Example("turns", f"{a} {b} {c}", str(a + b + c),
                       (f"What is {a} + {b}?", str(a + b), f"And if you add {c}?"))
    c = min(c, a + b)
    return Example("turns", f"{a} {b} - {c}", str(a + b - c),
                   (f"What is {a} + {b}?", str(a + b), f"And if you take away {c}?"))
