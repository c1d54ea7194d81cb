"""Arrays of NumPy's own files: NPZ, an archive of arrays by name, and NPY, one array."""

import zipfile
from pathlib import Path

import numpy as np

from datasets.files.memory import require_memory
from datasets.measured.arrays import Array, Content


def content(path: Path) -> Content:
    """Return what an NPZ or NPY file holds; the array of an NPY file has the name of the file.

    Raises
    ------
    ValueError
        When the file is damaged, an archive of something else, or holds objects.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        names = [member.filename.removesuffix(".npy") for member in members]
        if not members or not all(member.filename.endswith(".npy") for member in members):
            raise ValueError(
                f"{path} is an archive of {members[0].filename if members else 'nothing'}, not of "
                "arrays: unpack it, or save a spreadsheet as CSV"
            )
        sizes = dict(zip(names, [member.file_size for member in members], strict=True))
        return Content(path, "NPZ", names, lambda name: _member(path, name, sizes[name]))
    return Content(path, "NPY", [path.stem], lambda name: Array(_load(path)))


def _member(path: Path, name: str, size: int) -> Array:
    require_memory(f"{path}: {name}", size)
    return Array(_load(path, name))


def _load(path: Path, name: str | None = None) -> np.ndarray:
    """Return an array; objects, which a file could make do anything, are not made."""
    try:
        found = np.load(path, allow_pickle=False)
        if name is None:
            return np.asarray(found)
        with found:
            return np.asarray(found[name])
    except MemoryError:
        raise ValueError(
            f"{path}: {name or 'the array'} states a size that no memory has"
        ) from None
    except Exception as error:  # of the archive, of the header, of the numbers
        raise ValueError(f"{path} is damaged or holds no numbers: {error}") from None
