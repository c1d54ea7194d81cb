"""Formats of the networks, written here after their layout and read back; damage is told."""

from pathlib import Path

import numpy as np
import pytest

from simulators.excitation.recorded import (
    Given,
    NotAnAccelerogram,
    format_names,
    read_accelerogram,
    read_recording,
    read_recordings,
)
from simulators.excitation.recorded.format import Source
from simulators.excitation.recorded.formats import formats
from simulators.excitation.recorded.reading import source_of
from tests.helpers.recorded_files import FILES, MOTION, STEP, cosmos


@pytest.fixture
def write(tmp_path):
    """Write lines to a file of a name that says nothing; give its path."""

    def write(lines, end="\n"):
        path = tmp_path / "record.txt"
        path.write_bytes((end.join(lines) + end).encode())
        return path

    return write


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", FILES)
def test_every_component_is_read_back(write, name, end):
    lines, components = FILES[name]
    path = write(lines, end)
    recordings = read_recordings(path)
    assert [recording.component for recording in recordings] == list(components)
    for recording, factor in zip(recordings, components.values(), strict=True):
        assert recording.format == name.split()[0]
        assert recording.motion.interval == pytest.approx(STEP, rel=1e-12)
        expected = factor * MOTION / 100.0
        np.testing.assert_allclose(recording.motion.acceleration, expected, atol=6e-4 / 2)
        vertical = recording.component in ("Up", "U", "U-D")
        assert any("is vertical" in note for note in recording.notes) == vertical
    with pytest.raises(ValueError, match=r"holds 3 components .*: choose one"):
        read_accelerogram(path)
    first = next(iter(components))
    if first != "U":
        assert read_recording(path, Given(component=first)).component == first


@pytest.mark.parametrize("name", FILES)
def test_one_format_alone_recognises_a_file(name):
    data = "\n".join(FILES[name][0]).encode()
    source = source_of("record.txt", data)
    own = [reader.name for reader in formats() if not reader.generic and reader.recognises(source)]
    assert own == [name.split()[0]]


def outcome(path):
    """The recordings of a file and no message, or none and the message that refuses it."""
    try:
        return read_recordings(path), ""
    except ValueError as error:
        return [], str(error)


@pytest.mark.parametrize("name", FILES)
def test_what_is_cut_off_is_noticed(write, name):
    """Cut anywhere below the header: all components as they were, or a refusal."""
    lines, _ = FILES[name]
    text = "\n".join(lines)
    whole = read_recordings(write(lines))
    for cut in np.random.default_rng(0).integers(40, len(text) - 100, 40):
        path = write([text[:-cut]])
        found, message = outcome(path)
        assert message.startswith(f"{path}: ") or not message
        assert "\n" not in message
        for one, other in zip(found, whole, strict=False):
            np.testing.assert_array_equal(one.motion.acceleration, other.motion.acceleration)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (cosmos(kind="Raw acceleration counts"), "holds raw counts of a digitiser"),
        (cosmos(kind="Corrected velocity"), "holds velocity, not acceleration"),
        (cosmos(unit="counts (50)"), "holds raw counts of a digitiser"),
        (["Response and Fourier Amplitude Spectra", "x", "y"], "holds response spectra"),
    ],
)
def test_what_is_not_acceleration_is_refused(write, lines, message):
    with pytest.raises(NotAnAccelerogram, match=message):
        read_recordings(write(lines))


@pytest.mark.parametrize("name", ["CSMIP", "COSMOS", "GeoNet", "CWB", "AFAD"])
def test_a_number_that_changed_the_peak_is_noticed(write, name):
    lines, _ = FILES[name]
    largest = float(np.abs(MOTION).max()) * (10.0 if name == "GeoNet" else 1.0)
    texts = [f"{largest:.{digits}f}" for digits in (6, 3, 1)]
    at, text = next(
        (at, text)
        for text in texts
        for at in range(len(lines))
        if text in lines[at] and not any(c in lines[at] for c in "pP~(")
    )
    changed = lines[at].replace(text, "1" + text[1:], 1)
    with pytest.raises(ValueError, match="the header states a peak of"):
        read_recordings(write([*lines[:at], changed, *lines[at + 1 :]]))


def test_every_format_says_no_to_strange_content():
    for data in (b"\x00\x01" * 400, b"1 2 3", b"a poem\nof two lines", b"PK\x03\x04", b"\xff\xfe"):
        source = Source("x", data, tuple(data.decode("latin-1").splitlines()))
        for reader in formats():
            assert reader.recognises(source) in (True, False)


def test_the_page_on_formats_lists_all_of_them():
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
    listed = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")]
    assert [name for name in listed if name and name != "`--format`"] == [
        name for name in listed if name in format_names()
    ]
    assert set(format_names()) <= set(listed)
