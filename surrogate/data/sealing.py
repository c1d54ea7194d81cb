"""The seals of the files that a training reads.

A seal that fits costs a reading of all bytes, a twentieth of what it takes to open the records
(0.12 s against 2.7 s for 1000 records of five storeys, 44 MB). Beyond what is held in memory, of
sets that may be larger than the page cache, only its presence is looked at: damage within a record
is found by the checksum of its chunk whenever it is read.
"""

from collections.abc import Sequence
from pathlib import Path

from datasets.files.seal import has_seal, verify_seal
from datasets.files.shards import shards
from surrogate.data.placing import HELD_BYTES
from surrogate.data.saying import say


def unsealed(path: str) -> list[Path]:
    """Files of a dataset that have no seal.

    Raises
    ------
    FileNotFoundError
        When a file is missing.
    ValueError
        For a seal that does not fit its file.
    """
    paths = shards(path)
    small = sum(file.stat().st_size for file in paths if file.is_file()) <= HELD_BYTES
    is_sealed = verify_seal if small else has_seal
    return [file for file in paths if not is_sealed(file)]


def say_unsealed(path: str, files: Sequence[Path]) -> None:
    """Warn of files without a seal, if there are any."""
    if not files:
        return
    names = files[0].name if len(files) == 1 else f"{files[0].name} and {len(files) - 1} more files"
    say(
        f"warning: {path}: {names} without a seal: written or changed by another program since, "
        f"so that not all damage shows; `surrogate check {path}` looks at the contract"
    )
