"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from studies.activations_and_convolutions.convolutions import image
from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EDGE = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))  # Sobel's, across vertical edges
MEAN = ((1 / 9,) * 3,) * 3


def draw(results: xr.Dataset) -> list[Picture]:
    """Convolutions on an image, activations, what was measured of convolutions, digits."""
    return [
        Picture(
            "convolutions",
            "Operations on an image of 32 x 32 pixels: kernels that average and find vertical "
            "edges, without padding and with it, with stride, dilation and pooling. Axes count "
            "pixels of the result.",
            _convolutions(),
        ),
        Picture(
            "activations",
            "Activation functions (blue) and their derivatives (red, dashed).",
            _activations(results),
        ),
        Picture(
            "digits",
            "Left: difference between operating on a shifted image and shifting the result. "
            "Middle: receptive fields. Right: accuracy on test digits; points are seeds, bars "
            "their mean.",
            _measured(results),
        ),
    ]


def _convolutions() -> "Figure":
    picture = image()
    edge = _kernel(EDGE)
    mean = _kernel(MEAN)
    convolve = nn.functional.conv2d
    panels = {
        "image": picture,
        "mean of 3 x 3, no padding": convolve(picture, mean),
        "edges, no padding": convolve(picture, edge),
        "edges, padding 1": convolve(picture, edge, padding=1),
        "edges, stride 2": convolve(picture, edge, stride=2, padding=1),
        "edges, dilation 3": convolve(picture, edge, dilation=3),
        "max pooling 2": nn.functional.max_pool2d(picture, 2),
        "average pooling 4": nn.functional.avg_pool2d(picture, 4),
    }
    figure = new_figure(9.0, 4.8)
    for axes, (name, values) in zip(figure.subplots(2, 4).flat, panels.items(), strict=True):
        limit = float(values.abs().max())
        axes.imshow(values[0, 0], cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
        axes.set_title(f"{name}: {values.shape[-2]} x {values.shape[-1]}", fontsize=8)
        axes.set(xlabel="pixel", ylabel="pixel")
    return figure


def _kernel(rows: tuple) -> Tensor:
    return torch.tensor(rows)[None, None]


def _activations(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.0, 5.6)
    near = results.sel(x=slice(-4.0, 4.0))
    for axes, name in zip(
        figure.subplots(3, 3, sharex=True).flat, results.activation.values, strict=True
    ):
        axes.axhline(0.0, color="0.85", lw=0.7)
        axes.axvline(0.0, color="0.85", lw=0.7)
        axes.plot(near.x, near.value.sel(activation=name), label="g(x)")
        axes.plot(near.x, near.derivative.sel(activation=name), "--", label="g'(x)")
        axes.set_title(name)
        axes.set_ylim(-2.0 if name == "SELU" else -1.3, 2.0)
        if axes.get_subplotspec().is_last_row():
            axes.set_xlabel("x")
    figure.axes[0].legend(loc="upper left")
    return figure


def _measured(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.2)
    left, middle, right = figure.subplots(1, 3)
    for marker, operation in zip("osx", results.operation.values, strict=True):
        left.plot(
            results["shift"],
            100 * results.shift_difference.sel(operation=operation),
            f"{marker}-",
            label=operation,
        )
    left.set(
        xlabel="shift of the image (pixels)",
        ylabel="relative difference (%)",
        xticks=results["shift"],
        ylim=(-4, 128),
    )
    left.legend(loc="upper right", ncols=2)
    limit = float(results.field_formula.max()) * 1.1
    middle.plot([0, limit], [0, limit], color="0.8")
    middle.plot(results.field_formula, results.field_measured, "o", ms=4, label="random stacks")
    middle.plot(
        results.network_field_formula, results.network_field_measured, "s", ms=5, label="CNN, TCN"
    )
    middle.set(xlabel="receptive field by formula (samples)", ylabel="by gradient (samples)")
    middle.legend()
    _accuracy(right, results)
    return figure


def _accuracy(axes: "Axes", results: xr.Dataset) -> None:
    for number, (network, colour) in enumerate(zip(results.network.values, COLOURS, strict=False)):
        values = 100 * results.accuracy.sel(network=network)
        place = np.arange(results.sizes["digits"]) + 0.4 * number - 0.2
        count = int(results.parameters.sel(network=network).isel(seed=0))
        bars = axes.bar(
            place,
            values.mean("seed"),
            0.36,
            color=colour,
            alpha=0.5,
            label=f"{network}, {count} parameters",
        )
        axes.bar_label(bars, fmt="%.1f", fontsize=7.5, padding=10)
        for column, digits in zip(place, results.digits.values, strict=True):
            axes.plot(
                np.full(values.sizes["seed"], column),
                values.sel(digits=digits),
                ".",
                ms=4,
                color=colour,
            )
    axes.set_xticks(range(results.sizes["digits"]), results.digits.values)
    axes.set(ylabel="right digits (%)", ylim=(0, 130), yticks=range(0, 101, 20))
    axes.legend(loc="upper right")
