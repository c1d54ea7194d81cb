"""Networks: plain torch modules that take `inputs` and `outputs` channels and are injected by class
path.
"""

from surrogate.networks.convolution import CNN, TCN
from surrogate.networks.encoder import EncoderDecoder
from surrogate.networks.hysteretic import HystereticStateSpace
from surrogate.networks.image import ImageClassifier
from surrogate.networks.image_decoder import ImageAutoencoder, ImageDecoder
from surrogate.networks.lstm import GRU, LSTM
from surrogate.networks.mlp import MLP, WindowMLP
from surrogate.networks.modal import Modal
from surrogate.networks.peephole import PeepholeLSTM
from surrogate.networks.recurrent import RCNN, RNN
from surrogate.networks.recurrent_convolution import RecurrentCNN
from surrogate.networks.sequence import SequenceNetwork
from surrogate.networks.shear_building import ShearBuilding
from surrogate.networks.state_space import NeuralStateSpace, StateSpace

__all__ = [
    "CNN",
    "GRU",
    "LSTM",
    "MLP",
    "RCNN",
    "RNN",
    "TCN",
    "EncoderDecoder",
    "HystereticStateSpace",
    "ImageAutoencoder",
    "ImageClassifier",
    "ImageDecoder",
    "Modal",
    "NeuralStateSpace",
    "PeepholeLSTM",
    "RecurrentCNN",
    "SequenceNetwork",
    "ShearBuilding",
    "StateSpace",
    "WindowMLP",
]
