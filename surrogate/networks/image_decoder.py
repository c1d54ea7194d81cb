"""Transposed convolutions of images: from features to pixels, and the autoencoder that they make.

A transposed convolution is the adjoint of the convolution with the same kernel, stride s and
padding p (Zeiler et al. 2010, "Deconvolutional networks"; Dumoulin & Visin 2018, "A guide to
convolution arithmetic for deep learning"). Along one axis, with kernel k and output padding q,

    out = (in - 1) s - 2 p + k + q

so that each level here enlarges an image by its stride exactly.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from surrogate.networks.mlp import Activation
from surrogate.networks.sequence import require_sizes


def transposed_length(
    length: int, kernel: int, stride: int = 1, padding: int = 0, output_padding: int = 0
) -> int:
    """Pixels that a transposed convolution makes of `length` along one axis."""
    return (length - 1) * stride - 2 * padding + kernel + output_padding


class ImageDecoder(nn.Module):
    """Features (batch, inputs) to images (batch, outputs, size, size), by transposed convolutions.

    Parameters
    ----------
    inputs, outputs : int
        Features, and colour channels.
    size : int
        Pixels along each side of the square image: a multiple of factor^levels.
    channels : sequence of int
        Channels of each level, from the smallest image on.
    kernel : int
        Pixels of the kernels along each side, odd.
    factor : int
        Enlargement at each level.
    activation
        Class path of an activation.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import ImageDecoder
    >>> network = ImageDecoder(inputs=3, outputs=1, size=8, channels=(8, 4))
    >>> tuple(network(torch.zeros(4, 3)).shape)
    (4, 1, 8, 8)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: int,
        channels: Sequence[int] = (32, 16),
        kernel: int = 3,
        factor: int = 2,
        activation: Activation = nn.ReLU,
    ) -> None:
        super().__init__()
        require_sizes(size=size, factor=factor)
        self.smallest = smallest_size(size, factor, len(channels))
        self.channels = tuple(channels)
        self.spread = nn.Linear(inputs, channels[0] * self.smallest**2)
        layers: list[nn.Module] = [activation()]
        padding, output_padding = enlarging_paddings(kernel, factor)
        for before, after in zip(channels, [*channels[1:], channels[-1]], strict=True):
            up = nn.ConvTranspose2d(before, after, kernel, factor, padding, output_padding)
            layers += [up, activation()]
        self.layers = nn.Sequential(*layers, nn.Conv2d(channels[-1], outputs, 1))

    def forward(self, input: Tensor) -> Tensor:
        shape = (self.channels[0], self.smallest, self.smallest)
        return self.layers(self.spread(input).unflatten(1, shape))


class ImageAutoencoder(nn.Module):
    """Images to a few features by strided convolutions, and back by an `ImageDecoder`.

    Parameters
    ----------
    inputs, outputs : int
        Colour channels that come in and go out.
    size : int
        Pixels along each side of the square image: a multiple of factor^levels.
    features : int
        Numbers that an image is reduced to.
    channels : sequence of int
        Channels of each level of the encoder; the decoder mirrors them.
    kernel, factor, activation
        As for `ImageDecoder`.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import ImageAutoencoder
    >>> network = ImageAutoencoder(inputs=1, outputs=1, size=8, features=3)
    >>> images = torch.zeros(4, 1, 8, 8)
    >>> tuple(network.encoder(images).shape), tuple(network(images).shape)
    ((4, 3), (4, 1, 8, 8))
    """

    takes_images = True

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: int,
        features: int = 8,
        channels: Sequence[int] = (16, 32),
        kernel: int = 3,
        factor: int = 2,
        activation: Activation = nn.ReLU,
    ) -> None:
        super().__init__()
        require_sizes(size=size, features=features, factor=factor)
        self.decoder = ImageDecoder(
            features, outputs, size, channels[::-1], kernel, factor, activation
        )
        layers: list[nn.Module] = []
        for before, after in zip([inputs, *channels[:-1]], channels, strict=True):
            layers += [nn.Conv2d(before, after, kernel, factor, kernel // 2), activation()]
        innermost = nn.Linear(channels[-1] * self.decoder.smallest**2, features)
        self.encoder = nn.Sequential(*layers, nn.Flatten(), innermost)

    def forward(self, input: Tensor) -> Tensor:
        return self.decoder(self.encoder(input))


def smallest_size(size: int, factor: int, levels: int) -> int:
    """Pixels along each side before the first enlargement.

    Raises
    ------
    ValueError
        Where `size` is no multiple of the whole enlargement.
    """
    whole = factor**levels
    if size % whole:
        raise ValueError(
            f"size must be a multiple of {whole}, the factor {factor} to the power of {levels} "
            f"levels, got {size}"
        )
    return size // whole


def enlarging_paddings(kernel: int, factor: int) -> tuple[int, int]:
    """Padding and output padding for which n pixels become exactly factor times n.

    Raises
    ------
    ValueError
        For a kernel that is even, or smaller than the factor.
    """
    if kernel % 2 == 0 or kernel < factor:
        raise ValueError(f"kernel must be odd and at least the factor of {factor}, got {kernel}")
    return (kernel - factor + 1) // 2, (kernel - factor) % 2
