"""Networks, records and streaming as tests of networks need them, all in double precision."""

import torch


def built(make, inputs=2, outputs=3):
    """A network with the weights of one seed."""
    torch.manual_seed(0)
    return make(inputs, outputs).double().eval()


def record(batch=2, time=20, inputs=2):
    """Inputs, shape (batch, time, inputs)."""
    generator = torch.Generator().manual_seed(1)
    return torch.randn(batch, time, inputs, dtype=torch.float64, generator=generator)


def streamed(network, input, pieces):
    """Outputs of a record that is given in pieces of some lengths, and the state at its end."""
    state = None
    outputs = []
    for piece in input.split(pieces, dim=1):
        output, state = network.stream(piece, state)
        outputs.append(output)
    return torch.cat(outputs, dim=1), state
