"""The parts of a dataset under other names, empty ones, and files without a seal."""

import h5py
import pytest

import datasets
from datasets.contract import partition
from surrogate import Records
from tests.helpers.make_records import make_records

INPUTS = {"inputs": ["base_acceleration"], "targets": ["drift"]}


def written(path, labels, names):
    """A dataset of twelve records with these parts."""
    dataset = make_records().assign(split=partition.label(labels, names))
    datasets.write_dataset(dataset, path)
    return str(path)


@pytest.mark.parametrize(
    "names", [("training", "val", "testing"), ("trn", "Valid", "TEST"), ("tr", "dev", "tst")]
)
def test_synonyms_of_the_parts_are_understood_and_said(tmp_path, capsys, names):
    path = written(tmp_path / "a.h5", [0] * 7 + [1] * 3 + [2] * 2, names)
    records = Records(path, **INPUTS)
    records.setup("fit")
    assert {name: len(part) for name, part in records.parts.items()} == {
        "train": 7,
        "validation": 3,
        "test": 2,
    }
    told = capsys.readouterr().err
    assert f"{names[0]} as train, {names[1]} as validation" in told
    assert len(told.splitlines()) == 1


def test_names_of_the_contract_need_no_word(tmp_path, capsys):
    path = written(tmp_path / "a.h5", [0] * 8 + [1] * 2 + [2] * 2, partition.PARTS)
    Records(path, **INPUTS).setup("fit")
    assert capsys.readouterr().err == ""


def test_a_part_of_two_names_is_refused(tmp_path):
    path = written(tmp_path / "a.h5", [0] * 8 + [1] * 2 + [2] * 2, ["train", "val", "dev"])
    with pytest.raises(ValueError, match="val, dev, which all mean validation"):
        Records(path, **INPUTS).setup("fit")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("learn", "check", "exam"), "no train part, its parts are learn, check, exam: name a "),
        (("learn", "check", "exam"), r"by data\.path$"),
    ],
)
def test_unknown_parts_are_refused_with_the_option(tmp_path, names, message):
    path = written(tmp_path / "a.h5", [0] * 8 + [1] * 2 + [2] * 2, names)
    with pytest.raises(ValueError, match=message):
        Records(path, **INPUTS).setup("fit")


@pytest.mark.parametrize(
    ("stage", "labels", "message"),
    [
        ("fit", [1] * 10 + [2] * 2, r"no record in its train part: .* by data\.path"),
        ("validate", [0] * 10 + [2] * 2, r"no record in its validation part: .*validation_path"),
        ("test", [0] * 10 + [1] * 2, r"no record in its test part: .*test_path"),
    ],
)
def test_an_empty_part_is_refused_by_its_stage(tmp_path, stage, labels, message):
    path = written(tmp_path / "a.h5", labels, partition.PARTS)
    with pytest.raises(ValueError, match=message):
        Records(path, **INPUTS).setup(stage)


def test_a_fit_does_without_the_empty_parts(tmp_path):
    """A share of 0 was asked for."""
    path = written(tmp_path / "a.h5", [0] * 12, partition.PARTS)
    records = Records(path, **INPUTS)
    records.setup("fit")
    assert set(records.parts) == {"train"}
    assert len(records.parts["train"]) == 12


def test_a_lost_seal_is_said(tmp_path, capsys):
    path = written(tmp_path / "a.h5", [0] * 8 + [1] * 2 + [2] * 2, partition.PARTS)
    with h5py.File(path, "r+") as file:
        file["split"][0] = 1
    Records(path, **INPUTS).setup("fit")
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(f"warning: {path}: a.h5 without a seal")


def test_a_seal_that_does_not_fit_is_refused(tmp_path):
    """A bit of the metadata has flipped, which no checksum of a chunk covers."""
    path = written(tmp_path / "a.h5", [0] * 8 + [1] * 2 + [2] * 2, partition.PARTS)
    with open(path, "r+b") as file:
        content = file.read()
        place = content.index(b"for a test")
        file.seek(place)
        file.write(b"Z")
    with pytest.raises(ValueError, match="is damaged: its bytes have the CRC-32"):
        Records(path, **INPUTS).setup("fit")
