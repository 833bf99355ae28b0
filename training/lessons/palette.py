"""Colours of pictures, each with a little play around its name."""

from random import Random

COLORS = {
    "red": (220, 40, 40), "blue": (40, 80, 220), "green": (40, 160, 60), "yellow": (240, 210, 40),
    "purple": (140, 50, 180), "orange": (245, 140, 30), "black": (20, 20, 20), "white": (245, 245, 245),
}
PAPERS = (
    (255, 255, 255), (255, 255, 255), (240, 240, 235), (225, 230, 240), (250, 240, 220),
    (200, 200, 200), (60, 60, 66), (30, 32, 40), (128, 128, 128), (205, 225, 205),
)


def shade(name: str, rng: Random) -> tuple[int, int, int]:
    """A colour near the named one."""
    play = 12 if name in ("black", "white") else 22
    return tuple(min(255, max(0, c + rng.randint(-play, play))) for c in COLORS[name])


def paper(rng: Random, names: list[str]) -> tuple[int, int, int]:
    """A background against which every named colour stands out."""
    for _ in range(20):
        base = rng.choice(PAPERS)
        color = tuple(min(255, max(0, c + rng.randint(-8, 8))) for c in base)
        if all(distance(color, COLORS[name]) > 120 for name in names):
            return color
    return (255, 255, 255) if "white" not in names else (60, 60, 66)


def distance(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """How far apart two colours are, 0 … 441."""
    return sum((x - y) ** 2 for x, y in zip(a, b)) ** 0.5


def ink(rng: Random, background: tuple[int, int, int]) -> tuple[int, int, int]:
    """A colour for writing, light on dark or dark on light, or a strong hue."""
    for _ in range(40):
        color = tuple(rng.randint(0, 255) for _ in range(3))
        if rng.random() < 0.6:
            color = rng.choice(((0, 0, 0), (255, 255, 255), (20, 20, 90), (120, 10, 10)))
        if abs(luminance(color) - luminance(background)) > 110:
            return color
    return (0, 0, 0) if luminance(background) > 128 else (255, 255, 255)


def luminance(color: tuple[int, ...]) -> float:
    """Brightness, 0 … 255."""
    return 0.3 * color[0] + 0.59 * color[1] + 0.11 * color[2]
