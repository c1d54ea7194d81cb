"""Networks of one architecture side by side: their parameters are the rows of one matrix.

One matrix rather than one tensor for each layer, because an optimizer then takes a step of all
networks and all layers with a handful of calls.
"""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

Loss = Callable[[Tensor, Tensor], Tensor]


class Stack:
    """Members of one architecture that are evaluated and differentiated together.

    Parameters
    ----------
    networks : sequence of Module
        Their parameters and buffers are copied.
    loss
        Of (output, target): the mean over a batch.

    Attributes
    ----------
    matrix : Tensor, shape (member, parameter)
    """

    def __init__(self, networks: Sequence[nn.Module], loss: Loss) -> None:
        self.template = copy.deepcopy(networks[0])
        self.loss = loss
        self.shapes = {
            name: parameter.shape for name, parameter in self.template.named_parameters()
        }
        rows = [
            torch.cat([parameter.detach().flatten() for parameter in made.parameters()])
            for made in networks
        ]
        self.matrix = torch.stack(rows).requires_grad_()
        self.buffers = {
            name: torch.stack([made.get_buffer(name) for made in networks])
            for name, _ in self.template.named_buffers()
        }

    def require_batching(self, input: Tensor, target: Tensor) -> None:
        """Raise ValueError where `torch.vmap` cannot batch the network; a few samples of the data
        tell.

        What is wrong with the network or the data themselves is raised as it is, by one network
        alone.
        """
        trial = Stack([self.template], self.loss)
        with torch.random.fork_rng(devices=[]):
            self.loss(trial.template(input), target).backward()
        try:
            trial.differentiate(input, target)
        except RuntimeError as error:
            reason = str(error).split(". ")[0].splitlines()[0]
            raise ValueError(
                f"torch cannot batch {type(self.template).__name__}: {reason}: train its members "
                "one by one"
            ) from None

    def differentiate(self, input: Tensor, target: Tensor, own: bool = False) -> Tensor:
        """Loss of each member, shape (member,); its gradient goes to `matrix.grad`.

        Parameters
        ----------
        input, target : Tensor, shape (sample, ...), or (member, sample, ...) when `own`
        """
        losses = self._losses(self._parameters(self.matrix), input, target, own)
        (self.matrix.grad,) = torch.autograd.grad(losses.sum(), self.matrix)
        return losses.detach()

    @torch.no_grad()
    def score(self, input: Tensor, target: Tensor, batch_size: int | None) -> Tensor:
        """Loss of each member over all samples, in evaluation mode, shape (member,)."""
        self.template.eval()
        parameters = self._parameters(self.matrix)
        total = self.matrix.new_zeros(len(self.matrix))
        size = batch_size or len(input)
        for piece, wanted in zip(input.split(size), target.split(size), strict=True):
            total += len(piece) * self._losses(parameters, piece, wanted, own=False)
        self.template.train()
        return total / len(input)

    def gradients(self) -> dict[str, Tensor]:
        """Gradient of each parameter by its name, shape (member, ...)."""
        return self._parameters(self.gradient)

    @property
    def gradient(self) -> Tensor:
        """Gradient of all parameters of all members, shape (member, parameter)."""
        if self.matrix.grad is None:
            raise ValueError("no gradient yet: call differentiate first")
        return self.matrix.grad

    def network(self, member: int) -> nn.Module:
        """A member as a network of its own."""
        made = copy.deepcopy(self.template)
        stacked = self._parameters(self.matrix.detach()) | self.buffers
        made.load_state_dict(
            {name: values[member] for name, values in stacked.items()}, strict=False
        )
        return made

    def _losses(
        self, parameters: dict[str, Tensor], input: Tensor, target: Tensor, own: bool
    ) -> Tensor:
        def one(
            parameters: dict[str, Tensor], buffers: dict[str, Tensor], input: Tensor, target: Tensor
        ) -> Tensor:
            return self.loss(
                functional_call(self.template, (parameters, buffers), (input,)), target
            )

        member = 0 if own else None
        return torch.vmap(one, in_dims=(0, 0, member, member))(
            parameters, self.buffers, input, target
        )

    def _parameters(self, matrix: Tensor) -> dict[str, Tensor]:
        """Columns of each parameter in its shape, (member, ...)."""
        columns = matrix.split([shape.numel() for shape in self.shapes.values()], dim=1)
        return {
            name: part.unflatten(1, shape) if shape else part[:, 0]
            for part, (name, shape) in zip(columns, self.shapes.items(), strict=True)
        }
