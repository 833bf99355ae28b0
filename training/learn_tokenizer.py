"""Writes tokenizer.json, learned from a sample of the lessons.

Usage: python3 -m training.learn_tokenizer DIRECTORY
"""

import argparse
import json
from pathlib import Path
from random import Random

from .curriculum import GROUPS, pieces_of
from .tokenizer import Tokenizer, learn


def main(directory: Path) -> None:
    """Learns from some thousand rows of every kind."""
    rng = Random(8)
    texts = []
    for rows in GROUPS:
        for _ in range(12_000 if rows.name == "text" else 2_000):
            texts.append("".join(piece for piece, _ in pieces_of(rows, rng, False)[1]))
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "tokenizer.json"
    path.write_text(json.dumps(learn(texts), ensure_ascii=False, indent=1), encoding="utf-8")
    tokenizer = Tokenizer(path)
    for rows in GROUPS:
        lengths = sorted(
            len(tokenizer.encode("".join(piece for piece, _ in pieces_of(rows, rng, False)[1])))
            for _ in range(2_000)
        )
        fit = sum(n <= rows.length for n in lengths) / len(lengths)
        print(rows.name, "median", lengths[1000], "99 %", lengths[1980], "longest", lengths[-1], "fit", fit)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="folder that tokenizer.json is written to")
    main(parser.parse_args().directory)
