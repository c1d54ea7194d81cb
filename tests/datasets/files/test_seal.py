"""The seal tells every change of a file, and hinders no reader."""

import zlib

import h5py
import pytest
import xarray as xr

import datasets
from datasets.files.seal import verify_seal
from datasets.inspection.checking import findings


@pytest.fixture
def sealed(tmp_path, small_dataset):
    datasets.write_dataset(small_dataset(2), tmp_path / "one.h5")
    return tmp_path / "one.h5"


def test_a_whole_file_passes(sealed):
    assert verify_seal(sealed)


def test_the_seal_is_the_crc_of_zlib_over_all_bytes_before_it(sealed):
    content = sealed.read_bytes()
    place = content.rindex(b"crc32:")
    assert content[place:] == b"crc32:%08x\n" % zlib.crc32(content[:place])


def test_every_flipped_byte_is_told(sealed):
    content = sealed.read_bytes()
    seal = len(content) - 15
    for place in [*range(0, seal, 97), seal - 1]:
        sealed.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        with pytest.raises(ValueError, match=r"one\.h5 is damaged: its bytes have the CRC-32"):
            verify_seal(sealed)


@pytest.mark.parametrize("cut", [1, 7, 15, 16, 1000])
def test_a_cut_is_told(sealed, cut):
    sealed.write_bytes(sealed.read_bytes()[:-cut])
    assert not verify_seal(sealed)
    ((_, problem),) = findings(sealed)
    assert problem.startswith(str(sealed))


def test_a_damaged_seal_is_told(sealed):
    content = sealed.read_bytes()
    sealed.write_bytes(content[:-3] + b"zz\n")
    ((_, problem),) = findings(sealed)
    assert problem.endswith("the seal is lost: the file was cut, or written to by another program")


def test_other_programs_read_a_sealed_file(sealed, small_dataset):
    with xr.open_dataset(sealed) as plain:
        xr.testing.assert_equal(plain, small_dataset(2))
    with h5py.File(sealed) as file:
        assert set(file) >= {"drift", "time"}


def test_what_another_program_changes_is_told(sealed):
    with h5py.File(sealed, "r+") as file:
        file["drift"][0, 0, 0] = 3.0
    ((_, problem),) = findings(sealed)
    assert problem


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent is missing"):
        verify_seal(tmp_path / "absent")
