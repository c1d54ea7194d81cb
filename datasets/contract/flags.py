"""Flags of the CF conventions: whole numbers that stand for words, such as parts and classes.

A variable with the attributes ``flag_values`` and ``flag_meanings`` lists the numbers that it may
have and the word for each. The same word may have another number in another file.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr


def is_flag(variable: xr.Variable) -> bool:
    """Tell whether a variable is numbers that stand for words."""
    return "flag_meanings" in variable.attrs


def concatenated(variables: Sequence[xr.Variable]) -> xr.Variable:
    """Return flags one after another, each word with one number for all of them.

    Parameters
    ----------
    variables : sequence of Variable
        With the same dimensions; they are read. Words keep the numbers of the first variable, and
        what only others have is numbered on.

    Returns
    -------
    Variable
        Of the type of the first, or of int32 where there are more words than that can count.

    Raises
    ------
    ValueError
        For a value without a word, and for more words than values or fewer.
    """
    first = variables[0]
    numbers = _numbers(first)
    for variable in variables[1:]:
        for word in _numbers(variable):
            numbers.setdefault(word, max(numbers.values()) + 1)
    enough = max(numbers.values()) <= np.iinfo(first.dtype).max
    kind = first.dtype if enough else np.dtype(np.int32)
    parts = [_renumbered(variable, numbers).astype(kind) for variable in variables]
    named = {
        "flag_values": np.array(list(numbers.values()), dtype=kind),
        "flag_meanings": " ".join(numbers),
    }
    return xr.Variable(first.dims, np.concatenate(parts), {**first.attrs, **named})


def _renumbered(variable: xr.Variable, numbers: dict[str, int]) -> np.ndarray:
    """Return the values of a variable with the numbers that the words have in `numbers`."""
    own = _numbers(variable)
    known = np.array(list(own.values()))
    values = variable.values
    strangers = np.setdiff1d(values, known)
    if strangers.size:
        raise ValueError(f"the value {strangers[0]} has no word in flag_meanings")
    order = np.argsort(known)
    places = order[np.searchsorted(known, values, sorter=order)]
    return np.array([numbers[word] for word in own])[places]


def _numbers(variable: xr.Variable) -> dict[str, int]:
    """Return the number of each word."""
    words = str(variable.attrs["flag_meanings"]).split()
    values = np.atleast_1d(variable.attrs.get("flag_values", []))
    if not words or len(words) != len(values):
        raise ValueError(f"flag_meanings has {len(words)} words for {len(values)} flag_values")
    return dict(zip(words, values.tolist(), strict=True))
