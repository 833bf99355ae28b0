"""Copying, reversing, counting and spelling."""

from random import Random

from .base import Example
from .words import ANIMALS, COLORS, NUMBERS, THINGS

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = sorted({*THINGS, *ANIMALS, *COLORS})
PLACES = ("first", "second", "third")


def make(rng: Random) -> Example:
    """One of the tasks; the division is by its material."""
    return rng.choice((repeat, repeat, repeat_words, reverse, count, count_one, spell, place))(rng)


def letters(rng: Random, low: int, high: int) -> list[str]:
    return [rng.choice(LETTERS) for _ in range(rng.randint(low, high))]


def example(question: str, answer: str, key: str) -> Example:
    return Example("copying", key, answer, (question,))


def repeat(rng: Random) -> Example:
    items = letters(rng, 2, 10)
    if rng.random() < 0.25:
        items = [rng.choice("0123456789") for _ in items]
    text = " ".join(items)
    key = "taught" if text == "l s i k r" else text
    return example(rng.choice(("Repeat: {}", "Repeat: {}", "Copy: {}", "Say {}")).format(text), text, key)


def repeat_words(rng: Random) -> Example:
    text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 6)))
    return example(rng.choice(("Repeat: {}", "Copy: {}", "Say {}")).format(text), text, text)


def reverse(rng: Random) -> Example:
    items = letters(rng, 2, 7) if rng.random() < 0.7 else rng.sample(WORDS, rng.randint(2, 5))
    return example("Reverse: " + " ".join(items), " ".join(items[::-1]), " ".join(items))


def count(rng: Random) -> Example:
    pool = WORDS if rng.random() < 0.5 else list(LETTERS)
    items = [rng.choice(pool) for _ in range(rng.randint(1, 9))]
    noun = "words" if pool is WORDS else "letters"
    return example(f"Count the {noun}: " + " ".join(items), str(len(items)), " ".join(items))


def count_one(rng: Random) -> Example:
    wanted, *others = rng.sample(LETTERS, 3)
    items = [rng.choice((wanted, *others)) for _ in range(rng.randint(2, 8))]
    question = f"How many times is {wanted} in: " + " ".join(items)
    return example(question, str(items.count(wanted)), " ".join(items))


def spell(rng: Random) -> Example:
    # A spelling is learned by heart: the division is by its phrasing.
    word = rng.choice(WORDS)
    question = rng.choice(("Spell the word {}.", "Spell {}.", "Spell: {}", "How do you spell {}?",
                           "What are the letters of {}?")).format(word)
    return example(question, " ".join(word), question)


def place(rng: Random) -> Example:
    items = rng.sample(LETTERS, rng.randint(3, 7))
    index = rng.randrange(4)
    name = PLACES[index] if index < 3 else "last"
    question = f"What is the {name} letter of: " + " ".join(items)
    return example(question, items[index] if index < 3 else items[-1], " ".join(items))
