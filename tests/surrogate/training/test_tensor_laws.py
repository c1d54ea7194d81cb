"""Rate equations on tensors: the numbers of the arrays, and gradients."""

import numpy as np
import pytest
import torch

from simulators import BaberNoori, Bilinear, BoucWen, Elastic, ElasticPower, RambergOsgood
from simulators.hysteresis.rates import arguments, evaluate
from simulators.structures.structure import shear_building
from surrogate.training.losses import PhysicsPenalty
from surrogate.training.tensor_laws import on_tensors

LAWS = (
    BoucWen(1e5, 0.1, 6e3, 4e3, 2.0),
    BaberNoori(
        1e5, 0.1, 6e3, 4e3, 1.5, mass=10.0, pinching=0.8, pinching_rate=0.1, strength_loss=0.1
    ),
    Bilinear(1e5, 0.005, 0.1),
    RambergOsgood(1e5, 0.01),
    ElasticPower(1e5, 1e9, 5.0),
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_a_tangent_has_the_same_values_on_tensors_and_can_be_differentiated(law):
    generator = np.random.default_rng(0)
    state = {name: 0.01 * generator.normal(size=50) for name in ("z", "drift", "velocity")}
    state["work"] = 100.0 * generator.random(50)
    values = state | law.columns()
    expected = evaluate(law.rate.tangent, values)
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in values.items()}
    read = arguments(law.rate.tangent)
    found = on_tensors(law.rate.tangent)(*(tensors[name] for name in read))
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-12)
    if isinstance(law, Bilinear):
        return  # its tangent is one or zero, and has no slope
    found.sum().backward()
    gradient = tensors[read[0]].grad
    assert gradient is not None
    assert torch.isfinite(gradient).all()
    assert gradient.abs().max() > 0.0


@pytest.mark.parametrize(
    ("law", "message"),
    [
        (Elastic(1e5), "needs a hysteretic variable .* and Elastic is without"),
        (LAWS[1], "knows no law that degrades, as BaberNoori"),
    ],
)
def test_laws_that_the_physics_penalty_cannot_use_are_refused_by_name(law, message):
    with pytest.raises(ValueError, match=message):
        PhysicsPenalty()._take(shear_building([1000.0], law))
