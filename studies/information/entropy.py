"""Entropies of tables of probabilities and of normal densities, and divergences between them.

H(X, Y) = H(X) + H(Y|X) = H(Y) + H(X|Y)          H(Y|X) = sum_x p(x) H(Y|X = x)
I(X, Y) = D(p(x, y) || p(x) p(y)) = H(Y) - H(Y|X)
normal    H = d/2 ln(2 pi e) + 1/2 ln det Sigma
normals   D = ln(s2/s1) + (s1^2 + (m1 - m2)^2) / (2 s2^2) - 1/2
"""

import numpy as np
import xarray as xr
from scipy.integrate import quad
from scipy.special import entr
from scipy.stats import entropy, norm

ROWS = 3
COLUMNS = 4
TABLES = 100
PRINTED = 1.418938533204673  # the slide's entropy of N(0, 1)
VARIANCES = (1.0, 4.0)  # of two independent normal variables
REACH = 12.0  # standard deviations that a quadrature goes through
PAIRS = ((0.0, 1.0, 0.0, 1.0), (0.0, 1.0, 1.0, 1.0), (0.0, 1.0, 1.0, 2.0), (2.0, 0.5, 0.0, 1.5))


def tables(seed: int) -> xr.Dataset:
    """Largest error of the chain rule and of the mutual information on random tables.

    The smallest mutual information, and the smallest D(p || q) - E_p[(p - q) / p] for pairs of
    which the first has empty cells, go with them.
    """
    generator = np.random.default_rng(seed)
    chain = []
    mutual = []
    bound = []
    for _ in range(TABLES):
        joint = generator.dirichlet(np.ones(ROWS * COLUMNS)).reshape(ROWS, COLUMNS)
        chain.append(abs(_chain(joint) - entropy(joint.ravel())).max())
        mutual.append(_mutual(joint))
        bound.append(_above_bound(joint.ravel(), generator))
    information, error = np.transpose(mutual)
    return xr.Dataset(
        {
            "chain_error": max(chain),
            "mutual_error": error.max(),
            "least_information": information.min(),
            "least_above_bound": min(bound),
        }
    )


def _chain(joint: np.ndarray) -> np.ndarray:
    """Joint entropy in both ways: of the rows and then the columns, and the other way round."""
    both = []
    for table in (joint, joint.T):
        first = table.sum(axis=1)
        both.append(entropy(first) + _conditional(table))
    return np.array(both)


def _conditional(table: np.ndarray) -> float:
    """Entropy of the columns when the row is known."""
    return float(table.sum(axis=1) @ entropy(table, axis=1))


def _mutual(joint: np.ndarray) -> tuple[float, float]:
    """Mutual information as a divergence, and its distance from the loss of entropy."""
    rows = joint.sum(axis=1)
    columns = joint.sum(axis=0)
    information = entropy(joint.ravel(), np.outer(rows, columns).ravel())
    lost = entropy(columns) - _conditional(joint)
    return float(information), abs(information - lost)


def _above_bound(q: np.ndarray, generator: np.random.Generator) -> float:
    """D(p || q) - E_p[(p - q) / p] for a random p with empty cells."""
    p = generator.dirichlet(np.ones(q.size)) * (generator.random(q.size) < 0.7)
    if not p.any():
        p[0] = 1.0
    p /= p.sum()
    seen = p > 0
    return float(entropy(p, q) - (p[seen] - q[seen]).sum())


def densities() -> xr.Dataset:
    """Entropies of normal densities and divergences between them, by quadrature and by formula."""
    single = differential(norm(0.0, 1.0))
    deviations = np.sqrt(VARIANCES)
    independent = sum(differential(norm(0.0, deviation)) for deviation in deviations)
    trace = 0.5 * len(VARIANCES) * np.log(2 * np.pi) + 0.5 * sum(VARIANCES)
    determinant = 0.5 * len(VARIANCES) * (1 + np.log(2 * np.pi)) + np.log(deviations).sum()
    error = [abs(divergence(*pair) - divergence_formula(*pair)) for pair in PAIRS]
    return xr.Dataset(
        {
            "entropy_error": abs(single - PRINTED),
            "trace_error": abs(trace - independent),
            "determinant_error": abs(determinant - independent),
            "divergence_error": max(error),
        }
    )


def differential(law: norm) -> float:
    """Differential entropy of a normal law in nats, by quadrature."""
    low, high = law.mean() - REACH * law.std(), law.mean() + REACH * law.std()
    value, _ = quad(lambda x: entr(law.pdf(x)), low, high, epsabs=1e-13, limit=200)
    return value


def divergence(m1: float, s1: float, m2: float, s2: float) -> float:
    """D(N(m1, s1^2) || N(m2, s2^2)) in nats, by quadrature."""
    p = norm(m1, s1)
    q = norm(m2, s2)
    reach = REACH * s1
    value, _ = quad(
        lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), m1 - reach, m1 + reach, epsabs=1e-13
    )
    return value


def divergence_formula(m1: float, s1: float, m2: float, s2: float) -> float:
    """The closed form of the divergence of two normal laws."""
    return np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5
