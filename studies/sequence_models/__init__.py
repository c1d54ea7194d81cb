"""Which network for the response of a yielding building: accuracy, parameters, seconds, records,
strength, physics.

Networks of `surrogate.networks` learn the storey drifts of the five-storey building of Zhang et al.
(2019), which clearly yields, from its base acceleration, on records that are kept at 0.04 s. All
have about as many parameters. Each is trained by Muon until it has converged: the learning rate is
divided by three where the validation loss has not fallen by 2 % for some epochs, and where it does
not fall after three divisions either, the training ends; the weights are those of the lowest
validation loss. Each starts with the learning rate that is best for it by its validation error; a
rate at the end of those that were tried is no best one, and the next is tried. LSTMs are odd where
nothing is said, as the building is, and their cells start with memories of up to 10 s. The training
motions, the weights and the order of the batches depend on the seed, the records on which all are
scored do not.

Score: the root mean square error of a record over the standard deviation of its drift (NRMSE), mean
over the storeys, median over the test records. Seconds are those of one thread of the processor,
without what other programs take; a training has those of a step times its steps.

Then: fewer training records; the test motions made twice as strong; recorded
earthquakes with a peak of 6 m/s2, whole (--earthquakes FOLDER); and the residuals of the equation
of motion and of the hysteretic law in the loss (Zhang, Liu & Sun 2020) with the fewest records,
their factor by the validation error.

What is claimed of architectures was claimed for other data: a verdict here is one on this building
with this many parameters and records.
"""

from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from datasets.measured.accelerograms import find
from studies.framework import Claim, Settings, Study, Verdict
from studies.framework.grid import Search
from studies.framework.sources import OURS, gatti
from studies.sequence_models import drawing
from studies.sequence_models.comparison import measure
from studies.sequence_models.contenders import CONTENDERS, LINEAR
from studies.sequence_models.table import errors


@dataclass(frozen=True, kw_only=True)
class SequenceModels(Settings):
    """Sizes of the study.

    Attributes
    ----------
    networks : tuple of str
        Of CONTENDERS.
    few_networks : tuple of str
        Those that are trained on fewer records.
    size : int
        Most parameters of a network.
    records : tuple of int
        Training records, increasing; all but the most are for `few_networks`.
    rates : tuple of float
        Learning rates that are tried first, increasing.
    extensions : int
        How often a further rate is tried where the best one is an end.
    physics : tuple of float
        Factors of the physical residuals.
    epochs, batch : int
        Most epochs, if a training does not converge before. An epoch has as many steps for few
        records as for all.
    patience : int
        Epochs in which the validation loss has to fall.
    test_records : int
        Of validation and test.
    duration : float
        Of a record (s), a multiple of 0.04 s.
    accelerator : str
        That of Lightning; responses and steps are timed on the processor.
    earthquakes : Path, optional
        Folder of recorded accelerograms.
    """

    networks: tuple[str, ...] = tuple(CONTENDERS)
    few_networks: tuple[str, ...] = (LINEAR, "MLP on windows", "TCN", "LSTM", "state space")
    size: int = 5000
    records: tuple[int, ...] = (10, 50, 200)
    rates: tuple[float, ...] = (3e-3, 1e-2, 3e-2)
    extensions: int = 2
    physics: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0)
    epochs: int = 600
    patience: int = 12
    batch: int = 16
    test_records: int = 40
    duration: float = 10.0
    accelerator: str = "cpu"
    earthquakes: Path | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.earthquakes is not None:
            find(self.earthquakes)  # an empty folder is refused before anything is trained


PRESETS = {
    "tiny": SequenceModels(
        networks=(LINEAR, "LSTM"),
        few_networks=("LSTM",),
        size=150,
        records=(2, 4),
        rates=(1e-2,),
        extensions=0,
        physics=(0.1,),
        epochs=1,
        batch=4,
        test_records=2,
        duration=1.0,
    ),
    "cpu": SequenceModels(seeds=3),
    "full": SequenceModels(
        seeds=5,
        size=20_000,
        records=(10, 100, 1000, 10_000),
        physics=(0.001, 0.01, 0.1, 1.0, 10.0),
        epochs=2000,
        batch=64,
        test_records=500,
        duration=20.0,
        accelerator="auto",
    ),
}


def _ratio(
    statement: str, source: str, worse: str, better: str, setting: str = "", **bounds: float
) -> tuple[Claim, str, str]:
    quantity = f"test error, {worse} over {better}"
    return Claim(statement, source, quantity, **bounds, setting=setting), worse, better


RATIOS = (
    _ratio(
        "The building clearly yields: an LSTM errs by a third of what modal superposition does.",
        OURS,
        LINEAR,
        "LSTM",
        at_least=3.0,
    ),
    _ratio(
        "An LSTM beats a perceptron on windows.",
        gatti("2.7"),
        "MLP on windows",
        "LSTM",
        at_least=1.0,
        setting="the text compares them in words; our building, motions and training",
    ),
    _ratio(
        "It beats Elman's network.", "Hochreiter & Schmidhuber 1997", "RNN", "LSTM", at_least=1.0
    ),
    _ratio(
        "A GRU is as good as it.", "Chung et al. 2014", "GRU", "LSTM", at_least=0.8, at_most=1.25
    ),
    _ratio(
        "Peepholes bring little.",
        "Greff et al. 2017",
        "LSTM, peepholes",
        "LSTM",
        at_least=0.8,
        at_most=1.25,
    ),
    _ratio("A TCN is at least as good.", "Bai, Kolter & Koltun 2018", "LSTM", "TCN", at_least=1.0),
    _ratio(
        "So are state-space layers.", "Orvieto et al. 2023", "LSTM", "state space", at_least=1.0
    ),
    _ratio(
        "Convolutions before it help.",
        gatti("2.8.2"),
        "LSTM",
        "RCNN",
        at_least=1.0,
        setting="the text compares them in words; our building, motions and training",
    ),
    _ratio(
        "A look ahead helps no LSTM: what follows an instant has no effect on it.",
        "causality",
        "LSTM",
        "LSTM, bidirectional",
        at_most=1.1,
    ),
    _ratio("Nor a CNN.", "causality", "CNN", "CNN, centred", at_most=1.1),
)
MORE_RECORDS = Claim(
    "Every network gains from more records.",
    OURS,
    "test error, fewest records over most, least gain of a network",
    at_least=1.0,
)
STRONGER = Claim(
    "No network extrapolates to motions twice as strong.",
    OURS,
    "error, twice as strong over test, best network",
    at_least=1.0,
)
EARTHQUAKES = Claim(
    "Networks trained on noise answer recorded earthquakes of like strength as well as noise.",
    "Zhang et al. 2019",
    "median error on earthquakes over test error, best network on the test records",
    at_most=1.25,
)
PHYSICS = Claim(
    "Physics in the loss lowers the error where records are few.",
    "Zhang, Liu & Sun 2020",
    "test error, LSTM without over with",
    at_least=1.0,
)
FASTER = Claim(
    "The fastest network answers a motion sooner than the compiled simulator.",
    OURS,
    "seconds, simulator over network, 64 motions together",
    at_least=1.0,
)


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim that the measured networks allow."""
    found = errors(results)
    fewer = results.few_nrmse.sel(case="test").median("record")
    error = found.test
    measured = set(results.network.values)
    ratios = [
        (claim, worse, better) for claim, worse, better in RATIOS if {worse, better} <= measured
    ]
    soonest = results.response_seconds.sel(batch="together").min()
    verdicts = [
        *(
            claim.judge(error.sel(network=worse) / error.sel(network=better))
            for claim, worse, better in ratios
        ),
        MORE_RECORDS.judge((fewer.isel(count=0) / fewer.isel(count=-1)).min("few_network")),
        STRONGER.judge((found.strong / error).min("network")),
        FASTER.judge(results.simulator_seconds.sel(batch="together") / soonest),
    ]
    if "physics_nrmse" in results:
        error_of = results.physics_nrmse.sel(case="test").median("record")
        verdicts.append(PHYSICS.judge(error_of.sel(physics="off") / error_of.sel(physics="on")))
    if "earthquakes" in found:
        best = error.network[error.argmin("network")]
        verdicts.append(EARTHQUAKES.judge((found.earthquakes / error).sel(network=best)))
    return verdicts


def searches(results: xr.Dataset) -> list[Search]:
    """The learning rates that were tried, for each network its own."""
    tried = [results.validation_by_rate.sel(network=name) for name in results.network.values]
    return [
        Search(
            f"learning rate of {name}",
            errors.scanned[errors.notnull()],
            results.rate.sel(network=[name]),
        )
        for name, errors in zip(results.network.values, tried, strict=True)
    ]


STUDY = Study(
    "sequence_models",
    "Which network",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    searches,
    accelerated=True,
    parallel=True,
)
