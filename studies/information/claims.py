"""The claims of the study: those of the slides in our words, those that mend them, and ours."""

from studies.framework import Claim
from studies.framework.sources import OURS, gatti, slides

GENERAL = slides("Visualize the learning framework")
DARCY = slides("Example of Shannon's entropy")
PROPERTIES = slides("Some properties of Shannon's entropy")
SKETCH = slides("Sketching the Fisher Information")
RAO = slides("Converging sequence to maximum log-likelihood")

IDENTITY = Claim(
    "The expected negative log-likelihood is the divergence from the data and their entropy, so "
    "that both are least at one parameter.",
    GENERAL,
    "largest error of the identity",
    at_most=1e-12,
    setting="coins, shares of heads and parameters from 0.02 to 0.98",
)
COIN_ABOVE = Claim(
    "The expected negative log-likelihood of outcomes is never below the divergence.",
    GENERAL,
    "smallest difference (nats)",
    at_least=0.0,
    setting="coins, shares of heads and parameters from 0.02 to 0.98",
)
DENSITY_ABOVE = Claim(
    "The expected negative log-likelihood of a density is never below the divergence.",
    GENERAL,
    "difference (nats)",
    at_least=0.0,
    setting="two normal densities with standard deviation 0.1",
)
FORMULA = Claim(
    "The negative log-likelihood of normal samples follows from their mean squared distance.",
    slides("Negative Log-Likelihood"),
    "largest difference from scipy's density",
    at_most=1e-10,
    setting="200 samples, means from 0 to 2, standard deviations from 0.2 to 1.6",
)
LEAST = Claim(
    "The negative log-likelihood of normal samples is least at their mean and standard deviation.",
    slides("Negative Log-Likelihood"),
    "distance of the least that a search finds",
    at_most=1e-4,
    setting="search by BFGS from mean 0, standard deviation 1",
)
CHAIN = Claim(
    "Joint entropy is that of one variable and the conditional one of the other, and mutual "
    "information what is lost of an entropy.",
    PROPERTIES,
    "largest error (nats)",
    at_most=1e-12,
    setting="100 random tables of 3 x 4 probabilities",
)
MUTUAL = Claim(
    "Mutual information is never negative.",
    PROPERTIES,
    "smallest (nats)",
    at_least=0.0,
    setting="100 random tables of 3 x 4 probabilities",
)
NORMAL_ENTROPY = Claim(
    "The differential entropy of N(0, 1) is 1.418938533204673.",
    slides("Shannon's differential entropy (Jaynes correction)"),
    "error of a quadrature (nats)",
    at_most=1e-9,
    setting="d = 1, variance 1",
)
TRACE = Claim(
    "The differential entropy of d normal variables is d/2 ln 2 pi and half the trace of "
    "their covariance.",
    slides("Shannon's differential entropy (Jaynes correction)"),
    "error against a quadrature (nats)",
    at_most=1e-9,
    setting="d = 2, variances 1 and 4",
)
DETERMINANT = Claim(
    "The differential entropy of d normal variables is d/2 ln 2 pi e and half the logarithm "
    "of their covariance's determinant.",
    "Cover & Thomas 2006, theorem 8.4.1",
    "error against a quadrature (nats)",
    at_most=1e-9,
    setting="d = 2, variances 1 and 4",
)
DIVERGENCE = Claim(
    "The divergence of normal laws has a closed form.",
    "Kullback 1959",
    "largest error against a quadrature (nats)",
    at_most=1e-9,
    setting="four pairs",
)
DIVERGENCE_BOUND = Claim(
    "The divergence is at least the mean of (p - q) / p.",
    PROPERTIES,
    "smallest difference (nats)",
    at_least=0.0,
    setting="100 random pairs of 12 probabilities, the first with empty cells",
)
ARRANGEMENT = Claim(
    "An arrangement of channels has the probability exp(-N (D + H)).",
    DARCY,
    "largest relative error of its logarithm",
    at_most=1e-12,
    setting="1000 channels, three conductivities, as drawn",
)
TYPICAL = Claim(
    "The surprise a channel comes to the entropy.",
    DARCY,
    "distance of the mean from the entropy (standard errors)",
    at_most=4.0,
    setting="1000 channels; chance of a miss 6e-5",
)
DISCHARGE = Claim(
    "The shares of the conductivities, and with them the discharge, come to their means.",
    DARCY,
    "distance of the mean discharge (standard errors)",
    at_most=4.0,
    setting="1000 channels of 1e-6, 1e-5 and 1e-4 m/s; chance of a miss 6e-5",
)
COUNT = Claim(
    "The logarithm of the number of arrangements that give one discharge, a channel, tends to the "
    "entropy.",
    DARCY,
    "what it lacks over b ln(N + 1) / N, largest",
    at_least=0.0,
    at_most=1.0,
    setting="10 to 100 000 channels at their mean composition; bound of Cover & Thomas 11.1.3",
)
CERTAIN = Claim(
    "The probability of the discharge of the mean composition tends to 1.",
    DARCY,
    "probability with 100 000 channels over that with 10",
    at_least=1.0,
    setting="the mean composition of three conductivities",
)
DECAY = Claim(
    "The probability of the mean composition of b values falls as N^(-(b - 1)/2), though no "
    "other is more probable.",
    "Stirling's formula",
    "power of N for b = 3",
    at_least=-1.01,
    at_most=-0.99,
    setting="3000 to 100 000 channels",
)
COMPOSITIONS = Claim(
    "There are (N + b - 1)! / (b! (N - 1)!) compositions of N channels from b values.",
    DARCY,
    "number by the formula over number counted",
    at_least=1.0,
    at_most=1.0,
    setting="four channels, three values",
)
COMPOSITIONS_RIGHT = Claim(
    "There are (N + b - 1)! / (N! (b - 1)!) compositions of N channels from b values.",
    "combinatorics",
    "number by the formula over number counted",
    at_least=1.0,
    at_most=1.0,
    setting="four channels, three values",
)
FAMILY = Claim(
    "The distribution of largest entropy with a given mean is of the exponential family.",
    slides("MaxEnt principle"),
    "largest difference of probability, among all distributions and in the family",
    at_most=1e-5,
    setting="a die of mean 4.5; sequential quadratic programming",
)
BELL = Claim(
    "The distribution of largest entropy with given mean and variance is the normal law.",
    "Gibbs & Boltzmann, as Jaynes 1957",
    "largest difference over the peak",
    at_most=1e-5,
    setting="mean 0.5, variance 1.5, grid from -8 to 8",
)
GAP = Claim(
    "No distribution has more entropy than the exponential family's with equal means.",
    slides("MaxEnt principle"),
    "smallest lack of entropy (nats)",
    at_least=0.0,
    setting="200 random distributions of a die's faces with mean 4.5",
)
SCORE = Claim(
    "The score of the exponential family is the mean of what is observed less its value; its "
    "own mean is zero.",
    slides("MaxEnt principle"),
    "largest relative error of automatic differentiation",
    at_most=1e-12,
    setting="a die with given mean and mean square",
)
HESSIAN = Claim(
    "The Hessian of the exponential family's log-likelihood is minus the covariance of what "
    "is observed.",
    slides("MaxEnt principle"),
    "largest relative error of automatic differentiation",
    at_most=1e-12,
    setting="a die with given mean and mean square",
)
CURVATURE = Claim(
    "Fisher information is the variance of the score and the mean curvature of the log-likelihood.",
    SKETCH,
    "largest relative error of either",
    at_most=1e-9,
    setting="coin, Poisson, exponential and normal law",
)
BOUND = Claim(
    "No unbiased estimator has less variance than the inverse of the information.",
    RAO,
    "least variance times information, above 1 (standard errors)",
    at_least=-4.0,
    setting="normal mean from 50 samples: mean, trimmed mean, median, mid-range",
)
ATTAINED = Claim(
    "The maximum-likelihood estimate attains the bound.",
    slides("CRB as an optimum solution"),
    "variance times information, above 1 (standard errors)",
    at_least=-4.0,
    at_most=4.0,
    setting="rate of an exponential law from 10 000 samples",
)
NORMAL = Claim(
    "The distribution of the maximum-likelihood estimate becomes normal, as N^(-1/2).",
    slides("CRB as an optimum solution"),
    "power of N of the distance of the distribution functions",
    at_least=-0.55,
    at_most=-0.45,
    setting="rate of an exponential law, 100 to 10 000 samples; power of Berry & Esseen",
)
DIAGONAL = Claim(
    "The diagonal of the Fisher information is that of the loss's Hessian.",
    slides("AdaGrad and RMSprop (Hinton's Lecture 6a-Coursera)"),
    "largest difference at the truth (standard errors)",
    at_most=4.0,
    setting="logistic regression with three features",
)
ACCUMULATED = Claim(
    "AdaGrad's accumulator over its steps is an unbiased estimate of the mean squared gradient.",
    gatti("3.4.1"),
    "largest difference from the Fisher information (standard errors)",
    at_most=4.0,
    setting="logistic regression, one sample a step, at the truth",
)
WHOLE_SET = Claim(
    "AdaGrad's accumulator of the whole set's gradients, as the chapter defines it, tells "
    "nothing of the Fisher information.",
    OURS,
    "accumulator over steps, whole set over one sample, largest",
    at_most=0.1,
    setting="logistic regression at the truth",
)
