"""Scripts and pages on clusters: what they call exists, and the scripts are sound."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from surrogate.cli import generate, sweep
from surrogate.training.run import check_config

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = sorted((ROOT / "configs/cluster").glob("*.sbatch"))
PAGES = [ROOT / "docs" / name for name in ("cluster.md", "endless.md")]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def commands(name):
    """Words of the lines of the pages' examples that begin with a program."""
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    blocks = re.findall(r"^```bash\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("srun ") for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.split()[:1] == [name]]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_are_bash_and_pass_their_words_on(script):
    text = script.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", script], check=True)
    assert "set -euo pipefail" in text
    assert re.search(r"^srun surrogate (fit|sweep|generate) ", text, flags=re.MULTILINE)
    if "--signal=USR1" in text:
        assert "#SBATCH --requeue" in text
        assert "#SBATCH --open-mode=append" in text


@pytest.mark.parametrize("words", commands("sbatch"), ids=" ".join)
def test_jobs_of_the_pages_name_scripts_and_configurations_that_are_there(words):
    script, *rest = words
    assert ROOT / script in SCRIPTS
    for word in rest:
        if word.startswith("configs/"):
            assert (ROOT / word).is_file()


def test_options_of_scripts_and_pages_exist(monkeypatch):
    words = [words for words in commands("surrogate") if words[0] == "generate"]
    assert [generate._parse(each[1:]).slurm for each in words] == [20]
    parsed, _ = sweep._parser().parse_known_args(
        ["space.yaml", "--out", "runs/sweep", "--trials", "200", "--join", "--processes", "1"]
    )
    assert parsed.join
    monkeypatch.chdir(ROOT)
    fits = [words for words in commands("surrogate") if words[0] in ("fit", "test")]
    assert len(fits) == 3
    for each in fits:
        config = yaml.safe_load((ROOT / each[each.index("--config") + 1]).read_text())
        keys = [word.removeprefix("--") for word in each if word.startswith("--data.")]
        values = [each[each.index(f"--{key}") + 1] for key in keys]
        given = dict(zip(keys, values, strict=True))
        config["data"] |= {key.removeprefix("data."): yaml.safe_load(v) for key, v in given.items()}
        check_config(config)


def test_the_container_has_what_the_package_needs():
    text = (ROOT / "configs/cluster/surrogate.def").read_text(encoding="utf-8")
    (files,) = re.findall(r"^    (pyproject.*) /opt/structural-surrogates/$", text, re.MULTILINE)
    for name in files.split():
        assert (ROOT / name).exists()
    assert "--no-index" in text


@pytest.mark.skipif(shutil.which("bash") is None, reason="a script of bash")
def test_the_node_script_tells_what_is_missing(tmp_path):
    done = subprocess.run(
        ["bash", ROOT / "tools/slurm_node.sh", "begin"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr == "slurm_node.sh: usage: tools/slurm_node.sh start|stop FOLDER\n"
