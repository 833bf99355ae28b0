"""Draws pictures, many at once, on the device that trains: shapes by signed distance, digits from
tiles, then the processor's resize to the model's size."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from . import glyphs
from .chat import crops_of
from .lessons.base import Picture
from .lessons.digits import HEIGHTS
from .lessons.shapes import KINDS

MOST_SHAPES, MOST_DIGITS = 4, 5
SHAPE_FIELDS = 8
"""kind (-1 for none), red, green, blue, x, y, radius, angle"""


class Digits:
    """The digit tiles on a device."""

    def __init__(self, device: torch.device | str):
        tile, self.advance = glyphs.tiles()
        self.tiles = torch.from_numpy(tile).flatten(0, 2).to(device)

    def place(self, picture: Picture) -> list[float]:
        """Colour and top of a number, then tile and x of each digit."""
        number = picture.number
        if number is None:
            return [0, 0, 0, 0] + [-1, 0] * MOST_DIGITS
        size = HEIGHTS.index(number.height)
        row, x = [*number.color, number.y], number.x
        for character in number.digits:
            digit = int(character)
            row += [(number.font * len(HEIGHTS) + size) * 10 + digit, x]
            x += int(self.advance[number.font, size, digit]) + number.gap
        return row + [-1, 0] * (MOST_DIGITS - len(number.digits))


def to_rows(pictures: list[Picture], advance: "Digits") -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Drawing instructions as tensors: sizes [n, 2], backgrounds [n, 3], shapes [n, 4, 8],
    numbers [n, 14]."""
    shapes = []
    for p in pictures:
        rows = [[KINDS.index(s.kind), *s.color, s.x, s.y, s.radius, s.angle] for s in p.shapes]
        shapes.append(rows + [[-1.0] * SHAPE_FIELDS] * (MOST_SHAPES - len(rows)))
    return (
        torch.tensor([[p.width, p.height] for p in pictures], dtype=torch.float32),
        torch.tensor([p.background for p in pictures], dtype=torch.float32),
        torch.tensor(shapes, dtype=torch.float32),
        torch.tensor([advance.place(p) for p in pictures], dtype=torch.float32),
    )


def distances(x: Tensor, y: Tensor, r: Tensor) -> list[Tensor]:
    """Signed distance to each kind of shape, in the order of KINDS; negative inside."""
    ax, ay = x.abs(), y.abs()
    far = torch.sqrt(x * x + y * y + 1e-6)
    side = r * 0.8
    square = torch.maximum(ax, ay) - side
    # An equilateral triangle with a corner at the top.
    triangle = torch.maximum(ax * 0.8660254 - y * 0.5, y) - r * 0.5
    angle = torch.remainder(torch.atan2(x, -y), 2 * math.pi / 5)
    angle = torch.minimum(angle, 2 * math.pi / 5 - angle)
    # The star's edge from the outer corner (radius 1) to the inner one (radius 0.42).
    px, py = far * torch.cos(angle), far * torch.sin(angle)
    ix, iy = 0.42 * math.cos(math.pi / 5), 0.42 * math.sin(math.pi / 5)
    length = math.hypot(1 - ix, iy)
    star = (py * (1 - ix) - (r - px) * iy) / length
    arm = r * 0.3
    cross = torch.minimum(torch.maximum(ax - arm, ay - r), torch.maximum(ay - arm, ax - r))
    ring = (far - r * 0.76).abs() - r * 0.24
    return [far - r, square, triangle, star, cross, ring]


def draw_shapes(canvas: Tensor, sizes: Tensor, shapes: Tensor) -> Tensor:
    """Paints shapes over canvases [n, 3, height, width]; each pixel stands for an equal part of its
    picture of size `sizes`."""
    n, _, height, width = canvas.shape
    device = canvas.device
    step = sizes / torch.tensor([width, height], device=device)
    u = (torch.arange(width, device=device) + 0.5)[None, None] * step[:, 0, None, None]
    v = (torch.arange(height, device=device) + 0.5)[None, :, None] * step[:, 1, None, None]
    soft = step.mean(1)[:, None, None]
    for i in range(shapes.shape[1]):
        kind, red, green, blue, cx, cy, radius, angle = shapes[:, i, :, None, None].unbind(1)
        x, y = u - cx, v - cy
        cos, sin = angle.cos(), angle.sin()
        x, y = x * cos + y * sin, y * cos - x * sin
        cover = torch.zeros_like(x)
        for k, distance in enumerate(distances(x, y, radius)):
            cover = torch.where(kind == k, (0.5 - distance / soft).clamp(0, 1), cover)
        color = torch.stack((red, green, blue), 1)
        canvas = canvas + cover[:, None] * (color - canvas)
    return canvas


def draw_numbers(canvas: Tensor, numbers: Tensor, tiles: Tensor) -> Tensor:
    """Writes numbers on canvases [n, 3, height, width], one canvas pixel a picture's pixel."""
    n, _, height, width = canvas.shape
    device = canvas.device
    places = numbers[:, 4:].view(n, MOST_DIGITS, 2).long()
    index, x = places[..., 0], places[..., 1]
    ink = tiles[index.clamp(min=0)].float() * (index >= 0)[..., None, None] / 255
    th, tw = ink.shape[-2:]
    rows = numbers[:, 3].long()[:, None, None, None] + torch.arange(th, device=device)[:, None]
    columns = x[..., None, None] + torch.arange(tw, device=device)
    rows, columns = rows.expand_as(ink), columns.expand_as(ink)
    ink = ink * ((rows < height) & (columns < width))
    start = torch.arange(n, device=device)[:, None, None, None] * height * width
    flat = start + rows.clamp(max=height - 1) * width + columns.clamp(max=width - 1)
    cover = torch.zeros(n * height * width, device=device)
    cover.index_add_(0, flat.flatten(), ink.flatten())
    cover = cover.view(n, 1, height, width).clamp(0, 1)
    return canvas + cover * (numbers[:, :3, None, None] - canvas)


def render(rows: tuple[Tensor, Tensor, Tensor, Tensor], height: int, width: int, tiles: Tensor) -> Tensor:
    """Pictures as grey levels 0 … 255 [n, 3, height, width]. Numbers need one size for all."""
    sizes, background, shapes, numbers = rows
    canvas = background[:, :, None, None].expand(-1, -1, height, width)
    most = int((shapes[:, :, 0] >= 0).sum(1).max())
    if most:
        canvas = draw_shapes(canvas, sizes, shapes[:, :most])
    if bool((numbers[:, 4] >= 0).any()):
        canvas = draw_numbers(canvas, numbers, tiles)
    return canvas.round().clamp(0, 255)


def views(canvas: Tensor, size: int, pan_and_scan: bool) -> Tensor:
    """What the model sees of pictures of one size: the whole, then the crops; grey levels
    [n, views, 3, size, size]."""
    height, width = canvas.shape[-2:]
    boxes = [(0, 0, width, height)] + (crops_of(width, height) if pan_and_scan else [])
    parts = [canvas[:, :, top:bottom, left:right] for left, top, right, bottom in boxes]
    shrink = lambda part: (
        part
        if part.shape[-2:] == (size, size)
        else F.interpolate(part, (size, size), mode="bilinear", antialias=True)
    )
    return torch.stack([shrink(part).round().clamp(0, 255) for part in parts], 1)
