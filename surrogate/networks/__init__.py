"""Networks: plain torch modules that take `inputs` and `outputs` channels and are injected by class path."""

from surrogate.networks.lstm import LSTM
from surrogate.networks.sequence import SequenceNetwork

__all__ = ["LSTM", "SequenceNetwork"]
