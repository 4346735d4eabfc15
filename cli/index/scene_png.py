"""A scene as PNG, drawn by matplotlib: the extra `pictures`, because it weighs more than all the rest.

The library takes a second to load, so it is loaded when a picture is drawn.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Final, Literal

from cli.index.scene import Anchor, Disc, Scene, Stroke, Words
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say

DOTS_PER_INCH: Final = 144
_POINTS_PER_INCH: Final = 72
_FONT: Final = "DejaVu Sans"
_ALIGNMENTS: Final[Mapping[Anchor, Literal["left", "center", "right"]]] = {
    Anchor.START: "left",
    Anchor.MIDDLE: "center",
    Anchor.END: "right",
}


def check_drawable() -> None:
    """Raise `CliError` unless what draws PNGs is installed."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise CliError(
            ExitCode.REFUSED,
            "pictures_not_installed",
            say("Drawing a PNG needs matplotlib, which is not installed."),
            say(
                "Install it with `pip install 'fiado[pictures]'`, or draw an SVG with --svg instead."
            ),
        ) from None


def png(scene: Scene) -> bytes:
    """The bytes of the file. Raises `CliError` as `check_drawable` does."""
    check_drawable()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle
    from matplotlib.text import Text
    from matplotlib.transforms import Affine2D

    size = (scene.width / _POINTS_PER_INCH, scene.height / _POINTS_PER_INCH)
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    scale = DOTS_PER_INCH / _POINTS_PER_INCH
    transform = Affine2D().scale(scale, -scale).translate(0, scene.height * scale)
    for order, shape in enumerate(scene.shapes):
        match shape:
            case Stroke():
                xs, ys = zip(*shape.points, strict=True)
                line = Line2D(xs, ys, color=shape.colour, linewidth=shape.width, zorder=order)
                line.set_solid_capstyle("butt")
                if shape.dash is not None:
                    # Lengths of dashes are counted in widths of the line there.
                    line.set_dashes([length / shape.width for length in shape.dash])
                line.set_transform(transform)
                figure.add_artist(line)
            case Disc():
                disc = Circle(
                    shape.centre, shape.radius, facecolor="w", edgecolor=shape.colour, zorder=order
                )
                disc.set_transform(transform)
                figure.add_artist(disc)
            case Words():
                words = Text(
                    *shape.place,
                    shape.text,
                    fontsize=shape.size,
                    color=shape.colour,
                    horizontalalignment=_ALIGNMENTS[shape.anchor],
                    fontweight="bold" if shape.is_bold else "normal",
                    fontfamily=_FONT,
                    parse_math=False,
                    zorder=order,
                )
                words.set_transform(transform)
                figure.add_artist(words)
    file = BytesIO()
    figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
    return file.getvalue()
