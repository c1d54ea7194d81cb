"""The claims of the study, with their places in the course where it makes them."""

from studies.framework import Claim
from studies.framework.sources import DESASSIS, LAURENT, OURS, gatti, slides

NEURON_RIDGE = Claim(
    "A neuron is a ridge: its value is constant on every line across its weights.",
    gatti("2.1", "Fig. 8"),
    "largest part of the gradient across the weights",
    at_most=1e-12,
    setting="logistic and tanh unit of two inputs, 1000 random points",
)
TRANSLATED = Claim(
    "The bias moves the ridge along the weights and does not turn it.",
    gatti("2.1", "Fig. 8"),
    "largest difference from the moved ridge",
    at_most=1e-12,
    setting="the same units with biases 0 and 3",
)
MIDDLE = Claim(
    "The boundary of two classes is the line where the unit has its middle value, 1/2 or 0.",
    gatti("2.1", "Fig. 8"),
    "largest error of the value on <w, x> + b = 0",
    at_most=1e-12,
    setting="the same units",
)
NEURONS = Claim(
    "One threshold neuron computes NOT, OR, AND, AND1 and AND2.",
    f"{slides('Implementing logical gates', DESASSIS)}; {gatti('2.2', 'Fig. 9')}",
    "wrong corners",
    at_most=0,
    setting="weights by hand",
)
COMPOSED = Claim(
    "AND1 and AND2 in a hidden layer of two neurons give XOR.",
    gatti("2.2", "Fig. 10"),
    "wrong corners",
    at_most=0,
    setting="threshold neurons, OR at the output",
)
LINE = Claim(
    "The perceptron algorithm finds a line where there is one.",
    slides("Perceptron algorithm", DESASSIS),
    "wrong corners at the end, largest of the gates",
    at_most=0,
    setting="NOT, OR, AND, AND1, AND2; 200 passes from random weights",
)
NO_LINE = Claim(
    "The perceptron algorithm never finds a line for XOR.",
    "Minsky & Papert 1969",
    "fewest wrong corners on the way",
    at_least=1,
)
SEPARABLE = Claim(
    "A line separates OR, AND1 and AND2.",
    gatti("2.2", "Fig. 9"),
    "smallest of the largest margins",
    at_least=1e-3,
    setting="linear program",
)
MARGIN = Claim(
    "No line separates XOR.",
    gatti("2.2", "Fig. 9"),
    "largest margin",
    at_most=1e-9,
    setting="linear program",
)
SEPARABLE_COUNT = Claim(
    "One neuron computes 4, 14 and 104 of the functions of one, two and three bits.",
    "Muroga 1971",
    "functions more or fewer than that",
    at_most=0,
)
LEAST_SQUARES = Claim(
    "The linear model of least squares for XOR is the constant 1/2.",
    slides("Multilayer perceptron : a simple example", LAURENT),
    "largest distance from w = (0, 0), b = 1/2",
    at_most=1e-12,
    setting="the four corners",
)
LOGISTIC = Claim(
    "Logistic regression fails on XOR too.",
    "Minsky & Papert 1969",
    "share of right corners",
    at_most=0.75,
)
EXACT = Claim(
    "Two hidden ReLU units represent XOR exactly.",
    slides("Multilayer perceptron : a simple example", LAURENT),
    "largest absolute error on the corners",
    at_most=0.0,
    setting="the weights of the slide",
)
PLANE = Claim(
    "In the plane of the hidden units AND1 and AND2 a line separates XOR.",
    gatti("2.2", "Fig. 10b"),
    "largest margin",
    at_least=1e-3,
    setting="linear program",
)
LEARNT_PLANE = Claim(
    "A line separates XOR in the plane of two hidden units that training has found.",
    OURS,
    "largest margin",
    at_least=1e-3,
)
WIDE = Claim(
    "Training finds XOR in a hidden layer of 16 units.",
    OURS,
    "wrong corners after training",
    at_most=0,
)
NARROW = Claim(
    "Training finds XOR in the two hidden units that suffice.",
    OURS,
    "wrong corners after training, 2 units",
    at_most=0,
)
CROSS_ENTROPY_GRADIENT = Claim(
    "The gradient of the binary cross-entropy of a logistic regression is X (p - y).",
    slides("Solution (2/2)", DESASSIS),
    "largest relative difference from automatic differentiation",
    at_most=1e-12,
    setting="400 samples, one feature",
)
LINK = Claim(
    "The links of the probit and the logistic model differ by less than 0.0095 at best scale.",
    "Haley 1952",
    "largest difference",
    at_most=0.0095,
)
COEFFICIENTS = Claim(
    "Fitted to one set of outcomes, the slope of the logistic model is 1.6 to 1.8 the probit's.",
    "Amemiya 1981, Gelman & Hill 2007",
    "slope, logistic over probit",
    at_least=1.6,
    at_most=1.8,
)
BY_HAND = Claim(
    "Back-propagation in thirteen steps is the gradient.",
    gatti("4.1", "eqs. 83-104"),
    "largest relative difference from automatic differentiation",
    at_most=1e-12,
    setting="4-6-5-3 perceptron, softmax of activated units (tanh, logistic, ReLU), each of 16 "
    "samples",
)
SMALL_BATCHES = Claim(
    "Batches of 16 get near the minimum with a fraction of the samples that the whole batch needs.",
    OURS,
    "samples until the excess loss is a tenth of the noise, whole batch (at least) over 16",
    at_least=4.0,
)
RESTLESS = Claim(
    "Single samples at a constant learning rate never settle.",
    "Robbins & Monro 1951",
    "excess loss over the last tenth, one sample over whole batch with momentum",
    at_least=10.0,
)
SETTLED = Claim(
    "A decaying learning rate settles descent by single samples.",
    "Robbins & Monro 1951",
    "excess loss over the last tenth, constant over decaying rate",
    at_least=2.0,
)
