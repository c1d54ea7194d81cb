"""The law of a storey, learnt once for all storeys of all buildings of a family.

A storey of elastic stiffness k and yield drift y, of which p is known besides, such as an exponent,
has at the drift d the restoring force

    f = k (a d + (1 - a) y r)

with the learnt share a = a(p) that is left after yielding, and a dimensionless hysteretic force r.
When the drift changes by y D without turning, r becomes

    r+ = s [B - (B - s r) exp(-|D| G)],     G = G(s r, |D|, p) > 0,     s = sgn(D)

G is a perceptron of one layer of tanh and B = B(p) > 0: the force tends to its bound in the
direction of motion, at a rate that is learnt. Since the path counts and not the time, the law does
not depend on the rate, and the negated path has the negated force. For short steps it is Duhem's
model (Visintin 1994, Differential models of hysteresis)

    dr/dD = (s B - r) G(s r, 0, p)

whose case B = 1, G = (1 - |u|^n (1 + sgn(u)) / 2) / (1 - u) is the law of Bouc and Wen that unloads
at the elastic stiffness, u = s r. With |D| among what G is told, a step is exact that is not short.

|r| <= B whatever the weights and the motion.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from surrogate.networks.sequence import require_sizes

ONE = 0.5413
"""Where softplus is one: the law starts with G = 1, which yields gradually about y."""


UNIT = 0.3
"""Weight of a hidden unit at the start."""


class StoreyLaw(nn.Module):
    """The law of the module's docstring.

    Parameters
    ----------
    known : int
        Length of p.
    hidden : int
        Units of tanh.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks.storey_law import StoreyLaw
    >>> law = StoreyLaw(known=1)
    >>> storeys = law.of_storeys(torch.zeros(2, 5, 1))  # (batch, storey, hidden)
    >>> share = torch.zeros(2, 5)
    >>> moved = law.moved(share, torch.ones(2, 5), *storeys)
    >>> tuple(moved.shape)
    (2, 5)
    """

    def __init__(self, known: int, hidden: int = 16) -> None:
        super().__init__()
        require_sizes(hidden=hidden)
        pairs = (hidden + 1) // 2
        self.of_force = nn.Parameter(torch.full((hidden,), 2.0))
        self.of_path = nn.Parameter(torch.zeros(hidden))
        # Some optimizers cannot take a parameter without numbers.
        own = _twice(0.5 * torch.randn(known, pairs), hidden)
        self.of_known = nn.Parameter(own) if known else None
        # Spread over the range of the force, so that pairs of units differ from the start.
        self.place = nn.Parameter(_twice(torch.linspace(-1.0, 1.0, pairs), hidden))
        # Units start in pairs that cancel: the law is known, and every weight has a gradient.
        # Weights without one would be moved anywhere by the first step of Levenberg-Marquardt.
        signs = torch.tensor([UNIT, -UNIT]).repeat(pairs)[:hidden]
        if hidden % 2:
            signs[-1] = 0.0
        self.outer = nn.Parameter(signs)
        self.bias = nn.Parameter(torch.tensor([ONE]))
        # Weights of p and a constant: of the logarithm of B, and of the odds of a.
        self.bound = nn.Parameter(torch.tensor([0.0] * (known + 1)))
        self.left = nn.Parameter(torch.tensor([0.0] * known + [-2.0]))

    def post_yield_ratio(self, known: Tensor) -> Tensor:
        """Return a, shape (batch, storey), from p, shape (batch, storey, known).

        Without p, one number.
        """
        return torch.sigmoid(_weighted(known, self.left))

    def of_storeys(self, known: Tensor) -> tuple[Tensor, Tensor]:
        """Return what p makes of the law; it is the same at all times of a record.

        Parameters
        ----------
        known : Tensor, shape (batch, storey, known)

        Returns
        -------
        drive : Tensor, shape (batch, storey, hidden)
            What is added to the hidden units; shape (hidden,) without p.
        bound : Tensor, shape (batch, storey)
            B; one number without p.
        """
        drive = -self.of_force * self.place
        if self.of_known is not None:
            drive = known @ self.of_known + drive
        return drive, torch.exp(_weighted(known, self.bound))

    def moved(self, force: Tensor, path: Tensor, drive: Tensor, bound: Tensor) -> Tensor:
        """Return r+, shape (batch, storey).

        Parameters
        ----------
        force, path : Tensor, shape (batch, storey)
            r and D.
        drive, bound : Tensor
            As `of_storeys`.
        """
        direction = torch.where(path < 0.0, -1.0, 1.0).to(path.dtype)
        length = direction * path
        along = direction * force  # s r
        told = (length / (1.0 + length))[..., None] * self.of_path  # of any length, bounded
        units = torch.tanh(along[..., None] * self.of_force + told + drive)
        rate = functional.softplus(units @ self.outer + self.bias)
        return direction * (bound - (bound - along) * torch.exp(-length * rate))


def _twice(values: Tensor, count: int) -> Tensor:
    """Each value twice, the first `count` of all, along the last dimension."""
    return values.repeat_interleave(2, dim=-1)[..., :count].contiguous()


def _weighted(known: Tensor, weights: Tensor) -> Tensor:
    """Weighted sums of p and one, the weight of which comes last."""
    if len(weights) == 1:  # runtimes of exported graphs differ in what a sum over nothing is
        return weights[0]
    return known @ weights[:-1] + weights[-1]
