"""What the simulator answers to the records that a surrogate is asked for.

Possible where the recipe of the training data tells the structure, and the surrogate takes the one
excitation that the simulator takes.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from simulators.excitation.motion import BaseMotion, ExternalForce
from surrogate.data import structures
from surrogate.data.channels import Interface
from surrogate.inference.histories import Excitation, dynamic, named

TOLERANCE = 1e-6
EXCITATIONS = ("base_acceleration", "force")


def require(interface: Interface, method: str, records: Sequence[Excitation]) -> None:
    """Raise ValueError where the simulator cannot answer these records by a method."""
    from simulators.solvers.solve import METHODS  # brings the compiled integrator along

    groups = dynamic(interface)
    if len(groups) != 1 or groups[0].channels != 1 or groups[0].variable not in EXCITATIONS:
        raise ValueError(
            f"--reference: the simulator takes {' or '.join(EXCITATIONS)} alone, the surrogate "
            f"takes {named(groups)}"
        )
    structures.recipe_of(interface.recipe)
    if method not in METHODS:
        raise ValueError(f"--reference {method}: expected one of {', '.join(METHODS)}")
    if any(record.truth is not None for record in records):
        raise ValueError(
            f"--reference: the file holds {named(interface.targets)}, which the responses are "
            "compared with: leave the option"
        )


def simulated(
    interface: Interface,
    records: Sequence[Excitation],
    values: Mapping[str, np.ndarray],
    method: str,
) -> list[np.ndarray | None]:
    """Responses of the structure of the training data, each of shape (time, target)."""
    from simulators.solvers.solve import solve  # brings the compiled integrator along

    recipe = structures.recipe_of(interface.recipe)
    names = [group.variable for group in interface.targets]
    found: list[np.ndarray | None] = []
    for number, record in enumerate(records):
        history = record.values[:, 0]
        motion: BaseMotion | ExternalForce
        if dynamic(interface)[0].variable == "force":
            floor = int(recipe.motion.floor)
            motion = ExternalForce(history, interface.sampling_interval, floor)
        else:
            motion = BaseMotion(history, interface.sampling_interval)
        own = {name: value[number : number + 1] for name, value in values.items()}
        response = solve(
            structures.structure_of(recipe, own),
            motion,
            outputs=names,
            method=method,
            tolerance=TOLERANCE,
            dtype=np.float32,
        )
        blocks = [response[name].values[0] for name in names]
        found.append(np.concatenate([b.reshape(len(b), -1) for b in blocks], axis=1))
    return found
