"""The claims of the study, with their places in the course where it makes them."""

from studies.framework import Claim
from studies.framework.sources import DESASSIS, OURS, gatti, slides

REDUCE = f"{gatti('2.3')}; {slides('Design a MLP')}"

FEWER = Claim(
    "Where inputs lie near a plane, fewer neurons do behind principal components.",
    REDUCE,
    "test error with the coordinates over that with the components, equal neurons",
    at_least=1.0,
    setting="20 coordinates near a plane, 2 components, one hidden layer of 8 to 64 tanh units",
)
ECKART = Claim(
    "What principal components leave out is the sum of the other eigenvalues.",
    "Eckart & Young 1936",
    "largest difference, drifts of the five-storey building",
    at_most=1e-6,
)
TWO_COMPONENTS = Claim(
    "Two components of five carry 95 % of the drifts of the building that yields, in records that "
    "they have not seen too.",
    OURS,
    "mean squared error over the variance, test records",
    at_most=0.05,
)
SEPARATE = Claim(
    "A sum of functions of one coordinate is learnt better by a network for each coordinate.",
    REDUCE,
    "test error, one network over separate ones, equal neurons",
    at_least=1.0,
    setting="8 coordinates, 16 tanh units for each, one hidden layer",
)
CARDINALITY = Claim(
    "The error of separate networks grows with the number of terms, not faster.",
    gatti("2.3", "eq. 17"),
    "power of the number in the root-mean-square error",
    at_most=1.0,
    setting="sums of 1 to 8 sines, 16 units for each",
)
PRODUCT = Claim(
    "A product of two coordinates is no such sum: separate networks learn nothing of it.",
    OURS,
    "test error over the variance",
    at_least=0.9,
)
COMPRESSED = Claim(
    "An encoder and a decoder that minimise the reconstruction error reduce the dimension.",
    slides("Examples", DESASSIS),
    "test error over that of the mean picture",
    at_most=1.0,
    setting="digits of 64 pixels, codes of 2 and of 8 numbers",
)
LINEAR = Claim(
    "A linear autoencoder ends at the error of principal components.",
    "Baldi & Hornik 1989",
    "training error, linear autoencoder over components",
    at_least=0.999,
    at_most=1.02,
)
BELOW = Claim(
    "Hidden layers go below principal components.",
    OURS,
    "test error, components over autoencoder with hidden layers, codes of 2 and of 8",
    at_least=1.0,
)
