"""Demands by a surrogate, and which of them lie beyond its training."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from datasets.contract.schema import UNKNOWN_UNIT
from datasets.recipes.heights import height_variable
from datasets.recipes.simulated import SimulatorRecipe
from surrogate import inference
from surrogate.data import channels
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference import extrapolation, structural_parameters
from surrogate.inference.histories import ACCELERATION, constant, dynamic, named
from surrogate.risk.asking.asked import Asked, AskedRecipe
from surrogate.risk.asking.quantity import Quantity
from surrogate.training.module import Surrogate

EXCITATION = "base_acceleration"


@dataclass(frozen=True, eq=False)
class Predicted:
    """What one surrogate answers; called with records, it gives their demands.

    Parameters
    ----------
    surrogate : Surrogate
    quantity : Quantity
    """

    surrogate: Surrogate
    quantity: Quantity

    def __call__(self, asked: Asked) -> np.ndarray:
        """Return the demand of each record, shape (record,)."""
        heights = _heights(asked.recipe)
        return self.demands(asked.motions.acceleration, asked.parameters, heights)

    def demands(
        self,
        accelerations: np.ndarray,
        parameters: Mapping[str, np.ndarray],
        heights: Mapping[str, xr.Variable],
    ) -> np.ndarray:
        """Return the demand of each motion, shape (record,).

        Parameters
        ----------
        accelerations : ndarray, shape (record, time)
            Of the base (m/s2).
        parameters : mapping of str to ndarray, shape (record, ...)
            What varies from record to record.
        heights : mapping of str to Variable
            `height` of the storeys (m), where a drift ratio is asked for.
        """
        input = self._input(accelerations, self._parameters(parameters, len(accelerations)))
        response = inference.respond(self.surrogate, input)
        group = self._target()
        (block,) = (
            values
            for one, values in zip(
                self.surrogate.interface.targets,
                channels.split(self.surrogate.interface.targets, response),
                strict=True,
            )
            if one is group
        )
        dims = ("record", "time", group.dim or "channel")
        responses = xr.Dataset({group.variable: (dims, block)})
        return self.quantity.of(responses.assign(heights))

    def beyond(self, asked: Asked) -> np.ndarray:
        """Return which records lie beyond the training of the surrogate, bool, shape (record,)."""
        peaks = np.abs(asked.motions.acceleration).max(axis=1)[:, None]
        parameters = self._parameters(asked.parameters, asked.records)
        return extrapolation.beyond(self.surrogate, peaks, parameters)

    def require(self, recipe: AskedRecipe) -> None:
        """Raise ValueError where the surrogate cannot be asked what a recipe's records are."""
        interface = self.surrogate.interface
        groups = dynamic(interface)
        if named(groups) != EXCITATION or groups[0].units not in (ACCELERATION, UNKNOWN_UNIT):
            raise ValueError(
                f"the surrogate takes {named(groups)}: a surrogate of {EXCITATION} is asked"
            )
        if groups[0].units == UNKNOWN_UNIT:
            raise ValueError("the surrogate does not know the unit of its accelerations")
        own = interface.sampling_interval
        if not np.isclose(recipe.motion.interval, own, rtol=1e-6):
            raise ValueError(
                f"motion.interval = {recipe.motion.interval:g}: the surrogate takes motions every "
                f"{own:g} s, give motion.interval={own:g}"
            )
        require_told(recipe, {group.variable for group in constant(interface)})
        self._require_storeys(self._target(), recipe)

    def _target(self) -> ChannelGroup:
        targets = self.surrogate.interface.targets
        for group in targets:
            if group.variable == self.quantity.variable:
                return group
        raise ValueError(
            f"quantity = {self.quantity.name}: needs {self.quantity.variable}, the surrogate gives "
            f"{named(targets)}"
        )

    def _require_storeys(self, group: ChannelGroup, recipe: AskedRecipe) -> None:
        expected = _storeys(recipe)
        if group.dim == "storey" and expected and group.channels != expected:
            raise ValueError(
                f"the surrogate gives {group.variable} of {group.channels} storeys, the recipe's "
                f"structure has {expected}"
            )

    def _input(self, accelerations: np.ndarray, parameters: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the motions beside the parameters, shape (record, time, inputs)."""
        motions = accelerations.astype(np.float32)
        columns = [motions[..., None]]
        for values in parameters.values():
            shape = (*motions.shape, values.shape[1])
            columns.append(np.broadcast_to(values[:, None, :].astype(np.float32), shape))
        return np.concatenate(columns, axis=2)

    def _parameters(
        self, parameters: Mapping[str, np.ndarray], records: int
    ) -> dict[str, np.ndarray]:
        interface: Interface = self.surrogate.interface
        names = [group.variable for group in constant(interface)]
        stated = [
            {name: np.atleast_1d(parameters[name][record]) for name in names if name in parameters}
            for record in range(records)
        ]
        return structural_parameters.completed(interface, {}, stated)


def require_told(recipe: AskedRecipe, told: Collection[str]) -> None:
    """Raise ValueError for structures that vary in what a surrogate is not told.

    Parameters
    ----------
    recipe : ResponseRecipe or SimulatorRecipe
    told : collection of str
        Parameters that the surrogate takes.
    """
    for key in recipe.vary:
        of_motion = key.split(".")[0] in ("motion", "motions")
        if not of_motion and key not in told and key.rpartition(".")[2] not in told:
            raise ValueError(
                f"vary = {key}: the surrogate is not told it and would answer as for the "
                "structure of its training: leave it out of vary, or take a surrogate that was "
                f"trained with data.parameters = [{key}]"
            )


def _heights(recipe: AskedRecipe) -> dict[str, xr.Variable]:
    return dict(height_variable(recipe.heights, _storeys(recipe)))


def _storeys(recipe: AskedRecipe) -> int:
    return recipe.storeys if isinstance(recipe, SimulatorRecipe) else recipe.nominal.elements
