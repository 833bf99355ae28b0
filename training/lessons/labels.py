"""The mood of a text, for the classification head: negative, neutral or positive."""

from random import Random

from .base import Example, sentence
from .words import PEOPLE, PLACES, THINGS

NAMES = ("negative", "neutral", "positive")
GOOD = "great wonderful lovely beautiful fantastic excellent delightful perfect good nice".split()
BAD = "terrible awful boring broken ugly horrible bad disappointing dreadful poor".split()
SUBJECTS = (
    [f"the {w}" for w in THINGS + PLACES]
    + [f"this {w}" for w in "movie film song day meal trip game story picture place hotel lesson".split()]
)


def make(rng: Random) -> Example:
    """The division is by what is judged and the word that judges."""
    label = rng.randrange(3)
    subject, person = rng.choice(SUBJECTS), rng.choice(PEOPLE)
    if label == 1:
        word = rng.choice(("on the table", "in the room", "over there", "in the picture", "near the door", "two years old"))
        text = rng.choice((
            f"{subject} is {word}.", f"{person} saw {subject} on Monday.", f"{person} says that {subject} is {word}.",
            f"{subject} was {word} at noon.", f"{person} talked about {subject}.",
        ))
    else:
        positive = label == 2
        word = rng.choice(GOOD if positive else BAD)
        love = rng.choice(("love", "like", "enjoy") if positive else ("hate", "dislike", "can't stand"))
        opposite = rng.choice(BAD if positive else GOOD)
        text = rng.choice((
            f"{subject} is {word}.", f"{subject} was really {word}.", f"I think {subject} is {word}.",
            f"I {love} {subject}.", f"what a {word} {subject.split(' ', 1)[1]}!",
            f"{person} says that {subject} is {word}.", f"{subject} is not {opposite} at all.",
            f"{subject} was {opposite} at first, but then it was {word}.", f"I really {love} {subject}, it is so {word}.",
        ))
    return Example("label", f"{subject} {word} {label}", text=sentence(text), label=label)
