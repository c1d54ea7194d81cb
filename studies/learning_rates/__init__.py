"""How the learning rate is chosen, changed on the way and matched to the batch, and what
regularises beside it.

Laws. With eta_0 the highest rate and i the step: constant; inverse decay eta_0 / (1 + i d);
warm-up; triangular cycles (Smith 2017); one cycle (Smith & Topin 2019). On y = exp(x) + noise with
new samples at each step a constant rate leaves an excess loss in proportion to the rate (Mandt,
Hoffman & Blei 2017), and inverse decay lets it fall as 1 / i (Robbins & Monro 1951, Chung 1954). On
the digits every law is given the best of the same rates, by the validation loss.

Range test. A short training at a growing rate shows where the loss begins to fall and where it is
lowest; between them lie the rates of use (Smith 2017).

Batches. Plain SGD for the same number of epochs with batches of several sizes: the rate should grow
with the batch (Goyal et al. 2017), and large batches are said to generalise worse (Keskar et al.
2017).

Regularisation. Dropout (Srivastava et al. 2014) and an L1 penalty of the activations, with the
share of ReLU units that are inactive (Glorot, Bordes & Bengio 2011), with 305 digits to train on;
early stopping (Prechelt 1998) with 20 noisy samples of the exponential.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.framework import Cache, Claim, Search, Settings, Study, Verdict
from studies.framework.sources import OURS, gatti
from studies.learning_rates import digits, drawing, range_test, regression, regularisation
from studies.learning_rates.laws import LAWS

BATCH = 32
MOMENTUM = 0.9
RATES = tuple(0.001 * 2.0**power for power in range(14))
BATCHES = (8, 32, 128)
BATCH_RATES = tuple(0.02 * 2.0**power for power in range(11))
SHORT = 5  # one cycle has this fraction of the epochs


@dataclass(frozen=True, kw_only=True)
class LearningRates(Settings):
    """Sizes of the study.

    Attributes
    ----------
    steps : int
        Of the regression, a multiple of 50.
    epochs : int
        Of each law and each batch on the digits.
    range_epochs : int
        Of the range test.
    regularised_epochs : int
        With few digits.
    overfit_steps : int
        With few samples of the exponential.
    """

    steps: int = 8000
    epochs: int = 30
    range_epochs: int = 5
    regularised_epochs: int = 60
    overfit_steps: int = 3000


PRESETS = {
    "tiny": LearningRates(
        seeds=1, steps=400, epochs=2, range_epochs=2, regularised_epochs=2, overfit_steps=100
    ),
    "cpu": LearningRates(seeds=5),
    "full": LearningRates(
        seeds=30, steps=40_000, epochs=100, regularised_epochs=200, overfit_steps=20_000
    ),
}

FLOOR = Claim(
    "At a constant rate SGD is left with an excess loss in proportion to the rate.",
    "Mandt, Hoffman & Blei 2017",
    "exponent of the excess loss over the rate, one sample a step",
    at_least=0.8,
    at_most=1.2,
)
SAME_NOISE = Claim(
    "Four times the batch at four times the rate leaves the same excess loss.",
    "Goyal et al. 2017, Smith & Le 2018",
    "excess loss, batches of 4 at 0.04 over single samples at 0.01",
    at_least=0.75,
    at_most=1.33,
)
ROBBINS = Claim(
    "Under inverse decay the excess loss falls as 1 over the step.",
    "Robbins & Monro 1951, Chung 1954",
    "exponent over the last three quarters of the steps, mean loss of the seeds",
    at_least=-1.3,
    at_most=-0.7,
)
CYCLES = Claim(
    "Triangular cycles reach the constant rate's lowest validation loss in fewer epochs.",
    "Smith 2017",
    "epochs, cycles over constant",
    at_most=0.95,
)
ONE_CYCLE = Claim(
    "One cycle in a fifth of the epochs is no less accurate than the constant rate.",
    "Smith & Topin 2019",
    "accuracy on the test digits, difference (percentage points)",
    at_least=0.0,
)
WARM_UP = Claim(
    "Warm-up lets the network bear larger rates.",
    "Goyal et al. 2017, Kalra & Barkeshli 2024",
    "largest rate that trains, warm-up over constant",
    at_least=2.0,
)
LAWS_DIFFER = Claim(
    "With its best rate every law ends about as accurate as any other.",
    OURS,
    "accuracy on the test digits, range over the laws (percentage points)",
    at_most=1.0,
)
RANGE = Claim(
    "The best constant rate lies in the range that the range test finds.",
    "Smith 2017",
    "its place in the range: 0 where the loss begins to fall, 1 where it is lowest, in decades",
    at_least=0.0,
    at_most=1.0,
)
LARGEST = Claim(
    "The best constant rate is the largest that trains or half of it.",
    "Bengio 2012, 5.1.1",
    "best rate over largest",
    at_least=0.5,
)
LINEAR = Claim(
    "The best rate grows in proportion to the batch.",
    "Goyal et al. 2017",
    "exponent of the best rate over the batch",
    at_least=0.75,
    at_most=1.25,
)
SAME_ACCURACY = Claim(
    "Sixteen times the batch at sixteen times the rate is as accurate after as many epochs.",
    "Goyal et al. 2017",
    "accuracy on the test digits, batch 128 minus batch 8 (percentage points)",
    at_least=-0.5,
    at_most=0.5,
)
UNSCALED = Claim(
    "At the small batch's rate a large batch has learned less after as many epochs.",
    "Goyal et al. 2017",
    "training loss, batch 128 over batch 8",
    at_least=2.0,
)
KESKAR = Claim(
    "Small batches generalise better than large ones, each with its best rate.",
    "Keskar et al. 2017",
    "accuracy on the test digits, batch 8 minus batch 128 (percentage points)",
    at_least=0.1,
)
STOPPING = Claim(
    "Stopping at the lowest validation error gives a smaller true error than training on.",
    "Prechelt 1998",
    "error against the noise-free function, last step over stopped",
    at_least=1.05,
)
DROPOUT = Claim(
    "Dropout of half the hidden units makes fewer mistakes.",
    "Srivastava et al. 2014",
    "wrong test digits, without over with",
    at_least=1.05,
)
DROPOUT_SPARSE = Claim(
    "Dropout makes hidden units sparse without being asked to.",
    "Srivastava et al. 2014, 7.2",
    "share of inactive units, with minus without",
    at_least=0.05,
)
SETTING = "in words; a perceptron with two layers of 128 ReLU units on 305 digits, seeds"
HALF = Claim(
    "About half of the ReLU units are inactive under uniform first weights.",
    gatti("4.2"),
    "share of inactive units; 95 % of the draws of 256 units that are active or not by chance",
    at_least=0.44,
    at_most=0.56,
    setting=SETTING,
)
MORE = Claim(
    "An L1 penalty makes more of them inactive.",
    gatti("4.2"),
    "share of inactive units after training, with the penalty minus without, least of the factors",
    at_least=0.0,
    setting=f"{SETTING}; our penalty is that of the activations, as Glorot, Bordes & Bengio 2011",
)
SPARSE = Claim(
    "An L1 penalty of the activations silences at least 70 % of them at no more than a point of "
    "accuracy.",
    "Glorot, Bordes & Bengio 2011",
    "largest share of inactive units at that price",
    at_least=0.7,
)


def measure(settings: LearningRates, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """The regression with all seeds at once, the digits seed by seed."""
    runs = [*((law, 1) for law in LAWS), ("constant", regression.FACTOR)]
    jobs = {
        f"{law} {batch}": partial(regression.descend, law, batch, seeds, settings.steps)
        for law, batch in runs
    }
    descents = xr.concat(cache.measure(jobs).values(), "descent").rename(rate="descent_rate")
    repeated = cache.per_seed(seeds, partial(_repeat, settings))
    return xr.merge([descents.assign_coords(descent=list(jobs)), repeated])


def _repeat(settings: LearningRates, seed: int) -> xr.Dataset:
    learn = partial(
        digits.learn, rates=RATES, seed=seed, epochs=settings.epochs, batch=BATCH, momentum=MOMENTUM
    )
    laws = xr.concat([learn(law) for law in LAWS], "law").assign_coords(law=list(LAWS))
    short = learn("one cycle", epochs=max(1, settings.epochs // SHORT)).rename(epoch="short_epoch")
    sizes = [
        digits.learn("constant", BATCH_RATES, seed, settings.epochs, batch) for batch in BATCHES
    ]
    batches = xr.concat(sizes, "batch").assign_coords(batch=list(BATCHES)).rename(rate="batch_rate")
    return xr.merge(
        [
            laws,
            short.rename({name: f"short_{name}" for name in short.data_vars}),
            batches.rename({name: f"batch_{name}" for name in batches.data_vars}),
            range_test.sweep(seed, settings.range_epochs, BATCH, MOMENTUM),
            regularisation.train(settings, seed),
            regularisation.overfit(settings.overfit_steps, seed),
        ]
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    return [
        *_judge_regression(results),
        *_judge_laws(results),
        *_judge_batches(results),
        *_judge_regularised(results),
    ]


def _judge_regression(results: xr.Dataset) -> list[Verdict]:
    left = regression.left_over(results)
    single = left.sel(descent="constant 1")
    several = left.sel(descent=f"constant {regression.FACTOR}")
    decaying = results.excess_loss.sel(descent="inverse decay 1").isel(descent_rate=-1).mean("seed")
    late = decaying.isel(step=slice(decaying.sizes["step"] // 4, None))
    return [
        FLOOR.judge(regression.exponent(single, "descent_rate")),
        SAME_NOISE.judge(_at(several, 0.04) / _at(single, 0.01)),
        ROBBINS.judge(regression.exponent(late, "step")),
    ]


def _at(values: xr.DataArray, rate: float) -> xr.DataArray:
    return values.sel(descent_rate=rate, method="nearest", drop=True)


def _judge_laws(results: xr.Dataset) -> list[Verdict]:
    best = digits.best_rate(results.validation_loss)
    chosen = results[["validation_loss", "accuracy"]].sel(rate=best)
    constant, cycles = (chosen.validation_loss.sel(law=law) for law in ("constant", "cycles"))
    reached = cycles <= constant.min("epoch")
    epochs = xr.where(reached.any("epoch"), reached.argmax("epoch") + 1.0, np.inf)  # never
    short_rate = digits.best_rate(results.short_validation_loss.rename(short_epoch="epoch"))
    short = results.short_accuracy.sel(rate=short_rate)
    largest = digits.largest_rate(results.train_loss)
    return [
        CYCLES.judge(epochs / (constant.argmin("epoch") + 1.0)),
        ONE_CYCLE.judge(100.0 * (short - chosen.accuracy.sel(law="constant"))),
        WARM_UP.judge(largest.sel(law="warm-up") / largest.sel(law="constant")),
        LAWS_DIFFER.judge(100.0 * (chosen.accuracy.max("law") - chosen.accuracy.min("law"))),
        RANGE.judge(_place(results, best.sel(law="constant"))),
        LARGEST.judge(best.sel(law="constant") / largest.sel(law="constant")),
    ]


def _place(results: xr.Dataset, best: xr.DataArray) -> list[float]:
    """Where the best rate of each seed lies in the range that its range test found."""
    pairs = zip(results.swept_rate.values, results.swept_loss.values, strict=True)
    ranges = np.log([range_test.useful(rates, losses) for rates, losses in pairs])
    return list((np.log(best.values) - ranges[:, 0]) / np.diff(ranges, axis=1)[:, 0])


def _judge_batches(results: xr.Dataset) -> list[Verdict]:
    loss = results.batch_validation_loss.rename(batch_rate="rate")
    best = digits.best_rate(loss)
    accuracy = results.batch_accuracy.rename(batch_rate="rate")
    small = BATCHES[0]
    large = BATCHES[-1]
    rate = best.sel(batch=small)
    train = results.batch_train_loss.rename(batch_rate="rate")
    own = accuracy.sel(rate=best)
    # all of them are measured
    scaled = accuracy.sel(batch=large).sel(rate=large / small * rate, method="nearest")
    return [
        LINEAR.judge(regression.exponent(best, "batch")),
        SAME_ACCURACY.judge(100.0 * (scaled - accuracy.sel(batch=small, rate=rate))),
        UNSCALED.judge(train.sel(batch=large, rate=rate) / train.sel(batch=small, rate=rate)),
        KESKAR.judge(100.0 * (own.sel(batch=small) - own.sel(batch=large))),
    ]


def _judge_regularised(results: xr.Dataset) -> list[Verdict]:
    true, validation = (results.error.sel(of=name) for name in ("true", "validation"))
    wrong = 1.0 - results.right
    inactive = results.inactive
    plain = regularisation.PLAIN
    dropped = f"dropout {regularisation.DROPOUTS[-1]}"
    penalised = inactive.sel(variant=[f"L1 {factor}" for factor in regularisation.PENALTIES])
    return [
        STOPPING.judge(true.isel(check=-1) / true.isel(check=validation.argmin("check"))),
        DROPOUT.judge(wrong.sel(variant=plain) / wrong.sel(variant=dropped)),
        DROPOUT_SPARSE.judge(inactive.sel(variant=dropped) - inactive.sel(variant=plain)),
        HALF.judge(results.inactive_at_start.sel(variant=plain)),
        MORE.judge((penalised - inactive.sel(variant=plain)).min("variant")),
        SPARSE.judge(regularisation.cheapest(results).inactive),
    ]


def searches(results: xr.Dataset) -> list[Search]:
    """Learning rates of the laws and of the batches, and the factor of the L1 penalty."""
    short = results.short_validation_loss.rename(short_epoch="epoch")
    batches = results.batch_validation_loss.rename(batch_rate="rate")
    factors = xr.DataArray(list(regularisation.PENALTIES), dims="factor")
    return [
        Search("rate", results.rate, digits.best_rate(results.validation_loss)),
        Search("rate that trains", results.rate, digits.largest_rate(results.train_loss)),
        Search("rate of one short cycle", results.rate, digits.best_rate(short)),
        Search("rate of SGD", results.batch_rate, digits.best_rate(batches)),
        Search("factor of L1", factors, regularisation.cheapest(results).factor),
    ]


STUDY = Study(
    "learning_rates",
    "Learning rates",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    searches,
)
