"""The benchmark of endless data runs, and its two trainings score the same test records."""

import json

import pytest
import torch

from benchmarks import endless

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:`isinstance"),
]


def test_both_curves_are_measured(capsys):
    torch.set_num_threads(1)
    little = ["records=20", "motion.duration=2"]
    words = ["--epochs", "2", "--recipe-overrides", *little]
    endless.main([*words, "--overrides", "model.network.init_args.hidden=4"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(found) == ["file", "endless"]
    for one in found.values():
        assert len(one["curve"]) == 2
        assert one["NRMSE"] > 0.0
    assert found["file"]["waiting"] == []
    assert len(found["endless"]["waiting"]) == 2
    assert all(0.0 <= share <= 1.0 for share in found["endless"]["waiting"])
