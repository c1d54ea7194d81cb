"""A study: its settings for each preset, and three functions that measure, judge and draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import xarray as xr

from studies.framework.cache import Cache
from studies.framework.claim import Verdict
from studies.framework.device import CPU, resolve
from studies.framework.grid import Search

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure

SMALLEST = "tiny"
PRESETS = {
    SMALLEST: "seconds; the tests run it",
    "cpu": "minutes on two cores; its results are committed, unless those of full are",
    "full": "for a GPU",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How large a study is; a study adds its own fields.

    Attributes
    ----------
    seeds : int
        Repetitions of everything that is random.
    accelerator : str
        Where networks are trained: `cpu`, `gpu`, `auto` and the other names of Lightning. It is no
        part of a study's size: the run tells it beside the settings.
    """

    seeds: int = 1
    accelerator: str = CPU

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise ValueError(f"seeds must be at least 1, got {self.seeds}")

    @property
    def device(self) -> "torch.device":
        """The device of the accelerator."""
        return resolve(self.accelerator)


@dataclass(frozen=True)
class Picture:
    """A figure, the name of its file, and the sentence that says what to see in it."""

    name: str
    caption: str
    figure: "Figure"


def _none(results: xr.Dataset) -> list[Search]:
    """No grid was searched."""
    return []


@dataclass(frozen=True)
class Study:
    """One analysis. The docstring of its module states the claim and its source; the first line is
    its summary.

    Attributes
    ----------
    name : str
        Of the module studies.NAME.
    title : str
    presets : mapping of str to Settings
        tiny, cpu and full.
    measure : callable
        (settings, seeds, cache) to results. All that is slow is measured through the cache.
    judge : callable
        results to the verdict on each claim.
    draw : callable
        results to pictures; the first stands for the study in the gallery.
    searches : callable
        results to the grids that were searched, such as those of learning rates. A best value at
        the end of one is an error of the study, but for the preset `tiny`.
    accelerated : bool
        Whether it trains on `settings.device`; what trains nothing that is worth it says so.
    parallel : bool
        Whether its measurements can be sent to other processes.
    partial : bool
        Whether it can be judged by what is finished of its measurements, for which its functions
        take results in which some are NaN.
    """

    name: str
    title: str
    presets: Mapping[str, Settings]
    measure: Callable[[Any, Sequence[int], Cache], xr.Dataset]
    judge: Callable[[xr.Dataset], Sequence[Verdict]]
    draw: Callable[[xr.Dataset], Sequence[Picture]]
    searches: Callable[[xr.Dataset], list[Search]] = _none
    accelerated: bool = False
    parallel: bool = False
    partial: bool = False

    def __post_init__(self) -> None:
        if set(self.presets) != set(PRESETS):
            raise ValueError(
                f"presets of {self.name} must be {', '.join(PRESETS)}, got "
                f"{', '.join(self.presets)}"
            )
