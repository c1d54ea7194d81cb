"""What is asked of a response: its peak, by the name of a history or as a drift ratio."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from datasets.contract import lengths
from datasets.contract.schema import HEIGHT, VARIABLES
from datasets.recipes.simulated import SimulatorRecipe
from surrogate.risk import demands
from surrogate.risk.asking.asked import AskedRecipe

DRIFT_RATIO = "drift_ratio"


@dataclass(frozen=True)
class Quantity:
    """A demand: one number a record.

    Parameters
    ----------
    name : str
        ``drift_ratio``, the largest drift of any storey over its height; or a history such as
        ``acceleration`` or ``drift``, whose largest magnitude on any floor or storey is meant.
    """

    name: str = DRIFT_RATIO

    @property
    def variable(self) -> str:
        """The history that it is taken from."""
        return "drift" if self.name == DRIFT_RATIO else self.name

    @property
    def label(self) -> str:
        """Its name in words with its unit."""
        if self.name == DRIFT_RATIO:
            return "peak interstory drift ratio"
        known = VARIABLES.get(self.name)
        return f"peak {known.long_name} ({known.units})" if known else f"peak {self.name}"

    def require(self, recipe: AskedRecipe) -> None:
        """Raise ValueError where the records of a recipe do not have it."""
        self.require_heights(recipe.heights is not None)
        if isinstance(recipe, SimulatorRecipe):
            known = [output.name for output in recipe.built.outputs]
        else:
            known = [name for name, one in VARIABLES.items() if one.dims[:2] == ("record", "time")]
        if self.variable not in known:
            raise ValueError(
                f"quantity = {self.name!r}: expected {DRIFT_RATIO} or one of {', '.join(known)}"
            )

    def require_heights(self, stated: bool) -> None:
        """Raise ValueError for a drift ratio without storey heights."""
        if self.name == DRIFT_RATIO and not stated:
            raise ValueError(
                f"quantity = {DRIFT_RATIO}: storey heights are missing, give them to the recipe as "
                "heights=3.2 or heights=[4.0,3.2,3.2] (m), or ask for drift"
            )

    def require_plausible(self, name: str, demand: float) -> None:
        """Raise ValueError for a drift ratio that no storey has, such as one in percent."""
        if self.name == DRIFT_RATIO and demand > 1.0:
            raise ValueError(
                f"{name} = {demand:g}: a drift ratio is a share of the storey height, at most 1: "
                f"{demand:g} % is {demand / 100.0:g}"
            )

    def of(self, responses: xr.Dataset) -> np.ndarray:
        """Return the demand of each record, shape (record,).

        Parameters
        ----------
        responses : xarray.Dataset
            With the history, and with `height` for a drift ratio.

        Raises
        ------
        ValueError
            Where it lacks one of them.
        """
        if self.name == DRIFT_RATIO:
            self.require_heights(HEIGHT in responses)
            return np.asarray(demands.peak_drift_ratio(responses).max("storey").values, float)
        if self.variable not in responses:
            raise ValueError(
                f"the responses have no {self.variable}, only {', '.join(map(str, responses))}"
            )
        values = lengths.filled(responses[self.variable].values, lengths.of(responses))
        return np.abs(values).reshape(len(values), -1).max(axis=1).astype(float)
