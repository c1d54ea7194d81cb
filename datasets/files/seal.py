"""The seal of a file: a CRC-32 of all its bytes, written behind its end.

HDF5 reads nothing behind its own end, so that any reader opens a sealed file; a tool that changes
or copies the HDF5 content drops the seal. It is verified without HDF5, which a damaged file can
crash or send into an endless loop.
"""

import os
import re
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib

from datasets.files.locking import require_no_writer

_PATTERN = re.compile(rb"crc32:([0-9a-f]{8})\n")
_LENGTH = len(b"crc32:00000000\n")
_BLOCK = 2**20  # stays in the cache of the processor


def seal(file: BinaryIO) -> None:
    """Write the seal of an open file behind its end."""
    size = file.seek(0, os.SEEK_END)
    value = _crc(file, size)
    file.seek(size)
    file.write(b"crc32:%08x\n" % value)


def has_seal(path: Path) -> bool:
    """Return whether a file ends with a seal; whether it fits is not looked at."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LENGTH))
        return _PATTERN.fullmatch(file.read()) is not None


def verify_seal(path: Path) -> bool:
    """Read the whole file; return whether it has a seal.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the seal does not fit the file, or another program is writing to it.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing")
    if not path.is_file():  # reading a pipe would wait for ever
        raise ValueError(f"{path} is not a file")
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END) - _LENGTH
        file.seek(max(0, size))
        stated = _PATTERN.fullmatch(file.read())
        if not stated:
            return False
        found = b"%08x" % _crc(file, size)
    if found != stated[1]:
        require_no_writer(path)  # who writes changes bytes before the seal is renewed
        raise ValueError(
            f"{path} is damaged: its bytes have the CRC-32 {found.decode()}, not "
            f"{stated[1].decode()}"
        )
    return True


def _crc(file: BinaryIO, size: int) -> int:
    """Return the CRC-32 of the first `size` bytes."""
    value = 0
    file.seek(0)
    while size > 0 and (block := file.read(min(size, _BLOCK))):
        value = isal_zlib.crc32(block, value)
        size -= len(block)
    return value
