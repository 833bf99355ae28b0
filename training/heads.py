"""Finds heads that do something nameable, by measured score."""

from __future__ import annotations

from random import Random

import torch
from torch import Tensor

from .chat import prompt_of
from .lessons import recall, shapes, stories
from .lessons.base import draw
from .lessons.words import ANIMALS, COLORS, THINGS
from .model import BOS, Group, IMAGE, Model
from .render import Digits, render, to_rows
from .tokenizer import Tokenizer


@torch.no_grad()
def maps(model: Model, ids: list[int], images: Tensor | None = None) -> Tensor:
    """Attention of one prompt, [layers, heads, queries, keys]."""
    keep: list[Tensor] = []
    model([Group(torch.tensor([ids]), images)], keep)
    return torch.cat(keep)


def best(scores: Tensor, model: Model, meaning: str, layers=None) -> dict:
    """The head of the highest mean score, and the three behind it."""
    scores = scores.clone()
    if layers is not None:
        for layer in range(scores.shape[0]):
            if layer not in layers:
                scores[layer] = -1
    order = scores.flatten().argsort(descending=True)[:4].tolist()
    places = [(i // scores.shape[1], i % scores.shape[1]) for i in order]
    name = lambda layer: "global" if model.sizes.is_global(layer) else "local"
    entry = lambda place: {
        "layer": place[0], "head": place[1], "kind": name(place[0]), "score": round(float(scores[place]), 3),
    }
    return entry(places[0]) | {"meaning": meaning, "next": [entry(p) for p in places[1:]]}


def find(model: Model, tokenizer: Tokenizer, seed: int = 5, samples: int = 40) -> dict[str, dict]:
    """A previous-token head, an induction head, a head that looks at the picture, one that carries
    recall. Each score is a share of attention, 0 … 1, the mean over samples."""
    rng = Random(seed)
    shape = (model.sizes.layers, model.sizes.heads)
    previous, induction, carry, look, place = (torch.zeros(shape) for _ in range(5))
    for _ in range(samples):
        text = draw(stories.make, rng, True)
        weights = maps(model, tokenizer.encode(prompt_of(text)))
        # Shares of what goes to the token before, from position 2 on: position 1 has no choice.
        previous += torch.diagonal(weights, -1, 2, 3)[..., 1:].mean(-1)

        words = [rng.choice(THINGS + ANIMALS + COLORS) for _ in range(9)]
        once = tokenizer.encode(" " + " ".join(words))
        weights = maps(model, [BOS, *once, *once])
        n = len(once)
        rows = torch.arange(n + 2, 2 * n + 1)
        induction += weights[:, :, rows, rows - n + 1].mean(-1)

        example = draw(recall.make, rng, True)
        while "What does" not in example.turns[0] or example.turns[0].count(" has ") < 4:
            example = draw(recall.make, rng, True)
        person, thing = example.key.split(" ")
        prompt = prompt_of(example)
        before = prompt[: prompt.index(f"{person} has")]
        fact = prompt[: len(before) + prompt[len(before) :].index(".")]
        start, end = len(tokenizer.encode(before)), len(tokenizer.encode(fact))
        # Asked where the answer's last word is chosen: after "… has a".
        tail = tokenizer.encode(example.answer[: example.answer.rindex(thing) - 1])
        weights = maps(model, [*tokenizer.encode(prompt), *tail])
        carry += weights[:, :, -1, start:end].sum(-1)

    digits = Digits("cpu")
    count = 0
    while count < samples:
        example = draw(shapes.make, rng, True)
        if not example.turns or "What color is" not in example.turns[0] or not example.turns[0].startswith("<"):
            continue
        count += 1
        (picture,) = example.pictures
        size = model.sizes.image
        pixels = render(to_rows([picture], digits), picture.height, picture.width, digits.tiles)
        pixels = torch.nn.functional.interpolate(pixels, (size, size), mode="bilinear", antialias=True)
        ids = tokenizer.encode(prompt_of(example))
        weights = maps(model, ids, (pixels / 127.5 - 1)[None])
        image = torch.tensor(ids) == IMAGE
        look += weights[:, :, -1, image].sum(-1)
        kind = example.turns[0].split(" the ")[-1].rstrip("?")
        (shape_,) = [s for s in picture.shapes if s.kind == kind]
        column, row = int(shape_.x / picture.width * 4), int(shape_.y / picture.height * 4)
        cell = image.nonzero()[0].item() + row * 4 + column
        place += weights[:, :, -1, cell]
    globals_ = [i for i in range(model.sizes.layers) if model.sizes.is_global(i)]
    return {
        "previous token": best(previous / samples, model, "attention to the token before"),
        "induction": best(
            induction / samples, model,
            "in a list of words said twice, attention from a token to what followed it the first time",
        ),
        "picture": best(look / samples, model, "attention of the last prompt token to the picture's soft tokens"),
        "shape": best(
            place / samples, model, "attention of the last prompt token to the soft token where the asked shape is"
        ),
        "recall": best(
            carry / samples, model, "attention to the sentence with the answer, where the answer's noun is chosen", globals_
        ),
    }
