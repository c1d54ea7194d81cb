"""Is a dataset whole and sound? Every file is read in full, every finding names its file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from datasets.schema import check_finite, validate
from datasets.store import checksum, open_dataset, shards
from simulators import energy

ENERGY_RESIDUAL = 0.01  # of the largest input energy; sound records stay below 1e-3


def findings(path: str | Path) -> Iterator[tuple[Path, str]]:
    """Yield each file of a dataset with what is wrong with it, or with ''.

    The files are tested for HDF5's checksums and that of the content, the contract (names, dimensions, units), finite
    values, the integrator's own estimate of its error against the tolerance, and the energy balance where its terms are
    among the variables.

    Raises
    ------
    FileNotFoundError
        When the dataset or one of its shards is missing.
    """
    files = shards(path)
    for file in files:
        try:
            _check_file(file)
        except ValueError as error:
            yield file, str(error)
        else:
            yield file, ""
    open_dataset(path)  # do the shards fit together?


def _check_file(file: Path) -> None:
    dataset = open_dataset(file)
    stated, found = dataset.attrs.get("checksum"), checksum(file)
    if stated != found:
        raise ValueError(f"{file} is damaged: its content has the checksum {found}, its attribute says {stated}")
    try:
        validate(dataset)
        for name, variable in dataset.variables.items():
            check_finite(str(name), variable.values, variable.dims)
        if "error_estimate" in dataset and "tolerance" in dataset.attrs:
            worst = float(np.max(dataset["error_estimate"].values))
            if worst > dataset.attrs["tolerance"]:
                raise ValueError(f"error_estimate reaches {worst:g}, the tolerance is {dataset.attrs['tolerance']:g}")
        if (
            set(energy.TERMS) <= set(dataset.data_vars)
            and not (worst := energy.residual(dataset).max()) < ENERGY_RESIDUAL
        ):
            raise ValueError(
                f"the energy balance is violated by {worst:g} of the input energy, more than {ENERGY_RESIDUAL}"
            )
    except ValueError as error:
        raise ValueError(f"{file}: {error}" if str(file) not in str(error) else str(error)) from None
