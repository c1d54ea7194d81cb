"""Progress: a bar on a terminal, plain lines elsewhere."""

import os
import pty
import sys

import numpy as np

from datasets.files.costs import Run
from datasets.generation import progress
from datasets.generation.tasks import Made


def count(total, step):
    with progress.Progress(total) as shown:
        for first in range(0, total, step):
            shown.update([Made(first, step, fresh=True)])


def test_a_terminal_shows_a_bar_with_rate_and_time_left(monkeypatch):
    # A new pseudo-terminal does not know its size, as under `script` and `docker exec -t`.
    master, slave = pty.openpty()
    with open(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        count(100, 50)
    drawn = b""
    while b"\n" not in drawn:
        drawn += os.read(master, 10_000)
    drawn = drawn.decode()
    os.close(master)
    assert "100/100" in drawn
    assert "records/s" in drawn


def test_a_log_file_gets_plain_lines_now_and_then(capsys, monkeypatch):
    seconds = iter(range(0, 1000, 10))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(seconds))
    count(100, 10)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("100 of 100 records (100 %), ")
    assert 2 <= len(lines) <= 5
    assert all("\r" not in line and line.endswith(" s left") for line in lines)


def line_after(seconds, made, costs, capsys, monkeypatch):
    """The last line, when `made` are done after so many seconds."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    with progress.Progress(10, costs) as shown:
        now[0] = seconds
        shown.update(made)
    return capsys.readouterr().err.splitlines()[-1]


def test_what_was_there_already_says_nothing_of_the_time_left(capsys, monkeypatch):
    made = [Made(0, 4, fresh=False), Made(4, 3, fresh=True)]
    line = line_after(60.0, made, None, capsys, monkeypatch)
    assert line == "7 of 10 records (70 %), 20 s a record, 60 s left"


def test_records_that_cost_more_count_more(capsys, monkeypatch):
    """Nine tenths of the work are done with the first record."""
    costs = np.array([81.0, *9 * [1.0]])
    line = line_after(90.0, [Made(0, 1, fresh=True)], costs, capsys, monkeypatch)
    assert line == "1 of 10 records (10 %), 90 s a record, 10 s left"


def test_failures_are_counted_and_a_silent_run_says_that_it_lives(capsys, monkeypatch):
    runs = (Run(0, 30.0, 2, "timeout"), Run(1, 1.0, 1, "done"))
    line = line_after(40.0, [Made(0, 2, True, runs)], None, capsys, monkeypatch)
    assert "1 failed (1 timeout)" in line
    assert line_after(7300.0, [], None, capsys, monkeypatch) == (
        "0 of 10 records (0 %), none computed after 2.0 h, time left unknown"
    )
