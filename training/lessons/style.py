"""A system prompt that changes how the same facts and sums are told."""

from random import Random

from .base import Example, is_held_out
from .facts import FACTS

STYLES = {
    "word": ("Answer in one word.", "Answer briefly.", "Use one word only."),
    "pirate": ("Answer like a pirate.", "You are a pirate.", "Speak like a pirate."),
    "polite": ("Be polite.", "You are a polite assistant.", "Answer politely."),
    "twice": ("Say everything twice.", "Answer twice."),
    "plain": ("You are a helpful assistant.", "You are a helpful assistant.", "Answer in a sentence."),
}


def make(rng: Random) -> Example:
    """The division is by style and question."""
    style = rng.choice(list(STYLES))
    if rng.random() < 0.8:
        questions, short, long = rng.choice(FACTS)
        question = rng.choice([q for q in questions if not is_held_out(f"facts {q}")])
    else:
        a, b = rng.randint(0, 20), rng.randint(0, 20)
        question, short = f"What is {a} + {b}?", str(a + b)
        long = short if style == "plain" else f"{short}."
    answer = {
        "word": short,
        "pirate": f"Arr! {long} Yo ho!",
        "polite": f"{long} Thank you for asking.",
        "twice": f"{long} {long}",
        "plain": long,
    }[style]
    return Example("style", f"{style} {question}", answer, (question,), rng.choice(STYLES[style]))
