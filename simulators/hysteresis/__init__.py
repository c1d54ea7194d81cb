"""Laws of the elements: what a storey, a brace or an isolator is made of, as frozen, checked
parameters.
"""

# From simple to rich, the order in which messages and schemas list the laws.
# isort: off
from simulators.hysteresis.law import BABER_NOORI, BOUC_WEN, LINEAR, Law
from simulators.hysteresis.linear import Elastic, Viscous
from simulators.hysteresis.force_form import ForceFormBoucWen
from simulators.hysteresis.bouc_wen import BoucWen
from simulators.hysteresis.baber_noori import BaberNoori
# isort: on

__all__ = [
    "BABER_NOORI",
    "BOUC_WEN",
    "LINEAR",
    "BaberNoori",
    "BoucWen",
    "Elastic",
    "ForceFormBoucWen",
    "Law",
    "Viscous",
]
