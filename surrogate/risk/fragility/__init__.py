"""Fragility: lognormal curves from stripes and clouds, their confidence, a picture and a table."""

from surrogate.risk.fragility.cloud import fit_cloud
from surrogate.risk.fragility.lognormal import Fragility
from surrogate.risk.fragility.openquake import write_openquake
from surrogate.risk.fragility.resampling import Repetitions, bootstrap
from surrogate.risk.fragility.stripes import count, fit_stripes

__all__ = [
    "Fragility",
    "Repetitions",
    "bootstrap",
    "count",
    "fit_cloud",
    "fit_stripes",
    "write_openquake",
]
