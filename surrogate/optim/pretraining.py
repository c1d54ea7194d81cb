"""Greedy layer-wise pre-training (Hinton & Salakhutdinov 2006; Bengio, Lamblin, Popovici &
Larochelle 2007).

The hidden layers of a perceptron are trained one after another, each as an autoencoder of what the
layers before it make of the inputs; targets are not used. With g the activation of layer k and x
the output of layer k - 1,

    h = g(W_k x + b_k),     x' = W_k^T h + c,     minimise mean |x - x'|^2 over W_k, b_k and c

The decoder (c, and the transpose) is then thrown away. With g the identity this finds the principal
components.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from surrogate.networks.dropout import check_probability

Batches = Callable[[], Iterable[Tensor]]


class GreedyPretraining:
    """Layer-wise pre-training of MLP and WindowMLP, before the training proper and on the CPU.

    Parameters
    ----------
    epochs : int
        Passes over the training inputs for each layer.
    learning_rate : float
        Of Adam.
    dropout : float
        Share of the inputs of a layer that are hidden from it but have to be restored, which makes
        the autoencoders denoising ones (Vincent et al. 2008).

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import MLP
    >>> from surrogate.optim.pretraining import GreedyPretraining
    >>> inputs = torch.randn(64, 4)
    >>> network = MLP(inputs=4, outputs=1, hidden=(8, 8))
    >>> losses = GreedyPretraining(epochs=3)(network, lambda: [inputs])
    >>> len(losses), len(losses[0])  # hidden layers, epochs
    (2, 3)
    """

    def __init__(self, epochs: int = 10, learning_rate: float = 1e-3, dropout: float = 0.0) -> None:
        if epochs < 1 or learning_rate <= 0.0:
            raise ValueError(
                f"epochs must be at least 1 and learning_rate positive, got {epochs} and "
                f"{learning_rate}"
            )
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.dropout = check_probability("dropout", dropout)

    def __call__(self, network: nn.Module, batches: Batches) -> list[list[float]]:
        """Train the hidden layers of a network in place.

        Parameters
        ----------
        network : Module
        batches
            Makes an iterator over batches of standardised network inputs, for one epoch.

        Returns
        -------
        list of list of float
            For each hidden layer the mean squared error of its reconstruction in each epoch.

        Raises
        ------
        ValueError
            When the network has no perceptron with hidden layers.
        """
        layers = _hidden_layers(network)
        if not layers:
            raise ValueError(
                "pre-training is for perceptrons with hidden layers (MLP, WindowMLP), got "
                f"{type(network).__name__}"
            )
        return [self._train(network, *layer, batches) for layer in layers]

    def _train(
        self, network: nn.Module, layer: nn.Linear, activation: nn.Module, batches: Batches
    ) -> list[float]:
        offset = nn.Parameter(torch.zeros(layer.in_features))
        parameters = [*layer.parameters(), *activation.parameters(), offset]
        optimizer = torch.optim.Adam(parameters, lr=self.learning_rate)
        errors = []
        for _ in range(self.epochs):
            losses = []
            for batch in batches():
                x = _reaching(layer, network, batch)
                hidden = activation(layer(nn.functional.dropout(x, self.dropout)))
                loss = nn.functional.mse_loss(
                    nn.functional.linear(hidden, layer.weight.T, offset), x
                )
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
            errors.append(torch.stack(losses).mean().item())
        optimizer.zero_grad()
        return errors


def _hidden_layers(network: nn.Module) -> list[tuple[nn.Linear, nn.Module]]:
    """Each linear layer with the activation behind it, from the perceptron that is the network."""
    layers = list(getattr(network, "layers", ()))
    return [
        (layer, layers[place + 1])
        for place, layer in enumerate(layers[:-1])
        if isinstance(layer, nn.Linear)
    ]


@torch.no_grad()
def _reaching(layer: nn.Linear, network: nn.Module, batch: Tensor) -> Tensor:
    """What comes to a layer when the network is given a batch."""
    found: list[Tensor] = []
    hook = layer.register_forward_pre_hook(lambda module, inputs: found.append(inputs[0]))
    network(batch)
    hook.remove()
    return found[0]
