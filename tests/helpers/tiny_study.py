"""Run the tiny preset of a study as a user does, and hand over what it found."""

from pathlib import Path

import xarray as xr

from studies.framework import Claim, Verdict, catalogue
from surrogate.cli.main import main


def run(name: str, out: Path) -> tuple[xr.Dataset, dict[Claim, Verdict]]:
    """Results, and the verdict on each claim."""
    assert main(["study", name, "--preset", "tiny", "--out", str(out)]) == 0
    folder = out / name
    assert (folder / "report.html").stat().st_size > 10_000
    results = xr.load_dataset(folder / "results.nc", engine="h5netcdf")
    return results, {verdict.claim: verdict for verdict in catalogue.find(name).judge(results)}
