"""Pieces of a step that takes long: all of them, and a word on how far they are."""

import sys

from surrogate.optim import patience
from surrogate.optim.patience import told


def test_quick_pieces_pass_without_a_word(capsys):
    assert list(told([1, 2, 3], "pieces")) == [1, 2, 3]
    assert capsys.readouterr().err == ""


def test_slow_pieces_are_counted_but_for_the_last(capsys, monkeypatch):
    clock = iter(range(0, 1000, 40))  # seconds
    monkeypatch.setattr(patience.time, "monotonic", lambda: next(clock))
    assert list(told("abc", "pieces")) == ["a", "b", "c"]
    assert capsys.readouterr().err.splitlines() == [
        "1 of 3 pieces, 80 s left of this step",
        "2 of 3 pieces, 40 s left of this step",
    ]


def test_a_terminal_has_a_bar(capsys, monkeypatch):
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _: True, raising=False)
    monkeypatch.setattr(patience, "SECONDS_BETWEEN_LINES", 0.0)
    monkeypatch.setattr(patience, "DELAY", 0.0)
    assert list(told([1, 2], "pieces")) == [1, 2]
    shown = capsys.readouterr().err
    assert "pieces: " in shown
    assert "left of this step" not in shown
