"""Trains the model on a GPU; stops after some time and goes on where it stopped.

Usage: python3 -m training.train --state DIRECTORY --checkpoint DIRECTORY [--seconds 580]
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from .curriculum import GROUPS, LESSONS
from .dataset import Pool, make_rows, to_pools
from .export import save_checkpoint
from .model import Group, Model, Sizes

LABEL_WEIGHT = 0.3
HELD_OUT = {"text": 6_000, "long": 1_000, "image": 3_000, "banner": 1_000}


def pixels(images: torch.Tensor) -> torch.Tensor:
    """Grey levels as the processor normalises them."""
    return images.float() / 127.5 - 1


def batch_of(pool: Pool, choice: torch.Tensor) -> dict[str, torch.Tensor]:
    """The chosen rows of a pool."""
    batch = {"ids": pool.ids[choice].long(), "weights": pool.weights[choice].float()}
    if pool.images is not None:
        index = pool.index[choice].long()
        batch["images"] = pool.images[index.flatten()].view(*index.shape, *pool.images.shape[1:])
    else:
        batch |= {"label": pool.label[choice].long(), "last": pool.last[choice].long()}
    return batch


def objective(model: Model, batches: list[dict[str, torch.Tensor]]):
    """The loss of one step, and its parts: of words, of labels."""
    groups = [
        Group(b["ids"], pixels(b["images"]) if "images" in b else None) for b in batches
    ]
    hidden = model(groups)
    logits = model.logits(hidden).float()
    targets = torch.cat([F.pad(b["ids"][:, 1:], (0, 1)).flatten() for b in batches])
    weights = torch.cat([F.pad(b["weights"][:, 1:], (0, 1)).flatten() for b in batches])
    words = (F.cross_entropy(logits, targets, reduction="none") * weights).sum() / weights.sum()
    first = batches[0]
    rows, length = first["ids"].shape
    own = hidden[: rows * length].view(rows, length, -1)
    state = own[torch.arange(rows, device=own.device), first["last"]]
    known = (first["label"] >= 0).float()
    wrong = F.cross_entropy(model.score(state).float(), first["label"].clamp(min=0), reduction="none")
    labels = (wrong * known).sum() / known.sum().clamp(min=1)
    return words + LABEL_WEIGHT * labels, words.detach(), labels.detach()


@torch.no_grad()
def accuracy(model: Model, pools: dict[str, Pool], closed: str = "", names=None) -> dict[str, float]:
    """Share of held-out rows whose whole answer greedy decoding would give, by lesson.

    Greedy decoding is right to the end exactly when every token of the answer is the likeliest
    after the right ones before it, so one pass over the right answer tells.
    """
    right, seen = [0] * len(LESSONS), [0] * len(LESSONS)
    for name, pool in pools.items():
        if names and name not in names:
            continue
        for start in range(0, len(pool.ids), 500):
            choice = torch.arange(start, min(start + 500, len(pool.ids)), device=pool.ids.device)
            batch = batch_of(pool, choice)
            with torch.autocast(pool.ids.device.type, torch.bfloat16):
                images = pixels(batch["images"]) if "images" in batch else None
                hidden = model([Group(batch["ids"], images, closed)])
                best = model.logits(hidden).argmax(-1).view(batch["ids"].shape)
            asked = pool.answers[choice][:, 1:]
            good = ((best[:, :-1] == batch["ids"][:, 1:]) | ~asked).all(1)
            if "label" in batch:
                state = hidden.view(*best.shape, -1)[torch.arange(len(choice), device=best.device), batch["last"]]
                said = model.score(state.float()).argmax(-1) == batch["label"]
                good = torch.where(batch["label"] >= 0, said, good)
            lesson = pool.lesson[choice].long()
            for i in lesson.unique().tolist():
                right[i] += int(good[lesson == i].sum())
                seen[i] += int((lesson == i).sum())
    return {LESSONS[i]: right[i] / n for i, n in enumerate(seen) if n}


def rate(step: int, total: int | None, peak: float, warm: int = 1_000) -> float:
    """Learning rate: a warm-up, then a cosine down to nothing."""
    total = total or 100_000
    if step < warm:
        return peak * (step + 1) / warm
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, total - warm))))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder of the resumable state")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder the checkpoint goes to")
    parser.add_argument("--model", type=Path, default=Path("static/models/gemma3-mini"), help="folder of tokenizer.json")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, help="in all; as many as fit into --seconds if not given")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so long, state saved")
    parser.add_argument("--peak", type=float, default=1.5e-3)
    parser.add_argument("--share", type=float, default=1.0, help="of the rows that are made")
    parser.add_argument("--every", type=int, default=2_000, help="steps between evaluations")
    options = parser.parse_args(arguments)
    if not torch.cuda.is_available():
        raise SystemExit("training needs a GPU that PyTorch sees through CUDA, and there is none")
    begin = time.time()

    state_file = options.state / "state.pt"
    options.state.mkdir(parents=True, exist_ok=True)
    old = torch.load(state_file, map_location="cpu", weights_only=True) if state_file.exists() else None
    first = old["step"] if old else 0
    tokenizer = options.model / "tokenizer.json"
    # Each stretch learns from rows of its own; what is held out stays.
    counts = {rows.name: int(rows.pool * options.share) for rows in GROUPS}
    made = make_rows(GROUPS, tokenizer, options.seed + first, False, counts)
    kept = make_rows(GROUPS, tokenizer, options.seed, True, HELD_OUT)
    print(f"rows made after {time.time() - begin:.0f} s", flush=True)

    device = "cuda"
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.manual_seed(options.seed + first)
    sizes = Sizes()
    pools = to_pools(GROUPS, made, device, sizes.image)
    held = to_pools(GROUPS, kept, device, sizes.image)
    del made, kept
    torch.cuda.synchronize()
    print(f"pictures drawn after {time.time() - begin:.0f} s", flush=True)

    model = Model(sizes)
    model.initialise(options.seed)
    if old:
        model.load_state_dict(old["model"])
    model.to(device)
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}],
        lr=torch.tensor(0.0, device=device), betas=(0.9, 0.98), fused=True,
    )
    if old:
        optimizer.load_state_dict(old["optimizer"])
        for group in optimizer.param_groups:
            group["lr"] = torch.tensor(0.0, device=device)
    log = open(options.state / "log.jsonl", "a", encoding="utf-8")
    note = lambda **entry: (print(json.dumps(entry), flush=True), log.write(json.dumps(entry) + "\n"), log.flush())

    def save(step: int) -> None:
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "total": total}
        torch.save(state, state_file.with_suffix(".new"))
        state_file.with_suffix(".new").replace(state_file)
        save_checkpoint(model, options.checkpoint)

    def loss_of(batches):
        with torch.autocast(device, torch.bfloat16):
            return objective(model, batches)

    compiled = torch.compile(loss_of, mode="reduce-overhead")
    generator = torch.Generator(device=device).manual_seed(options.seed + first)
    skipped = torch.zeros((), device=device)
    step, mark, mark_step, saved = first, time.time(), first, time.time()
    total = options.steps or (old or {}).get("total")
    while (total is None or step < total) and time.time() - begin < options.seconds:
        for group in optimizer.param_groups:
            group["lr"].fill_(rate(step, total, options.peak))
        batches = [
            batch_of(pool, torch.randint(len(pool.ids), (pool.rows.batch,), generator=generator, device=device))
            for pool in pools.values()
        ]
        torch.compiler.cudagraph_mark_step_begin()
        loss, words, labels = compiled(batches)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        # A step whose gradients are not finite is left out, without waiting for the device.
        broken = (~torch.isfinite(norm)).float()
        skipped += broken
        optimizer.found_inf = broken
        optimizer.step()
        if step % 500 == 499 and bool(broken):
            names = [n for n, p in model.named_parameters() if not bool(torch.isfinite(p.grad).all())]
            print(len(names), "gradients are not finite:", names[:4], names[-4:], flush=True)
        optimizer.zero_grad(set_to_none=True)
        step += 1
        if step == first + 500:
            early = time.time()
        if total is None and step == first + 3_000:
            speed = 2_500 / (time.time() - early)
            total = step + int(speed * (begin + options.seconds - 15 - time.time()))
            note(total=total, speed=round(speed, 1))
        if step % 100 == 0:
            value = float(words)
            if step % 500 == 0 or step == first + 100:
                now = time.time()
                note(step=step, loss=round(value, 4), label_loss=round(float(labels), 4),
                     norm=round(float(norm), 3), skipped=int(skipped),
                     seconds=round(now - begin, 1), speed=round((step - mark_step) / (now - mark), 1))
                mark, mark_step = now, step
            if not math.isfinite(value) and float(skipped) > 300:
                raise SystemExit(f"the loss is {value} at step {step}; start again with a smaller --peak")
        if step % options.every == 0 or step == total:
            found = accuracy(model, held)
            shut = accuracy(model, held, "window", ("text", "long"))
            note(step=step, accuracy=found, recall_closed=shut["recall"], stories_closed=shut["stories"])
            mark, mark_step = time.time(), step
        if time.time() - saved > 120:
            save(step)
            saved = time.time()
    save(step)
    note(step=step, accuracy=accuracy(model, held), done=step == total, seconds=round(time.time() - begin, 1))


if __name__ == "__main__":
    main()
