"""A picture of samples without time: values of a function, classes of points, images."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from datasets.contract import labels
from datasets.contract.schema import IMAGE
from datasets.inspection.style import INK
from datasets.inspection.summary import spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_POINTS = 20_000
IMAGES = (4, 8)  # rows and columns


def draw_samples(dataset: xr.Dataset, title: str) -> "Figure":
    """Draw images with their classes, points in the colour of their class, or values over the
    input.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    if IMAGE in dataset:
        _draw_images(figure, spread(dataset, IMAGES[0] * IMAGES[1]))
        return figure
    few = spread(dataset, MOST_POINTS)
    axes = figure.subplots()
    classes = _classes(few)
    if classes is None:
        _draw_values(figure, axes, few)
    else:
        _draw_classes(axes, few["x"].values, *classes)
    return figure


def _classes(dataset: xr.Dataset) -> tuple[np.ndarray, list[str]] | None:
    """Class of each sample, counted from zero, and the names; None where there are none.

    Datasets of earlier versions have a column of `y` for each class.
    """
    for name in labels.found(dataset):
        label = dataset[name]
        return labels.indices(name, label), labels.classes(name, label)
    if dataset["y"].shape[1] > 1:
        columns = dataset["y"].values
        return columns.argmax(axis=1), [str(number) for number in range(columns.shape[1])]
    return None


def _draw_values(figure: "Figure", axes: "Axes", dataset: xr.Dataset) -> None:
    """Draw a function over its input, over two inputs, or over the distance from the origin."""
    x = dataset["x"].values
    y = dataset["y"].values[:, 0]
    if x.shape[1] == 2:
        points = axes.scatter(x[:, 0], x[:, 1], c=y, s=4, linewidths=0, cmap="viridis")
        figure.colorbar(points, label="y", shrink=0.8)
        axes.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
        return
    across = x[:, 0] if x.shape[1] == 1 else np.linalg.norm(x, axis=1)
    axes.plot(across, y, ".", markersize=2, color=INK, alpha=0.6)
    axes.set(xlabel="x" if x.shape[1] == 1 else "|x|", ylabel="y")


def _draw_classes(axes: "Axes", x: np.ndarray, classes: np.ndarray, names: list[str]) -> None:
    """Draw each sample as a point over the two inputs that vary most."""
    across, up = sorted(np.argsort(-x.var(axis=0), kind="stable")[:2])
    points = axes.scatter(x[:, across], x[:, up], c=classes, s=12, linewidths=0, cmap="viridis")
    handles, _ = points.legend_elements(num=list(range(len(names))))
    present = [names[number] for number in range(len(names)) if (classes == number).any()]
    axes.legend(handles, present, title="class", frameon=False)
    axes.set(xlabel=f"$x_{{{across + 1}}}$", ylabel=f"$x_{{{up + 1}}}$")


def _draw_images(figure: "Figure", dataset: xr.Dataset) -> None:
    """Draw some images, each under the name of its class."""
    images = dataset[IMAGE].values.astype(float)
    darkest = images.min()
    brightness = (images - darkest) / max(images.max() - darkest, np.finfo(float).tiny)
    classes = _classes(dataset)
    panels = figure.subplots(*IMAGES).ravel()
    for number, axes in enumerate(panels):
        axes.set_axis_off()
        if number < len(images):
            axes.imshow(_as_picture(brightness[number]), cmap="gray", vmin=0.0, vmax=1.0)
            if classes is not None:
                axes.set_title(classes[1][classes[0][number]], fontsize=7)


def _as_picture(image: np.ndarray) -> np.ndarray:
    """Return (channel, height, width) as a picture: in colour where there are three channels."""
    return np.moveaxis(image, 0, -1) if len(image) == 3 else image[0]
