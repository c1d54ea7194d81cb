"""Accelerograms of files and folders in the contract: what is taken, what is left, what is kept."""

import zipfile

import numpy as np
import pytest

import datasets
from datasets.measured import editing
from datasets.measured.accelerograms import read_motions, recordings_in, stacked
from simulators.excitation.recorded import Given
from surrogate.cli.main import main

MOTION = 0.3 * np.sin(0.2 * np.arange(100)) * np.exp(-0.01 * np.arange(100))  # g


def at2(quantity="ACCELERATION", unit="G", component="090", samples=MOTION):
    rows = [
        "".join(f"{value:15.7E}" for value in samples[at : at + 5])
        for at in range(0, len(samples), 5)
    ]
    header = [
        "PEER NGA STRONG MOTION DATABASE RECORD",
        f"Loma Prieta, 10/18/1989, Gilroy, {component}",
        f"{quantity} TIME SERIES IN UNITS OF {unit}",
        f"NPTS=    {len(samples)}, DT=   .0100 SEC,",
    ]
    return "\n".join([*header, *rows]) + "\n"


@pytest.fixture
def download(tmp_path):
    """A folder as PEER gives it out: two accelerograms among other things."""
    folder = tmp_path / "download"
    folder.mkdir()
    for name, component in (("RSN1_A-090.AT2", "090"), ("RSN1_A-UP.AT2", "UP")):
        (folder / name).write_text(at2(component=component))
        (folder / name).with_suffix(".VT2").write_text(at2("VELOCITY", "CM/S", component))
        (folder / name).with_suffix(".DT2").write_text(at2("DISPLACEMENT", "CM", component))
    (folder / "event.json").write_text('{"magnitude": 6.9}')
    spectra = [f"{0.01 * 1.1**i:.4f},{0.5 / (1 + i):.5f}" for i in range(30)]
    (folder / "_SearchResults.csv").write_text("\n".join(["Period (s),pSa (g)", *spectra]))
    return folder


def test_a_download_is_read_and_the_rest_is_listed(download):
    recordings, left = recordings_in(download)
    assert [recording.file for recording in recordings] == ["RSN1_A-090.AT2", "RSN1_A-UP.AT2"]
    assert len(left) == 6
    for name in ("event.json", "_SearchResults.csv", ".VT2: holds velocity", ".DT2: holds disp"):
        assert any(name in reason for reason in left)
    recordings, left = recordings_in(download, pattern="*.AT2")
    assert (len(recordings), left) == (2, [])


def test_a_damaged_accelerogram_is_never_left(download):
    path = download / "RSN1_A-090.AT2"
    path.write_text(path.read_text()[:-60])
    with pytest.raises(ValueError, match=r"RSN1_A-090\.AT2: the header states 100 samples"):
        recordings_in(download)


def test_a_damaged_table_among_tables_is_never_left(tmp_path):
    rows = [f"{0.01 * i:.2f},{value:.6f}" for i, value in enumerate(MOTION)]
    (tmp_path / "a.csv").write_text("\n".join(["t (s),a (g)", *rows]))
    del rows[50]
    (tmp_path / "b.csv").write_text("\n".join(["t (s),a (g)", *rows]))
    with pytest.raises(ValueError, match=r"b\.csv: times must rise in equal steps"):
        recordings_in(tmp_path)


def test_a_folder_without_accelerograms_is_refused(tmp_path):
    (tmp_path / "event.json").write_text("{}")
    with pytest.raises(ValueError, match=r"holds no accelerogram among 1 files, e\.g\. .*event"):
        recordings_in(tmp_path)


def test_files_and_components_are_kept_and_numbered_in_common(download):
    recordings, _ = recordings_in(download)
    pieces = [stacked([one], among=recordings) for one in recordings]
    for piece, recording in zip(pieces, recordings, strict=True):
        datasets.validate(piece)
        for name, expected in (("source_file", recording.file), ("component", recording.component)):
            words = piece[name].attrs["flag_meanings"].split()
            assert words[int(piece[name][0])] == expected
    assert pieces[0]["source_file"].attrs["flag_meanings"] == "RSN1_A-090.AT2 RSN1_A-UP.AT2"


def test_import_tells_each_file_warns_and_keeps_names(download, tmp_path, capsys):
    out = tmp_path / "records.h5"
    assert main(["import", str(download), "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert "RSN1_A-UP.AT2: AT2, component UP, interval 0.01 s (DT of the header" in told.out
    assert "left: " in told.out
    assert "warning: RSN1_A-UP.AT2: component UP is vertical" in told.err
    dataset = datasets.open_dataset(out)
    assert dataset["component"].attrs["flag_meanings"].split() == ["090", "UP"]
    np.testing.assert_allclose(
        dataset["base_acceleration"][0], MOTION * 9.80665, rtol=1e-5, atol=1e-7
    )


def test_every_component_of_a_file(tmp_path, capsys):
    rows = [f"{0.01 * i:.2f},{v:.6f},{v / 2:.6f}" for i, v in enumerate(MOTION)]
    path = tmp_path / "two.csv"
    path.write_text("\n".join(["time (s),NS (g),EW (g)", *rows]))
    out = tmp_path / "records.h5"
    assert main(["import", str(path), "--out", str(out)]) == 2
    assert "holds 2 components (NS, EW): choose one" in capsys.readouterr().err
    assert main(["import", str(path), "--out", str(out), "--component", "all"]) == 0
    values = datasets.open_dataset(out)["base_acceleration"].values
    np.testing.assert_allclose(values[1], values[0] / 2, atol=1e-5)


def test_an_archive_is_a_file_of_several_components(download, tmp_path):
    archive = tmp_path / "peer.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(download.iterdir()):
            file.write(path, f"folder/{path.name}")
    recordings, _ = recordings_in(archive, Given(component="all"))
    assert [recording.component for recording in recordings] == ["090", "UP"]
    with pytest.raises(ValueError, match=r"holds 2 components \(090, UP\)"):
        recordings_in(archive)
    one, _ = recordings_in(archive, Given(component="090"))
    assert one[0].motion.peak == pytest.approx(np.abs(MOTION).max() * 9.80665, rel=1e-5)


def test_a_damaged_archive_is_refused_in_one_line(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(ValueError, match=r"a\.zip: the archive is damaged or locked"):
        recordings_in(path)


def test_a_short_record_is_cut_into_fewer_segments(download):
    motions = read_motions([download / "RSN1_A-090.AT2"], resample=0.02)
    short = read_motions([download / "RSN1_A-090.AT2"], resample=0.02, duration=0.3)
    both = editing.concatenated([motions, short])
    assert both["samples"].values.tolist() == [motions.sizes["time"], 16]
    cut = editing.segmented(both, 16)
    whole = motions.sizes["time"] // 16
    assert cut.sizes["record"] == whole + 1
    np.testing.assert_array_equal(cut["base_acceleration"][-1], short["base_acceleration"][0])
    with pytest.raises(ValueError, match="from 2 to 16 samples, the shortest record, got 17"):
        editing.segmented(both, 17)


def test_motions_of_one_call(download):
    dataset = read_motions([download / "RSN1_A-090.AT2"], resample=0.02, duration=0.5)
    assert dataset["base_acceleration"].shape == (1, 26)
