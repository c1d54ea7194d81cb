"""Ctrl-C in a command with workers: one line, no traceback, a code that stops a chain."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = """
import sys, time, types
from pathlib import Path
from datasets.generation.executors import local
from surrogate.cli import main as command_line

def run(words):
    with local(2) as (executor, _):
        works = [executor.submit(time.sleep, 60) for _ in range(4)]
        Path(sys.argv[1]).touch()
        for work in works:
            work.result()

if __name__ == "__main__":
    module = types.ModuleType("waiting")
    module.main = run
    sys.modules["waiting"] = module
    command_line.COMMANDS["wait"] = ("waiting", "waits")
    marker = sys.argv[1]
    sys.argv = ["surrogate", marker]
    command_line.COMMANDS[marker] = ("waiting", "waits")
    raise SystemExit(command_line.main())
"""

SEARCHES = """
import sys, time, types
from pathlib import Path
from surrogate.cli import main as command_line
from surrogate.identification import trials

def slow(likelihood, steps, theta):
    Path(sys.argv[1]).touch()
    time.sleep(60)

def run(words):
    from surrogate.identification.identify import identify
    from surrogate.identification.settings import Settings
    from tests.helpers import recorded_building as building

    identify(building.recordings(["acceleration 3"]), Settings(3, law="elastic"), workers=2)

trials.search = slow
if __name__ == "__main__":
    module = types.ModuleType("searching")
    module.main = run
    sys.modules["searching"] = module
    command_line.COMMANDS["search"] = ("searching", "searches")
    command_line.COMMANDS[sys.argv[1]] = ("searching", "searches")
    raise SystemExit(command_line.main())
"""


@pytest.mark.parametrize("times", [1, 2, 3])
def test_ctrl_c_is_one_line(tmp_path, times):
    script = tmp_path / "command.py"
    script.write_text(COMMAND)
    marker = tmp_path / "started"
    process = subprocess.Popen(
        [sys.executable, str(script), str(marker)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # the terminal sends Ctrl-C to all processes of a group
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
    )
    while not marker.exists():
        assert process.poll() is None
        time.sleep(0.05)
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.1)
        if process.poll() is not None:
            break
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.splitlines() == ["error: stopped: run the same command again to continue"]


def test_ctrl_c_ends_the_searches_of_identify(tmp_path):
    """A command that identifies in two processes leaves none of them behind."""
    script = tmp_path / "command.py"
    script.write_text(SEARCHES)
    marker = tmp_path / "started"
    process = subprocess.Popen(
        [sys.executable, str(script), str(marker)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
    )
    while not marker.exists():
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.splitlines() == ["error: stopped: run the same command again to continue"]
    assert not _running(process.pid)


def _running(group):
    """Processes of a group that still run after a moment, which those of Python's own may need."""
    for _ in range(100):
        found = subprocess.run(
            ["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
        )
        lines = [line.split(maxsplit=2) for line in found.stdout.splitlines()]
        left = [line for line in lines if int(line[0]) == group and not line[1].startswith("Z")]
        if not left:
            break
        time.sleep(0.1)
    return left
