"""Pictures of every law's loops, for the gallery of the documentation.

python -m tools.gallery FOLDER
"""

import sys
from pathlib import Path

import numpy as np

from simulators import (
    BaberNoori,
    Bilinear,
    BoucWen,
    Elastic,
    ElasticPower,
    ForceFormBoucWen,
    RambergOsgood,
    Viscous,
    YieldBoucWen,
)
from simulators.hysteresis import Law
from simulators.hysteresis.driver import draw_loop

YIELD = 0.01  # m
STIFFNESS = 1e6  # N/m
INTERVAL = 0.01  # s

_WEN = {"beta": 0.5 * YIELD**-2, "gamma": 0.5 * YIELD**-2, "exponent": 2.0}
_DEGRADING = {"stiffness": STIFFNESS, "post_yield_ratio": 0.05, "mass": 10.0, **_WEN}

EXAMPLES: dict[str, tuple[Law, str]] = {
    "elastic": (Elastic(STIFFNESS), "Elastic: a linear spring."),
    "viscous": (Viscous(1e5), "Viscous: a linear dashpot, whose loop grows with the frequency."),
    "elastic_power": (
        ElasticPower(0.5 * STIFFNESS, 5e8, 3.0),
        "ElasticPower: a hardening spring, k d + k_3 d^3; it dissipates nothing.",
    ),
    "bilinear": (
        Bilinear(STIFFNESS, YIELD, 0.1),
        "Bilinear: kinematic hardening, one tenth of the stiffness after yielding.",
    ),
    "ramberg_osgood": (
        RambergOsgood(STIFFNESS, YIELD, exponent=5.0),
        "RambergOsgood: n = 5; unloading is elastic, and the curve begins again at zero force.",
    ),
    "force_form": (
        ForceFormBoucWen(STIFFNESS, 2e-2, 8e-3, 2.0),
        "ForceFormBoucWen: the rate of the force as Zhang et al. (2019) state it.",
    ),
    "bouc_wen": (
        BoucWen(STIFFNESS, 0.05, **_WEN),
        "BoucWen: n = 2, unloading with the initial stiffness.",
    ),
    "bouc_wen_sharp": (
        BoucWen(STIFFNESS, 0.05, 0.5 * YIELD**-10, 0.5 * YIELD**-10, 10.0),
        "BoucWen: n = 10 is nearly bilinear.",
    ),
    "yield_bouc_wen": (
        YieldBoucWen(STIFFNESS, YIELD, 0.05, 1.0, 0.8),
        "YieldBoucWen: n = 1 and a bulging loop, with the yield displacement of the others.",
    ),
    "degradation": (
        BaberNoori(**_DEGRADING, strength_loss=0.006, flexibility_gain=0.01),
        "BaberNoori: strength and stiffness fall with the hysteretic energy.",
    ),
    "pinching": (
        BaberNoori(
            **_DEGRADING,
            strength_loss=0.002,
            flexibility_gain=0.002,
            pinching=0.95,
            pinching_rate=0.01,
            pinching_onset=0.1,
            spread=2.0 * YIELD,
            coupling=0.2,
        ),
        "BaberNoori: pinched near zero force, more with every cycle.",
    ),
}
"""A law and a sentence about it, by the name of the picture."""


def draw_laws(folder: str | Path) -> list[tuple[Path, str]]:
    """Draw the loops of every law under cycles of growing amplitude.

    Parameters
    ----------
    folder : str or Path
        Where the pictures go; made where it is missing.

    Returns
    -------
    list of (Path, str)
        The PNG files and a caption of each, from simple to rich.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    pictures = []
    for name, (law, caption) in EXAMPLES.items():
        figure = draw_loop(law.drive(cycles(), INTERVAL))
        path = target / f"{name}.png"
        figure.savefig(path, dpi=110)
        pictures.append((path, caption))
    return pictures


def cycles() -> np.ndarray:
    """Five cycles of drift whose amplitude grows to four yield displacements, m."""
    phase = np.linspace(0.0, 10.0 * np.pi, 1001)
    return 4.0 * YIELD * phase / phase[-1] * np.sin(phase)


if __name__ == "__main__":
    for drawn, words in draw_laws(sys.argv[1]):
        print(drawn, words)
