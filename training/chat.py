"""Prompts as Gemma 3's chat template and processor write them."""

from __future__ import annotations

from .lessons.base import Example

SOFT_TOKENS = 16
IMAGE = "<start_of_image>"
SEQUENCE = f"\n\n{IMAGE}{'<image_soft_token>' * SOFT_TOKENS}<end_of_image>\n\n"


def prompt_of(example: Example) -> str:
    """The text that is tokenised, pictures expanded, `<bos>` included."""
    if example.text is not None:
        return "<bos>" + expand(example.text, example)
    text = "<bos>"
    for i, turn in enumerate(example.turns):
        role = "model" if i % 2 else "user"
        head = f"{example.system}\n\n" if i == 0 and example.system else ""
        text += f"<start_of_turn>{role}\n{head}{turn.strip()}<end_of_turn>\n"
    return expand(text + "<start_of_turn>model\n", example)


def end_of(example: Example) -> str:
    """What ends an answer: the turn, or a plain text."""
    return "<eos>" if example.text is not None else "<end_of_turn>"


def crops_of(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Pan & scan as the processor does it here (smallest crop 32, most 4, from a ratio of 1.2):
    boxes left, top, right, bottom."""
    long, short = max(width, height), min(width, height)
    if long / short < 1.2:
        return []
    count = min(4, max(2, min(int(long / short + 0.5), long // 32)))
    across, down = (count, 1) if width >= height else (1, count)
    w, h = -(-width // across), -(-height // down)
    if min(w, h) < 32:
        return []
    return [
        (i * w, j * h, min(width, (i + 1) * w), min(height, (j + 1) * h))
        for j in range(down)
        for i in range(across)
    ]


def expand(text: str, example: Example) -> str:
    """Each `<start_of_image>` becomes its soft tokens, and those of its crops."""
    pieces = text.split(IMAGE)
    out = pieces[0]
    for picture, piece in zip(example.pictures, pieces[1:], strict=True):
        crops = crops_of(picture.width, picture.height) if example.pan_and_scan else []
        image = SEQUENCE
        if crops:
            image = (
                f"Here is the original image {SEQUENCE} and here are some crops to help you see better "
                + " ".join([SEQUENCE] * len(crops))
            )
        out += image + piece
    return out
