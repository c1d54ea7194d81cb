"""No warning of ours, or provoked by us, ends a command that runs with `python -W error`."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[3]
CHAIN = """
import sys
from surrogate.cli.main import main

for line in sys.stdin.read().splitlines():
    code = main(line.split())
    if code:
        raise SystemExit(f"{line}: {code}")
"""
COMMANDS = """
generate five_storey --out data.h5 records=12 motion.duration=4
check data.h5
inspect data.h5
fit --config config.yaml
fit --config config.yaml --ckpt_path last --trainer.max_epochs 2
validate --config config.yaml
test --config config.yaml
predict --config config.yaml
respond --checkpoint run/best.ckpt --record record.csv --out response.h5
card --checkpoint run/best.ckpt --data test=data.h5 --out card --config config.yaml --not-for others
"""
CONFIG = {
    "run": "run",
    "data": {"path": "data.h5", "inputs": ["base_acceleration"], "targets": ["drift"]},
    "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4}}},
    "optimizer": {"class_path": "torch.optim.Adam", "init_args": {"lr": 1.0e-2}},
    "trainer": {"accelerator": "cpu", "max_epochs": 1},
}


def test_the_commands_run_with_warnings_as_errors(tmp_path):
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    time = np.arange(0.0, 4.0, 0.01)
    lines = [f"{t:.2f},{np.sin(6 * t):.6f}" for t in time]
    (tmp_path / "record.csv").write_text("\n".join(["time (s),acceleration (m s-2)", *lines, ""]))
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHAIN],
        input=COMMANDS.strip(),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Warning" not in result.stderr
    assert (tmp_path / "card").exists()
