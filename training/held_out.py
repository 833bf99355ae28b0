"""Writes held-out examples for the evaluation in the browser's engine, pictures as PNG.

Usage: python3 -m training.held_out DIRECTORY_OF_TOKENIZER FILE.json [--seed 2026]
"""

from __future__ import annotations

import argparse
import base64
import io
import json
from pathlib import Path
from random import Random

from .chat import prompt_of
from .lessons import (
    arithmetic, banner, copying, digits, facts, labels, pairs, plain, recall, shapes, stories, style, turns,
)
from .lessons.base import Example, Picture, draw
from .render import Digits, render, to_rows
from .tokenizer import Tokenizer

COUNTS = {
    plain.make: 100, facts.make: 120, arithmetic.make: 150, copying.make: 150, stories.make: 150,
    recall.make: 300, recall.make_long: 100, turns.make: 100, style.make: 120, labels.make: 120,
    shapes.make: 160, pairs.make: 120, digits.make: 100, banner.make: 120,
}

# Long recall is asked from so many tokens back.
FAR = 128


def encode_picture(picture: Picture, tiles: Digits) -> str:
    """A PNG of the picture, base64."""
    from PIL import Image

    levels = render(to_rows([picture], tiles), picture.height, picture.width, tiles.tiles)[0]
    image = Image.fromarray(levels.byte().permute(1, 2, 0).numpy())
    # Smooth edges need few colours: a palette halves the file.
    image = image.quantize(64 if picture.shapes else 24, dither=Image.Dither.NONE)
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return base64.b64encode(data.getvalue()).decode()


def distance_of(example: Example, tokenizer: Tokenizer) -> int:
    """Tokens from the sentence that holds the answer to where the answer begins."""
    text = prompt_of(example)
    subject, thing = example.key.split(" ")
    sentences = text.split(". ")
    found = next(i for i, s in enumerate(sentences) if subject in s and s.split(" ")[-1] == thing)
    return len(tokenizer.encode(". ".join(sentences[found:])))


def entry_of(example: Example, tokenizer: Tokenizer, tiles: Digits) -> dict:
    """An example as the evaluation reads it; what is absent is the default."""
    entry: dict = {"lesson": example.lesson, "answer": example.answer}
    if example.text is not None:
        entry["text"] = example.text
    else:
        entry["turns"] = list(example.turns)
    if example.system:
        entry["system"] = example.system
    if example.label >= 0:
        entry["answer"] = labels.NAMES[example.label]
    if example.pictures:
        entry["pictures"] = [encode_picture(p, tiles) for p in example.pictures]
    if example.pan_and_scan:
        entry["panAndScan"] = True
    if example.lesson == "recall":
        entry["distance"] = distance_of(example, tokenizer)
    return entry


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(arguments)
    tokenizer, tiles = Tokenizer(options.model / "tokenizer.json"), Digits("cpu")
    entries = []
    for i, (make, count) in enumerate(COUNTS.items()):
        rng = Random(options.seed * 100 + i)
        if make is banner.make:
            make = lambda rng: banner.make(rng, True)
        seen: set[str] = set()
        for _ in range(count * 200):
            example = draw(make, rng, True)
            if make is recall.make_long and distance_of(example, tokenizer) < FAR:
                continue
            identity = f"{example.text} {example.turns} {example.system}" + (example.key if example.pictures else "")
            if identity in seen:
                continue
            seen.add(identity)
            entries.append(entry_of(example, tokenizer, tiles))
            if len(seen) == count:
                break
        print(example.lesson, len(seen))
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)
    options.file.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(options.file, options.file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
