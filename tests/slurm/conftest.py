"""A real SLURM of one node, which `tools/slurm_node.sh` starts; without it these tests skip."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def slurm_node():
    """Environment of a machine whose jobs are those of this user alone."""
    if shutil.which("srun") is None or "SLURM_CONF" not in os.environ:
        pytest.skip("needs a SLURM: `make test-slurm` starts one of a single node")
    answer = subprocess.run(["sinfo", "--noheader"], capture_output=True, text=True, timeout=60)
    if answer.returncode:
        pytest.skip(f"SLURM does not answer: {answer.stderr.strip()}")
    own = {"SOURCE_DATE_EPOCH": "0", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    own["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | own
