"""Random structures of admissible laws and random motions that make them yield, for tests that hold
for all of them.
"""

import numpy as np

from simulators import (
    BaberNoori,
    BaseMotion,
    BoucWen,
    Elastic,
    ForceFormBoucWen,
    Viscous,
    shear_building,
)

INTERVAL = 0.02


def random_motion(generator, samples=150, peak=3.0):
    """Noise between 0.3 and 5 Hz, at rest at the first sample; peak in m s-2."""
    time = np.arange(samples) * INTERVAL
    frequency, phase = (
        generator.uniform(0.3, 5.0, (12, 1)),
        generator.uniform(0.0, 2.0 * np.pi, (12, 1)),
    )
    acceleration = np.sin(2.0 * np.pi * frequency * time + phase).sum(axis=0) * np.minimum(
        time / 0.2, 1.0
    )
    return BaseMotion(acceleration, INTERVAL).scale_to_peak(peak)


def random_wen(generator, stiffness, yield_drift):
    """Parameters that the normalised laws share; exponents are whole numbers or not."""
    exponent = generator.choice([1.0, 2.0, 3.0, generator.uniform(1.0, 4.0)])
    total = yield_drift**-exponent
    share = generator.uniform(0.5, 1.0)
    return {
        "stiffness": stiffness,
        "post_yield_ratio": generator.uniform(0.0, 0.3),
        "beta": share * total,
        "gamma": (1.0 - share) * total,
        "exponent": exponent,
    }


def random_bouc_wen(generator, stiffness, yield_drift):
    return BoucWen(**random_wen(generator, stiffness, yield_drift))


def random_force_form(generator, stiffness, yield_drift):
    wen = random_wen(generator, stiffness, yield_drift)
    factor = stiffness ** (1.0 - wen["exponent"])
    return ForceFormBoucWen(stiffness, factor * wen["beta"], factor * wen["gamma"], wen["exponent"])


def random_baber_noori(generator, stiffness, yield_drift):
    """Degrades by some ten per cent over a few cycles; the mass is such that k d_y^2 / m, the unit
    of e, is 1 J/kg.
    """
    return BaberNoori(
        **random_wen(generator, stiffness, yield_drift),
        mass=stiffness * yield_drift**2,
        strength_loss=generator.uniform(0.0, 0.05),
        flexibility_gain=generator.uniform(0.0, 0.05),
        amplitude_loss=generator.uniform(0.0, 0.002),
        pinching=generator.uniform(0.0, 0.95),
        pinching_rate=generator.uniform(0.0, 0.5),
        pinching_onset=generator.uniform(0.0, 0.3),
        spread=yield_drift * generator.uniform(0.3, 2.0),
        spread_rate=yield_drift * generator.uniform(0.0, 0.05),
        coupling=generator.uniform(0.2, 1.0),
    )


HYSTERETIC = (random_bouc_wen, random_force_form, random_baber_noori)


def random_chain(generator, storeys):
    """Chain of storeys that yield, of whole exponents: what is integrated in single precision."""
    frequency = generator.uniform(0.5, 3.0)
    mass = 10.0 ** generator.uniform(3.0, 6.0) * generator.uniform(0.5, 1.5, storeys)
    stiffness = mass.mean() * (2.0 * np.pi * frequency) ** 2 * 0.4 * (storeys + 0.5) ** 2
    drift = 3.0 / (2.0 * np.pi * frequency) ** 2 / storeys * generator.uniform(0.3, 1.5, storeys)
    exponent = generator.choice([1.0, 2.0, 3.0], storeys)
    law = BoucWen(
        stiffness=stiffness * generator.uniform(0.5, 1.5, storeys),
        post_yield_ratio=generator.choice([0.0, 0.1]) * np.ones(storeys),
        beta=0.7 * drift**-exponent,
        gamma=0.3 * drift**-exponent,
        exponent=exponent,
    )
    ratio = generator.uniform(0.01, 0.1, storeys)
    return shear_building(mass, law, 2.0 * ratio / (2.0 * np.pi * frequency) * law.stiffness)


def random_building(generator, storeys, laws=None, braces=True):
    """Shear building of mixed laws; some have a spring or a dashpot between any two floors.

    The first natural frequency is about 1 to 3 Hz, and the storeys yield at a fraction of the drift
    that the elastic building would reach.
    """
    frequency = generator.uniform(1.0, 3.0)
    mass = 1e4 * generator.uniform(0.5, 1.5, storeys)
    stiffness = (
        1e4
        * (2.0 * np.pi * frequency) ** 2
        * 0.4
        * (storeys + 0.5) ** 2
        * generator.uniform(0.5, 1.5, storeys)
    )
    drift = 3.0 / (2.0 * np.pi * frequency) ** 2 / storeys
    makers = [
        laws or generator.choice([*HYSTERETIC, None], p=[0.3, 0.3, 0.3, 0.1])
        for _ in range(storeys)
    ]
    elements = [
        Elastic(k) if maker is None else maker(generator, k, drift * generator.uniform(0.3, 1.5))
        for maker, k in zip(makers, stiffness, strict=True)
    ]
    building = shear_building(mass, elements).with_modal_damping(generator.uniform(0.01, 0.05))
    if braces and storeys > 1 and generator.random() < 0.4:
        upper, lower = generator.choice(np.arange(1, storeys + 1), 2, replace=False)
        building = building.with_element(
            Viscous(0.02 * np.sqrt(stiffness[0] * mass[0])), int(upper), int(lower)
        )
        building = building.with_element(Elastic(0.1 * stiffness[0]), int(lower))
    return building
