"""Arrays of measurements in the contract: names mapped, units converted, parts named.

What a source does not state is asked for and never guessed: the sampling interval, and the unit of
every variable (``unknown`` is an answer, and then stands in the file). Times are in seconds and
frequencies in hertz unless stated, and refused where that makes no sense.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from datasets.contract.renamed import warn_of_meaning
from datasets.contract.schema import INPUTS, check_finite, time_axis
from datasets.measured import accelerograms
from datasets.measured.arrays import Arrays, Content
from datasets.measured.axes import AXES, Layout, Sizes
from datasets.measured.numbering import numbered
from datasets.measured.sampling import SAMPLING, Clock, Sampling, evened
from datasets.measured.sources import open_content
from datasets.measured.variables import MAPPED, check_name, of_contract, of_user


class Piece(NamedTuple):
    """Records of one file, and a line that says how it was read."""

    dataset: xr.Dataset
    line: str


@dataclass(frozen=True)
class Reading:
    """How the arrays of a file become variables of the contract.

    Parameters
    ----------
    names : mapping of str to str
        Variable (or ``time``, ``interval``, ``frequency``) to the array in the file; arrays joined
        by a comma stand side by side along the last axis, and a name with ``*`` takes a record from
        each array that fits. A name that the contract does not know is a variable of the user's
        own: a series, or a structural parameter of each record.
    units : mapping of str to str
        Unit of a variable where the file states none, or states a wrong one.
    interval : float, optional
        Sampling interval (s), where `names` has no array for it.
    order : tuple of str, optional
        Order of the axes in the arrays; ``floor`` stands for the storeys as well. Where it is not
        given it is record, time, floor, and a shape that speaks against that is refused.
    parts : mapping of str to str
        Part of the dataset to the array in the file with the numbers of its records.
    zero_based : bool
        Whether these numbers count from 0, not from 1.
    resample, gap : float, optional
        Uneven times are brought to the interval `resample` (s) where no step is longer than `gap`
        (s).
    """

    names: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    interval: float | None = None
    order: Sequence[str] | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    zero_based: bool = False
    resample: float | None = None
    gap: float | None = None

    def __post_init__(self) -> None:
        if not self.variables:
            raise ValueError(f"nothing is mapped: choose at least one of {', '.join(MAPPED)}")
        for name in self.variables:
            check_name(name, self.names[name])
        self._require_own_arrays()
        for name in self.units:
            if name not in self.names:
                raise ValueError(
                    f"unit of {name!r}, which is not mapped: mapped are {', '.join(self.names)}"
                )
        if self.order is not None and sorted(self.order) != ["floor", "record", "time"]:
            raise ValueError(
                f"order is {', '.join(self.order)}: must hold record, time and floor once each"
            )
        _ = self.clock  # which checks itself
        warn_of_meaning("mapped variables", self.names)

    def _require_own_arrays(self) -> None:
        """Raise a ValueError where one array is mapped twice: a target that is also an input."""
        taken: dict[str, str] = {}
        for name, sources in self.names.items():
            for source in sources.split(","):
                if source in taken:
                    raise ValueError(
                        f"the array {source!r} is mapped to {taken[source]} and to {name}: map it "
                        "once"
                    )
                taken[source] = name

    @property
    def variables(self) -> list[str]:
        """Names that become variables."""
        return [name for name in self.names if name not in SAMPLING]

    @property
    def own(self) -> list[str]:
        """Variables that the contract does not know."""
        return [name for name in self.variables if name not in MAPPED]

    @property
    def clock(self) -> Clock:
        """How the sampling interval is told."""
        names = {name: source for name, source in self.names.items() if name in SAMPLING}
        stated = {name: unit for name, unit in self.units.items() if name in SAMPLING}
        return Clock(names, stated, self.interval, self.resample, self.gap)

    def read(self, path: Path) -> xr.Dataset:
        """Return the records of one file.

        Raises
        ------
        FileNotFoundError, ValueError
            Naming the file and what it lacks, or the unit that is not stated.
        """
        return self.piece(path).dataset

    def piece(self, path: Path) -> Piece:
        """Return the records of one file with a line on how it was read; errors as for `read`."""
        wanted = [part for name in self.names.values() for part in name.split(",")]
        wanted += self.parts.values()
        content = open_content(path, wanted)
        arrays = content.arrays(wanted)
        try:
            _check_members(arrays)
            if "time" not in self.names:
                content.require_unbroken()
            dataset, how = self._dataset(arrays, content)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        return Piece(dataset, f"{path}: {content.kind}, {how}")

    def _dataset(self, arrays: Arrays, content: Content) -> tuple[xr.Dataset, str]:
        layout = Layout(tuple(self.order or AXES), self.order is not None)
        sizes = self._sizes(arrays, layout)
        sampling = self.clock.read(arrays, sizes)
        if sampling.uneven is None:
            content.require_agreement(sampling.interval, sampling.source, list(arrays))
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is told afterwards
            variables = {
                name: self._variable(name, arrays, layout, sizes) for name in self.variables
            }
        dataset = xr.Dataset(variables)
        for name, variable in dataset.variables.items():
            check_finite(str(name), variable.values, tuple(map(str, variable.dims)))
        dataset, between = evened(dataset, sampling, self.gap or 0.0)
        dataset = dataset.assign_coords(time=time_axis(dataset.sizes["time"], sampling.interval))
        if self.parts:
            members = {part: arrays[source].values for part, source in self.parts.items()}
            split = numbered(members, sizes.record, 0 if self.zero_based else 1)
            dataset = dataset.assign(split=split)
        return dataset, self._how(dataset, arrays, sampling, between)

    def _sizes(self, arrays: Arrays, layout: Layout) -> Sizes:
        # An input has no floors, so that its shape tells the numbers of records and samples.
        known = [name for name in self.variables if name in MAPPED]
        first = next((name for name in known if name in INPUTS), (known or self.variables)[0])
        array = arrays[self.names[first].split(",")[0]]
        sizes = layout.sizes(first, array, first in INPUTS)
        if sizes.time < 2:
            raise ValueError(
                f"{first} has the shape {array.values.shape}: {sizes.record} records of one sample "
                "(--order time,record,floor makes one record of them)"
            )
        return sizes

    def _variable(self, name: str, arrays: Arrays, layout: Layout, sizes: Sizes) -> xr.Variable:
        sources = [arrays[source] for source in self.names[name].split(",")]
        make = of_contract if name in MAPPED else of_user
        return make(name, sources, self.units.get(name), layout, sizes)

    def _how(self, dataset: xr.Dataset, arrays: Arrays, sampling: Sampling, between: int) -> str:
        """Return in words what was read, and where units and interval come from."""
        count = dataset.sizes["record"]
        words = [
            f"{count} record{'s' if count > 1 else ''} of {dataset.sizes['time']} samples every "
            f"{sampling.interval:.6g} s ({sampling.source})"
        ]
        if between:
            words.append(f"{between} of them interpolated over gaps")
        for name in self.variables:
            stated = arrays[self.names[name].split(",")[0]].unit
            source = f"{stated} (the file)"
            if name in self.units:
                other = stated is not None and stated != self.units[name]
                instead = f", in place of {stated} of the file" if other else ""
                source = f"{self.units[name]} (--unit{instead})"
            peak = float(np.abs(dataset[name].values).max())
            own = "own " if name in self.own else ""
            unit = dataset[name].attrs["units"]
            dims = " x ".join(map(str, dataset[name].dims))
            words.append(f"{own}{name} ({dims}) from {source}, peak {peak:.4g} {unit}")
        return "; ".join(words)


def fingerprint(path: Path) -> str:
    """Return the name of a source, a file or a folder of them, and the start of its SHA-256."""
    if path.is_dir():
        files = accelerograms.find(path)
        return (
            f"folder {path.resolve().name} ({len(files)} files, sha256 "
            f"{accelerograms.digest(files)[:16]})"
        )
    return f"{path.name} (sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]})"


def _check_members(arrays: Arrays) -> None:
    """Raise where records put together under one name are others than under the next."""
    grouped = {name: array.members for name, array in arrays.items() if array.members}
    first = next(iter(grouped), "")
    for name, members in grouped.items():
        if members != grouped[first]:
            odd = sorted(set(members) ^ set(grouped[first])) or ["the order"]
            raise ValueError(f"{first} and {name} are not of the same records: {odd[0]} differs")
