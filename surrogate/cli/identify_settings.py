"""Settings of `surrogate identify`: what its file and its options say of the model, together."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from datasets.recipes import safe_yaml
from simulators.checks import is_number
from surrogate.cli import identify_priors
from surrogate.cli.parser import pairs

KEYS = ("law", "start", "fixed", "tied", "prior", "priors", "base_noise", "process_noise", "delay")
"""What a file of settings may hold."""
KINDS: dict[str, tuple[type, str]] = {
    "law": (str, "the name of a law"),
    "start": (dict, "numbers by the name of the parameter"),
    "fixed": (list, "a list of parameters"),
    "tied": (list, "a list of parameters"),
    "prior": (dict, "a number by the name of the parameter"),
    "priors": (list, "a list of class paths with their init_args"),
    "base_noise": (bool, "true or false"),
    "process_noise": (str, "storeys or floors"),
    "delay": (dict, "seconds, or sought, by the name of the sensor"),
}
"""What each key of it takes, and its words."""


def merged(options: Namespace) -> Any:
    """Settings of a file, and what the options say beside it; ValueError for what is none."""
    from surrogate.identification.settings import Settings

    given = of_file(options.settings)
    start = {**given.pop("start", {}), **_numbers(options.start, "--start")}
    deviations, priors = identify_priors.given(options.prior)
    prior = {**given.pop("prior", {}), **deviations}
    priors += identify_priors.by_class_path(
        given.pop("priors", []), f"--settings {options.settings}"
    )
    fixed = tuple(given.pop("fixed", ())) + tuple(options.fixed)
    if options.mass:
        start["mass"] = _row(options.mass, "--mass")
        fixed = (*fixed, "mass")
    return Settings(
        storeys=options.storeys,
        law=next(iter(options.law), given.get("law", "bouc_wen")),
        start=start,
        fixed=fixed,
        tied=(*given.get("tied", ()), *options.tied),
        prior=_deviations(prior, options.settings),
        priors=tuple(priors),
        base_noise=given.get("base_noise", True) and not options.exact_base,
        process_noise=options.process_noise or given.get("process_noise"),
        starts=options.starts,
    )


def of_file(path: Path | None) -> dict[str, Any]:
    """What a file of settings says, nothing without one.

    Raises
    ------
    FileNotFoundError
    ValueError
        For what is no YAML, and keys or values that are not of `KEYS` and `KINDS`.
    """
    if path is None:
        return {}
    if not path.is_file():
        raise FileNotFoundError(f"--settings {path} does not exist")
    try:
        given = safe_yaml.load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"--settings {path} is not YAML: {error}") from None
    except ValueError as error:
        raise ValueError(f"--settings {path}: {error}") from None
    if not isinstance(given, dict) or not set(given) <= set(KEYS):
        wrong = ", ".join(map(str, set(given) - set(KEYS))) if isinstance(given, dict) else given
        raise ValueError(f"--settings {path}: {wrong} is unknown, choose from {', '.join(KEYS)}")
    for key, value in given.items():
        kind, words = KINDS[key]
        if not isinstance(value, kind):
            raise ValueError(f"--settings {path}: {key} must be {words}, got {value!r}")
    for key in ("fixed", "tied"):
        if not all(isinstance(name, str) for name in given.get(key, [])):
            raise ValueError(
                f"--settings {path}: {key} must be {KINDS[key][1]}, got {given[key]!r}"
            )
    for name, value in given.get("start", {}).items():
        numbers = value if isinstance(value, list) else [value]
        if not numbers or not all(map(is_number, numbers)):
            raise ValueError(
                f"--settings {path}: start of {name} must be a number, or a list of one a storey, "
                f"got {value!r}"
            )
    return given


def _numbers(words: Sequence[str], option: str) -> dict[str, list[float]]:
    return {name: _row(value, option) for name, value in pairs(words, option).items()}


def _deviations(prior: dict[str, Any], file: Path | None) -> dict[str, float]:
    """Standard deviations by name; ValueError for what is none."""
    for name, value in prior.items():
        if not is_number(value) or value <= 0.0:
            raise ValueError(
                f"prior of {name} = {value!r}: must be a positive number"
                + (f" (--settings {file})" if file else "")
            )
    return {name: float(value) for name, value in prior.items()}


def _row(text: str, option: str) -> list[float]:
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise ValueError(f"{option} {text!r}: must be numbers with commas between them") from None
