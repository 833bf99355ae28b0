"""Who has what: recall among two to ten people, often further back than a local layer sees."""

from random import Random

from .base import Example, article
from .words import PEOPLE, PLACES, THINGS

FILLERS = (
    "The weather is good today.", "Nobody is in a hurry.", "The birds are singing.",
    "It is a quiet day.", "Some clouds are in the sky.", "There is time for tea.",
    "The door is open.", "Everybody is here.", "The clock says it is late.", "A dog runs by.",
)


def make(rng: Random, most: int = 10, fillers: int = 4) -> Example:
    """The division is by the person and the thing that the question joins."""
    count = rng.randint(2, most)
    people, things = rng.sample(PEOPLE, count), rng.sample(THINGS, count)
    lives = rng.random() < 0.15 and count <= len(PLACES)
    if lives:
        things = rng.sample(PLACES, count)
        facts = [f"{p} is at the {t}." for p, t in zip(people, things)]
    else:
        facts = [f"{p} has {article(t)}." for p, t in zip(people, things)]
    index = rng.randrange(count)
    person, thing = people[index], things[index]
    room = max(0, most - count) + fillers if most > 10 else max(1, 9 - count)
    between = rng.choices(FILLERS, k=rng.randint(0, min(fillers, room)))
    text = " ".join(facts + between)
    if lives:
        ask = [(f"Where is {person}?", f"{person} is at the {thing}."),
               (f"Who is at the {thing}?", f"{person} is at the {thing}.")]
    else:
        ask = [(f"What does {person} have?", f"{person} has {article(thing)}."),
               (f"Who has the {thing}?", f"{person} has the {thing}."),
               (f"Who has {article(thing)}?", f"{person} has {article(thing)}.")]
    question, answer = rng.choice(ask)
    return Example("recall", f"{person} {thing}", answer, (f"{text} {question}",))


def make_long(rng: Random) -> Example:
    """Recall over up to three hundred tokens."""
    return make(rng, most=16, fillers=14)
