"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.learning_rates import range_test, regression, regularisation
from studies.learning_rates.digits import GUESSING
from studies.learning_rates.laws import LAWS, course

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(results: xr.Dataset) -> list[Picture]:
    """Laws, the regression, range test and batches, regularisation."""
    return [
        Picture(
            "laws",
            "Left: the laws. Middle: lowest validation loss on the digits at each highest rate, "
            "medians over seeds. Right: validation loss on the way, each law with its best rate.",
            _laws(results),
        ),
        Picture(
            "regression",
            "SGD on y = exp(x) + noise, new samples at each step. Left: excess loss on the way, "
            "means over seeds, highest rate 0.08. Right: what a constant rate leaves; four samples "
            "at four times the rate leave as much as one.",
            _regression(results),
        ),
        Picture(
            "range_and_batches",
            "Left: range test, one line for each seed; the dashed line is the median of the best "
            "constant rates. Middle: lowest validation loss with batches of several sizes and "
            "plain SGD; rings mark the best rate. Right: the best rate against the batch, seeds "
            "side by side, with the linear and the square-root rule.",
            _range_and_batches(results),
        ),
        Picture(
            "regularisation",
            "Left: errors of a perceptron on 20 noisy samples of exp(x), a typical seed; after the "
            "lowest validation error the true error rises again. Middle and right: 305 digits, "
            "with dropout or an L1 penalty of the activations (its factor); bars are medians, "
            "points seeds.",
            _regularisation(results),
        ),
    ]


def _laws(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.3)
    left, middle, right = figure.subplots(1, 3)
    lowest = results.validation_loss.min("epoch").median("seed")
    for colour, (name, law) in zip(COLOURS, LAWS.items(), strict=False):
        left.plot(np.linspace(0, 100, 400), course(law, 400), color=colour, label=name)
        middle.loglog(results.rate, lowest.sel(law=name), ".-", color=colour)
        best_rate = lowest.sel(law=name).idxmin("rate")
        own = results.validation_loss.sel(law=name, rate=best_rate).median("seed")
        right.semilogy(own.epoch, own, color=colour)
    left.set(xlabel="training (%)", ylabel="learning rate / highest (-)")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=len(LAWS))
    middle.set(
        xlabel="highest learning rate (-)",
        ylabel="lowest validation cross-entropy (-)",
        ylim=(None, GUESSING),
    )
    right.set(xlabel="epoch", ylabel="validation cross-entropy (-)")
    return figure


def _regression(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.3)
    left, right = figure.subplots(1, 2)
    on_the_way = results.excess_loss.isel(descent_rate=-1).mean("seed")
    for colour, name in zip(COLOURS, LAWS, strict=False):
        left.loglog(results.step, on_the_way.sel(descent=f"{name} 1"), color=colour, label=name)
    left.set(xlabel="step", ylabel="excess loss / variance of noise (-)")
    left.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    stay = regression.left_over(results).median("seed")
    for batch, marker in ((1, "o"), (regression.FACTOR, "s")):
        right.loglog(
            results.descent_rate / batch,
            stay.sel(descent=f"constant {batch}"),
            marker,
            label=f"batch {batch}",
        )
    rates = results.descent_rate
    single = stay.sel(descent="constant 1")
    right.loglog(
        rates, single.isel(descent_rate=0) * rates / rates[0], "k--", lw=0.8, label="in proportion"
    )
    right.xaxis.set_minor_formatter("")
    right.set(xlabel="learning rate / batch (-)", ylabel="excess loss left / variance of noise (-)")
    right.legend()
    return figure


def _range_and_batches(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.3)
    left, middle, right = figure.subplots(1, 3)
    for rates, losses in zip(results.swept_rate.values, results.swept_loss.values, strict=True):
        (line,) = left.semilogx(rates, np.minimum(losses, 2 * GUESSING), lw=0.9)
        ends = range_test.useful(rates, losses)
        left.plot(ends, np.interp(ends, rates, losses), "o", ms=3.5, color=line.get_color())
    best = results.validation_loss.sel(law="constant").min("epoch").idxmin("rate").median()
    left.axvline(float(best), color="0.4", ls="--", lw=0.8)
    left.set(
        xlabel="learning rate (-)",
        ylabel="smoothed training cross-entropy (-)",
        ylim=(0.0, 1.3 * GUESSING),
    )
    _batches(middle, right, results.batch_validation_loss.min("epoch"))
    return figure


def _batches(losses: "Axes", rates: "Axes", lowest: xr.DataArray) -> None:
    """Loss against rate for each batch, and the best rate against the batch."""
    typical = lowest.median("seed")
    best = lowest.idxmin("batch_rate")
    for batch in lowest.batch.values:
        own = typical.sel(batch=batch)
        (line,) = losses.loglog(own.batch_rate, own, ".-", label=f"batch {batch}")
        losses.plot(
            own.idxmin("batch_rate"),
            own.min("batch_rate"),
            "o",
            ms=8,
            mfc="none",
            color=line.get_color(),
        )
    losses.set(
        xlabel="learning rate (-)",
        ylabel="lowest validation cross-entropy (-)",
        ylim=(None, GUESSING),
    )
    losses.legend()
    growth = lowest.batch / lowest.batch[0]
    middle = best.median("seed")
    for shift, one in zip(
        _shifts(best.sizes["seed"]), best.transpose("seed", "batch"), strict=True
    ):
        rates.loglog(lowest.batch * shift, one, "o", ms=4, color=COLOURS[0])
    rates.plot([], [], "o", ms=4, color=COLOURS[0], label="best rate of each seed")
    rates.loglog(lowest.batch, middle[0] * growth, "k--", lw=0.8, label="linear rule")
    rates.loglog(lowest.batch, middle[0] * growth**0.5, "k:", lw=0.8, label="square-root rule")
    ticks = [float(rate) for rate in lowest.batch_rate if best.min() / 2 <= rate]
    rates.set_xticks(lowest.batch.values, lowest.batch.values)
    rates.set_yticks(ticks, [f"{rate:.2g}" for rate in ticks])
    rates.minorticks_off()
    rates.set(xlabel="batch", ylabel="learning rate (-)")
    rates.legend(loc="upper left")


def _shifts(number: int) -> np.ndarray:
    """Factors that keep equal points of several seeds apart on a logarithmic axis."""
    return np.geomspace(0.88, 1.0 / 0.88, number) if number > 1 else np.ones(1)


def _regularisation(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 4.0)
    left, middle, right = figure.subplots(1, 3)
    error = _typical(results.error)
    for kind in results.of.values:
        left.semilogy(error.check, error.sel(of=kind), label=f"{kind} error")
    stop = error.check[error.sel(of="validation").argmin("check")]
    left.axvline(float(stop), color="0.4", ls="--", lw=0.8, label="lowest validation error")
    left.set(xlabel="step", ylabel="squared error / variance of noise (-)")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    _bars(middle, 100.0 * (1.0 - results.right), "wrong test digits (%)")
    middle.set(xscale="log", xlim=(2, 100))
    middle.set_xticks([2, 5, 10, 20, 50, 100], ["2", "5", "10", "20", "50", "100"])
    middle.minorticks_off()
    _bars(right, 100.0 * results.inactive, "inactive ReLU units (%)")
    return figure


def _typical(error: xr.DataArray) -> xr.DataArray:
    """Errors of the seed for which training on costs as much as in the middle of the seeds."""
    true = error.sel(of="true")
    stop = error.sel(of="validation").argmin("check")
    cost = (true.isel(check=-1) / true.isel(check=stop)).values
    return error.isel(seed=int(np.argsort(cost)[len(cost) // 2]))


def _bars(axes: "Axes", values: xr.DataArray, label: str) -> None:
    positions = np.arange(values.sizes["variant"])
    axes.barh(positions, values.median("seed"), color=COLOURS[0], alpha=0.5)
    axes.plot(values.transpose("variant", "seed"), positions, ".", ms=3, color=COLOURS[0])
    axes.set_yticks(positions, list(regularisation.VARIANTS))
    axes.set(xlabel=label)
    axes.invert_yaxis()
