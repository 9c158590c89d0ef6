"""Draw the demo shop's product pictures from `demo_shapes.txt`, one per product.

Run from the repository root: `python docs/draw_demo_images.py`. Each product is drawn by the
shapes named after its id or else after its first tag, in the colour of its first variant.
Needs Pillow, which is no dependency of shopdesk itself.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 400
SCALE = 4
SHADES = 40
"""Side of a picture in pixels, oversampling for smooth edges, colours of the palette kept."""

Rgb = tuple[int, int, int]

COLOURS: dict[str, Rgb] = {
    "black": (58, 60, 66),
    "white": (250, 248, 242),
    "grey": (142, 148, 152),
    "red": (196, 66, 60),
    "blue": (58, 104, 164),
    "green": (76, 132, 92),
    "yellow": (232, 186, 74),
    "orange": (226, 132, 66),
    "pink": (232, 160, 172),
    "purple": (126, 92, 150),
    "brown": (134, 92, 62),
    "beige": (222, 204, 172),
    "natural": (208, 164, 112),
}

INKS: dict[str, Rgb] = {
    "wood": (190, 140, 90),
    "shade": (176, 178, 174),
    "steel": (170, 178, 184),
    "coal": (66, 68, 74),
    "brass": (200, 160, 76),
    "leaf": (108, 158, 96),
    "moss": (66, 106, 70),
    "paper": (252, 250, 244),
    "glass": (196, 220, 226),
    "clay": (196, 116, 82),
    "glow": (250, 220, 128),
    "rose": (206, 96, 92),
}

GROUNDS: dict[str, Rgb] = {
    "lighting": (222, 214, 226),
    "furniture": (214, 224, 222),
    "kitchen": (232, 220, 206),
    "tea": (216, 226, 208),
    "textiles": (224, 214, 206),
    "clothing": (210, 220, 230),
    "bags": (228, 222, 200),
    "stationery": (218, 216, 232),
    "toys": (236, 222, 212),
    "garden": (208, 226, 220),
}


@dataclass
class Drawing:
    """The shapes of one kind of thing; `colour` stands in where a product names none."""

    shapes: list[list[str]] = field(default_factory=list)
    colour: str = "natural"


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Return `one` moved towards `other` by `share` (0..1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def read_drawings(path: Path) -> dict[str, Drawing]:
    """Read the drawings by their kind."""
    drawings: dict[str, Drawing] = {}
    current = Drawing()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = drawings[line.strip("[]")] = Drawing()
        elif line.startswith("colour "):
            current.colour = line.split()[1]
        elif line and not line.startswith("#"):
            current.shapes.append(line.split())
    return drawings


def inks_for(colour: str) -> dict[str, Rgb]:
    """Return all inks, with main, dark and light made from a colour word."""
    main = COLOURS[colour]
    return INKS | {
        "main": main,
        "dark": mix(main, (30, 30, 40), 0.24),
        "light": mix(main, (255, 255, 255), 0.34) if colour != "white" else (232, 232, 226),
    }


def scaled(numbers: list[str]) -> list[int]:
    """Return coordinates in oversampled pixels."""
    return [round(float(number) * SCALE) for number in numbers]


def draw_line(pen: ImageDraw.ImageDraw, ink: Rgb, width: int, points: list[int]) -> None:
    """Draw a polyline with round joints and ends."""
    pen.line(points, fill=ink, width=width, joint="curve")
    radius = width // 2
    for x, y in zip(points[::2], points[1::2], strict=True):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)


def draw_shape(pen: ImageDraw.ImageDraw, shape: list[str], inks: dict[str, Rgb]) -> None:
    """Draw one line of a drawing."""
    kind, rest = shape[0], shape[1:]
    if kind == "r":
        corner = scaled(rest[5:])[0] if len(rest) > 5 else 0
        pen.rounded_rectangle(scaled(rest[:4]), radius=corner, fill=inks[rest[4]])
    elif kind == "e":
        pen.ellipse(scaled(rest[:4]), fill=inks[rest[4]])
    elif kind == "p":
        pen.polygon(scaled(rest[1:]), fill=inks[rest[0]])
    elif kind == "l":
        draw_line(pen, inks[rest[0]], scaled(rest[1:2])[0], scaled(rest[2:]))
    elif kind == "a":
        start, end = float(rest[4]), float(rest[5])
        pen.arc(scaled(rest[:4]), start, end, fill=inks[rest[6]], width=scaled(rest[7:])[0])
    else:
        raise ValueError(f"unknown shape {' '.join(shape)!r}")


def draw_picture(drawing: Drawing, colour: str, category: str) -> Image.Image:
    """Draw one product on the ground of its category."""
    ground = GROUNDS[category]
    side = SIDE * SCALE
    picture = Image.new("RGB", (side, side), ground)
    pen = ImageDraw.Draw(picture)
    pen.ellipse(scaled(["24", "24", "376", "376"]), fill=mix(ground, (255, 255, 255), 0.36))
    pen.ellipse(scaled(["70", "336", "330", "366"]), fill=mix(ground, (60, 60, 70), 0.16))
    inks = inks_for(colour or drawing.colour)
    for shape in drawing.shapes:
        draw_shape(pen, shape, inks)
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return small.quantize(SHADES, dither=Image.Dither.NONE)


def draw_all(shop: Path, shapes: Path) -> int:
    """Draw every product of the catalogue; return how many."""
    drawings = read_drawings(shapes)
    (shop / "images").mkdir(exist_ok=True)
    count = 0
    with (shop / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["image"]:
                continue
            drawing = drawings.get(row["product"]) or drawings[row["tags"].split(";")[0]]
            picture = draw_picture(drawing, row["colour"], row["category"])
            picture.save(shop / row["image"], optimize=True)
            count += 1
    return count


if __name__ == "__main__":
    here = Path(__file__).parent
    print(draw_all(here.parent / "knowledge_base" / "demo_shop", here / "demo_shapes.txt"))
