"""Laws of the elements: what a storey, a brace or an isolator is made of, as frozen, checked
parameters.

Every module of this package is imported with it, so that a law is known once its file is here.
"""

import importlib
import pkgutil

# From simple to rich, the order in which messages and schemas list the laws.
# isort: off
from simulators.hysteresis.law import Law, known_laws
from simulators.hysteresis.rates import RateEquation
from simulators.hysteresis.linear import Elastic, Viscous
from simulators.hysteresis.elastic_power import ElasticPower
from simulators.hysteresis.bilinear import Bilinear
from simulators.hysteresis.ramberg_osgood import RambergOsgood
from simulators.hysteresis.force_form import ForceFormBoucWen
from simulators.hysteresis.bouc_wen import BoucWen
from simulators.hysteresis.yield_bouc_wen import YieldBoucWen
from simulators.hysteresis.baber_noori import BaberNoori
# isort: on

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    importlib.import_module(_module.name)

__all__ = [
    "BaberNoori",
    "Bilinear",
    "BoucWen",
    "Elastic",
    "ElasticPower",
    "ForceFormBoucWen",
    "Law",
    "RambergOsgood",
    "RateEquation",
    "Viscous",
    "YieldBoucWen",
    "known_laws",
]
