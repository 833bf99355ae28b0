"""Asks a checkpoint the held-out examples in PyTorch and writes report.json and curves.png.

Usage: python3 -m training.evaluate MODEL_DIRECTORY LESSONS.json [--log log.jsonl] [--report report.json]
[--curves curves.png]
"""

from __future__ import annotations

import argparse
import base64
import io
import json
from collections import defaultdict
from pathlib import Path

import torch

from . import heads
from .chat import crops_of, end_of, prompt_of
from .export import load_checkpoint
from .lessons.base import Example, Picture
from .lessons.labels import NAMES
from .model import Group, Model
from .tokenizer import Tokenizer

DISTANCES = ((0, 31), (32, 63), (64, 127), (128, 999))


def squares(png: str, pan_and_scan: bool, size: int) -> tuple[Picture, torch.Tensor]:
    """A picture's size and what the processor makes of it, [views, 3, size, size]."""
    import numpy as np
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    boxes = crops_of(*image.size) if pan_and_scan else []
    parts = [image, *(image.crop(box) for box in boxes)]
    levels = np.stack([np.asarray(part.resize((size, size), Image.Resampling.BILINEAR)) for part in parts])
    pixels = torch.from_numpy(levels).permute(0, 3, 1, 2).float() / 127.5 - 1
    return Picture(*image.size, (0, 0, 0)), pixels


def read(entry: dict, size: int) -> tuple[Example, torch.Tensor | None]:
    """An entry of the file as an example, and its pixels [1, views, 3, size, size]."""
    scan = entry.get("panAndScan", False)
    seen = [squares(png, scan, size) for png in entry.get("pictures", [])]
    example = Example(
        entry["lesson"], "", entry["answer"], tuple(entry.get("turns", ())), entry.get("system", ""),
        entry.get("text"), tuple(p for p, _ in seen), scan,
        NAMES.index(entry["answer"]) if entry["lesson"] == "label" else -1,
    )
    return example, torch.cat([pixels for _, pixels in seen])[None] if seen else None


@torch.no_grad()
def is_right(model: Model, tokenizer: Tokenizer, example: Example, images, closed: str = "") -> bool:
    """Whether greedy decoding gives the whole answer: every token of it is the likeliest after the
    right ones before it."""
    prompt = tokenizer.encode(prompt_of(example))
    if example.label >= 0:
        hidden = model([Group(torch.tensor([prompt]))])
        return int(model.score(hidden[-1]).argmax()) == example.label
    answer = tokenizer.encode(example.answer + end_of(example))
    hidden = model([Group(torch.tensor([prompt + answer]), images, closed)])
    best = model.logits(hidden[len(prompt) - 1 : -1]).argmax(-1)
    return best.tolist() == answer


def distance_class(tokens: int) -> str:
    """The row of the table that a distance belongs to."""
    low, high = next(d for d in DISTANCES if d[0] <= tokens <= d[1])
    return f"recall, {low} to {high} tokens back" if high < 999 else f"recall, {low} and more tokens back"


def examine(model: Model, tokenizer: Tokenizer, entries: list[dict]) -> dict[str, dict]:
    """Share of whole answers that are right, and how many were asked, by lesson."""
    found: dict[str, list[bool]] = defaultdict(list)
    for entry in entries:
        example, images = read(entry, model.sizes.image)
        right = is_right(model, tokenizer, example, images)
        found[example.lesson].append(right)
        if example.lesson == "recall":
            name = distance_class(entry["distance"])
            found[name].append(right)
            for closed, words in (("window", "global layers closed"), ("all", "global layers blind")):
                wrong = is_right(model, tokenizer, example, images, closed)
                found[f"{name}, {words}"].append(wrong)
                found[f"recall, {words}"].append(wrong)
        if example.lesson == "banner":
            entry = entry | {"panAndScan": False}
            example, images = read(entry, model.sizes.image)
            found["banner, base image only"].append(is_right(model, tokenizer, example, images))
    return {
        name: {"accuracy": round(sum(rights) / len(rights), 4), "asked": len(rights)}
        for name, rights in sorted(found.items())
    }


def draw_curves(log: Path, file: Path) -> list[dict]:
    """Loss and accuracy over the steps as a picture; the entries of the log."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.5))
    losses = [e for e in entries if "loss" in e]
    left.plot([e["step"] for e in losses], [e["loss"] for e in losses], color="#333")
    left.set(title="Training loss", xlabel="step", ylim=(0, 1.2))
    scores = [e for e in entries if "accuracy" in e]
    right.set_prop_cycle(color=plt.get_cmap("tab20").colors)
    for lesson in scores[-1]["accuracy"]:
        if lesson not in ("chain", "label", "plain", "turns"):
            right.plot([e["step"] for e in scores], [e["accuracy"][lesson] for e in scores], label=lesson)
    shut = [e for e in scores if "recall_closed" in e]
    right.plot(
        [e["step"] for e in shut], [e["recall_closed"] for e in shut], "k--", label="recall, global layers closed"
    )
    right.set(title="Whole answers right, held out", xlabel="step", ylim=(0, 1.02))
    right.legend(fontsize=7, loc="lower right", ncols=2)
    figure.tight_layout()
    figure.savefig(file, dpi=90)
    return entries


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("lessons", type=Path)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--curves", type=Path)
    options = parser.parse_args(arguments)
    model, tokenizer = load_checkpoint(options.model).eval(), Tokenizer(options.model / "tokenizer.json")
    entries = json.loads(options.lessons.read_text(encoding="utf-8"))
    table = examine(model, tokenizer, entries)
    for name, row in table.items():
        print(f"{name:52}{row['accuracy']:8.1%}{row['asked']:6}")
    report = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "accuracy": table,
        "heads": heads.find(model, tokenizer),
    }
    print(json.dumps(report["heads"], indent=1))
    if options.log:
        log = draw_curves(options.log, options.curves) if options.curves else []
        last = [entry for entry in log if "accuracy" in entry][-1]
        report["training"] = {"steps": last["step"], "seconds": last.get("seconds"), "accuracy": last["accuracy"]}
    if options.report:
        options.report.write_text(json.dumps(report, indent="\t") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
