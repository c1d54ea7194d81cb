"""The study activations_and_convolutions: its tiny preset, and how it measures."""

import pytest
import torch
from torch import nn

from studies.activations_and_convolutions import (
    chapter,
    claims,
    complexity,
    convolutions,
    digits,
)
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_what_is_exact(tmp_path):
    _, verdicts = tiny_study.run("activations_and_convolutions", tmp_path)
    not_so = {claims.KERNEL, claims.POOLED}  # captions whose padding does not do what they say
    open_claims = not_so | {claims.DIGITS, claims.MOVED}
    for claim, verdict in verdicts.items():
        assert verdict.holds or claim in open_claims, claim.statement
    assert all(verdicts[claim].word == "failed" for claim in not_so)


def test_measured_field_notices_a_layer_that_sees_more():
    assert convolutions.extent(nn.Conv1d(1, 1, 5)) == 5
    assert convolutions.extent(nn.Conv1d(1, 1, 5, dilation=3)) == 13


def test_classifiers_have_equally_many_parameters():
    counts = [
        sum(parameter.numel() for parameter in network.parameters())
        for network in digits.networks().values()
    ]
    assert max(counts) / min(counts) < 1.01


def test_shifted_image_loses_what_leaves():
    image = torch.arange(64.0).view(1, 1, 8, 8)
    moved = digits.shifted(image, 1, 0)
    assert torch.equal(moved[..., 1:, :], image[..., :-1, :])
    assert not moved[..., 0, :].any()


def test_sizes_of_the_chapter_by_hand():
    dilated = chapter.LAYERS["Fig. 23, d = 5"]
    assert (dilated.size(188), dilated.size(257)) == (170, 239)
    strided = chapter.LAYERS["Fig. 22, s = 2"]
    assert (strided.size(188), strided.size(257)) == (94, 129)


def test_multiplications_of_the_chapters_network_by_hand():
    first = 3 * 6 * 5**2 * 28**2
    second = 6 * 16 * 5**2 * 10**2
    assert complexity.estimate(complexity.EXAMPLE) == (first + second, 16 * 5**2)
    assert complexity.counted(complexity.EXAMPLE) == first + second


def test_blank_pixels_of_a_map_are_those_that_a_layer_lacks():
    small = chapter.maps().feature_map.sel(shown="k = 3, s = 2").values
    rows, columns = (small != chapter.BLANK).nonzero()
    assert rows.max() == (94 - 1) // chapter.EVERY
    assert columns.max() == (129 - 1) // chapter.EVERY
