"""The command that measures every study, as a user runs it first."""

import csv

import pytest

from studies.framework import catalogue
from studies.framework.run import load
from surrogate.cli.main import main

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.slow
def test_all_studies_run_at_their_smallest_and_make_a_gallery(tmp_path, capsys):
    """What is there is not measured again: a second run only judges and draws."""
    words = ["study", "all", "--preset", "tiny", "--out", str(tmp_path)]
    assert main(words) == 0
    gallery = (tmp_path / "index.html").read_text(encoding="utf-8")
    for name in catalogue.names():
        assert f'href="{name}/report.html"' in gallery
        with (tmp_path / name / "verdicts.csv").open(encoding="utf-8", newline="") as file:
            assert all(row["verdict"] for row in csv.DictReader(file))
        assert load(tmp_path / name)["preset"] == "tiny"
    written = {name: (tmp_path / name / "results.nc").stat().st_mtime for name in catalogue.names()}
    assert main(words) == 0
    assert "gallery" in capsys.readouterr().out
    for name, time in written.items():
        assert (tmp_path / name / "results.nc").stat().st_mtime == time
