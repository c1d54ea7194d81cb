"""The claims of the study, with their places in the course where it makes them."""

from studies.framework import Claim
from studies.framework.sources import OURS, gatti, slides
from studies.gradient_descent.regression import SAMPLES, TRAIN

RATE = slides("Learning rate")
INTERVAL = "rates 1, 1.25, 1.5, 1.75, 2 over beta; quadratic of condition 100, chain, logistic"
CONDITIONS = "quadratics of ten coordinates with condition numbers 3 to 1000"
SAMPLING = 3 / (TRAIN * SAMPLES)
"""Excess of the least squares of three constants over the truth, in variances of the noise."""

VALUE = Claim(
    "With a rate from 1/beta to 2/beta the value is within A/(k + 1) of the least.",
    RATE,
    "largest share of 2 beta R^2 / (k + 4), the bound of Nesterov 2004",
    at_most=1.0,
    setting=INTERVAL,
)
DISTANCE = Claim(
    "Where the function is strongly convex, the distance falls as rho^k, rho = sqrt(beta / (alpha "
    "+ beta)).",
    RATE,
    "largest share of rho^k R",
    at_most=1.0,
    setting=INTERVAL,
)
PRINTED = Claim(
    "The factor rho of the distance is at most sqrt(1 / (1 + kappa)).",
    RATE,
    "measured contraction over sqrt(1 / (1 + kappa))",
    at_most=1.0,
    setting=CONDITIONS,
)
LIMIT = Claim(
    "Descent converges up to the rate 2/beta.",
    RATE,
    "largest rate that converges over 2/beta",
    at_least=0.99,
    at_most=1.01,
    setting=CONDITIONS,
)
BELOW = Claim(
    "Below the rate 1/beta descent converges too, in steps that grow as the rate falls.",
    OURS,
    "steps at half of 1/beta over steps at 1/beta",
    at_least=1.9,
    at_most=2.3,
)
CONDITION = Claim(
    "The steps of descent grow as the condition number.",
    f"{RATE}; {gatti('3.2')}",
    "power of the condition number",
    at_least=0.95,
    at_most=1.05,
    setting="quadratics with condition numbers 10 to 1000, rate 1/beta",
)
MOMENTUM = Claim(
    "Momentum divides the steps by the root of the condition number.",
    gatti("3.2", "after [Pol64]"),
    "power of the condition number in the steps with momentum",
    at_least=0.45,
    at_most=0.55,
    setting="condition numbers 30 to 1000, rate 1/beta, momentum (sqrt kappa - 1)/(sqrt kappa + 1)",
)
EARLY = Claim(
    "Momentum is ahead of plain descent on convex functions.",
    gatti("3.2", "after [Sut+13]"),
    "steps of descent over steps with momentum",
    at_least=1.0,
    setting=f"{CONDITIONS}, rate 1/beta, until a millionth of the distance is left",
)
SQUARED = Claim(
    "The momentum of the quadratic's optimum is the square of the chapter's.",
    "Polyak 1964",
    "steps with the chapter's momentum over steps with Polyak's rate and momentum",
    at_least=1.0,
)
PRINTED_LISTINGS = Claim(
    "As printed, Examples 9 to 15 train the neuron to the line of least squares.",
    OURS,
    "squared error above that of the line, over it",
    at_most=0.05,
)
MEAN_LISTINGS = Claim(
    "With the mean over the batch, as in Algorithm 2, Examples 9 to 15 train the neuron to "
    "the line of least squares.",
    OURS,
    "squared error above that of the line, over it",
    at_most=0.05,
)
AGGRESSIVE = Claim(
    "AdaGrad's rate falls so fast that its update stops; RMSprop mends it.",
    gatti("3.4.1-3.4.2"),
    "error above the line of least squares, AdaGrad over RMSprop",
    at_least=1.0,
    setting="Examples 12 and 13 as printed",
)
EVERY = Claim(
    "Every optimizer of torch.optim that takes vectors fits b, A and c at a rate of its own.",
    OURS,
    "least error above the least squares (variances of the noise)",
    at_most=SAMPLING,
)
PARAMETER_FREE = Claim(
    "Adadelta needs no learning rate.",
    f"{gatti('3.4.3')}; {slides('ADADELTA')}",
    "error above the least squares at torch's rate of 1 (variances of the noise)",
    at_most=SAMPLING,
    setting="y = 14.735 + 10.154 exp(2.34 x) + noise of 10.155, 160 samples, whole batch",
)
