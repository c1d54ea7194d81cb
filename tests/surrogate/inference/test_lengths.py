"""Records of different lengths in answers, bands, cards and exports: padding never counts."""

from functools import partial

import numpy as np
import pytest

from datasets import open_dataset
from surrogate import inference, respond
from surrogate.card.facts import Set, compare, measure
from surrogate.data.examples import ALL, read_part
from surrogate.evaluation import conformal
from surrogate.export.onnx_graph import write_onnx
from surrogate.inference.ensemble import Ensemble
from surrogate.networks import CNN, LSTM
from tests.helpers.checkpoints import INTERFACE, save, untrained
from tests.helpers.make_records import write_records
from tests.helpers.ragged import LENGTHS, write_ragged

# Lightning 2.6 with jsonargparse 4.53.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::surrogate.inference.face.Extrapolation"),
]
NETWORKS = {
    "causal": partial(LSTM, hidden=4),
    "looks ahead": partial(LSTM, hidden=4, bidirectional=True),
    "centred": partial(CNN, channels=[4], kernel=5, causal=False),
}
SKIP = 7


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Two datasets that differ in their padding alone, of which the first is sound."""
    return [
        write_ragged(tmp_path / f"{number}.h5", monkeypatch, padding)
        for number, padding in enumerate((np.nan, 1e30))
    ]


def parts(files):
    return [read_part(INTERFACE, path, ALL) for path in files]


def test_examples_are_as_long_as_the_longest_of_the_part(files):
    part = read_part(INTERFACE, files[0], "validation")
    assert part.samples.tolist() == list(LENGTHS[8:10])
    assert part.input.shape[1] == max(LENGTHS[8:10])
    assert part.shortest == min(LENGTHS[8:10])


@pytest.mark.parametrize("name", NETWORKS)
def test_each_record_is_answered_as_if_it_were_alone(files, name):
    surrogate = untrained(NETWORKS[name])
    sound, other = parts(files)
    found = inference.respond(surrogate, sound.input, sound.samples)
    np.testing.assert_array_equal(found, inference.respond(surrogate, other.input, other.samples))
    for record, own in enumerate(LENGTHS):
        alone = inference.respond(surrogate, sound.input[record : record + 1, :own])[0]
        np.testing.assert_allclose(found[record, :own], alone, rtol=1e-4, atol=1e-6)
        assert np.isnan(found[record, own:]).all()


def test_a_band_is_calibrated_on_what_counts(files):
    ensemble = Ensemble(tuple(untrained(NETWORKS["causal"], seed=seed) for seed in range(3)))
    sound, other = parts(files)
    calibrated = ensemble.calibrated(sound, SKIP)
    np.testing.assert_array_equal(calibrated.scores, ensemble.calibrated(other, SKIP).scores)
    for record, own in enumerate(LENGTHS):
        mean, spread = ensemble.respond(sound.input[record : record + 1, :own])
        target = sound.target[record : record + 1, :own]
        histories = [values[:, SKIP:] for values in (target, mean, ensemble.width(spread))]
        np.testing.assert_allclose(
            calibrated.scores[record], conformal.scores(*histories)[0], rtol=1e-4
        )


def test_a_card_measures_what_counts_and_knows_the_records_again(files):
    surrogate = untrained(NETWORKS["looks ahead"])
    sound, other = (measure(surrogate, Set(str(path), "test", SKIP)) for path in files)
    assert sound["metrics"] == other["metrics"]
    assert compare(sound, other, "test") > 0


def test_a_length_that_changes_is_another_record_for_a_card(tmp_path, monkeypatch, files):
    surrogate = untrained(NETWORKS["causal"])
    whole = measure(surrogate, Set(str(write_records(tmp_path / "whole.h5")), "test"))
    cut = measure(surrogate, Set(str(files[0]), "test"))
    with pytest.raises(ValueError, match="are not those of the card"):
        compare(whole, cut, "test")


def test_a_discard_longer_than_the_shortest_record_is_refused(files):
    with pytest.raises(ValueError, match="have 90 samples, discard is 90"):
        measure(untrained(NETWORKS["causal"]), Set(str(files[0]), "test", 90))


@pytest.mark.parametrize("name", NETWORKS)
def test_an_exported_file_gives_each_record_what_the_surrogate_gives_it(files, tmp_path, name):
    pytest.importorskip("onnx")
    surrogate = untrained(NETWORKS[name])
    checkpoint = save(surrogate, tmp_path / "a.ckpt")
    run = write_onnx(surrogate, checkpoint, tmp_path / "a.onnx")
    part = read_part(INTERFACE, files[0], "test")
    found = inference.respond(surrogate, part.input, part.samples)
    scale = surrogate.target_scaling.scale.numpy()
    for record, own in enumerate(part.samples):
        alone = run(part.input[record : record + 1, :own])[0]
        np.testing.assert_allclose(alone / scale, found[record, :own] / scale, atol=1e-4)


def test_a_dataset_is_answered_record_by_record_whatever_its_padding_holds(files):
    surrogate = untrained(NETWORKS["looks ahead"])
    sound, other = (respond(surrogate, open_dataset(path)) for path in files)
    assert sound["samples"].values.tolist() == list(LENGTHS)
    assert sound.drop_attrs().identical(other.drop_attrs())
    part = read_part(INTERFACE, files[0], ALL)
    expected = inference.respond(surrogate, part.input, part.samples)
    np.testing.assert_allclose(sound["drift"], expected, rtol=1e-4, atol=1e-6)
