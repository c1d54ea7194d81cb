"""Rows R1 to R22: accelerograms, and what is asked of them."""

import shutil
from pathlib import Path

import numpy as np
from scipy.linalg import expm

from simulators import BaseMotion
from simulators.excitation.recorded import Given, read_accelerogram, read_recording
from tools.cases.case import Case, Outcome, Place, command, reading, run

SURROGATE = Path(__file__).parents[2] / "trained/five_storey_5000.ckpt"
SUBSTEPS = 400  # instants of a sampling interval at which the reference looks for its peak


def _spectrum(period: float) -> Outcome:
    def outcome(place: Place) -> str:
        path = place.cases / "records/s_problem_flag.smc"
        motion = read_accelerogram(path).resample(0.02)
        angular = 2.0 * np.pi / period
        spectrum = motion.response_spectrum([period])
        found = spectrum["pseudo_acceleration"].item()
        reference = angular**2 * _largest_displacement(motion, period)
        scaled = motion.scale_to_spectral_acceleration(5.0, period)
        asked = angular**2 * _largest_displacement(scaled, period)
        return (
            f"Sa({period:g} s) = {found:.4f} m/s^2, by the matrix exponential {reference:.4f}, "
            f"ratio {found / reference:.4f}; omega^2 times the displacement gives "
            f"{angular**2 * spectrum['displacement'].item():.4f}; peak of the ground "
            f"{motion.peak:.4f}; scaled to 5 it has {asked:.4f} (7.842 in the README is of a "
            "record that it does not name)"
        )

    return outcome


def _largest_displacement(motion: BaseMotion, period: float, damping: float = 0.05) -> float:
    """By the exponential of the system of (u, u', a, a'), at many instants of each interval."""
    angular = 2.0 * np.pi / period
    system = np.zeros((4, 4))
    system[0, 1] = 1.0
    system[1, :3] = -(angular**2), -2.0 * damping * angular, -1.0
    system[2, 3] = 1.0
    step = expm(system * motion.interval)
    slopes = np.diff(motion.acceleration) / motion.interval
    states = np.zeros((len(slopes), 4))
    states[:, 2] = motion.acceleration[:-1]
    states[:, 3] = slopes
    for at in range(1, len(states)):
        states[at, :2] = step[:2] @ states[at - 1]
    part = motion.interval / SUBSTEPS
    within = np.stack([expm(system * part * k)[0] for k in range(SUBSTEPS + 1)])
    return float(np.abs(states @ within.T).max())


def _responses(name: str, *options: str) -> Outcome:
    def outcome(place: Place) -> str:
        words = ["respond", "--checkpoint", str(SURROGATE), "--out", "out.h5", *options]
        return run([*words, "--record", str(place.cases / "records" / name)])

    return outcome


def _download(place: Place) -> str:
    return run(["import", str(_downloaded(place)), "--out", "out.h5"])


def _downloaded(place: Place) -> Path:
    """A folder as PEER gives it out."""
    folder = place.scratch / "download"
    folder.mkdir()
    text = (place.cases / "records/stuck_negatives.AT2").read_text()
    (folder / "A.AT2").write_text(text)
    other = text.replace("ACCELERATION TIME SERIES IN UNITS OF G", "{} TIME SERIES IN UNITS OF {}")
    (folder / "A.VT2").write_text(other.format("VELOCITY", "CM/S"))
    (folder / "A.DT2").write_text(other.format("DISPLACEMENT", "CM"))
    (folder / "event.json").write_text('{"magnitude": 6.9}')
    spectra = "".join(f"{0.1 * k:.1f},{0.5 / k:.5f}\n" for k in range(1, 30))
    (folder / "_SearchResults.csv").write_text("Period (s),pSa (g)\n" + spectra)
    return folder


def _archive(place: Place) -> str:
    folder = _downloaded(place)
    shutil.make_archive("peer", "zip", folder)
    return run(["import", "peer.zip", "--out", "out.h5"])


def _waveform(with_response: bool) -> Outcome:
    def outcome(place: Place) -> str:
        from tools.waveforms import write_waveforms  # obspy is an extra

        waveform, station = write_waveforms(place.scratch)
        given = Given(response=station if with_response else None)
        try:
            return read_recording(waveform, given).line
        except ValueError as error:
            return f"refused: {error}"

    return outcome


PLAIN = r"interval 0\.01 s .* peak 2\.708 "
"""What most of the inputs hold, in many forms."""
DRIFTS = r"exit 0: .* 0\.02388 .* 0\.02985 .* 0\.0233\d .* 0\.0242\d? .* 0\.0107\d? "

ACCELEROGRAMS = (
    Case("R1", "Sa of a record at 0.02 s, below six intervals",
         "Sa = peak of the ground; omega^2 u differs", r"ratio 1\.0000.*it has 5\.000",
         _spectrum(0.096)),
    Case("R2", "respond, pandas_index.csv", "row number read as seconds: drift .0628 .0493 .0231",
         r"exit 2: .*--interval", _responses("pandas_index.csv")),
    Case("R2", "respond, pandas_index.csv --interval 0.01", "the same",
         DRIFTS,
         _responses("pandas_index.csv", "--interval", "0.01")),
    Case("R2", "respond, pandas_index_right.csv", "right",
         DRIFTS,
         _responses("pandas_index_right.csv")),
    Case("R2", "step_header.csv", "row number read as seconds", r"refused: .*interval",
         reading("step_header.csv")),
    Case("R3", "title_pga_g.txt, unit not given", "peak 26.56", "refused: .*unit",
         reading("title_pga_g.txt")),
    Case("R3", "title_pga_g.txt --unit m/s^2", "--unit refused", PLAIN,
         reading("title_pga_g.txt", unit="m/s^2")),
    Case("R7", "npts_first_line.txt --interval 0.01 --unit m/s^2", "peak 200", PLAIN,
         reading("npts_first_line.txt", interval=0.01, unit="m/s^2")),
    Case("R8", "k_velocity.EW", "read as gal", "refused: .*velocity", reading("k_velocity.EW")),
    Case("R9", "k_ud.UD", "no word", "is vertical", reading("k_ud.UD")),
    Case("R9", "s_problem_flag.smc", "no word", "flag", reading("s_problem_flag.smc")),
    Case("R10", "pandas_index_right.csv --interval 0.005", "taken", "refused: .*interval = 0.005",
         reading("pandas_index_right.csv", interval=0.005)),
    Case("R10", "dt_005MSEC.AT2", "0.1 s", r"interval 0\.0001 s", reading("dt_005MSEC.AT2")),
    Case("R11", "s_uncorrected_extra_line.smc", "header states 80 samples, the file holds 88",
         r"interval 0\.001747\d* s .*peak 0\.09184 .*; 8 numbers beyond",
         reading("s_uncorrected_extra_line.smc")),
    Case("R12", "pyExamples_elCentro.at2", "states no unit; --unit must not be given",
         r"1559 samples, peak 3\.127 ",
         reading("pyExamples_elCentro.at2")),
    Case("R12", "npts_in_comment.csv", "no way out", PLAIN, reading("npts_in_comment.csv")),
    Case("R13", "import of a folder with VT2, DT2, json, csv", "whole folder refused",
         r"exit 0: .*AT2.*left: .*_SearchResults.*left: ", _download),
    Case("R14", "time_3dec_dt128.csv", "refused on one path, taken on the other",
         r"interval 0\.0078\d+ s .*peak 2\.708 ", reading("time_3dec_dt128.csv")),
    Case("R15", "time_NS.txt --unit m/s^2", "nanoseconds", PLAIN,
         reading("time_NS.txt", unit="m/s^2")),
    Case("R15", "bracket_comp.csv --unit m/s^2", "(EW) taken for a unit", r"component EW.*" + PLAIN,
         reading("bracket_comp.csv", unit="m/s^2")),
    Case("R16", "crcrlf.csv", "nonsense message", PLAIN, reading("crcrlf.csv")),
    Case("R16", "excel_unicode_utf16.txt", "binary", PLAIN, reading("excel_unicode_utf16.txt")),
    Case("R17", "last_zero.txt --interval 0.01 --unit m/s^2", "cut short", PLAIN,
         reading("last_zero.txt", interval=0.01, unit="m/s^2")),
    Case("R17", "e_one_int_zero.ASC", "numbers are shifted",
         r"ESM, .*interval 0\.005 s .*peak 0\.001849 ",
         reading("e_one_int_zero.ASC")),
    Case("R20", "in_s2.csv", "unknown unit", PLAIN, reading("in_s2.csv")),
    Case("R20", "percent_g.csv", "unknown unit", PLAIN, reading("percent_g.csv")),
    Case("R20", "stuck_negatives.AT2", "refused", r"203 samples, peak 2\.941 ",
         reading("stuck_negatives.AT2")),
    Case("R21", "eight_per_line.dat --interval 0.01 --unit m/s^2", "refused", PLAIN,
         reading("eight_per_line.dat", interval=0.01, unit="m/s^2")),
    Case("R21", "four_columns_time_3comp.csv", "refused", "refused: .*NS, EW, UD",
         reading("four_columns_time_3comp.csv")),
    Case("R21", "four_columns_time_3comp.csv --component NS", "refused", PLAIN,
         reading("four_columns_time_3comp.csv", component="NS")),
    Case("R21", "nied_csv.csv --component N-S", "refused", r"component N-S, interval 0\.01 s",
         reading("nied_csv.csv", component="N-S")),
    Case("R21", "jma.csv --component NS", "refused", r"component NS, interval 0\.01 s",
         reading("jma.csv", component="NS")),
    Case("R22", "import duffing.h5 without --map", "binary", r"exit 2: error: .*named by --map",
         command("import T/duffing.h5 --out out.h5")),
    Case("R22", "zip of AT2, VT2 and DT2, as of PEER", "unknown",
         r"exit 0: .*component 90.*203 samples, peak 2\.941 .*1 records", _archive),
    Case("R22", "miniSEED of counts, with its StationXML", "binary", r"MSEED, .*unit m/s",
         _waveform(True)),
    Case("R22", "miniSEED of counts alone", "binary", "refused: .*--response", _waveform(False)),
)  # fmt: skip
