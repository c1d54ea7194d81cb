"""Rows of measured data: what `import` makes of MAT, HDF5, netCDF and tables."""

import h5py
import numpy as np
import scipy.io
import xarray as xr

import datasets
from tools.cases.case import Case, Outcome, Place, run

DUFFING = "T/duffing.h5 --map force=u displacement=y interval=dt --unit force=N displacement=m"
TABLE = "--map time=time force=force displacement=displacement"
MOTION = "--unit base_acceleration=m/s^2 --map base_acceleration=ag"


def _imported(text: str, *look: str) -> Outcome:
    """`import` of the words, and the shape, the unit and the greatest value of some variables."""

    def outcome(place: Place) -> str:
        said = run(["import", *place.words(text), "--out", "out.h5"])
        return f"{_facts(look)} {said}" if said.startswith("exit 0") else said

    return outcome


def _facts(look: tuple[str, ...]) -> str:
    with datasets.open_dataset("out.h5") as dataset:
        step = float(dataset["time"][1])
        told = [f"interval {step:.7g} s"]
        for name in look:
            values = dataset[name].values
            unit = dataset[name].attrs["units"]
            told.append(f"{name} {values.shape} peak {np.nanmax(np.abs(values)):.4g} {unit}")
    return ", ".join(told) + ";"


def _as_xarray_decodes(name: str) -> Outcome:
    """A packed netCDF file, imported, against what xarray makes of it."""

    def outcome(place: Place) -> str:
        path = place.cases / "training" / name
        mapped = ["--map", "force=u", "displacement=y", "time=time"]
        said = run(["import", str(path), *mapped, "--out", "out.h5"])
        if not said.startswith("exit 0"):
            return said
        with (
            xr.open_dataset(path, engine="h5netcdf") as right,
            datasets.open_dataset("out.h5") as d,
        ):
            force = float(np.abs(d["force"] - right["u"].values).max())
            moved = float(np.abs(d["displacement"][..., 0] - right["y"].values).max())
        return f"largest difference to xarray: u {force:.1e} N, y {moved:.1e} m; {said}"

    return outcome


def _segments(place: Place) -> str:
    """Parts of the segments of each record."""
    split = "--segment 100 --split train=0.7 validation=0.15 test=0.15 --out out.h5"
    said = run(["import", *place.words(f"{DUFFING} {split}")])
    if not said.startswith("exit 0"):
        return said
    with datasets.open_dataset("out.h5") as dataset:
        parts = dataset["split"].values.reshape(24, 4)
    mixed = int((parts != parts[:, :1]).any(axis=1).sum())
    return f"{mixed} of 24 records have segments in several parts"


def _turned(place: Place) -> str:
    """A matrix of time and record, in the default order."""
    with h5py.File(place.cases / "training/duffing.h5") as file:
        scipy.io.savemat("turned.mat", {"u": file["u"][()].T})
    words = "import turned.mat --map force=u --unit force=N --interval 0.05 --out out.h5"
    return run(words.split())


def _cells(place: Place) -> str:
    """A record in each cell of MATLAB."""
    with h5py.File(place.cases / "training/duffing.h5") as file:
        records = file["u"][()]
    cells = np.empty(len(records), dtype=object)
    for number, record in enumerate(records):
        cells[number] = record
    scipy.io.savemat("cells.mat", {"c": cells})
    return _imported("cells.mat --map force=c --unit force=N --interval 0.05", "force")(place)


def _locked(place: Place) -> str:
    """A dataset that another program is writing."""
    run(["import", *place.words(DUFFING), "--out", "data.h5"])
    with h5py.File("data.h5", "a"):
        return run(["check", "data.h5"])


def _gap(options: str) -> Outcome:
    """A table of 256 Hz that lacks twenty of its rows."""

    def outcome(place: Place) -> str:
        lines = (place.cases / "training/rounded_time.csv").read_text().splitlines()
        (place.scratch / "gap.csv").write_text("\n".join(lines[:151] + lines[171:]) + "\n")
        return _imported(f"gap.csv {TABLE} {options}", "force")(place)

    return outcome


def _archive(place: Place) -> str:
    """NumPy's archive of arrays."""
    with h5py.File(place.cases / "training/duffing.h5") as file:
        np.savez("duffing.npz", **{name: file[name][()] for name in ("u", "y", "dt")})
    return _imported(DUFFING.replace("T/duffing.h5", "duffing.npz"), "force")(place)


def _classic(place: Place) -> str:
    """Classic netCDF."""
    with xr.open_dataset(place.cases / "training/packed.nc", engine="h5netcdf") as dataset:
        dataset.drop_encoding().to_netcdf("classic.nc", engine="scipy", format="NETCDF3_64BIT")
    return _imported("classic.nc --map force=u displacement=y time=time", "force")(place)


PENDULUM = "T/pendulum.h5 --interval 0.05 --unit"
TWO = "torque=N*m base_acceleration=m/s^2 --map torque=torque base_acceleration=base"
SPLIT = f"R/split0.mat {MOTION} interval=dt --split train=train test=test"
FORCES = r"force \(24, 400\) peak 4\.257 N"
TABLES = r"interval 0\.02 s, force \(1, 400\) peak 165\.7 N, displacement .* peak 0\.003115 m"

IMPORTS = (
    Case("R4", "import mN.csv --unit force=mN", "MN, 1e9 too large", r"peak 0\.006 N",
         _imported("R/mN.csv --map time=time force=force --unit force=mN", "force")),
    Case("R4", "import duffing.h5 --unit displacement=Mm", "mm",
         r"displacement \(24, 400, 1\) peak 1\.044e\+06 m;",
         _imported(DUFFING.replace("displacement=m", "displacement=Mm"), "displacement")),
    Case("R5", "import duffing.h5 --map ... --duration 4", "ignored, yet in the provenance",
         r"interval 0\.05 s, force \(24, 81\)", _imported(f"{DUFFING} --duration 4", "force")),
    Case("R6", "import fsdt.mat --map interval=fs (fs is 50)", "a sample every 50 s",
         "exit 2: .*map it as frequency", _imported(f"R/fsdt.mat {MOTION} interval=fs")),
    Case("R6", "import fsdt.mat --map frequency=fs", "read", r"interval 0\.02 s",
         _imported(f"R/fsdt.mat {MOTION} frequency=fs", "base_acceleration")),
    Case("R6", "import a matrix (time, record) of 400 and 24", "400 records of 24 samples",
         "exit 2: .*--order", _turned),
    Case("R14", "import t_rounded.mat", "refused", r"interval 0\.0078125 s",
         _imported("R/t_rounded.mat --map base_acceleration=ag time=t"
                   " --unit base_acceleration=m/s^2 time=s", "base_acceleration")),
    Case("R18", "import semi_comma.csv", "words of numpy", TABLES,
         _imported(f"R/semi_comma.csv {TABLE}", "force", "displacement")),
    Case("R18", "import units_row.csv", "words of numpy", TABLES,
         _imported(f"R/units_row.csv {TABLE}", "force", "displacement")),
    Case("R19", "import struct.mat --map base_acceleration=rec.ag", "not reachable",
         r"interval 0\.02 s, base_acceleration \(1, 400\) peak 0\.1657 m s-2",
         _imported("R/struct.mat --map base_acceleration=rec.ag interval=rec.dt"
                   " --unit base_acceleration=m/s^2", "base_acceleration")),
    Case("R19", "import a cell array of MATLAB", "not reachable", FORCES, _cells),
    Case("R19", "import v4.mat", "no MAT", r"\(3, 400\) peak 0\.3921 m s-2",
         _imported(f"R/v4.mat {MOTION} interval=dt", "base_acceleration")),
    Case("R19", "import split0.mat (numbers from 0)", "holds 1, must hold numbers from 1 to 3",
         "exit 2: .*--zero-based", _imported(SPLIT)),
    Case("R19", "import split0.mat --zero-based", "refused", r"exit 0: .*3 records of 400",
         _imported(f"{SPLIT} --zero-based", "base_acceleration")),
    Case("T1", "import pendulum.h5 --map force=torque,base", "the second input dropped",
         "exit 2: .*map each", _imported(f"{PENDULUM} force=N --map force=torque,base")),
    Case("T1", "import pendulum.h5, both inputs under their own names", "the second dropped",
         r"torque \(24, 400\) peak 7\.627 N\*m, base_acceleration \(24, 400\) peak 10\.89 ",
         _imported(f"{PENDULUM} {TWO}", "torque", "base_acceleration")),
    Case("T2", "import packed.nc", "raw integers", r"xarray: u \d\.\de-0[789] N, y \d\.\de-0[89] m",
         _as_xarray_decodes("packed.nc")),
    Case("T2", "import fillvalue.nc", "-9999 m", "exit 2: .*nan at record 3, time 50",
         _as_xarray_decodes("fillvalue.nc")),
    Case("T5", "import duffing.h5 --segment 100 --split train=0.7 ...",
         "segments of 17 of 24 records in several parts", "^0 of 24", _segments),
    Case("T10", "import onesample.h5", "one record of 24", "exit 2: .*24 records of one sample",
         _imported(DUFFING.replace("duffing", "onesample").replace(
             " interval=dt", "") + " --interval 0.05")),
    Case("T14", "import duffing.h5 --split train=1 test=0", "ZeroDivisionError",
         "exit 2: .*part test would be empty", _imported(f"{DUFFING} --split train=1 test=0")),
    Case("T21", "import a table with a gap of 20 rows", "time has 400 values, must have ...",
         r"exit 2: .*0\.5\d* s.*--gap", _gap("")),
    Case("T21", "the same --resample 0.005 --gap 0.1", "refused", r"interval 0\.005 s",
         _gap("--resample 0.005 --gap 0.1")),
    Case("T22", "import --unit time=unknown", "contradicts itself", "exit 2: .*time",
         _imported(f"T/rounded_time.csv {TABLE} --unit time=unknown")),
    Case("T23", "check of a file that another program writes", "is damaged",
         "being written by another program", _locked),
    Case("T27", "import classic netCDF", "not read", r"interval 0\.05 s, force \(24, 400\)",
         _classic),
    Case("T27", "import npz", "not read", FORCES, _archive),
    Case("T27", "import groups.h5 --map force=exp*/u", "not read", FORCES,
         _imported("T/groups.h5 --map force=exp*/u displacement=exp*/y --interval 0.05"
                   " --unit force=N displacement=m", "force")),
    Case("T27", "import datetime.csv", "not read",
         r"interval 0\.05 s, force \(1, 400\) peak 3\.957",
         _imported(f"T/datetime.csv {TABLE}", "force")),
)  # fmt: skip
