"""Convolutional encoder and decoder along time: strides or pooling down, transposed convolutions
up.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from surrogate.networks.mlp import Activation
from surrogate.networks.sequence import SequenceNetwork


class EncoderDecoder(SequenceNetwork):
    """Halve the sampling rate layer by layer while the channels grow, then bring it back by
    transposed convolutions.

    Acausal. A record is padded with zeros to a multiple of the whole reduction, and the output cut
    to its length.

    Parameters
    ----------
    inputs, outputs : int
    channels : sequence of int
        Channels of each level of the encoder; the decoder mirrors them.
    kernel : int
        Samples of the kernels, odd.
    factor : int
        Reduction of the sampling rate at each level.
    pooling
        Class path of a pooling that takes its kernel (torch.nn.MaxPool1d, torch.nn.AvgPool1d),
        after a convolution of stride 1; by default a stride reduces the rate instead.
    activation
        Class path of an activation.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import EncoderDecoder
    >>> network = EncoderDecoder(inputs=1, outputs=5, channels=(8, 16))
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    causal = False

    def __init__(
        self,
        inputs: int,
        outputs: int,
        channels: Sequence[int] = (32, 64, 64),
        kernel: int = 9,
        factor: int = 2,
        pooling: type[nn.Module] | None = None,
        activation: Activation = nn.ReLU,
    ) -> None:
        super().__init__()
        if kernel % 2 == 0 or not 1 <= factor <= kernel:
            raise ValueError(
                f"kernel must be odd and at least the factor of {factor}, got {kernel}"
            )
        self.reduction = factor ** len(channels)
        encoder = []
        decoder = []
        for before, after in zip([inputs, *channels[:-1]], channels, strict=True):
            stride = factor if pooling is None else 1
            encoder += [nn.Conv1d(before, after, kernel, stride, padding=kernel // 2), activation()]
            encoder += [] if pooling is None else [pooling(factor)]
        for before, after in zip(channels[::-1], [*channels[-2::-1], channels[0]], strict=True):
            # The padding for which n samples become exactly factor times n.
            padding = (kernel - factor + 1) // 2
            extra = (kernel - factor) % 2
            up = nn.ConvTranspose1d(
                before, after, kernel, factor, padding=padding, output_padding=extra
            )
            decoder += [up, activation()]
        self.encoder = nn.Sequential(*encoder)
        self.decoder = nn.Sequential(*decoder)
        self.head = nn.Conv1d(channels[0], outputs, 1)

    def encoded_length(self, samples: int) -> int:
        """Samples of the innermost level for a record of `samples`."""
        return -(-samples // self.reduction)

    def run(self, input: Tensor, state: Any) -> tuple[Tensor, None]:
        samples = input.shape[1]
        missing = -samples % self.reduction
        padded = nn.functional.pad(input.mT, (0, missing))  # (batch, inputs, time)
        return self.head(self.decoder(self.encoder(padded))).mT[:, :samples], None
