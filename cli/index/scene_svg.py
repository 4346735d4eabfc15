"""A scene as SVG: letters stay letters, which can be searched and read aloud; a scene is always one file."""

from collections.abc import Iterator
from html import escape

from cli.index.scene import Disc, Scene, Stroke, Words


def svg(scene: Scene) -> str:
    """The text of the file."""
    width, height = _number(scene.width), _number(scene.height)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" font-family="DejaVu Sans, Verdana, sans-serif">'
    )
    lines = [
        opening,
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_shapes(scene),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _shapes(scene: Scene) -> Iterator[str]:
    for shape in scene.shapes:
        match shape:
            case Stroke():
                points = " ".join(f"{_number(x)},{_number(y)}" for x, y in shape.points)
                dash = ""
                if shape.dash is not None:
                    dash = f' stroke-dasharray="{" ".join(map(_number, shape.dash))}"'
                yield (
                    f'<polyline points="{points}" fill="none" stroke="{shape.colour}" '
                    f'stroke-width="{_number(shape.width)}" stroke-linejoin="round"{dash}/>'
                )
            case Disc():
                x, y = map(_number, shape.centre)
                yield (
                    f'<circle cx="{x}" cy="{y}" r="{_number(shape.radius)}" fill="#ffffff" '
                    f'stroke="{shape.colour}"/>'
                )
            case Words():
                x, y = map(_number, shape.place)
                weight = ' font-weight="bold"' if shape.is_bold else ""
                yield (
                    f'<text x="{x}" y="{y}" font-size="{_number(shape.size)}" fill="{shape.colour}" '
                    f'text-anchor="{shape.anchor}"{weight}>{escape(shape.text)}</text>'
                )


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
