"""Networks: plain torch modules that take `inputs` and `outputs` channels and are injected by class
path.
"""

from surrogate.networks.conditioned import ConditionedNetwork
from surrogate.networks.convolution import CNN, TCN
from surrogate.networks.deeponet import DeepONet
from surrogate.networks.encoder import EncoderDecoder
from surrogate.networks.film_lstm import FiLMLSTM
from surrogate.networks.fourier import FNO
from surrogate.networks.hysteretic import HystereticStateSpace
from surrogate.networks.image import ImageClassifier
from surrogate.networks.image_decoder import ImageAutoencoder, ImageDecoder
from surrogate.networks.instrumented_building import InstrumentedBuilding
from surrogate.networks.lstm import GRU, LSTM
from surrogate.networks.mc_gru import MCGRU
from surrogate.networks.mlp import MLP, WindowMLP
from surrogate.networks.modal import Modal
from surrogate.networks.narx import NARX
from surrogate.networks.oscillator import Oscillator
from surrogate.networks.peephole import PeepholeLSTM
from surrogate.networks.recurrent import RCNN, RNN
from surrogate.networks.recurrent_convolution import RecurrentCNN
from surrogate.networks.selective import SelectiveStateSpace
from surrogate.networks.sequence import SequenceNetwork
from surrogate.networks.shear_building import ShearBuilding
from surrogate.networks.shear_family import ShearFamily
from surrogate.networks.state_space import NeuralStateSpace, StateSpace
from surrogate.networks.transformer import Transformer

__all__ = [
    "CNN",
    "FNO",
    "GRU",
    "LSTM",
    "MCGRU",
    "MLP",
    "NARX",
    "RCNN",
    "RNN",
    "TCN",
    "ConditionedNetwork",
    "DeepONet",
    "EncoderDecoder",
    "FiLMLSTM",
    "HystereticStateSpace",
    "ImageAutoencoder",
    "ImageClassifier",
    "ImageDecoder",
    "InstrumentedBuilding",
    "Modal",
    "NeuralStateSpace",
    "Oscillator",
    "PeepholeLSTM",
    "RecurrentCNN",
    "SelectiveStateSpace",
    "SequenceNetwork",
    "ShearBuilding",
    "ShearFamily",
    "StateSpace",
    "Transformer",
    "WindowMLP",
]
