"""Hinges of reinforced concrete members that lose strength and stiffness.

Backbone and deterioration are the regressions of C. B. Haselton, A. B. Liel, S. Taylor Lange and G.
G. Deierlein (2008), Beam-column element model calibrated for predicting flexural response leading
to global collapse of RC frame buildings, PEER report 2007/03, with nu = N / (b h f_c) and f_c in
MPa:

    EI_stf,40 / EI_g = -0.02 + 0.98 nu + 0.09 L_s / h,  within [0.35, 0.8]                       (1)
    theta_p  = 0.13 (1 + 0.55 a_sl) 0.13^nu (0.02 + 40 rho_sh)^0.65 0.57^(0.01 f_c)              (2)
    theta_pc = 0.76 0.031^nu (0.02 + 40 rho_sh)^1.02 <= 0.10                                     (3)
    M_c / M_y = 1.25 0.89^nu 0.91^(0.01 f_c)                                                     (4)
    lambda   = 170.7 0.27^nu 0.10^(s/d),  E_t = lambda M_y theta_y                               (5)

The yield moment is that of T. B. Panagiotakos and M. N. Fardis (2001), Deformations of reinforced
concrete members at yielding and ultimate, ACI Struct. J. 98(2), 135-148.

A hinge and an elastic member stand in series: the hinge is N = 10 times as stiff as the member,
whose inertia is (N + 1) / N of what it has to be together with its hinges (L. F. Ibarra and H.
Krawinkler 2005, Blume Center report 152, appendix B).
"""

from dataclasses import dataclass
from typing import Any

from simulators.checks import in_range

STIFFER = 10.0
STEEL_MODULUS = 200e9
"""N/m2."""
RESIDUAL = 0.01
"""Share of the yield moment that stays; chosen, as the regressions have none."""


@dataclass(frozen=True)
class ConcreteMember:
    """A prismatic member with two equal layers of bars, bent in double curvature.

    Parameters
    ----------
    width, depth : float
        m.
    cover : float
        From a face to the bars' centre (m).
    steel : float
        Area of the bars at one face (m2).
    length : float
        Between its joints (m).
    axial_force : float
        N, compression positive.
    concrete_strength, yield_stress : float
        f_c and f_y (N/m2).
    transverse_ratio : float
        rho_sh, area of the stirrups over width times spacing.
    spacing_ratio : float
        s / d, spacing of the stirrups over the effective depth.
    """

    width: float
    depth: float
    cover: float
    steel: float
    length: float
    axial_force: float
    concrete_strength: float
    yield_stress: float
    transverse_ratio: float
    spacing_ratio: float

    def __post_init__(self) -> None:
        for name in ("width", "depth", "cover", "steel", "length", "concrete_strength"):
            in_range(self, name, above=0.0)
        for name in ("yield_stress", "transverse_ratio", "spacing_ratio"):
            in_range(self, name, above=0.0)
        in_range(self, "axial_force", minimum=0.0)

    @property
    def axial_ratio(self) -> float:
        """nu, dimensionless."""
        return self.axial_force / (self.width * self.depth * self.concrete_strength)

    @property
    def concrete_modulus(self) -> float:
        """4700 sqrt(f_c) in MPa (ACI 318, section 19.2.2), here in N/m2."""
        return 4700e6 * (1e-6 * self.concrete_strength) ** 0.5

    @property
    def rigidity(self) -> float:
        """E I up to 40 % of the yield moment (1), N m2."""
        share = -0.02 + 0.98 * self.axial_ratio + 0.09 * 0.5 * self.length / self.depth
        gross = self.width * self.depth**3 / 12.0
        return min(max(share, 0.35), 0.8) * self.concrete_modulus * gross

    @property
    def yield_moment(self) -> float:
        """N m (Panagiotakos and Fardis 2001, equations 4 to 8, without bars between the layers)."""
        d = self.depth - self.cover
        reduced = self.cover / d
        ratio = self.steel / (self.width * d)
        moduli = STEEL_MODULUS / self.concrete_modulus
        load = self.axial_force / (self.width * d)
        lever = ratio * (1.0 + reduced)
        pulled = load / self.yield_stress
        by_steel = _neutral_axis(moduli, 2.0 * ratio + pulled, lever + pulled)
        crushing = 2.0 * ratio - load / (1.8 * moduli * self.concrete_strength)
        by_concrete = _neutral_axis(moduli, crushing, lever)
        curvature = self.yield_stress / (STEEL_MODULUS * (1.0 - by_steel) * d)
        axis = by_steel
        crushed = 1.8 * self.concrete_strength / (self.concrete_modulus * by_concrete * d)
        if crushed < curvature:
            curvature = crushed
            axis = by_concrete
        concrete = 0.5 * self.concrete_modulus * axis**2 * (0.5 * (1.0 + reduced) - axis / 3.0)
        bars = 0.5 * STEEL_MODULUS * ratio * (1.0 - reduced) ** 2
        return self.width * d**3 * curvature * (concrete + bars)

    @property
    def plastic_rotation(self) -> float:
        """theta_p (2) with slip of the bars in the joints, rad."""
        strength = 1e-6 * self.concrete_strength
        confinement = (0.02 + 40.0 * self.transverse_ratio) ** 0.65
        return 0.13 * 1.55 * 0.13**self.axial_ratio * confinement * 0.57 ** (0.01 * strength)

    @property
    def post_capping_rotation(self) -> float:
        """theta_pc (3), rad."""
        confinement = (0.02 + 40.0 * self.transverse_ratio) ** 1.02
        return min(0.76 * 0.031**self.axial_ratio * confinement, 0.10)

    @property
    def capping_ratio(self) -> float:
        """M_c / M_y (4)."""
        strength = 1e-6 * self.concrete_strength
        return 1.25 * 0.89**self.axial_ratio * 0.91 ** (0.01 * strength)

    @property
    def deterioration(self) -> float:
        """lambda theta_y (5), rad."""
        yield_rotation = self.yield_moment * self.length / (6.0 * self.rigidity)
        return 170.7 * 0.27**self.axial_ratio * 0.10**self.spacing_ratio * yield_rotation

    @property
    def hinge_stiffness(self) -> float:
        """N m/rad."""
        return STIFFER * 6.0 * self.elastic_rigidity / self.length

    @property
    def elastic_rigidity(self) -> float:
        """E I of the member between its hinges, N m2."""
        return self.rigidity * (STIFFER + 1.0) / STIFFER


def hinge_material(ops: Any, tag: int, member: ConcreteMember, strength_factor: float) -> None:
    """Material IMKPeakOriented of the hinges of a member.

    Parameters
    ----------
    ops : module
    tag : int
    member : ConcreteMember
    strength_factor : float
        On its yield moment.
    """
    moment = strength_factor * member.yield_moment
    rotations = (member.plastic_rotation, member.post_capping_rotation)
    # Twice what the backbone reaches: a fracture of bars is not modelled.
    ultimate = 2.0 * sum(rotations)
    side = (*rotations, ultimate, moment, member.capping_ratio, RESIDUAL)
    losses = 4 * (member.deterioration,)
    exponents = 4 * (1.0,)
    rates = (1.0, 1.0)
    ops.uniaxialMaterial(
        "IMKPeakOriented", tag, member.hinge_stiffness, *side, *side, *losses, *exponents, *rates
    )


def _neutral_axis(moduli: float, area: float, lever: float) -> float:
    """Depth of the neutral axis over d: sqrt(n^2 A^2 + 2 n B) - n A."""
    return (moduli**2 * area**2 + 2.0 * moduli * lever) ** 0.5 - moduli * area
