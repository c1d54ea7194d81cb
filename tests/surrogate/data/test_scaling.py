"""Standardisation: there and back, and channels that do not vary."""

import numpy as np
import torch

from surrogate.data.scaling import Moments, Standardize


def data(seed=0):
    """Channels of very different size, as drifts in metres and forces in newtons are."""
    return (
        np.random.default_rng(seed)
        .normal([0.0, 5e4, -2e-4], [1e-3, 3e3, 1e-5], (20, 300, 3))
        .astype(np.float32)
    )


def statistics(*blocks):
    moments = Moments()
    for values in blocks:
        moments.add(values)
    return moments.mean, moments.scale


def test_standardized_channels_have_mean_zero_and_deviation_one():
    values = data()
    scaled = Standardize(*statistics(values))(torch.from_numpy(values)).numpy()
    np.testing.assert_allclose(scaled.mean(axis=(0, 1)), 0.0, atol=1e-4)
    np.testing.assert_allclose(scaled.std(axis=(0, 1)), 1.0, rtol=1e-4)


def test_there_and_back():
    values = torch.from_numpy(data())
    scaling = Standardize(*statistics(values.numpy()))
    torch.testing.assert_close(scaling.inverse(scaling(values)), values, rtol=1e-6, atol=1e-9)


def test_a_constant_channel_maps_to_zero_and_back():
    values = np.full((4, 100, 2), 3.1e4, dtype=np.float32)
    values[..., 1] = 0.0
    scaling = Standardize(*statistics(values))
    scaled = scaling(torch.from_numpy(values))
    assert torch.isfinite(scaled).all()
    assert scaled.abs().max() < 1e-2
    torch.testing.assert_close(scaling.inverse(scaled), torch.from_numpy(values))


def test_statistics_are_summed_in_double_precision():
    values = np.full((1, 4_000_000, 1), 0.1, dtype=np.float32)
    assert abs(statistics(values)[0][0] - float(np.float32(0.1))) < 1e-12


def test_blocks_of_any_size_have_the_statistics_of_the_whole():
    values = data()
    blocks = np.split(values, [1, 2, 9, 17])
    mean, scale = statistics(*blocks)
    np.testing.assert_allclose(mean, values.mean(axis=(0, 1), dtype=np.float64), rtol=1e-14)
    np.testing.assert_allclose(scale, values.std(axis=(0, 1), dtype=np.float64), rtol=1e-12)


def test_the_peak_is_the_largest_magnitude():
    moments = Moments()
    for block in ([[1.0, -2.0]], [[-3.0, 0.5], [2.0, 1.0]]):
        moments.add(np.array(block, dtype=np.float32))
    assert moments.peak == [3.0, 2.0]


def test_statistics_travel_with_the_state():
    scaling = Standardize(*statistics(data()))
    other = Standardize([1.0] * 3, [1.0] * 3)
    other.load_state_dict(scaling.state_dict())
    assert torch.equal(other.mean, scaling.mean)
    assert torch.equal(other.scale, scaling.scale)
