"""A record in a process of its own: its response, or the reason why there is none."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from simulators import BaseMotion
from simulators.external import DidNotConverge, FunctionSimulator, run_isolated
from tests.helpers.foreign_simulators import Misbehaves, Returns

MOTION = BaseMotion(np.sin(0.1 * np.arange(100)), 0.02)


@pytest.mark.parametrize("way", [0.0, 6.0])
def test_a_response_is_the_same_as_in_this_process(way):
    """Also from a program that prints a megabyte."""
    here = Misbehaves().respond(MOTION, seed=3)
    there = run_isolated(Misbehaves(), MOTION, {"way": way}, seed=3)
    xr.testing.assert_equal(here, there)
    assert there.attrs["simulator"] == here.attrs["simulator"]


@pytest.mark.parametrize(
    ("way", "kind", "reason"),
    [
        (1.0, "no_convergence", r"Newton's method failed at t = 1.25 s"),
        (2.0, "crash", "crashed with SIGSEGV: it printed nothing"),
        (3.0, "crash", "ended its process with the code 3: Process 0 Terminating"),
        (4.0, "timeout", "ran longer than 8 s and was ended"),
        (5.0, "error", r"ZeroDivisionError: division by zero \(foreign_simulators.py, line \d+\)"),
    ],
)
def test_what_goes_wrong_is_a_failure_with_its_reason(way, kind, reason):
    with pytest.raises(DidNotConverge, match=reason) as caught:
        run_isolated(Misbehaves(), MOTION, {"way": way}, timeout=8.0 if way == 4.0 else None)
    assert caught.value.kind == kind
    assert "\n" not in str(caught.value)


def test_a_result_that_is_not_as_declared_stays_an_error():
    with pytest.raises(ValueError, match="base_shear, drift missing or not declared"):
        run_isolated(Returns({}), MOTION)


def test_arguments_are_checked_before_a_process_starts():
    with pytest.raises(ValueError, match=r"parameter way = 9.0 1: expected a number from 0 to 7"):
        run_isolated(Misbehaves(), MOTION, {"way": 9.0})
    with pytest.raises(ValueError, match="timeout = 0: expected a positive number of seconds"):
        run_isolated(Misbehaves(), MOTION, timeout=0)


def test_a_function_that_no_other_process_can_import_is_refused():
    simulator = FunctionSimulator(lambda a, interval: a, {"drift": {"units": "m"}})
    with pytest.raises(ValueError, match="FunctionSimulator cannot be handed to another process"):
        run_isolated(simulator, MOTION)


def test_a_process_starts_without_the_libraries_that_only_draw_motions():
    code = (
        "import sys, simulators.external.worker, simulators.external.protocol\n"
        "print([m for m in ('scipy.stats', 'scipy.signal', 'numba', 'torch') if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert printed.stdout.strip() == "[]"


def test_a_process_ends_with_the_one_that_asked_for_it(tmp_path):
    """After a kill -9 of the parent nothing goes on computing."""
    code = (
        "import numpy as np\n"
        "from simulators import BaseMotion\n"
        "from simulators.external import run_isolated\n"
        "from tests.helpers.foreign_simulators import Misbehaves\n"
        "run_isolated(Misbehaves(), BaseMotion(np.zeros(9), 0.1), {'way': 7.0})"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", code], env=environment)
    child = _number_in(tmp_path)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 60.0
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)


def _number_in(folder):
    """The process number that the child writes down when it starts to work."""
    deadline = time.monotonic() + 120.0
    while time.monotonic() < deadline:
        for path in folder.glob("started-*"):
            return int(path.name.removeprefix("started-"))
        time.sleep(0.05)
    raise AssertionError("the process never started")


def _is_running(number):
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
