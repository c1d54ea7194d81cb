"""The study activations_and_convolutions: its tiny preset, and how it measures."""

import pytest
import torch
from torch import nn

from studies import activations_and_convolutions as study
from studies.activations_and_convolutions import convolutions, digits
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_what_is_exact(tmp_path):
    _, verdicts = tiny_study.run("activations_and_convolutions", tmp_path)
    trained = {study.DIGITS, study.MOVED}
    assert [
        claim.statement
        for claim, verdict in verdicts.items()
        if claim not in trained and not verdict.holds
    ] == []


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
