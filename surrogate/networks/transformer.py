"""Causal transformer with a window and rotary positions.

Pre-norm blocks (Vaswani et al. 2017; Xiong et al. 2020)

    v <- v + A(norm(v)),     v <- v + MLP(norm(v))

whose attention A sees the last `window` samples, the present one included, and turns queries and
keys by angles in proportion to their place, so that their product depends on the distance in time
alone (Su et al. 2021, "RoFormer: enhanced transformer with rotary position embedding"). Before a
record is rest: keys and values are zero there.

A record is cut into blocks of `window` samples; the queries of one see its keys and those of the
block before, so that the cost is in proportion to the length of a record.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from surrogate.networks.sequence import SequenceNetwork, each_state, require_sizes

SLOWEST = 10_000.0
"""Ratio of the fastest to the slowest turning of a pair of channels."""


class Transformer(SequenceNetwork):
    """Stacked blocks of windowed attention and a perceptron, and a linear read-out.

    Parameters
    ----------
    inputs, outputs : int
    width : int
        Channels between the blocks, a multiple of twice the heads.
    heads : int
    blocks : int
    window : int
        Samples that a block sees; the output depends on the last 1 + blocks (window - 1).
    dropout : float
        Probability of dropping a channel at a time behind each attention and perceptron.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import Transformer
    >>> network = Transformer(inputs=1, outputs=5, width=16, heads=2, blocks=2, window=32)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        width: int = 64,
        heads: int = 4,
        blocks: int = 4,
        window: int = 128,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        require_sizes(width=width, heads=heads, blocks=blocks, window=window)
        if width % (2 * heads):
            raise ValueError(
                f"width must be a multiple of 2 heads = {2 * heads}, got {width}: rotary positions "
                "turn pairs of channels"
            )
        self.encoder = nn.Linear(inputs, width)
        self.blocks = nn.ModuleList(
            AttentionBlock(width, heads, window, dropout) for _ in range(blocks)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, outputs)
        self.receptive_field = 1 + blocks * (window - 1)

    def run(self, input: Tensor, state: list[Tensor] | None) -> tuple[Tensor, list[Tensor]]:
        hidden = self.encoder(input)  # (batch, time, width)
        states = []
        for block, before in zip(self.blocks, each_state(state, self.blocks), strict=True):
            hidden, after = block(hidden, before)
            states.append(after)
        return self.head(self.norm(hidden)), states


class AttentionBlock(nn.Module):
    """Attention and a perceptron at each time, both added to what comes in."""

    def __init__(self, width: int, heads: int, window: int, dropout: float) -> None:
        super().__init__()
        self.first = nn.LayerNorm(width)
        self.attention = WindowedAttention(width, heads, window)
        self.second = nn.LayerNorm(width)
        self.perceptron = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, past: Tensor | None) -> tuple[Tensor, Tensor]:
        seen, past = self.attention(self.first(hidden), past)
        hidden = hidden + self.dropout(seen)
        return hidden + self.dropout(self.perceptron(self.second(hidden))), past


class WindowedAttention(nn.Module):
    """Attention of each sample to itself and the `window` - 1 samples before it.

    Its state is the keys and values of the last `window` samples, shape (batch, window, 2 width).
    """

    turning: Tensor
    visible: Tensor

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads = heads
        self.window = window
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, width)
        pairs = torch.arange(width // heads // 2) / (width // heads // 2)
        self.register_buffer("turning", SLOWEST**-pairs, persistent=False)  # radians a sample
        behind = window + torch.arange(window)[:, None] - torch.arange(2 * window)
        visible = (behind >= 0) & (behind < window)  # (query, key)
        self.register_buffer("visible", visible, persistent=False)

    def forward(self, hidden: Tensor, past: Tensor | None) -> tuple[Tensor, Tensor]:
        records, samples, width = hidden.shape
        key_value = self.key_value(hidden)
        if past is None:
            past = key_value.new_zeros(records, self.window, 2 * width)
        extended = torch.cat([past, key_value], dim=1)  # (batch, window + time, 2 width)
        blocks = samples // self.window + 1  # the last is filled up: there is always one to fill
        query = self._cut(self.query(hidden), blocks)
        cut = self._cut(extended, blocks + 1)
        pairs = torch.cat([cut[:, :-1], cut[:, 1:]], dim=2)  # with the block before
        key, value = pairs.flatten(0, 1).chunk(2, dim=2)  # (batch block, 2 window, width)
        seen = self._attend(query.flatten(0, 1), key, value).reshape(records, -1, width)
        return self.output(seen[:, :samples]), extended[:, samples:]

    def _cut(self, values: Tensor, blocks: int) -> Tensor:
        """Blocks of `values` and the zeros behind them, shape (batch, block, window, channel)."""
        filling = values.new_zeros(values.shape[0], self.window, values.shape[2])
        filled = torch.cat([values, filling], dim=1)
        return filled[:, : blocks * self.window].unflatten(1, (-1, self.window))

    def _attend(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Attention in each block.

        Parameters
        ----------
        query : Tensor, shape (batch block, window, width)
        key, value : Tensor, shape (batch block, 2 window, width)
        """
        query = self._turned(self._by_head(query), self.window)
        key = self._turned(self._by_head(key), 0)
        seen = scaled_dot_product_attention(
            query, key, self._by_head(value), attn_mask=self.visible
        )
        return seen.transpose(1, 2).flatten(2)

    def _by_head(self, channels: Tensor) -> Tensor:
        """Channels of each head, shape (batch block, head, time, channel)."""
        return channels.unflatten(2, (self.heads, -1)).transpose(1, 2)

    def _turned(self, channels: Tensor, first: int) -> Tensor:
        """Pairs of channels turned by their place, that of the first sample being `first`."""
        place = first + torch.arange(channels.shape[2], device=channels.device)
        angle = place[:, None] * self.turning  # (time, pair)
        cosine = torch.cos(angle)
        sine = torch.sin(angle)
        one, other = channels.chunk(2, dim=3)
        turned = [one * cosine - other * sine, one * sine + other * cosine]
        return torch.cat(turned, dim=3)
