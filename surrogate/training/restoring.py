"""A surrogate from what its checkpoint holds, to answer and to be scored."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulators.moved import MovedName
from surrogate.training.module import Surrogate


def made_from(
    content: Mapping[str, Any], source: str | Path, trust: Sequence[str] = ()
) -> Surrogate:
    """The surrogate of a checkpoint's content; `source` names it in errors.

    Raises
    ------
    ValueError
        For a class that is not trusted, and a network that cannot be made.
    """
    try:
        with warnings.catch_warnings(
            action="ignore", category=MovedName
        ):  # a checkpoint keeps the names of its time
            made = Surrogate.restored(content, trust).eval()
    except (
        Exception
    ) as error:  # of Lightning, jsonargparse or torch: another class, other shapes, no class at all
        reason = _in_one_line(error)
        raise ValueError(
            f"the network of {source} cannot be made as it was trained: {reason}"
        ) from None
    made.source = str(source)
    return made


def _in_one_line(error: Exception) -> str:
    """What an error says; its second line too where the first only announces it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    reasons = [line.removeprefix("- ") for line in lines[1:]]
    return f"{lines[0]} {reasons[0]}" if lines[0].endswith(":") and reasons else lines[0]
