"""The section of the benchmark that compares 64 trainings side by side with one after another."""

from types import SimpleNamespace

from benchmarks import batched_training


def test_every_problem_is_timed_as_a_ratio(monkeypatch, capsys):
    monkeypatch.setattr(batched_training, "MEMBERS", 2)
    monkeypatch.setattr(batched_training, "STEPS", 1)
    figures = batched_training.measure(SimpleNamespace(device="cpu", rounds=1))
    assert set(figures) == {f"batched_speedup_{name}" for name in batched_training.problems("cpu")}
    assert all(figure > 0.0 for figure in figures.values())
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(figures)
