"""Matrices of a structure from a YAML file, each written out or the name of a CSV file beside it.

mass: mass.csv                              kg, known
stiffness: {columns: columns.csv, walls: walls.csv}     N/m, each times a factor that is sought
damping: {damping_ratio: 0.03}              or {mass_damping: 0.3, stiffness_damping: 0.001}
influence: [1, 0, 1, 0]                     ones by default
locations: [[0, 0, 1, 0]]                   what sensors see; each degree of freedom by default
mass_parts, damping_parts                   as stiffness, in kg and N s/m
start: {walls: 0.5}                         of factors and damping; factors start at one
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from datasets.recipes import safe_yaml
from simulators.checks import finite_array, is_number
from surrogate.identification.matrix_model import RATIO, RAYLEIGH, MatrixModel

KEYS = (
    "mass",
    "stiffness",
    "damping",
    "influence",
    "locations",
    "mass_parts",
    "damping_parts",
    "start",
)
NEEDED = ("mass", "stiffness", "damping")
DAMPING = (RATIO, *RAYLEIGH)


def read_matrices(path: Path) -> MatrixModel:
    """Return the structure of a file.

    Parameters
    ----------
    path : Path

    Raises
    ------
    FileNotFoundError
        Where it, or a file that it names, does not exist.
    ValueError
        For what is no YAML of the keys above, and matrices that do not fit one another.
    """
    given = _mapping(path)
    try:
        mass = _matrix(path, "mass", given["mass"])
        n = len(mass)
        return MatrixModel(
            mass=mass,
            stiffness=_parts(path, "stiffness", given["stiffness"]),
            locations=_matrix(path, "locations", given.get("locations", np.eye(n).tolist())),
            influence=finite_array("influence", given.get("influence", [1.0] * n), ndim=1),
            damping=_damping(given["damping"], given),
            mass_parts=_parts(path, "mass_parts", given.get("mass_parts", {})),
            damping_parts=_parts(path, "damping_parts", given.get("damping_parts", {})),
            start=_start(given.get("start", {})),
        )
    except ValueError as error:
        raise ValueError(f"--matrices {path}: {error}") from None


def _mapping(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(f"--matrices {path} does not exist")
    try:
        given = safe_yaml.load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"--matrices {path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise ValueError(f"--matrices {path}: expected a mapping with {', '.join(NEEDED)}")
    for key in given:
        if key not in KEYS:
            raise ValueError(f"--matrices {path}: {key!r} is unknown, choose from {_listed(KEYS)}")
    for key in NEEDED:
        if key not in given:
            raise ValueError(f"--matrices {path}: {key} is missing")
    return given


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _matrix(path: Path, name: str, given: Any) -> np.ndarray:
    if not isinstance(given, str):
        return finite_array(name, given, ndim=2)
    file = path.parent / given
    if not file.is_file():
        raise FileNotFoundError(f"--matrices {path}: {name}: {file} does not exist")
    try:
        numbers = np.loadtxt(file, delimiter=",", ndmin=2)
    except ValueError as error:
        raise ValueError(f"{name}: {file} is no matrix with commas: {error}") from None
    return finite_array(name, numbers, ndim=2)


def _parts(path: Path, name: str, given: Any) -> dict[str, np.ndarray]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{name} must be matrices by the names of their factors, got {given!r}")
    return {str(part): _matrix(path, f"{name}.{part}", own) for part, own in given.items()}


def _damping(given: Any, whole: Mapping[str, Any]) -> dict[str, np.ndarray]:
    if not isinstance(given, Mapping) or not (given or whole.get("damping_parts")):
        raise ValueError(f"damping must be one of {_listed(DAMPING)} with its start, got {given!r}")
    for name in given:
        if name not in DAMPING:
            raise ValueError(f"damping: {name!r} is unknown, choose from {_listed(DAMPING)}")
    if RATIO in given and len(given) > 1:
        raise ValueError(f"damping: {RATIO} goes with no other")
    return {name: finite_array(f"damping.{name}", own, ndim=(0, 1)) for name, own in given.items()}


def _start(given: Any) -> dict[str, float]:
    if not isinstance(given, Mapping) or not all(is_number(own) for own in given.values()):
        raise ValueError(f"start must be numbers by the name of the factor, got {given!r}")
    return {str(name): float(own) for name, own in given.items()}
