"""Plain text, continued: sentences about the world, lists that everybody knows."""

from random import Random

from .base import Example
from .words import COLORS, NUMBERS

SENTENCES = """Plants create energy through a process known as photosynthesis.
Plants make their own food from light, water and air.
The sun is a star, and the earth goes around it once a year.
The moon goes around the earth about once a month.
Water turns to ice when it is very cold.
Water turns to steam when it is very hot.
A triangle has three sides and a square has four sides.
Bees make honey and live in a hive.
Birds have wings and most of them can fly.
Fish live in water and breathe through gills.
A token is a small piece of text that a model reads.
A language model reads some text and says which token comes next.
Attention lets a token look at the tokens before it.
A local layer sees only a few tokens back, but a global layer sees them all.
A mask says which tokens may look at which others.
In the morning the sun rises in the east.
In the evening the sun goes down in the west.
A year has twelve months and a week has seven days.
An hour has sixty minutes and a minute has sixty seconds.
The heart sends blood through the body.
Trees drop their leaves in autumn and grow new ones in spring.
Rain falls from clouds and fills the rivers.
Rivers flow down to the sea.
Bread is made from flour, water and salt.
The quick brown fox jumps over the lazy dog.
Once upon a time there was a small model that liked to look at pictures.
To be or not to be, that is the question.
An apple a day keeps the doctor away.
The early bird catches the worm.
Practice makes perfect, and time flies when we have fun.
Light is faster than sound, so we see the flash before we hear the thunder.
A picture is worth a thousand words.
Red and yellow make orange, and blue and yellow make green.
Gemma is a family of open models made to be small and useful.
A transformer has many layers, and each layer has several heads.
The cat sat on the mat and looked at the moon.
Spring comes after winter, and summer comes after spring.
Paris is the capital of France, and Rome is the capital of Italy.
Magnets pull iron, and a compass points to the north.
Sugar is sweet, lemons are sour and salt is salty.""".split("\n")

LISTS = {
    "days": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "months": (
        "January February March April May June July August September October November December"
    ).split(),
    "numbers": NUMBERS[1:],
    "letters": list("abcdefghijklmnopqrstuvwxyz"),
    "seasons": "spring summer autumn winter".split(),
}


def make(rng: Random) -> Example:
    """A text cut somewhere; the answer is the rest of its sentence or list."""
    kind = rng.random()
    if kind < 0.6:
        index = rng.randrange(len(SENTENCES))
        words = SENTENCES[index].split(" ")
        cut = rng.randint(min(4, len(words) - 1), len(words) - 1)
        if index == 0:
            cut = rng.choice((2, 3, 4, 5, 7, 7, 7, 7))
        text, answer = " ".join(words[:cut]), " " + " ".join(words[cut:])
        key = f"{index} {cut}"
        # The reference documentation's own example is taught and asked.
        return Example("plain", "taught" if (index, cut) == (0, 7) else key, answer, text=text)
    if kind < 0.9:
        name = rng.choice(list(LISTS))
        items = LISTS[name]
        start = rng.randrange(len(items) - 3)
        cut = rng.randint(start + 2, min(len(items) - 1, start + 9))
        return Example(
            "plain", f"{name} {start} {cut}",
            ", " + ", ".join(items[cut:]) + ".", text=", ".join(items[start:cut]),
        )
    pattern = rng.sample(COLORS, rng.randint(2, 3))
    words = pattern * 3
    cut = rng.randint(len(pattern) + 1, len(words) - 1)
    return Example(
        "plain", " ".join(pattern) + f" {cut}",
        " " + " ".join(words[cut:]) + ".", text=" ".join(words[:cut]),
    )
