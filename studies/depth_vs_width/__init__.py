"""Two narrow hidden layers against one wide one on the radial function of Eldan & Shamir.

The comparison of Gatti (2023, sec. 2.4), after Eldan & Shamir (2016, COLT, PMLR 49:907-940):
phi(x) = (R/|x|) J_1(2 pi R |x|) in two dimensions, R = 0.2, 4000 points uniform in [-10, 10]^2,
70 % of them for training; one hidden layer of 10 000 ReLU units against two of 100, AdamW, squared
error. Claim: the two layers end 10 to 100 times lower.

The chapter tells neither learning rate nor length of training. As it stands, both networks have
AdamW's default of 1e-3, constant. On fair terms each has the best of several learning rates, chosen
on points of their own and falling to zero along half a cosine; a third network has one layer with
as many parameters as the two. All are trained for equally many steps, which the settings give;
another length may give another verdict.

Beyond the chapter: error against width in one, two, three and five dimensions. For one hidden layer
the units needed for the error eps grow at best as eps^((1 - d) / k) for functions with k
derivatives (Maiorov 1999, J. Approx. Theory 99:68-94), so the error falls as units^(-k / (d - 1)).
That bounds what weights exist, while training decides which are found: the exponents measured here
contain both. The preset cpu goes to 1000 units in one layer and 100 + 100 in two, with five seeds;
full to 30 000 and 1000 + 1000, with ten seeds, ten times the points and a hundred times the steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import xarray as xr

from studies.depth_vs_width import chapter, drawing, widths
from studies.depth_vs_width.training import Problem
from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.sources import gatti


@dataclass(frozen=True, kw_only=True)
class DepthVsWidth(Settings):
    """Sizes of the study.

    Attributes
    ----------
    wide, narrow : int
        Units of the one hidden layer, and of each of the two.
    epochs : int
        Of 28 steps, for the comparison of the chapter.
    rates : tuple of float
        Learning rates among which each network has its best.
    dimensions : tuple of int
    one_layer, two_layers : tuple of int
        Widths.
    samples : int
        Training points for the widths.
    width_epochs : int
    """

    wide: int = 10_000
    narrow: int = 100
    epochs: int = 60
    rates: tuple[float, ...] = (1e-3, 3e-3, 1e-2, 3e-2)
    dimensions: tuple[int, ...] = (1, 2, 3, 5)
    one_layer: tuple[int, ...] = (10, 30, 100, 300, 1000)
    two_layers: tuple[int, ...] = (10, 30, 100)
    samples: int = 10_000
    width_epochs: int = 10


PRESETS = {
    "tiny": DepthVsWidth(
        seeds=2,
        wide=60,
        narrow=8,
        epochs=3,
        rates=(1e-3, 1e-2),
        dimensions=(1, 2),
        one_layer=(5, 20),
        two_layers=(5, 10),
        samples=500,
        width_epochs=2,
    ),
    "cpu": DepthVsWidth(seeds=5),
    "full": DepthVsWidth(
        seeds=10,
        epochs=2000,
        rates=(3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
        one_layer=(10, 30, 100, 300, 1000, 3000, 10_000, 30_000),
        two_layers=(10, 30, 100, 300, 1000),
        samples=100_000,
        width_epochs=100,
    ),
}

AS_IT_STANDS = Claim(
    "Two hidden layers of 100 units end 10 to 100 times lower than one of 10 000 with the same "
    "learning rate.",
    f"{gatti('2.4')}, after Eldan & Shamir 2016",
    "squared test error, one layer over two, mean of the last tenth of the epochs",
    at_least=10.0,
    at_most=100.0,
)
FAIR = Claim(
    "They still end at least 10 times lower when each network has its best learning rate.",
    f"{gatti('2.4')}, on fair terms",
    "squared test error, one layer over two",
    at_least=10.0,
)
MATCHED = Claim(
    "They are better than one layer with as many parameters.",
    f"{gatti('2.4')}, on fair terms",
    "squared test error, one layer over two",
    at_least=1.0,
)
STEEPER = Claim(
    "In two dimensions the error falls faster with the parameters for two layers than for one.",
    "Eldan & Shamir 2016",
    "exponent of the root mean square error, two layers minus one",
    at_least=0.0,
)
CURSE = Claim(
    "The error of one hidden layer falls more slowly with its units in higher dimensions.",
    "Maiorov 1999: k / (d - 1)",
    "exponent of the root mean square error in the highest dimension over that in two",
    at_most=0.5,
)


def measure(settings: DepthVsWidth, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """Both comparisons and the widths, a part for each network; its seeds and learning rates are
    trained together.
    """
    points = chapter.problem(seeds[0])
    narrow = settings.narrow
    pair = {"one layer": [settings.wide], "two layers": [narrow, narrow]}
    trio = pair | {"one layer, equal parameters": [chapter.equal_width(narrow)]}
    as_it_stands = cache.measure(
        {
            f"as it stands, {name}": partial(
                chapter.as_it_stands, points, hidden, seeds, settings.epochs
            )
            for name, hidden in pair.items()
        }
    )
    tuned = cache.measure(
        {
            f"tuned, {name}": partial(
                chapter.tuned, points, hidden, settings.rates, seeds, settings.epochs
            )
            for name, hidden in trio.items()
        }
    )
    results = [
        xr.concat(list(as_it_stands.values()), "network").assign_coords(network=list(pair)),
        xr.concat(list(tuned.values()), "contender").assign_coords(contender=list(trio)),
        *cache.measure({"function": partial(chapter.true_surface, points)}).values(),
        *cache.measure(_width_jobs(settings, seeds)).values(),
    ]
    return xr.merge(results, join="outer", compat="no_conflicts")


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    last = max(1, results.sizes["epoch"] // 10)
    stands = results.test_error.isel(epoch=slice(-last, None)).mean("epoch")
    tuned = widths.best(results.tuned_test_error, results.tuned_validation_error)
    two = tuned.sel(contender="two layers")
    falls = widths.exponents(results)
    by_units = falls.units.sel(depth=1)
    highest = results.dimension.max()
    return [
        AS_IT_STANDS.judge(stands.sel(network="one layer") / stands.sel(network="two layers")),
        FAIR.judge(tuned.sel(contender="one layer") / two),
        MATCHED.judge(tuned.sel(contender="one layer, equal parameters") / two),
        STEEPER.judge(falls.parameters.sel(dimension=2).diff("depth").squeeze("depth")),
        CURSE.judge(by_units.sel(dimension=highest) / by_units.sel(dimension=2)),
    ]


def _width_jobs(settings: DepthVsWidth, seeds: Sequence[int]) -> dict[str, partial]:
    jobs = {}
    for dimension in settings.dimensions:
        points = Problem(
            dimension, train=settings.samples, validation=2000, test=2000, seed=seeds[0]
        )
        for depth, sizes in enumerate((settings.one_layer, settings.two_layers), start=1):
            for width in sizes:
                arguments = (points, depth, width, settings.rates, seeds, settings.width_epochs)
                jobs[f"dimension {dimension}, layers {depth}, width {width}"] = partial(
                    widths.error, *arguments
                )
    return jobs


STUDY = Study("depth_vs_width", "Depth against width", PRESETS, measure, judge, drawing.draw)
