"""Which classes a checkpoint may name: a checkpoint is data, and what it names would be run.

Known without a word of the user are the classes and functions that are defined in `KNOWN`, not
what these modules import from elsewhere. A user can allow further modules by their name; what lies
within them is then imported.
"""

import inspect
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from torch import nn

from surrogate.moved_names import MOVED

KNOWN = (
    "surrogate.networks",
    "surrogate.training.losses",
    "surrogate.optim.initializers",
    "torch.nn",
    "torch.optim",
)
NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
"""A name with dots, as of a class in a module."""
LARGEST = 10_000
"""A number in the settings of a network that needs no weights to be believed."""
WORD = re.compile(r"[\w ,+-]*")
"""A text that is neither a name nor the path of a file."""


def network_of(content: Mapping[str, Any], trust: Sequence[str] = ()) -> dict[str, Any]:
    """Class path and arguments of the network that a checkpoint states, all names checked.

    Parameters
    ----------
    content : mapping
        Of the checkpoint.
    trust : sequence of str
        Modules of the user that it may name too.

    Raises
    ------
    ValueError
        For a checkpoint without, and for a name that it may not have.
    """
    settings = content.get("hyper_parameters")
    network = settings.get("network") if isinstance(settings, Mapping) else None
    if not isinstance(network, Mapping):
        raise ValueError("it names no class of a network, as one that a function in Python made")
    if set(network) - {"class_path", "init_args"}:
        raise ValueError(f"network has the keys {', '.join(map(str, network))}")
    made = resolve(str(network.get("class_path")), trust)
    if not (inspect.isclass(made) and issubclass(made, nn.Module)):
        raise ValueError(f"{network['class_path']} is no network: it is not a torch.nn.Module")
    arguments = network.get("init_args") or {}
    _require_sizes(arguments, content)
    for text in _texts(arguments):
        if NAME.fullmatch(text):
            resolve(text, trust)
        elif not WORD.fullmatch(text):
            raise ValueError(f"network has the setting {text[:80]!r}, which is no word or name")
    return {"class_path": str(network["class_path"]), "init_args": dict(arguments)}


def _require_sizes(arguments: Mapping[str, Any], content: Mapping[str, Any]) -> None:
    """Raise ValueError for numbers of layers or units that the stored weights cannot have: to make
    them would take for ever.
    """
    weights = sum(value.numel() for value in (content.get("state_dict") or {}).values())
    most = max(LARGEST, weights)
    for name, value in arguments.items():
        numbers = value if isinstance(value, list | tuple) else [value]
        if any(isinstance(number, int) and abs(number) > most for number in numbers):
            raise ValueError(
                f"network has {name} = {value}, for which {weights} weights are stored"
            )


def resolve(name: str, trust: Sequence[str] = ()) -> Any:
    """The class or function of a name that a checkpoint may have.

    Raises
    ------
    ValueError
        For any other name; nothing has been imported for it then.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} is not the name of a class in a module")
    for old, new in MOVED.items():
        if name.startswith(f"{old}."):
            name = new + name.removeprefix(old)
    root = next((root for root in (*KNOWN, *trust) if name.startswith(f"{root}.")), None)
    if root is None:
        raise ValueError(
            f"it names {name}, which is not of this package or of torch.nn: if you know what it "
            f"does, allow it by --trust {name.rpartition('.')[0]}"
        )
    found = _member(name, root, import_module(root) if root in KNOWN else _imported(root))
    owner = str(getattr(found, "__module__", ""))
    if not (inspect.isclass(found) or inspect.isfunction(found)) or not _within(owner, root):
        raise ValueError(f"it names {name}, which is no class or function of {root}")
    return found


def make_importable() -> None:
    """Let class paths name modules of the current folder, after all that is installed."""
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)


def _imported(root: str) -> ModuleType:
    make_importable()
    try:
        return import_module(root)
    except ImportError as error:
        raise ValueError(f"{root}, which is trusted, cannot be imported: {error}") from None


def _member(name: str, root: str, module: ModuleType) -> Any:
    """What a name stands for, through modules of one root alone."""
    found: Any = module
    for word in name.removeprefix(f"{root}.").split("."):
        if not isinstance(found, ModuleType) or not _within(found.__name__, root):
            raise ValueError(f"it names {name}, which leads out of {root}")
        found = getattr(found, word, None)
    return found


def _within(module: str, root: str) -> bool:
    return module == root or module.startswith(f"{root}.")


def _texts(value: Any) -> Iterator[str]:
    """All texts in nested settings, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
