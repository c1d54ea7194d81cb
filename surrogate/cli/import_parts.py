"""Parts of imported records, as the command line states them."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr


def divided(
    pieces: list["xr.Dataset"], arguments: argparse.Namespace, fractions: dict[str, float]
) -> list["xr.Dataset"]:
    """Return the records of each input with the parts that the command line states for them."""
    counts = [piece.sizes["record"] for piece in pieces]
    parts = _parts(arguments, counts, fractions)
    if parts is None:
        return pieces
    first = 0
    divided = []
    for piece, count in zip(pieces, counts, strict=True):
        divided.append(piece.assign(split=parts[first : first + count]))
        first += count
    return divided


def _parts(
    arguments: argparse.Namespace, counts: list[int], fractions: dict[str, float]
) -> "xr.DataArray | None":
    """Return the parts that the command line states, None where the files state them or there are
    none.
    """
    from datasets.contract import partition
    from datasets.measured import editing

    total = sum(counts)
    if fractions:
        return editing.drawn_parts(total, fractions, arguments.seed)
    if not arguments.part:
        return None
    given = [_canonical(name) for name in arguments.part]
    if len(given) not in (1, len(counts), total):
        allowed = " or ".join(str(n) for n in sorted({1, len(counts), total}))
        raise ValueError(
            f"--part has {len(given)} names: give {allowed} for {len(counts)} inputs, {total} "
            "records"
        )
    if len(given) == len(counts) != total:
        given = [name for name, count in zip(given, counts, strict=True) for _ in range(count)]
    names = list(dict.fromkeys(given))
    each = [names.index(name) for name in given]
    return partition.label(each * total if len(each) == 1 else each, names)


def named(split: dict[str, str]) -> dict[str, str]:
    """Return parts by the names that training looks for."""
    named = {_canonical(name): value for name, value in split.items()}
    if len(named) < len(split):
        raise ValueError(f"--split names a part twice: {' and '.join(split)}")
    return named


def _canonical(name: str) -> str:
    """Return the name of a part that training looks for, and say so where it was another."""
    from datasets.contract import partition

    found = partition.canonical(name)
    if found != name:
        print(f"note: part {name} is written as {found}, the name that fit and test look for")
    elif found not in partition.PARTS:
        print(f"note: fit and test look for {', '.join(partition.PARTS)}, not for part {name}")
    return found


def is_number(text: str) -> bool:
    """Return whether a word is a share, not the name of an array."""
    try:
        float(text)
    except ValueError:
        return False
    return True
