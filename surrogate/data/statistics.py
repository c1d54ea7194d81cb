"""One pass over all records before they are used: finite values, no record in two parts, statistics
for the scaling.
"""

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np

from surrogate.data.channels import Interface
from surrogate.data.scaling import Moments
from surrogate.data.storage import HeldRecords, RecordSet


class Survey:
    """What has been seen of the parts of a dataset; it holds a digest of each record, never the
    records.

    Parameters
    ----------
    interface : Interface
        What the channels are.
    sources : mapping of str to str
        Where each part comes from, for messages.

    Attributes
    ----------
    moments : dict of str to (Moments, Moments)
        Of the input and of the target of each part.
    digests : dict of str to str
        Of the values of each part: other records have another one, wherever they lie.
    """

    def __init__(self, interface: Interface, sources: Mapping[str, str]) -> None:
        self.interface, self.sources = interface, sources
        self.moments: dict[str, tuple[Moments, Moments]] = {}
        self.digests: dict[str, str] = {}
        self._seen: dict[bytes, tuple[str, int]] = {}

    def add(self, name: str, part: RecordSet) -> None:
        """Go through the records of a part.

        Raises
        ------
        ValueError
            For a value that is not finite, for a damaged shard, and for a record that is in another
            part too: a score on it would measure memory.
        """
        moments = self.moments[name] = (Moments(), Moments())
        numbers = iter(part.number)
        digest = hashlib.blake2b(digest_size=16)
        for block in part.blocks():
            for side, values, sums in zip(("inputs", "targets"), block, moments, strict=True):
                if not values.shape[-1]:  # no targets, which a prediction can do without
                    continue
                by_channel = _channels_last(values)
                self._require_finite(name, side, by_channel)
                sums.add(by_channel)
                digest.update(np.ascontiguousarray(values).data)
            if (
                block[0].ndim == 3
            ):  # points of a function may well repeat, as flowers of equal measure do
                self._refuse_shared(name, numbers, *block)
        if isinstance(part, HeldRecords) and part.importance is not None:
            digest.update(part.importance.cpu().numpy().data)
        self.digests[name] = digest.hexdigest()

    def _require_finite(self, name: str, side: str, values: np.ndarray) -> None:
        finite = np.isfinite(values).reshape(-1, values.shape[-1]).all(axis=0)
        if not finite.all():
            variables = [
                s.variable for s in getattr(self.interface, side) for _ in range(s.channels)
            ]
            wrong = variables[int(np.argmin(finite))]
            raise ValueError(
                f"{wrong} of {self.sources[name]} has values that are not finite: `surrogate "
                "check` shows where"
            )

    def _refuse_shared(
        self, name: str, numbers: Iterator[int], inputs: np.ndarray, targets: np.ndarray
    ) -> None:
        for input, target in zip(inputs, targets, strict=True):
            number = next(numbers)
            if _is_quiet(input) and _is_quiet(target):  # segments before a shock are all alike
                continue
            digest = hashlib.blake2b(input.tobytes() + target.tobytes(), digest_size=16).digest()
            other, where = self._seen.setdefault(digest, (name, number))
            if other != name:
                raise ValueError(
                    f"record {number} of the {name} part is also record {where} of the {other} part"
                )


def _channels_last(values: np.ndarray) -> np.ndarray:
    """Values of images, shape (sample, channel, height, width), with their channels last."""
    return np.moveaxis(values, 1, -1) if values.ndim == 4 else values


def _is_quiet(values: np.ndarray) -> bool:
    """Whether nothing changes along the time, shape (time, channel)."""
    return bool((values == values[:1]).all())
