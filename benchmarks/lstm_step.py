"""Where the milliseconds of a step of the demo's LSTM go.

A step is forward and backward of 16 records of 501 samples through the odd LSTM of 64 units, which
runs 32 of them, sample by sample; the demo takes four samples in a step of the recurrence. Beside
it: the matrix products that its arithmetic amounts to, one by one as the recurrence needs them; the
memory that is given back to the kernel and taken again; half precision; and of the demo's own step,
of 8 records and four samples in a step, what the optimizer takes.
"""

from time import process_time

BATCH = 16
SAMPLES = 501
HIDDEN = 64
GATES = 4
ROUNDS = 15
ADDS_AND_MULTIPLIES = 3 * 2 * GATES * HIDDEN**2
"""Of a sample: forward, and twice as many backward, for the state and for the weights."""


def measure(batch=BATCH, samples=SAMPLES):
    """Print a table of milliseconds; return it."""
    import torch

    torch.set_num_threads(1)
    rows = {"as by Lightning without the command": _step(batch, samples)}
    _keep_memory()
    rows |= {
        "the command: freed memory is kept": _step(batch, samples),
        "  in bf16": _step(batch, samples, half=True),
        "  not odd": _step(batch, samples, odd=False),
        "  four samples in a step": _step(batch, samples, stack=4),
        "  forward alone": _step(batch, samples, backward=False),
        "products of the recurrence": _products(2 * batch, samples),
        "as large products, at the core's best": _large_products(2 * batch * samples),
        "half the records, four samples in a step": _step(batch // 2, samples, stack=4),
    }
    rows |= _after_the_gradient()
    for name, seconds in rows.items():
        print(f"{name:44}{1e3 * seconds:8.2f} ms")
    return {name.strip(): round(1e3 * seconds, 2) for name, seconds in rows.items()}


def _step(batch, samples, odd=True, half=False, backward=True, stack=1):
    import torch

    from surrogate.networks import LSTM

    network = LSTM(1, 5, hidden=HIDDEN, odd=odd, stack=stack)
    motion = torch.randn(batch, samples, 1)

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            error = network(motion).float().square().mean()
        if backward:
            error.backward()

    return _best(step)


def _after_the_gradient():
    """Seconds of what the demo's step does with the gradients of its network, by parts."""
    import torch
    from torch.nn.utils import clip_grad_norm_

    from surrogate.networks import LSTM
    from surrogate.optim.optimizers import MuonAdamW

    parameters = list(LSTM(1, 5, hidden=HIDDEN, odd=True, stack=4).parameters())
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter)
    muon, adamw = MuonAdamW(parameters, lr=1e-3).parts
    by_torch = torch.optim.Muon(muon.param_groups[0]["params"], lr=1e-3)
    return {
        "  clipping": _best(lambda: clip_grad_norm_(parameters, 1.0)),
        "  Muon": _best(muon.step),
        "  Muon in bfloat16, by torch.optim": _best(by_torch.step),
        "  AdamW": _best(adamw.step),
    }


def _products(rows, samples):
    """Products as large as a time step has them, and one for the gradients of all weights."""
    import torch

    state = torch.randn(rows, HIDDEN)
    weights = torch.randn(HIDDEN, GATES * HIDDEN)
    gates = torch.empty(rows, GATES * HIDDEN)
    states = torch.randn(rows * samples, HIDDEN)
    all_gates = torch.randn(rows * samples, GATES * HIDDEN)

    def products():
        for _ in range(samples):
            torch.mm(state, weights, out=gates)  # forward
            torch.mm(gates, weights.t(), out=state)  # backward
        torch.mm(states.t(), all_gates)

    return _best(products)


def _large_products(samples):
    """Seconds of as much arithmetic in products of large square matrices."""
    import torch

    size = 1024
    square = torch.randn(size, size)
    return _best(lambda: square @ square) * ADDS_AND_MULTIPLIES * samples / (2 * size**3)


def _best(call):
    call()
    seconds = []
    for _ in range(ROUNDS):
        start = process_time()
        call()
        seconds.append(process_time() - start)
    return min(seconds)


def _keep_memory():
    from surrogate.training.execution import keep_freed_memory

    keep_freed_memory()
