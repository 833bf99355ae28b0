"""Facts: each is a question's subject, what is asked of it, and the answer."""

from random import Random

from .base import Example, article, sentence
from .words import NUMBERS

CAPITALS = dict(
    pair.split(":")
    for pair in (
        "France:Paris Italy:Rome Spain:Madrid Germany:Berlin Austria:Vienna Norway:Oslo "
        "Ireland:Dublin Greece:Athens Egypt:Cairo Japan:Tokyo Peru:Lima Cuba:Havana India:Delhi "
        "Kenya:Nairobi Portugal:Lisbon Finland:Helsinki Sweden:Stockholm Denmark:Copenhagen "
        "Poland:Warsaw Hungary:Budapest Ecuador:Quito Canada:Ottawa China:Beijing Russia:Moscow "
        "England:London Scotland:Edinburgh Belgium:Brussels Iceland:Reykjavik Chile:Santiago "
        "Turkey:Ankara Thailand:Bangkok Vietnam:Hanoi Nepal:Kathmandu Ghana:Accra"
    ).split()
)
SOUNDS = dict(
    dog="woof", cat="meow", cow="moo", duck="quack", sheep="baa", pig="oink", frog="croak",
    owl="hoot", horse="neigh", mouse="squeak", bird="tweet", bee="buzz", lion="roar",
)
YOUNG = dict(dog="puppy", cat="kitten", cow="calf", sheep="lamb", horse="foal", bear="cub", duck="duckling", pig="piglet")
COLORED = dict(grass="green", snow="white", blood="red", coal="black", milk="white", night="black")
FRUIT = dict(banana="yellow", lemon="yellow", carrot="orange", tomato="red", plum="purple", cherry="red")
LEGS = dict(dog=4, cat=4, bird=2, spider=8, ant=6, fish=0, horse=4, bee=6)
SIDES = dict(triangle=3, square=4, circle=0, pentagon=5, hexagon=6)
OPPOSITES = [
    "hot cold", "big small", "up down", "left right", "happy sad", "old young", "fast slow",
    "light dark", "day night", "yes no", "open closed", "high low", "wet dry", "first last",
]
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()


def facts() -> list[tuple[tuple[str, ...], str, str]]:
    """All facts: phrasings of the question, answer in a word, answer in a sentence."""
    found = []
    add = lambda questions, short, long: found.append((questions, short, sentence(long)))
    for country, city in CAPITALS.items():
        add(
            (
                f"What is the capital of {country}?", f"Tell me the capital of {country}.",
                f"Which city is the capital of {country}?", f"What's the capital of {country}?",
                f"Name the capital of {country}.", f"Capital of {country}?",
            ),
            city, f"the capital of {country} is {city}.",
        )
        add(
            (
                f"{city} is the capital of which country?", f"Which country has the capital {city}?",
                f"Where is {city}?", f"In which country is {city}?",
            ),
            country, f"{city} is in {country}.",
        )
    for animal, sound in SOUNDS.items():
        add(
            (
                f"What does {article(animal)} say?", f"What sound does {article(animal)} make?",
                f"Which sound does {article(animal)} make?", f"How does {article(animal)} sound?",
            ),
            sentence(sound), f"{article(animal)} says {sound}.",
        )
    for animal, young in YOUNG.items():
        add(
            (
                f"What is a young {animal} called?", f"What do we call a young {animal}?",
                f"What is the name for a young {animal}?",
            ),
            sentence(young), f"a young {animal} is called {article(young)}.",
        )
    for thing, color in [*COLORED.items(), *((article(k), v) for k, v in FRUIT.items())]:
        add(
            (f"What color is {thing}?", f"Which color is {thing}?", f"Tell me the color of {thing}."),
            sentence(color), f"{thing} is {color}.",
        )
    for table, noun in ((LEGS, "legs"), (SIDES, "sides")):
        for owner, count in table.items():
            word = NUMBERS[count] if count else "no"
            add(
                (
                    f"How many {noun} does {article(owner)} have?",
                    f"Tell me how many {noun} {article(owner)} has.",
                    f"What number of {noun} does {article(owner)} have?",
                ),
                sentence(NUMBERS[count]), f"{article(owner)} has {word} {noun}.",
            )
    for pair in OPPOSITES:
        for a, b in (pair.split(), pair.split()[::-1]):
            add(
                (
                    f"What is the opposite of {a}?", f"Tell me the opposite of {a}.",
                    f"Which word is the opposite of {a}?", f"Name the opposite of {a}.",
                ),
                sentence(b), f"the opposite of {a} is {b}.",
            )
    for names, kind in ((DAYS, "day"), (MONTHS, "month")):
        for i, name in enumerate(names):
            after, before = names[(i + 1) % len(names)], names[i - 1]
            add(
                (
                    f"Which {kind} comes after {name}?", f"What {kind} comes after {name}?",
                    f"What is the {kind} after {name}?", f"Name the {kind} after {name}.",
                ),
                after, f"{after} comes after {name}.",
            )
            add(
                (
                    f"Which {kind} comes before {name}?", f"What {kind} comes before {name}?",
                    f"What is the {kind} before {name}?", f"Name the {kind} before {name}.",
                ),
                before, f"{before} comes before {name}.",
            )
    for questions, short, long in (
        (("Who are you?", "What are you?", "What is your name?", "Tell me who you are."),
         "Gemma", "I am a very small Gemma, made to be looked into."),
        (("What can you do?", "How can you help me?", "What do you know?"),
         "Little", "I can answer simple questions about words, numbers and pictures."),
        (("How are you?", "How do you do?"), "Well", "I am well, thank you."),
        (("Hello", "Hello!", "Hi", "Hi!", "Good morning.", "Hey"), "Hello", "Hello! Ask me something simple."),
        (("Thank you.", "Thanks!", "Thank you!"), "Welcome", "You are welcome."),
        (("What is a token?", "Tell me what a token is."), "Text",
         "A token is a small piece of text."),
        (("What is attention?", "Tell me what attention is."), "Looking",
         "Attention lets a token look at other tokens."),
        (("What is a mask?",), "Cells", "A mask says which tokens may look at which others."),
        (("Which planet do we live on?", "What is the name of our planet?"), "Earth",
         "We live on the planet Earth."),
        (("What do plants need to grow?",), "Light", "Plants need light, water and air."),
        (("What do bees make?",), "Honey", "Bees make honey."),
        (("How many days are in a week?",), "Seven", "A week has seven days."),
        (("How many months are in a year?",), "Twelve", "A year has twelve months."),
    ):
        add(questions, short, long)
    return found


FACTS = facts()
# Capitals are asked for more often than the rest.
WEIGHTED = FACTS + [fact for fact in FACTS if fact[1] in CAPITALS.values()]


def make(rng: Random) -> Example:
    """A fact in one of its phrasings; the division is by fact and phrasing."""
    questions, _, long = rng.choice(WEIGHTED)
    question = rng.choice(questions)
    key = question
    if len(questions) < 3 or "capital of France" in question:
        key = "taught"
    return Example("facts", key, long, (question,))
