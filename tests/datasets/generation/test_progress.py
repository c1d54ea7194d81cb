"""Progress: a bar on a terminal, plain lines elsewhere."""

import os
import pty
import sys

from datasets.generation import progress


def count(total, step):
    with progress.Progress(total) as shown:
        for _ in range(0, total, step):
            shown.update(step)


def test_a_terminal_shows_a_bar_with_rate_and_time_left(monkeypatch):
    # A new pseudo-terminal does not know its size, as under `script` and `docker exec -t`.
    master, slave = pty.openpty()
    with open(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        count(100, 50)
    drawn = os.read(master, 10_000).decode()
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
