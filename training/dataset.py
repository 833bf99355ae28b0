"""Rows of lessons as tensors: tokens, weights of what is to be said, and what is seen."""

from __future__ import annotations

import os
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor

from .curriculum import LESSONS, Rows, pieces_of
from .model import BOS, IMAGE, PAD
from .render import Digits, render, to_rows, views
from .tokenizer import Tokenizer

PROMPT_WEIGHT, PLAIN_WEIGHT = 0.03, 0.3
CHUNK = 2_000


@dataclass
class Pool:
    """Rows of one group on a device."""

    rows: Rows
    ids: Tensor
    weights: Tensor
    """What predicting each token counts, [rows, length]; 1 / √n for a token of an answer of n."""
    answers: Tensor
    """Whether each token belongs to an answer."""
    lesson: Tensor
    label: Tensor
    last: Tensor
    """Index of the last token that is no padding."""
    images: Tensor | None = None
    """Grey levels [pictures, 3, size, size]."""
    index: Tensor | None = None
    """Which images a row sees, [rows, pictures]."""


def encode_row(tokenizer: Tokenizer, lesson: str, pieces: list[tuple[str, float]], length: int):
    """Ids, weights and answer marks of a row, or None if it is too long. The whole is encoded as
    one: no merge crosses from a prompt, which ends in a newline or a word, into an answer."""
    ids: list[int] = []
    weights: list[float] = []
    answers: list[bool] = []
    for piece, weight in pieces:
        part = tokenizer.encode(piece)
        ids += part
        base = PLAIN_WEIGHT if lesson == "plain" else PROMPT_WEIGHT
        weights += [weight * len(part) ** -0.5 if weight else base] * len(part)
        answers += [weight > 0] * len(part)
    if len(ids) > length:
        return None
    weights = [0.0 if i in (IMAGE, BOS) else w for i, w in zip(ids, weights)]
    return ids, weights, answers


_shared: dict = {}


def make_chunk(task: tuple[Rows, int, bool, int]) -> dict[str, np.ndarray]:
    """One chunk of rows, by its seed; runs in a worker."""
    rows, seed, held_out, count = task
    tokenizer, digits = _shared["tokenizer"], _shared["digits"]
    rng = Random(seed)
    ids = np.full((count, rows.length), PAD, np.int16)
    weights = np.zeros((count, rows.length), np.float16)
    answers = np.zeros((count, rows.length), bool)
    lesson, label, last = np.zeros(count, np.uint8), np.full(count, -1, np.int8), np.zeros(count, np.int16)
    pictures, index, scan = [], np.zeros((count, max(1, rows.pictures)), np.int32), []
    i = 0
    while i < count:
        name, pieces, example = pieces_of(rows, rng, held_out)
        encoded = encode_row(tokenizer, name, pieces, rows.length)
        if encoded is None:
            continue
        n = len(encoded[0])
        ids[i, :n], weights[i, :n], answers[i, :n] = encoded
        lesson[i], label[i], last[i] = LESSONS.index(name), example.label, n - 1
        for j, picture in enumerate(example.pictures):
            index[i, j:] = len(pictures)
            pictures.append(picture)
            scan.append(example.pan_and_scan)
        i += 1
    out = dict(ids=ids, weights=weights, answers=answers, lesson=lesson, label=label, last=last)
    if pictures:
        drawn = [part.numpy() for part in to_rows(pictures, digits)]
        out |= dict(sizes=drawn[0], papers=drawn[1], shapes=drawn[2], numbers=drawn[3])
        out |= dict(index=index, scan=np.array(scan))
    return out


def make_rows(groups, tokenizer_path: Path, seed: int, held_out: bool, counts: dict[str, int]):
    """Rows of every group, chunk by chunk on all processors; call it before the device is used."""
    _shared["tokenizer"] = Tokenizer(tokenizer_path)
    _shared["digits"] = Digits("cpu")
    torch.set_num_threads(1)
    tasks = [
        (rows, seed * 1_000_003 + g * 100_003 + c, held_out, min(CHUNK, counts[rows.name] - c * CHUNK))
        for g, rows in enumerate(groups)
        for c in range(-(-counts[rows.name] // CHUNK))
    ]
    found: dict[str, list] = {rows.name: [] for rows in groups}
    with get_context("fork").Pool(os.cpu_count()) as pool:
        for task, chunk in zip(tasks, pool.imap(make_chunk, tasks)):
            found[task[0].name].append(chunk)
    return found


def to_pools(groups, found: dict[str, list], device: str, size: int) -> dict[str, Pool]:
    """Moves rows to the device and draws their pictures there."""
    tiles = _shared["digits"].tiles.to(device)
    pools = {}
    for rows in groups:
        chunks = found[rows.name]
        join = lambda key: torch.from_numpy(np.concatenate([c[key] for c in chunks])).to(device)
        pool = Pool(rows, *(join(k) for k in ("ids", "weights", "answers", "lesson", "label", "last")))
        if rows.pictures:
            draw = draw_banners if rows.name == "banner" else draw_squares
            draw(pool, chunks, tiles, device, size)
        pools[rows.name] = pool
    return pools


def draw_squares(pool: Pool, chunks: list, tiles: Tensor, device: str, size: int) -> None:
    """Pictures that the processor would make square: drawn at the model's size at once."""
    count = sum(len(c["sizes"]) for c in chunks)
    images = torch.empty((count, 3, size, size), dtype=torch.uint8, device=device)
    index, start = [], 0
    for c in chunks:
        n = len(c["sizes"])
        index.append(torch.from_numpy(c["index"]).to(device) + start)
        for first in range(0, n, 1_000):
            part = [
                torch.from_numpy(c[k][first : first + 1_000]).to(device)
                for k in ("sizes", "papers", "shapes", "numbers")
            ]
            images[start + first : start + first + len(part[0])] = render(part, size, size, tiles).byte()
        start += n
    pool.images, pool.index = images, torch.cat(index)


def draw_banners(pool: Pool, chunks: list, tiles: Tensor, device: str, size: int) -> None:
    """Banners: drawn at their own size, then shrunk, whole and in crops."""
    most = pool.rows.pictures
    joined = {k: np.concatenate([c[k] for c in chunks]) for k in ("sizes", "papers", "shapes", "numbers", "scan")}
    count = len(joined["sizes"])
    images = torch.zeros((count, most, 3, size, size), dtype=torch.uint8, device=device)
    for width, height in np.unique(joined["sizes"], axis=0).astype(int):
        for scan in (False, True):
            same = (joined["sizes"] == (width, height)).all(1) & (joined["scan"] == scan)
            for where in np.array_split(np.nonzero(same)[0], max(1, -(-same.sum() // 128))):
                if not len(where):
                    continue
                part = [torch.from_numpy(joined[k][where]).to(device) for k in ("sizes", "papers", "shapes", "numbers")]
                seen = views(render(part, int(height), int(width), tiles), size, scan)
                images[torch.from_numpy(where).to(device), : seen.shape[1]] = seen.byte()
    pool.images = images.flatten(0, 1)
    pool.index = torch.arange(count * most, device=device).view(count, most)
