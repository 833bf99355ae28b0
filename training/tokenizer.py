"""The tokenizer: a byte-pair encoding with Gemma 3's special tokens and byte fallback.

Merges never cross the border of a word, a run of newlines, a digit or a mark, so a text can be
encoded piece by piece, which gives what the `tokenizers` library gives for the whole
(`smoke.py` compares the two).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

SPECIAL = (
    "<pad> <eos> <bos> <unk> <start_of_turn> <end_of_turn> <start_of_image> <end_of_image> "
    "<image_soft_token>"
).split()
SPACE = "▁"
CHARACTERS = ["\n", SPACE, *(chr(c) for c in range(33, 127))]
PIECES = re.compile(f"\n+|{SPACE}?[A-Za-z]+|.", re.S)
SPECIALS = re.compile("(" + "|".join(map(re.escape, SPECIAL)) + ")")
# Runs of newlines and single letters after a space come first, whatever the texts hold.
FIRST = [("\n", "\n"), ("\n\n", "\n"), ("\n\n", "\n\n"), ("\n\n\n\n", "\n")]
FIRST += [(SPACE, c) for c in "abcdefghijklmnopqrstuvwxyz"]


def learn(texts: list[str], size: int = 1024) -> dict:
    """tokenizer.json for a vocabulary of `size`, learned from texts: most frequent pair first."""
    vocabulary = [*SPECIAL, *(f"<0x{i:02X}>" for i in range(256)), *CHARACTERS]
    merges = list(FIRST)
    vocabulary += ["".join(pair) for pair in merges]
    counts = Counter(
        piece
        for text in texts
        for part in SPECIALS.split(text)
        if part not in SPECIAL
        for piece in PIECES.findall(part.replace(" ", SPACE))
    )
    # Rare words matter too: a square root tames the most frequent ones.
    words = [(list(piece), count**0.5) for piece, count in sorted(counts.items()) if len(piece) > 1]
    ranks = {pair: i for i, pair in enumerate(merges)}
    words = [(apply(parts, ranks), count) for parts, count in words]
    known = set(vocabulary)
    while len(vocabulary) < size:
        pairs: Counter = Counter()
        for parts, count in words:
            for pair in zip(parts, parts[1:]):
                if pair[0] != "\n" and "\n\n" not in pair[0]:
                    pairs[pair] += count
        pair = max(pairs, key=lambda p: (pairs[p], p))
        merges.append(pair)
        joined = "".join(pair)
        if joined not in known:
            known.add(joined)
            vocabulary.append(joined)
        words = [(join(parts, pair), count) if pair[0] in parts else (parts, count) for parts, count in words]
    return to_json(vocabulary, merges)


def join(parts: list[str], pair: tuple[str, str]) -> list[str]:
    """The parts with every occurrence of a pair joined, from the left."""
    out: list[str] = []
    i = 0
    while i < len(parts):
        if i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair:
            out.append(parts[i] + parts[i + 1])
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return out


def apply(parts: list[str], ranks: dict[tuple[str, str], int]) -> list[str]:
    """Byte-pair encoding of one piece: the pair of lowest rank first."""
    while len(parts) > 1:
        pair = min(zip(parts, parts[1:]), key=lambda p: ranks.get(p, len(ranks)))
        if pair not in ranks:
            break
        parts = join(parts, pair)
    return parts


def to_json(vocabulary: list[str], merges: list[tuple[str, str]]) -> dict:
    """The Hugging Face file."""
    token = lambda i, content: dict(
        id=i, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True
    )
    one = lambda name, type_id: [
        {"SpecialToken": {"id": "<bos>", "type_id": type_id}},
        {"Sequence": {"id": name, "type_id": type_id}},
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [token(i, content) for i, content in enumerate(SPECIAL)],
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": SPACE},
        "pre_tokenizer": {
            "type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False,
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": one("A", 0),
            "pair": one("A", 0) + one("B", 1),
            "special_tokens": {"<bos>": {"id": "<bos>", "ids": [2], "tokens": ["<bos>"]}},
        },
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
            ],
        },
        "model": {
            "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
            "vocab": {content: i for i, content in enumerate(vocabulary)},
            "merges": [list(pair) for pair in merges],
        },
    }


class Tokenizer:
    """Encodes and decodes text by a tokenizer.json of `learn`."""

    def __init__(self, path: Path):
        model = json.loads(path.read_text(encoding="utf-8"))["model"]
        self.vocabulary: dict[str, int] = model["vocab"]
        self.tokens = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        self.ranks = {tuple(pair): i for i, pair in enumerate(model["merges"])}
        self.cache: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        """Ids of a text; special tokens are read as such, none is added."""
        ids: list[int] = []
        for part in SPECIALS.split(text):
            if part in self.vocabulary and part in SPECIAL:
                ids.append(self.vocabulary[part])
                continue
            for piece in PIECES.findall(part.replace(" ", SPACE)):
                ids.extend(self.piece(piece))
        return ids

    def piece(self, piece: str) -> list[int]:
        found = self.cache.get(piece)
        if found is None:
            found = []
            for token in apply(list(piece), self.ranks):
                known = self.vocabulary.get(token)
                found += [known] if known is not None else [self.vocabulary[f"<0x{b:02X}>"] for b in token.encode()]
            self.cache[piece] = found
        return found

    def decode(self, ids: list[int]) -> str:
        """The text of ids, special tokens included."""
        return "".join(self.tokens[i] for i in ids).replace(SPACE, " ")
