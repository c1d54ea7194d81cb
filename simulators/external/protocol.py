"""The protocol: what is asked of whatever computes a response to a motion.

A simulator of one's own is one class in one file:

>>> import numpy as np
>>> from simulators import BaseMotion
>>> from simulators.external.protocol import ExternalSimulator, Output, Parameter
>>> class StiffFrame(ExternalSimulator):
...     parameters = (Parameter("frequency", "Hz", default=20.0, minimum=0.1),)
...     outputs = (Output("displacement", "m", "floor"),)
...
...     def simulate(self, motions, parameters, seed):
...         circular = 2.0 * np.pi * parameters["frequency"]
...         return {"displacement": -motions[0].acceleration[:, None] / circular**2}
...
>>> motion = BaseMotion([0.0, 1.0, 0.0], interval=0.01)
>>> response = StiffFrame().respond(motion, {"frequency": 15.0})
>>> dict(response.displacement.sizes)
{'time': 3, 'floor': 1}

`simulate` returns arrays of shape (time, component), at the samples of the motion; of another
length only where the class declares it (`may_end_early`, `extra_samples`). A response that
could not be computed is an exception, `DidNotConverge`: never numbers.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy.typing as npt
import xarray as xr

from simulators.excitation.motion import BaseMotion
from simulators.external.checking import check_motions, check_parameters, labelled
from simulators.external.declarations import Output, Parameter, check_declarations
from simulators.external.failure import DidNotConverge, unexpected
from simulators.external.source import digest

__all__ = ["DidNotConverge", "ExternalSimulator", "Output", "Parameter"]


class ExternalSimulator(ABC):
    """Base of all simulators that follow the protocol.

    A subclass sets the attributes below, as constants of the class or in its constructor, and
    writes `simulate`. It must be picklable to run in a process of its own, and a recipe names it by
    its class path and the arguments of its constructor.

    Attributes
    ----------
    parameters : tuple of Parameter
        Numbers that may differ from record to record.
    outputs : tuple of Output
        Histories that `simulate` returns.
    directions : int
        Base motions of one record: 1, or 2 for two horizontal directions.
    may_end_early : bool
        Whether a response may have fewer samples than its motion: it ends where the structure
        collapses, say.
    extra_samples : int
        How many samples a response may go on after its motion, which then is zero.
    runs_in_own_process : bool
        Whether a run needs a process of its own: global state, or a library that may end it.
    release : str
        Version of the program behind it, "openseespy 3.7.1" for example.
    """

    parameters: tuple[Parameter, ...] = ()
    outputs: tuple[Output, ...] = ()
    directions: int = 1
    may_end_early: bool = False
    extra_samples: int = 0
    runs_in_own_process: ClassVar[bool] = False
    release: str = ""

    @abstractmethod
    def simulate(
        self, motions: tuple[BaseMotion, ...], parameters: dict[str, float], seed: int
    ) -> Mapping[str, npt.ArrayLike]:
        """Compute the histories of one record.

        Parameters
        ----------
        motions : tuple of BaseMotion
            One for each of `directions`, of one length and interval.
        parameters : dict of str to float
            All that are declared, checked.
        seed : int
            Of the record, for a simulator that draws numbers.

        Returns
        -------
        mapping of str to array_like, shape (time,) or (time, component)
            All of `outputs`, in their units.

        Raises
        ------
        DidNotConverge
            If there is no response.
        """

    def cost(self, motions: tuple[BaseMotion, ...], parameters: dict[str, float]) -> float:
        """What a record is expected to take, in any unit: the longest are run first.

        The duration of the motion, unless a subclass knows better.
        """
        return motions[0].duration

    def sources(self) -> tuple[Any, ...]:
        """Classes, functions and modules beside the class whose source decides the numbers."""
        return ()

    @property
    def version(self) -> str:
        """Name, release and a hash of the source, which changes with the model's code."""
        kind = type(self)
        own = [c for c in kind.__mro__ if issubclass(c, ExternalSimulator)]
        own = [c for c in own if c is not ExternalSimulator]
        words = [
            f"{kind.__module__}.{kind.__qualname__}",
            self.release,
            digest(own, self.sources()),
        ]
        return " ".join(filter(None, words))

    def respond(
        self,
        motions: BaseMotion | Sequence[BaseMotion],
        parameters: Mapping[str, float] | None = None,
        seed: int = 0,
    ) -> xr.Dataset:
        """Checked and labelled response to one record, computed in this process.

        Parameters
        ----------
        motions : BaseMotion or sequence of BaseMotion
            One for each of `directions`.
        parameters : mapping of str to float, optional
            Those that differ from their defaults.
        seed : int
            Of the record.

        Returns
        -------
        xarray.Dataset
            `outputs` over time (s) and component, with units and long_name; the version, the
            parameters, the seed and the seconds that it took as attributes.

        Raises
        ------
        ValueError
            Naming the motion, the parameter or the output that is not as declared.
        DidNotConverge
            If there is no response, a number in it is not finite, or `simulate` raised an error of
            its own.
        """
        check_declarations(self)
        checked = check_motions(self, motions)
        values = check_parameters(self, parameters or {})
        start = time.perf_counter()
        result = self._simulated(checked, values, seed)
        seconds = time.perf_counter() - start
        facts = {"simulator": self.version, "parameters": json.dumps(values), "seed": seed}
        return labelled(self, result, checked[0]).assign_attrs(facts, seconds=seconds)

    def _simulated(
        self, motions: tuple[BaseMotion, ...], parameters: dict[str, float], seed: int
    ) -> Mapping[str, npt.ArrayLike]:
        """What `simulate` returns; an error that it raises, or an exit, is a failed record."""
        try:
            return self.simulate(motions, parameters, seed)
        except DidNotConverge:
            raise
        except (Exception, SystemExit) as failure:
            raise unexpected(failure) from failure
