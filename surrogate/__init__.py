"""Networks trained on the datasets of this project: data in, checkpoint out, responses in physical
units::

    result = fit("configs/five_storey_lstm.yaml")
    response = respond(load(result.checkpoint), "record.AT2")

Importing the package itself loads neither torch nor Lightning; its names do when they are used.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import lazy_loader


def _other_package() -> str:
    """What is wrong with the package `datasets` that Python finds; empty for the one of here.

    Looked at before anything imports it: Hugging Face's has the same name.
    """
    found = find_spec("datasets")
    places = list(found.submodule_search_locations or ()) if found else []
    if any(Path(place, "contract", "schema.py").is_file() for place in places):
        return ""
    where = next(iter(places), getattr(found, "origin", None) or "nowhere")
    return (
        f"the package `datasets` found at {where} is not the one of this project (Hugging Face's "
        "has the same name): install this project from a clone in an environment of its own and "
        "run `pip uninstall datasets` there"
    )


def _is_the_command() -> bool:
    """Whether this process is `surrogate ...` or `python -m surrogate ...`."""
    words = sys.orig_argv
    as_module = any(words[place : place + 2] == ["-m", "surrogate"] for place in range(len(words)))
    return as_module or Path(sys.argv[0]).stem == "surrogate"


if _other := _other_package():
    if _is_the_command():  # an error of the user like all others: one line, code 2
        print(f"error: {_other}", file=sys.stderr)
        raise SystemExit(2)
    raise ImportError(_other)

from simulators.moved import follow  # noqa: E402
from surrogate.moved_names import MOVED  # noqa: E402

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
follow(MOVED)
