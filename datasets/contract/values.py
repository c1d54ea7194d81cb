"""Which values of a dataset must be finite: all but those of failed records and of padding."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import xarray as xr

from datasets.contract import failures, lengths
from datasets.contract.schema import check_finite


@dataclass(frozen=True, eq=False)
class ValueCheck:
    """What is known of the records of a dataset before their values are looked at.

    Parameters
    ----------
    failed : ndarray of bool, shape (record,)
        Records without a response.
    samples : ndarray of int, shape (record,), optional
        Samples of each record, where they differ.
    """

    failed: np.ndarray
    samples: np.ndarray | None

    @classmethod
    def of(cls, dataset: xr.Dataset) -> Self:
        """Return what a dataset states of its records."""
        return cls(failures.mask(dataset), lengths.of(dataset))

    def check(self, name: str, values: np.ndarray, dims: tuple[str, ...], first: int = 0) -> None:
        """Raise ValueError for the first value that must be finite and is not, or must be padding
        and is not.

        Parameters
        ----------
        name : str
            Variable, for the message.
        values : ndarray
            Of the records from `first` on, where it runs along records.
        dims : tuple of str
            Names of its axes.
        first : int
        """
        samples = self.samples
        if samples is not None and lengths.is_series(dims):
            samples = samples[first : first + len(values)]
            lengths.check_padding(name, values, dims, samples, first)
            values = lengths.filled(values, samples)
        check_finite(name, failures.known(values, dims, self.failed, first), dims, first)
