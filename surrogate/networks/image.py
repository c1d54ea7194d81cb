"""Convolutional classifier of images."""

from collections.abc import Sequence

from torch import Tensor, nn

from surrogate.networks.convolution import output_length
from surrogate.networks.mlp import Activation, perceptron


class ImageClassifier(nn.Module):
    """Convolutions with pooling, then a perceptron: (batch, inputs, size, size) to class scores
    (batch, outputs).

    Parameters
    ----------
    inputs, outputs : int
        Colour channels, and classes.
    size : int
        Pixels along each side of the square image.
    channels : sequence of int
        Channels of each convolution.
    kernel, stride, padding, dilation : int
        Of every convolution.
    pooling
        Class path of a 2-D pooling that takes its kernel, or null for none.
    pool : int
        Kernel and stride of the pooling.
    hidden : sequence of int
        Units of the perceptron's hidden layers.
    activation
        Class path of an activation.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import ImageClassifier
    >>> network = ImageClassifier(inputs=1, outputs=10, size=8)
    >>> tuple(network(torch.zeros(4, 1, 8, 8)).shape)
    (4, 10)
    """

    takes_images = True

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: int,
        channels: Sequence[int] = (16, 32),
        kernel: int = 3,
        stride: int = 1,
        padding: int = 1,
        dilation: int = 1,
        pooling: type[nn.Module] | None = nn.MaxPool2d,
        pool: int = 2,
        hidden: Sequence[int] = (64,),
        activation: Activation = nn.ReLU,
    ) -> None:
        super().__init__()
        self.inputs = inputs
        self.pixels = size
        layers: list[nn.Module] = []
        for before, after in zip([inputs, *channels[:-1]], channels, strict=True):
            size = output_length(size, kernel, stride, padding, dilation)
            layers += [nn.Conv2d(before, after, kernel, stride, padding, dilation), activation()]
            if pooling is not None:
                size = output_length(size, pool, pool)
                layers += [pooling(pool)]
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.size = size
        self.head = perceptron([channels[-1] * size**2, *hidden, outputs], activation)

    def forward(self, input: Tensor) -> Tensor:
        wanted = (self.inputs, self.pixels, self.pixels)
        if tuple(input.shape[1:]) != wanted:
            raise ValueError(
                f"ImageClassifier takes images of {wanted} (channel, height, width), got "
                f"{tuple(input.shape[1:])}: set its size, or choose another network"
            )
        return self.head(self.features(input))
