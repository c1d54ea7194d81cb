"""One style for all figures, saved as small files."""

import io
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.files.disk import new_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#1d5b8c", "#d1495b", "#2e8b57", "#e8a33d", "#7a5195", "#5f7a8a", "#8c564b", "#17a2b8")
PIXELS_PER_INCH = 130
PALETTE = 256  # colours in a file


def style() -> AbstractContextManager:
    """The style; figures are made and saved within it."""
    from matplotlib import rc_context
    from matplotlib.rcsetup import cycler

    return rc_context(
        {
            "axes.prop_cycle": cycler(color=COLOURS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 9,
            "axes.titlelocation": "left",
            "axes.labelsize": 8,
            "xtick.labelsize": 7.5,
            "ytick.labelsize": 7.5,
            "legend.fontsize": 7.5,
            "legend.frameon": False,
            "lines.linewidth": 1.2,
            "font.size": 8.5,
            "image.cmap": "viridis",
        }
    )


def new_figure(width: float = 9.0, height: float = 3.2) -> "Figure":
    """An empty figure, sizes in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def save(figure: "Figure", path: Path) -> None:
    """Write a figure as a PNG with a palette, the same figure always in the same bytes."""
    from PIL import Image

    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=PIXELS_PER_INCH, metadata={"Software": None})
    picture = (
        Image.open(raw)
        .convert("RGB")
        .quantize(PALETTE, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    with new_file(path, overwrite=True) as temporary:
        picture.save(temporary, format="png", optimize=True)
