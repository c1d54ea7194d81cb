"""Is a dataset whole and sound? Every file is read in full, every finding names its file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr

from datasets.contract import lengths
from datasets.contract.schema import leading_dim, validate
from datasets.contract.values import ValueCheck
from datasets.files.digest import checksum
from datasets.files.lazy import open_shard
from datasets.files.provenance import sources_of
from datasets.files.seal import verify_seal
from datasets.files.storage import unwritten
from datasets.files.store import open_dataset, shard_name, shards
from simulators.solvers import energy_balance

BLOCK = 256  # records looked at once
ENERGY_RESIDUAL = 0.01  # of the largest input energy; sound records stay below 1e-3


def findings(path: str | Path) -> Iterator[tuple[Path, str]]:
    """Yield each file of a dataset with what is wrong with it, or with ''.

    The files are tested for their seals and checksums, the contract (names, dimensions, units), one
    version of the code, finite values, the integrator's own estimate of its error against the
    tolerance, and the energy balance where its terms are among the variables.

    Raises
    ------
    FileNotFoundError
        When the dataset or one of its shards is missing.
    """
    files = shards(path)
    sound = True
    first = ""
    for file in files:
        problem = _problem(file)
        own = "" if problem else sources_of(file)
        first = first or own
        if own and own != first:
            problem = f"{file}: made by another version of the code than the first shard"
        sound = sound and not problem
        yield file, problem
    if sound and files[0].name == shard_name(0, len(files)):
        # Sound shards may still not fit together; other files of a folder need not.
        open_dataset(path)


def check(path: str | Path) -> dict[Path, str]:
    """What is wrong with a dataset, by file; empty for a sound one.

    Raises
    ------
    FileNotFoundError
        When the dataset or one of its shards is missing.
    """
    return {file: problem for file, problem in findings(path) if problem}


def _problem(file: Path) -> str:
    try:
        _check_file(file)
    except ValueError as error:
        return str(error) if str(file) in str(error) else f"{file}: {error}"
    return ""


def _check_file(file: Path) -> None:
    sealed = verify_seal(file)
    dataset = open_dataset(file)
    if not sealed:
        raise ValueError("the seal is lost: the file was cut, or written to by another program")
    with open_shard(file) as content:
        for name, present, wanted in unwritten(content):
            raise ValueError(f"{name} has {present} of {wanted} chunks, the others never written")
    stated = dataset.attrs.get("checksum")
    found = checksum(file)
    if stated != found:
        raise ValueError(f"the content has the checksum {found}, the attribute says {stated}")
    validate(dataset)
    lengths.check(dataset)
    dim = leading_dim(dataset)
    expected = ValueCheck.of(dataset)
    for first in range(0, dataset.sizes[dim], BLOCK):
        block = dataset.isel({dim: slice(first, first + BLOCK)}).load()
        _check_values(block, expected, first)


def _check_values(block: xr.Dataset, expected: ValueCheck, first: int) -> None:
    """Check some records, of which the first has the number `first`."""
    for name, variable in block.variables.items():
        dims = tuple(str(dim) for dim in variable.dims)
        along = dims[:1] == (leading_dim(block),)
        expected.check(str(name), variable.values, dims, first if along else 0)
    worst = float(block.get("error_estimate", xr.DataArray(0.0)).max())
    tolerance = _tolerance(block)
    if worst > tolerance:
        raise ValueError(f"error_estimate reaches {worst:g}, the tolerance is {tolerance:g}")
    if set(energy_balance.TERMS) <= set(block.data_vars):
        residual = energy_balance.residual(_energies(block)).max()
        if residual > ENERGY_RESIDUAL:
            raise ValueError(
                f"the energy balance is violated by {residual:g} of the largest input energy"
            )


def _energies(block: xr.Dataset) -> xr.Dataset:
    """Return the terms of the energy balance, which stay as they are behind the end of a record."""
    samples = lengths.of(block)
    terms = block[list(energy_balance.TERMS)]
    return terms.map(lambda term: term.copy(data=lengths.held(term.values, samples)))


def _tolerance(block: xr.Dataset) -> float:
    """Return the tolerance that the attributes state, infinite where they state none."""
    stated = block.attrs.get("tolerance", np.inf)
    try:
        value = float(np.ravel(stated)[0])
    except (ValueError, TypeError, IndexError):
        value = np.nan
    if not value > 0:
        raise ValueError(f"the attribute tolerance is {stated!r}, must be a positive number")
    return value
