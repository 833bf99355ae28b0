"""Short stories with questions; the first sentence is out of a local layer's sight at the end."""

from random import Random

from .base import Example, article
from .words import ADJECTIVES, ANIMALS, FEELINGS, PEOPLE, PLACES, THINGS

ENDINGS = (
    "Everybody liked the story.", "Then it was time to go home.", "The sun went down.",
    "It was a very good day.", "After that they went to sleep.", "They talked about it for a long time.",
)
MIDDLES = (
    "The day was warm and the sky was blue.", "It was a long way to walk.", "The wind was cold that day.",
    "There was nobody there.", "A little rain was falling.", "It was early in the morning.",
)


def make(rng: Random) -> Example:
    """A story and a question; or a story told on demand, which is not evaluated."""
    name, friend = rng.sample(PEOPLE, 2)
    adjective, animal = rng.choice(ADJECTIVES), rng.choice(ANIMALS)
    place, thing, feeling = rng.choice(PLACES), rng.choice(THINGS), rng.choice(FEELINGS)
    lines = [
        rng.choice(("Once upon a time there was {} named {}.", "Once there was {} named {}.",
                    "There was {} named {}.")).format(article(f"{adjective} {animal}"), name),
        f"One day {name} went to the {place}.",
    ]
    if rng.random() < 0.7:
        lines.append(rng.choice(MIDDLES))
    lines.append(f"There {name} found {article(thing)}.")
    gave = rng.random() < 0.7
    if gave:
        lines.append(f"{name} gave it to {friend}.")
    lines.append(f"{friend if gave else name} was very {feeling}.")
    lines.extend(rng.sample(ENDINGS, rng.randint(0, 2)))
    story = " ".join(lines)
    if rng.random() < 0.08:
        question = rng.choice((f"Tell me a story about {article(animal)}.", f"Tell a story about {article(animal)}."))
        return Example("stories", "taught", story, (question,))
    questions = [
        (f"Who was the {animal}?", f"{name}."),
        (f"Which animal was {name}?", f"{article(animal)}.".capitalize()),
        (f"Where did {name} go?", f"To the {place}."),
        (f"What did {name} find?", f"{article(thing)}.".capitalize()),
        (f"Who found the {thing}?", f"{name}."),
        (f"Where was the {thing}?", f"In the {place}."),
        (f"Who was {feeling}?", f"{friend if gave else name}."),
        (f"How was {friend if gave else name}?", f"Very {feeling}."),
        (f"What kind of {animal} was {name}?", f"{article(adjective)} {animal}.".capitalize()),
    ]
    if gave:
        questions += [
            (f"Who got the {thing}?", f"{friend}."),
            (f"What did {friend} get?", f"{article(thing)}.".capitalize()),
            (f"Who gave the {thing} to {friend}?", f"{name}."),
        ]
    question, answer = rng.choice(questions)
    return Example("stories", f"{name} {animal} {place} {thing}", answer, (f"{story} {question}",))
