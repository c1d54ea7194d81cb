"""CIFAR-10 from an archive of the published layout: its parts, its checksum, and no network."""

import hashlib
import io
import tarfile
from urllib.error import URLError

import numpy as np
import pytest

from datasets.contract import partition
from datasets.contract.schema import validate
from datasets.recipes import cifar
from datasets.recipes.catalogue import load_recipe
from surrogate.cli.main import main


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """The published layout with noise in the place of the photographs, and its checksum."""
    path = tmp_path / "cifar.tar.gz"
    generator = np.random.default_rng(0)
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for name in cifar.FILES:
            rows = np.zeros((cifar.IN_FILE, cifar.ROW), dtype=np.uint8)
            rows[:, 0] = generator.integers(0, 10, cifar.IN_FILE)
            rows[:, 1:5] = generator.integers(0, 256, (cifar.IN_FILE, 4))
            entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            entry.size = rows.nbytes
            tar.addfile(entry, io.BytesIO(rows.tobytes()))
    monkeypatch.setattr(cifar, "MD5", hashlib.md5(path.read_bytes()).hexdigest())
    return path


def recipe(path, *words):
    return load_recipe("cifar10", [f"function.archive={path}", *words])


def test_the_archive_is_read_across_its_files(archive):
    made = recipe(archive).make(19_990, 20)
    validate(made)
    assert made["image"].shape == (20, 3, 32, 32)
    assert made["image"].dtype == np.uint8
    expected = np.concatenate([cifar.read(archive, 19_990, 10), cifar.read(archive, 20_000, 10)])
    np.testing.assert_array_equal(made["label"], expected[:, 0])
    np.testing.assert_array_equal(made["image"].values.reshape(20, -1), expected[:, 1:])
    assert made["label"].attrs["flag_meanings"].split()[3] == "cat"


def test_the_published_test_part_stays_the_test_part(archive):
    made = recipe(archive)
    parts = made.function.parts(made).to_dataset(name="split")
    np.testing.assert_array_equal(partition.members(parts, "test"), np.arange(50_000, 60_000))
    assert len(partition.members(parts, "validation")) == 5_000
    with pytest.raises(ValueError, match="its test part is published: leave test out"):
        recipe(archive, "split={train: 0.8, test: 0.2}")


def test_another_archive_is_refused(archive, monkeypatch):
    monkeypatch.setattr(cifar, "MD5", "0" * 32)
    with pytest.raises(ValueError, match=f"has the MD5 .*, the published one is {'0' * 32}"):
        recipe(archive).make(0, 1)


def test_without_an_archive_the_command_says_where_it_is(tmp_path, capsys):
    absent = tmp_path / "absent.tar.gz"
    arguments = ["cifar10", f"function.archive={absent}", "--out", str(tmp_path / "a.h5")]
    assert main(["generate", *arguments]) == 2
    error = capsys.readouterr().err
    assert f"archive {absent} does not exist: copy {cifar.SOURCE} there, or set" in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_a_download_says_so_in_one_line(tmp_path, monkeypatch):
    def offline(*_, **__):
        raise URLError("Name or service not known")

    monkeypatch.setattr(cifar.urllib.request, "urlopen", offline)
    absent = tmp_path / "absent.tar.gz"
    message = rf"{cifar.SOURCE} cannot be reached \(Name or service not known\): copy the file to"
    with pytest.raises(ValueError, match=message):
        recipe(absent, "function.download=true").make(0, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_download_is_compared_with_the_checksum_before_it_has_its_name(
    archive, tmp_path, monkeypatch
):
    sent = archive.read_bytes()
    monkeypatch.setattr(cifar.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(sent))
    fetched = tmp_path / "data" / "fetched.tar.gz"
    assert len(recipe(fetched, "function.download=true").make(0, 3)["label"]) == 3
    assert fetched.read_bytes() == sent
    monkeypatch.setattr(cifar, "MD5", "0" * 32)
    with pytest.raises(ValueError, match="it is damaged or another file"):
        recipe(tmp_path / "other.tar.gz", "function.download=true").make(0, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cifar.tar.gz", "data"]
