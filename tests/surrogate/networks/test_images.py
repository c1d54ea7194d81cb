"""Networks of images: the arithmetic of transposed convolutions, their adjointness, and what they
refuse.
"""

from functools import partial

import pytest
import torch
from torch import nn

from surrogate.networks import ImageAutoencoder, ImageClassifier, ImageDecoder
from surrogate.networks.image_decoder import enlarging_paddings, transposed_length


@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
def test_the_arithmetic_of_transposed_convolutions_against_torch(kernel, stride, padding):
    for output_padding in range(stride):
        layer = nn.ConvTranspose2d(1, 1, kernel, stride, padding, output_padding)
        made = layer(torch.zeros(1, 1, 5, 7))
        expected = [transposed_length(n, kernel, stride, padding, output_padding) for n in (5, 7)]
        assert list(made.shape[2:]) == expected


@pytest.mark.parametrize(("kernel", "factor"), [(3, 1), (3, 2), (3, 3), (5, 2), (7, 4)])
def test_an_enlargement_is_the_adjoint_of_the_reduction(kernel, factor):
    """<C x, y> = <x, C* y> with one kernel, and the sizes are exact multiples."""
    generator = torch.Generator().manual_seed(0)
    padding, output_padding = enlarging_paddings(kernel, factor)
    weight = torch.randn(4, 2, kernel, kernel, dtype=torch.float64, generator=generator)
    x = torch.randn(1, 2, 6 * factor, 6 * factor, dtype=torch.float64, generator=generator)
    y = torch.randn(1, 4, 6, 6, dtype=torch.float64, generator=generator)
    reduced = nn.functional.conv2d(x, weight, stride=factor, padding=padding)
    enlarged = nn.functional.conv_transpose2d(
        y, weight, stride=factor, padding=padding, output_padding=output_padding
    )
    assert enlarged.shape == x.shape
    torch.testing.assert_close((reduced * y).sum(), (x * enlarged).sum())


@pytest.mark.parametrize("channels", [(4,), (6, 4), (6, 5, 4)])
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_a_decoder_makes_images_of_its_size(channels, factor):
    size = 2 * factor ** len(channels)
    decoder = ImageDecoder(3, 2, size, channels, kernel=3, factor=factor)
    assert decoder(torch.zeros(5, 3)).shape == (5, 2, size, size)
    autoencoder = ImageAutoencoder(1, 2, size, features=4, channels=channels, factor=factor)
    images = torch.zeros(5, 1, size, size)
    assert autoencoder.encoder(images).shape == (5, 4)
    assert autoencoder(images).shape == (5, 2, size, size)


@pytest.mark.parametrize(
    ("make", "sizes"),
    [
        (partial(ImageDecoder, 3, 1, 4, channels=(2,)), (2, 3)),
        (partial(ImageAutoencoder, 1, 1, 4, features=2, channels=(2,)), (2, 1, 4, 4)),
    ],
)
def test_gradients_against_finite_differences(make, sizes):
    torch.manual_seed(0)
    network = make(activation=nn.Tanh).double()
    parameters = dict(network.named_parameters())
    input = torch.randn(sizes).double()

    def pixels(*values):
        chosen = dict(zip(parameters, values, strict=True))
        return torch.func.functional_call(network, chosen, (input,))

    assert torch.autograd.gradcheck(pixels, tuple(parameters.values()), fast_mode=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(ImageDecoder, 3, 1, 10), "size must be a multiple of 4, .* got 10"),
        (partial(ImageDecoder, 3, 1, 8, kernel=4), "kernel must be odd .* factor of 2, got 4"),
        (
            partial(ImageAutoencoder, 1, 1, 27, factor=5, channels=(2,)),
            "size must be a multiple of 5",
        ),
        (partial(ImageAutoencoder, 1, 1, 8, features=0), "features must be at least 1, got 0"),
        (partial(ImageDecoder, 3, 1, 8, factor=0), "factor must be at least 1, got 0"),
    ],
)
def test_impossible_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("shape", [(2, 1, 9, 9), (2, 3, 8, 8), (2, 64)])
def test_a_classifier_refuses_other_images_than_its_own(shape):
    with pytest.raises(ValueError, match=r"takes images of \(1, 8, 8\) \(channel, height, width\)"):
        ImageClassifier(1, 10, 8)(torch.zeros(shape))
