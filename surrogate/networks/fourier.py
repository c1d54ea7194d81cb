"""Fourier neural operator in time (Li et al. 2021, "Fourier neural operator for parametric partial
differential equations").

With v = P x at each time, T the period of the domain and K modes, each block is

    V_k = sum_s v_s exp(-2 pi i k s / T),         k = 0 ... K - 1
    v_t <- g(W v_t + b + Re sum_k e_k R_k V_k exp(2 pi i k t / T) / T),    e_0 = 1, else 2

(the last without g) and the output is Q v_t. P is linear, Q a perceptron. A block sees all of a
record, what comes after a time as well as what came before: the network is not causal.

Padding. The domain is T samples, whatever a record has: behind its end every block sees zeros, so
that mode k is k / T cycles a sample in all records, and the weights mean the same for short and
long ones. A domain that is longer than the records keeps their ends from acting on their beginnings
across the period. A record longer than the domain is refused.

The few modes are sums over the samples of a record, a product with a matrix of cosines and sines:
for K well below T this costs about as much as an FFT of the padded record, and exporters hold it
for any number of samples. The block of the library neuraloperator is not used: it transforms the
samples that a record happens to have, so that its modes mean other frequencies in records of
another length, and it brings some two dozen packages along.
"""

import math

import torch
from torch import Tensor, nn

from surrogate.networks.mlp import Activation, perceptron
from surrogate.networks.sequence import SequenceNetwork, require_sizes


class FNO(SequenceNetwork):
    """Fourier neural operator on a domain of time.

    Parameters
    ----------
    inputs, outputs : int
    width : int
        Channels between the blocks.
    modes : int
        Frequencies that a block changes, from zero on: the highest is (modes - 1) / period cycles a
        sample. At most half the period.
    blocks : int
    period : int
        Samples of the domain, at least those of the longest record and best a fifth more.
    activation
        Class path of an activation.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import FNO
    >>> network = FNO(inputs=1, outputs=5, width=8, modes=16, blocks=2, period=128)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    causal = False

    def __init__(
        self,
        inputs: int,
        outputs: int,
        width: int = 32,
        modes: int = 256,
        blocks: int = 4,
        period: int = 2400,
        activation: Activation = nn.GELU,
    ) -> None:
        super().__init__()
        require_sizes(width=width, modes=modes, blocks=blocks, period=period)
        if 2 * modes > period:
            raise ValueError(
                f"modes must be at most half the period of {period} samples, got {modes}"
            )
        self.period = period
        self.modes = modes
        self.lift = nn.Linear(inputs, width)
        self.spectral = nn.ModuleList(SpectralConvolution(width, modes) for _ in range(blocks))
        self.pointwise = nn.ModuleList(nn.Linear(width, width) for _ in range(blocks))
        self.activation = activation()
        self.head = perceptron([width, 4 * width, outputs], activation)

    def run(self, input: Tensor, state: None) -> tuple[Tensor, None]:
        samples = input.shape[1]
        if samples > self.period:
            raise ValueError(
                f"FNO has a domain of {self.period} samples, got a record of {samples}: set "
                f"model.network.period to {samples} or more"
            )
        waves = self._waves(input)
        hidden = self.lift(input)  # (batch, time, width)
        for spectral, pointwise in zip(self.spectral, self.pointwise, strict=True):
            if spectral is not self.spectral[0]:  # g stands between the blocks
                hidden = self.activation(hidden)
            hidden = pointwise(hidden) + spectral(hidden, *waves) / self.period
        return self.head(hidden), None

    def _waves(self, input: Tensor) -> tuple[Tensor, Tensor]:
        """Cosines and sines of the modes, each of shape (time, modes)."""
        time = torch.arange(input.shape[1], device=input.device)
        # Whole numbers: the phase of a late sample keeps its digits.
        turns = (time[:, None] * torch.arange(self.modes, device=input.device)) % self.period
        phase = turns.to(input.dtype) * (2.0 * math.pi / self.period)
        return torch.cos(phase), torch.sin(phase)


class SpectralConvolution(nn.Module):
    """A matrix of the channels for each mode.

    Attributes
    ----------
    weight : Parameter, shape (2, modes, width, width)
        Real and imaginary parts of R.
    """

    def __init__(self, width: int, modes: int) -> None:
        super().__init__()
        self.modes = modes
        self.weight = nn.Parameter(torch.rand(2, modes, width, width) / width)

    def forward(self, hidden: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        """Sum over the modes of e_k R_k V_k exp(2 pi i k t / T), shape (batch, time, width)."""
        real = (cosine.T @ hidden).transpose(0, 1)  # (modes, batch, width)
        imaginary = -(sine.T @ hidden).transpose(0, 1)
        of_real, of_imaginary = self.weight
        new_real = real @ of_real - imaginary @ of_imaginary
        new_imaginary = real @ of_imaginary + imaginary @ of_real
        twice = torch.full((self.modes, 1, 1), 2.0, dtype=hidden.dtype, device=hidden.device)
        twice[0] = 1.0
        summed = cosine @ (twice * new_real).transpose(0, 1)
        return summed - sine @ (twice * new_imaginary).transpose(0, 1)
