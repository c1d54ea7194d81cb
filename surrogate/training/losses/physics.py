"""The penalty on responses that break the equation of motion or the laws of their structure.

After PhyLSTM (Zhang, Liu & Sun 2020, Comput. Methods Appl. Mech. Engrg. 369:113226):

    r = M y'' + C y' + K y + B^T f + M G a_g                       equation of motion
    q = z' - g(z, d, sgn v) v                       the laws of the storeys, f = elastic d + scale z

with derivatives of the predicted responses by central differences of fourth order. Both residuals
are forces (q after multiplication by scale T_1 / 2 pi of the structure at rest) and are divided by
the root mean square of M G a_g.
"""

import numpy as np
import torch
from torch import Tensor, nn

from simulators.hysteresis.elements import Elements
from simulators.hysteresis.rates import arguments
from simulators.structures.structure import Structure
from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.training.losses.penalty import Penalty
from surrogate.training.tensor_laws import on_tensors

FIRST = (1 / 12, -2 / 3, 0.0, 2 / 3, -1 / 12)
SECOND = (-1 / 12, 4 / 3, -5 / 2, 4 / 3, -1 / 12)
MARGIN = 2  # samples that the stencils lose at each end


class PhysicsPenalty(Penalty):
    """Residuals of the equation of motion and of the hysteretic law of the structure that the data
    came from.

    The structure is that of the recipe of the training data, which must not vary from record to
    record. Targets must be the drift and the hysteretic force of every storey of a shear building,
    the input its base acceleration.

    Parameters
    ----------
    motion, law : float
        Factors of the mean squared residuals.

    Examples
    --------
    >>> from surrogate.training.losses import PhysicsPenalty
    >>> penalty = PhysicsPenalty(motion=1.0, law=0.1)
    >>> penalty.motion, penalty.law
    (1.0, 0.1)
    """

    mass: Tensor
    damping: Tensor
    stiffness: Tensor
    influence: Tensor
    incidence: Tensor
    from_drift: Tensor
    elastic: Tensor
    scale: Tensor
    period: Tensor

    def __init__(self, motion: float = 1.0, law: float = 1.0) -> None:
        super().__init__()
        if min(motion, law) < 0.0 or motion == law == 0.0:
            raise ValueError(
                f"motion and law must be at least 0 and one of them positive, got {motion} and "
                f"{law}"
            )
        self.motion = motion
        self.law = law

    def attach(self, network: nn.Module, interface: Interface) -> None:
        # Imported here as they bring the simulators along.
        from datasets.contract import recipe_texts
        from datasets.recipes.catalogue import read_recipe
        from datasets.recipes.responses import ResponseRecipe

        inputs = [signal.variable for signal in interface.inputs]
        targets = [signal.variable for signal in interface.targets]
        if inputs != ["base_acceleration"] or not {"drift", "restoring_force"} <= set(targets):
            raise ValueError(
                "the physics penalty needs the input base_acceleration and the targets drift and "
                f"restoring_force, got {', '.join(inputs)} and {', '.join(targets)}"
            )
        if not interface.recipe:
            raise ValueError(
                "the physics penalty needs the structure, but the training data have no recipe"
            )
        if len(recipe_texts.separate(interface.recipe)) > 1:
            raise ValueError(
                "the physics penalty needs one structure, but the training data are joined from "
                "datasets of several recipes"
            )
        recipe = read_recipe(interface.recipe, "recipe of the training data")
        if not isinstance(recipe, ResponseRecipe):
            raise ValueError(
                "the physics penalty needs the structure, but the recipe of the training data has "
                f"none: it is a {type(recipe).__name__}"
            )
        if any(not key.startswith("motion.") for key in recipe.vary):
            raise ValueError(
                f"the physics penalty needs one structure, but {', '.join(recipe.vary)} vary in "
                "the recipe"
            )
        self.interval = interface.sampling_interval
        self.targets = interface.targets
        self._take(recipe.nominal)

    def _take(self, structure: Structure) -> None:
        """Keep the matrices and the laws' parameters in single precision; they move to the device
        of the network.
        """
        elements = Elements(structure.laws)
        _refuse_unknown(structure, elements)
        period = 1.0 / (2.0 * np.pi * structure.frequencies[0])
        values = {name: elements.column[name] for name in ("elastic", "scale")}
        values |= {
            name: getattr(structure, name)
            for name in ("mass", "damping", "stiffness", "influence", "incidence")
        }
        values |= {"from_drift": np.linalg.inv(structure.incidence), "period": period}
        self.groups = elements.groups
        for number, group in enumerate(elements.groups):
            values |= {f"{name}_{number}": value for name, value in group.column.items()}
        for name, value in values.items():
            self.register_buffer(name, torch.tensor(value, dtype=torch.float32), persistent=False)

    def forward(self, network: nn.Module, input: Tensor, prediction: Tensor) -> Tensor:
        blocks = channels.split(self.targets, prediction)
        named = {signal.variable: block for signal, block in zip(self.targets, blocks, strict=True)}
        motion, law = self.residuals(input, named["drift"], named["restoring_force"])
        return self.motion * motion.square().mean() + self.law * law.square().mean()

    def of_lengths(
        self, network: nn.Module, input: Tensor, prediction: Tensor, samples: Tensor
    ) -> Tensor:
        """The penalty on the samples that count, relative to the excitation of the whole batch."""
        left = samples[:, None, None] - torch.arange(input.shape[1])[:, None]  # from here on
        left = left.to(input.device)  # (batch, time, 1)
        # Samples that have no residual drive nothing: the mean squares of residuals and of drive
        # then lack the same samples, and their ratio is that of the samples that count.
        input = torch.where(left > MARGIN, input, 0.0)
        blocks = channels.split(self.targets, torch.where(left > 0, prediction, 0.0))
        named = {signal.variable: block for signal, block in zip(self.targets, blocks, strict=True)}
        motion, law = self.residuals(input, named["drift"], named["restoring_force"])
        counts = left[:, 2 * MARGIN :] > 0
        motion = torch.where(counts, motion, 0.0)
        law = torch.where(counts, law, 0.0)
        return self.motion * motion.square().mean() + self.law * law.square().mean()

    def residuals(self, input: Tensor, drift: Tensor, force: Tensor) -> tuple[Tensor, Tensor]:
        """Relative residuals of the equation of motion and of the law, without the margins of the
        stencils.

        Parameters
        ----------
        input : Tensor, shape (record, time, 1)
            Base acceleration, m s-2.
        drift, force : Tensor, shape (record, time, storey)
            m and N.

        Returns
        -------
        motion : Tensor, shape (record, time - 4, floor)
        law : Tensor, shape (record, time - 4, storey)
        """
        inner = slice(MARGIN, -MARGIN)
        displacement = drift @ self.from_drift.T
        drive = input[:, inner] * (self.mass @ self.influence)
        motion = self._derive(displacement, SECOND, 2) @ self.mass.T
        motion = motion + self._derive(displacement, FIRST, 1) @ self.damping.T
        motion = motion + displacement[:, inner] @ self.stiffness.T
        motion = motion + force[:, inner] @ self.incidence + drive
        hysteretic = (force - self.elastic * drift) / self.scale
        rate = self._derive(drift, FIRST, 1)
        tangent = self._tangent(hysteretic[:, inner], drift[:, inner], rate)
        law = self.scale * (self._derive(hysteretic, FIRST, 1) - tangent * rate)
        unit = drive.square().mean().sqrt()
        return motion / unit, law / unit * self.period

    def _tangent(self, z: Tensor, drift: Tensor, velocity: Tensor) -> Tensor:
        """g = dz/dd of every storey, shape (record, time, storey)."""
        result = torch.zeros_like(z)
        for number, group in enumerate(self.groups):
            e = torch.as_tensor(group.elements, device=z.device)
            values = {"z": z[..., e], "drift": drift[..., e], "velocity": velocity[..., e]}
            values |= {name: getattr(self, f"{name}_{number}") for name in group.column}
            tangent = on_tensors(group.equation.tangent)
            read = [values[name] for name in arguments(group.equation.tangent)]
            result = result.index_copy(-1, e, tangent(*read))
        return result

    def _derive(self, values: Tensor, stencil: tuple[float, ...], order: int) -> Tensor:
        """Derivative in time by a stencil of five samples, shape (record, time - 4, channel)."""
        samples = values.shape[1] - 2 * MARGIN
        total = torch.zeros_like(values[:, :samples])
        for first, weight in enumerate(stencil):
            if weight:
                total = total + weight * values[:, first : first + samples]
        return total / self.interval**order


def _refuse_unknown(structure: Structure, elements: Elements) -> None:
    """Raise ValueError where the residual of a law has no meaning, or samples do not tell it."""
    chain = structure.elements == structure.floors and abs(np.linalg.det(structure.incidence)) > 0.5
    if not chain:
        raise ValueError(
            "the physics penalty knows shear buildings, and this is another structure: leave the "
            "penalty out"
        )
    for law in structure.laws:
        column = law.all_columns()
        if np.any(column["scale"] == 0.0) or np.any(column["viscous"]):
            raise ValueError(
                f"the physics penalty needs a hysteretic variable and no dashpot in every storey, "
                f"and {type(law).__name__} is without or with one: leave the penalty out"
            )
        if law.rate.reads("work"):
            raise ValueError(
                f"the physics penalty knows no law that degrades, as {type(law).__name__}: its "
                "energy at the start of a window is not known; leave the penalty out"
            )
