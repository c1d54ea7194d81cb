"""An incremental dynamic analysis of the records of a recipe, kept as it goes.

What `surrogate.risk.ida` does for motions in an array is done here for a recipe, its simulator and
surrogates of it: the answers to each level are kept in blocks, and the result is a netCDF file with
a dimension for the members of an ensemble.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import xarray as xr

from datasets.files.disk import new_file
from simulators.excitation.load import BaseMotions
from surrogate.risk.asking.answering import Answering
from surrogate.risk.asking.asked import Asked, AskedRecipe, asked, blocks, events
from surrogate.risk.asking.kept import Kept
from surrogate.risk.asking.measure import Measure
from surrogate.risk.asking.quantity import Quantity
from surrogate.risk.ida import check_levels, ida

FILE = "ida.nc"
KIND = "incremental dynamic analysis"
EVENT = "event"


@dataclass(frozen=True, eq=False)
class Analysis:
    """What is asked.

    Parameters
    ----------
    recipe : ResponseRecipe or SimulatorRecipe
    measure : Measure
    levels : sequence of float
        In the unit of the measure, ascending.
    quantity : Quantity
    collapse : float
        Demand above which a motion has collapsed.

    Raises
    ------
    ValueError
        Where the records do not have the quantity, for a period that one of them does not resolve,
        and for levels that are not ascending and positive.
    """

    recipe: AskedRecipe
    measure: Measure
    levels: Sequence[float]
    quantity: Quantity
    collapse: float

    def __post_init__(self) -> None:
        self.quantity.require(self.recipe)
        check_levels(self.levels, self.collapse)
        self.quantity.require_plausible("collapse", self.collapse)
        self.measure.require_plausible(self.levels)
        _ = self.intensities  # a period that no record tells of is known before any is asked

    @cached_property
    def parts(self) -> list[Asked]:
        """All records in blocks, unscaled."""
        return [asked(self.recipe, first, count) for first, count in blocks(self.recipe)]

    @cached_property
    def intensities(self) -> np.ndarray:
        """Intensity of each record, shape (record,)."""
        return np.concatenate([self.measure.of(part.motions) for part in self.parts])

    def setup(self) -> dict[str, object]:
        """Return what the answers depend on."""
        return {
            "recipe": self.recipe.to_yaml(),
            "measure": self.measure.name,
            "damping": self.measure.damping,
            "levels": [float(level) for level in self.levels],
            "quantity": self.quantity.name,
            "collapse": float(self.collapse),
        }


def analyse(
    analysis: Analysis,
    answering: Sequence[Answering],
    kept: Kept,
    done: Callable[[int], None] | None = None,
) -> xr.Dataset:
    """Ask for the demands of all records at all levels.

    Parameters
    ----------
    analysis : Analysis
    answering : sequence of Answering
        One for the simulator, or one a member of an ensemble.
    kept : Kept
        Where answers are kept.
    done : callable, optional
        Told the number of answers whenever some have come.

    Returns
    -------
    xarray.Dataset
        `demand`, `collapsed` and `beyond` (member, record, level), `scale(record, level)`,
        `intensity(record)`, `event(record)` where the recipe names earthquakes.

    Raises
    ------
    ValueError
        As `ida`.
    """
    parts = analysis.parts
    motions = BaseMotions(_padded(parts), parts[0].motions.interval)
    intensities = analysis.intensities
    members = []
    for number, one in enumerate(answering):
        member = _Member(number, one, parts, kept, done)
        result = ida(motions, intensities, analysis.levels, member.demand, analysis.collapse)
        beyond = np.stack(member.beyond, axis=1).astype(bool)
        members.append(result.assign(beyond=(("record", "level"), beyond)))
    whole = xr.concat(members, "member", data_vars=["demand", "collapsed", "beyond"])
    whole = whole.assign(intensity=("record", intensities))
    named = events(analysis.recipe)
    if named is not None:
        whole = whole.assign({EVENT: ("record", named)})
    facts = {name: value for name, value in analysis.setup().items() if name != "levels"}
    own = {"kind": KIND, "unit": analysis.measure.unit, "answered_by": answering[0].name}
    return whole.assign_attrs(own | facts)


def write(result: xr.Dataset, path: Path) -> None:
    """Write an analysis, over what a run of its setup has written before."""
    flags = {name: result[name].astype(np.int8) for name in ("collapsed", "beyond")}
    with new_file(path, overwrite=True) as temporary:
        result.assign(flags).to_netcdf(temporary, engine="h5netcdf")


NEEDED = ("demand", "collapsed", "beyond", "level", "collapse")
"""Variables and attributes of every analysis."""


def read(path: Path) -> xr.Dataset:
    """Read an analysis from its folder or file; ValueError for another file."""
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise FileNotFoundError(f"{file} does not exist: `surrogate ida` makes it")
    try:
        with xr.open_dataset(file, engine="h5netcdf") as opened:
            result = opened.load()
    except OSError as error:
        raise ValueError(f"{file} is damaged or no analysis: {error}") from None
    if result.attrs.get("kind") != KIND:
        raise ValueError(f"{file} is no analysis of `surrogate ida`")
    _require_sound(result, file)
    flags: Mapping[str, xr.DataArray] = {
        name: result[name].astype(bool) for name in ("collapsed", "beyond")
    }
    return result.assign(flags)


def _require_sound(result: xr.Dataset, file: Path) -> None:
    """Raise ValueError where a file lacks what it was written with, or holds what none has."""
    missing = [name for name in NEEDED if name not in result.variables and name not in result.attrs]
    if missing:
        raise ValueError(
            f"{file} is damaged, it lacks {', '.join(missing)}: run `surrogate ida` anew"
        )
    levels = result["level"].values
    if not (levels > 0.0).all() or not (np.diff(levels) > 0.0).all():
        raise ValueError(f"{file} is damaged: its levels are not positive and ascending")
    if bool((result["demand"] < 0.0).any()):
        raise ValueError(
            f"{file} is damaged: a demand is negative, the lowest is "
            f"{float(result['demand'].min()):.3g}"
        )


class _Member:
    """The demands of one that answers, level by level, as `ida` asks for them."""

    def __init__(
        self,
        number: int,
        answering: Answering,
        parts: Sequence[Asked],
        kept: Kept,
        done: Callable[[int], None] | None,
    ) -> None:
        self.number = number
        self.answering = answering
        self.parts = parts
        self.kept = kept
        self.done = done
        self.beyond: list[np.ndarray] = []

    def demand(self, scaled: BaseMotions) -> np.ndarray:
        """Return the demands at the next level."""
        level = len(self.beyond)
        found = []
        first = 0
        for number, part in enumerate(self.parts):
            width = part.motions.acceleration.shape[1]
            rows = scaled.acceleration[first : first + part.records, :width]
            here = part.under(BaseMotions(rows, scaled.interval))
            name = f"member-{self.number}-level-{level:03d}-block-{number:04d}"
            found.append(self.kept.block(name, partial(self.answering, here)))
            first += part.records
            if self.done is not None:
                self.done(part.records)
        demands, beyond = np.concatenate(found, axis=1)
        self.beyond.append(beyond)
        return demands


def _padded(parts: Sequence[Asked]) -> np.ndarray:
    """Return the motions of all blocks in one array, continued by zeros to the longest."""
    longest = max(part.motions.acceleration.shape[1] for part in parts)
    rows = []
    for part in parts:
        more = longest - part.motions.acceleration.shape[1]
        rows.append(np.pad(part.motions.acceleration, ((0, 0), (0, more))))
    return np.concatenate(rows)
