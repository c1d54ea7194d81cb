"""Simulators that fail in every way that a foreign program can, in a module of their own so that
another process finds them.
"""

import os
import time
from pathlib import Path

import numpy as np

from simulators.external import DidNotConverge, ExternalSimulator, Output, Parameter


def oscillate(base_acceleration, interval, frequency=2.0, damping=0.05):
    """Displacement (m) of a linear oscillator by Newmark's average acceleration."""
    omega = 2.0 * np.pi * frequency
    c, k = 2.0 * damping * omega, omega**2
    y, v, a = 0.0, 0.0, -base_acceleration[0]
    history = [y]
    for load in base_acceleration[1:]:
        force = -load + 4.0 * (y + v * interval) / interval**2 + a + c * (2.0 * y / interval + v)
        y_next = force / (k + 2.0 * c / interval + 4.0 / interval**2)
        v_next = 2.0 * (y_next - y) / interval - v
        a = -load - c * v_next - k * y_next
        y, v = y_next, v_next
        history.append(y)
    return np.array(history)


class Returns(ExternalSimulator):
    """Returns what it was made with."""

    outputs = (Output("drift", "m", "storey"), Output("base_shear", "N"))

    def __init__(self, result):
        self.result = result

    def simulate(self, motions, parameters, seed):
        return self.result


class Misbehaves(ExternalSimulator):
    """Fails as its parameter says."""

    outputs = (Output("drift", "m", "storey", size=2),)
    parameters = (Parameter("way", "1", default=0.0, minimum=0.0, maximum=7.0),)

    def simulate(self, motions, parameters, seed):
        way = int(parameters["way"])
        actions = (self.answer, self.stop, self.crash, self.leave, self.hang, self.err, self.noise)
        (*actions, self.sleep)[way]()
        return {"drift": np.full((motions[0].acceleration.size, 2), float(seed))}

    def answer(self):
        """Nothing is wrong."""

    def stop(self):
        raise DidNotConverge("Newton's method failed", time=1.25)

    def crash(self):
        os.kill(os.getpid(), 11)

    def leave(self):
        print("Process 0 Terminating", flush=True)
        os._exit(3)

    def hang(self):
        time.sleep(60.0)

    def err(self):
        return 1 / 0

    def sleep(self):
        """Write the number of the process down, and hang."""
        Path(os.environ["TMPDIR"], f"started-{os.getpid()}").touch()
        self.hang()

    def noise(self):
        os.write(1, b"iteration 1\n" * 100_000)


class Slow(ExternalSimulator):
    """Takes a while, notes each of its runs, and fails while a file says that it is broken.

    Its notes lie in the folder that the environment variable RUNS names: ``run-*`` for each run,
    ``broken`` to make the records whose seed is odd fail.
    """

    outputs = (Output("drift", "m", "storey", size=2),)
    parameters = (Parameter("work", "1", default=1.0, minimum=0.0),)

    def __init__(self, seconds=0.0):
        self.seconds = seconds

    def cost(self, motions, parameters):
        return parameters["work"]

    def simulate(self, motions, parameters, seed):
        runs = Path(os.environ["RUNS"])
        time.sleep(self.seconds)
        (runs / f"run-{seed}-{time.monotonic_ns()}").touch()
        if seed % 2 and (runs / "broken").exists():
            raise DidNotConverge("the licence server did not answer", kind="crash")
        return {"drift": np.stack([motions[0].acceleration, 2.0 * motions[0].acceleration], 1)}


class BothWays(ExternalSimulator):
    """Returns the base accelerations of its two directions."""

    directions = 2
    outputs = (Output("roof_x", "m s-2"), Output("roof_y", "m s-2"))

    def simulate(self, motions, parameters, seed):
        return {"roof_x": motions[0].acceleration, "roof_y": motions[1].acceleration}


class Colours:
    """No simulator at all."""


class OwnLength(ExternalSimulator):
    """Ends after `ends` samples, or goes on for as many as it may; fails where `ends` is 0."""

    outputs = (Output("drift", "m", "storey", size=1),)
    parameters = (Parameter("ends", "1", default=1000.0, minimum=0.0),)
    may_end_early = True
    extra_samples = 30

    def simulate(self, motions, parameters, seed):
        if not parameters["ends"]:
            raise DidNotConverge("the frame has collapsed", kind="collapse")
        whole = np.concatenate([motions[0].acceleration, np.full(self.extra_samples, 7.0)])
        return {"drift": whole[: int(parameters["ends"]), None]}


class Declares(ExternalSimulator):
    """Declares what it was made with, whatever that is."""

    outputs = (Output("roof", "m"),)

    def __init__(self, **declared):
        for name, value in declared.items():
            setattr(self, name, value)

    def simulate(self, motions, parameters, seed):
        return {"roof": motions[0].acceleration}


class Raises(ExternalSimulator):
    """Raises an error of its own, or ends Python, where it runs."""

    outputs = (Output("roof", "m"),)

    def __init__(self, kind="ValueError", words=""):
        self.kind = kind
        self.words = words

    def simulate(self, motions, parameters, seed):
        raise {"ValueError": ValueError, "KeyError": KeyError, "SystemExit": SystemExit}[self.kind](
            self.words
        )


class Refuses(ExternalSimulator):
    """Cannot be made."""

    outputs = (Output("roof", "m"),)

    def __init__(self):
        raise RuntimeError("no licence of the solver")

    def simulate(self, motions, parameters, seed):
        raise AssertionError("it was never made")


class Costs(Declares):
    """Tells as its cost what it was made with, and fails where that is a word."""

    def cost(self, motions, parameters):
        if isinstance(self.expected, str):
            raise RuntimeError(self.expected)
        return self.expected


class LeavesOften(ExternalSimulator):
    """Ends the process that runs it, for records whose seed is odd."""

    outputs = (Output("roof", "m"),)

    def simulate(self, motions, parameters, seed):
        if seed % 2:
            print("no licence left", flush=True)
            os._exit(5)
        return {"roof": motions[0].acceleration}
