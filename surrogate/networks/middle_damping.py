"""Damping of a family of shear buildings: a ratio in each mode of the building in their middle.

The middle building of n storeys has the masses m_i and elastic stiffnesses k_i in the middle of
the bounds of the family, and the modes phi_j of circular frequency w_j, phi_j' M phi_j = 1. All
buildings of n storeys share its damping matrix (Clough & Penzien 2003, Dynamics of structures,
section 12-3)

    C = sum_j 2 z(w_j) w_j M phi_j (M phi_j)',     logit z(w) = p_0 + p_1 x + p_2 x^2

with x = ln(w / w_0), w_0 being the geometric mean of the frequencies of the tallest. The
three numbers p are learnt: a ratio that depends on the frequency alone, whatever the number of
storeys. For any of them C takes energy, and the ratio is less than critical.
"""

import math

import torch
from torch import Tensor, nn

START = 0.05
"""Ratio of all modes at the start."""


class MiddleDamping(nn.Module):
    """The damping matrices of the module's docstring, for buildings of up to `storeys` storeys.

    Parameters
    ----------
    storeys : int
        Of the tallest building.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks.middle_damping import MiddleDamping
    >>> damping = MiddleDamping(storeys=2)
    >>> damping.attach(torch.tensor([1e5, 1e5]), torch.tensor([4e7, 4e7]))
    >>> damping(torch.tensor([1, 2])).shape  # (batch, floor, floor)
    torch.Size([2, 2, 2])
    """

    shapes: Tensor
    logarithms: Tensor

    def __init__(self, storeys: int) -> None:
        super().__init__()
        self.curve = nn.Parameter(torch.tensor([math.log(START / (1.0 - START)), 0.0, 0.0]))
        # Of each number of storeys: columns sqrt(2 w) M phi, zero beyond its floors and modes.
        self.register_buffer("shapes", torch.zeros(storeys, storeys, storeys))
        self.register_buffer("logarithms", torch.zeros(storeys, storeys))  # ln(w / w_0)

    def attach(self, mass: Tensor, stiffness: Tensor) -> None:
        """Take the masses (kg) and elastic stiffnesses (N/m) of the middle building, each of shape
        (storeys,).
        """
        storeys = len(self.shapes)
        modes = [
            _modes(mass[:count].double(), stiffness[:count].double())
            for count in range(1, storeys + 1)
        ]
        middle = modes[-1][0].log().mean()
        for number, (frequency, moved) in enumerate(modes):
            floors = number + 1
            columns = (2.0 * frequency).sqrt() * moved
            self.shapes[number, :floors, :floors].copy_(columns)
            self.logarithms[number, :floors].copy_(frequency.log() - middle)

    def forward(self, storeys: Tensor) -> Tensor:
        """Return C (N s/m), shape (batch, floor, floor), of buildings of so many storeys.

        Parameters
        ----------
        storeys : Tensor, shape (batch,)
            Whole numbers.
        """
        place = storeys.long() - 1
        x = self.logarithms[place]  # (batch, mode)
        ratio = torch.sigmoid(self.curve[0] + x * (self.curve[1] + x * self.curve[2]))
        shapes = self.shapes[place]  # (batch, floor, mode)
        return (shapes * ratio[:, None, :]) @ shapes.transpose(1, 2)


def _modes(mass: Tensor, stiffness: Tensor) -> tuple[Tensor, Tensor]:
    """Frequencies (rad/s) of a chain, shape (mode,), and M phi, shape (floor, mode)."""
    above = torch.cat([stiffness[1:], stiffness.new_zeros(1)])
    matrix = torch.diag(stiffness + above)
    matrix -= torch.diag(stiffness[1:], 1) + torch.diag(stiffness[1:], -1)
    root = mass.sqrt()
    squares, vectors = torch.linalg.eigh(matrix / torch.outer(root, root))
    return squares.sqrt(), root[:, None] * vectors
