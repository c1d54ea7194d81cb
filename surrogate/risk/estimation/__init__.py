"""Probabilities of exceedance from few runs, each with its standard error.

| estimator | bias | what it needs | where it serves |
|---|---|---|---|
| `crude` | none | independent runs | probabilities above 1e-2 |
| `control_variate` | none | runs and answers of a surrogate at the same inputs | any mean |
| `guided` | none | a surrogate and the size of its error | small probabilities |
| `importance` | none | inputs drawn near failure, and their weights | small probabilities |
| `tilted`, `guided` | none | a surrogate of standard normal numbers | very small probabilities |
| `subset` | of order 1 / n | a response of standard normal numbers | very small probabilities |

They are written here in NumPy: each is a page, works on outcomes that were stored beforehand (runs
on a cluster, resumed), and refuses where it cannot tell its error. OpenTURNS 1.27 has importance
sampling and subset simulation of functions that it calls itself, and no estimator that joins a
surrogate with true runs; UQpy 4.2 has subset simulation, and is bound to NumPy 1.26 and torch 2.2.
"""

from surrogate.risk.estimation.counting import binomial_interval, crude
from surrogate.risk.estimation.estimate import Estimate
from surrogate.risk.estimation.levels import subset
from surrogate.risk.estimation.multifidelity import allocate, control_variate
from surrogate.risk.estimation.tilting import Tilted, tilted
from surrogate.risk.estimation.two_phase import Plan, guided, joined
from surrogate.risk.estimation.weighting import importance

__all__ = [
    "Estimate",
    "Plan",
    "Tilted",
    "allocate",
    "binomial_interval",
    "control_variate",
    "crude",
    "guided",
    "importance",
    "joined",
    "subset",
    "tilted",
]
