"""The commands of the page on cross-validation, in few iterations."""

import os
import re
import shlex
from pathlib import Path

import pytest

from surrogate.cli.main import main
from surrogate.evaluation import crossvalidated

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning with jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
]
ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "crossvalidation.md").read_text(encoding="utf-8")
LITTLE = ["--trainer.max_epochs=1", "--optimizer.init_args.max_iter=2"]


def test_the_commands_run(tmp_path, monkeypatch, shared_data):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAN_BERNARDINO", str(shared_data / "san_bernardino"))
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    blocks = re.findall(r"^```bash\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    for line in "".join(blocks).splitlines():
        program, name, *words = shlex.split(os.path.expandvars(line))
        assert program == "surrogate"
        if name in ("fit", "crossvalidate"):
            words += LITTLE
        if name == "crossvalidate":
            words[words.index("all")] = "2"
            words += ["--processes", "1"]
        assert main([name, *words]) == 0, line
    found = crossvalidated.read(Path("runs/san_bernardino_folds/crossvalidation.json"))
    assert found.records == 11
    card = Path("runs/san_bernardino.md").read_text()
    assert f"| NRMSE | {found.mean('NRMSE'):.4g} | {found.spread('NRMSE'):.4g} |" in card
