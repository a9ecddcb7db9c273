"""Operators on elements that convopt imports, against eager PyTorch."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
graphs = pytest.importorskip("convopt.testing.torch_graphs")
nn = torch.nn
check, refused, tensor = graphs.check, graphs.refused, graphs.tensor

SIZES = st.integers(1, 9)
FEW = settings(max_examples=12, deadline=None)


ACTIVATIONS = [
    nn.ReLU(),
    nn.ReLU6(),
    nn.Hardtanh(-2.0, 0.5),
    nn.Sigmoid(),
    nn.Tanh(),
    nn.SiLU(),
    nn.Hardswish(),
    nn.Hardsigmoid(),
    nn.Mish(),
    nn.GELU(),
    nn.GELU("tanh"),
    nn.LeakyReLU(0.2),
    nn.ELU(0.7),
    nn.SELU(),
    nn.CELU(1.3),
    nn.PReLU(3),
    nn.PReLU(),
    nn.Softmax(1),
    nn.Softmax(-1),
    nn.Identity(),
    nn.Dropout(0.3),
]


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=str)
def test_activation(layer):
    check(nn.Sequential(layer), 3 * tensor(2, 3, 4, 5))


POSITIVE = {torch.sqrt, torch.rsqrt, torch.reciprocal}
UNARY = [
    torch.neg,
    torch.abs,
    torch.exp,
    torch.erf,
    *sorted(POSITIVE, key=str),
    lambda x: x.clamp(-0.5),
    lambda x: x.clamp(max=0.5),
    lambda x: x.clamp(-0.5, 0.5),
    lambda x: x**2,
    lambda x: x**3,
    lambda x: x.abs() ** 0.5,
    lambda x: 2 - x,
    lambda x: x / 3,
    lambda x: 1 / (x.abs() + 1),
    lambda x: torch.add(x, x, alpha=3),
    lambda x: torch.sub(x, 2, alpha=0.5),
    lambda x: x * torch.tensor(2.0),
    lambda x: torch.maximum(x, -x) + torch.minimum(x, x * x),
]


@pytest.mark.parametrize("function", UNARY)
def test_arithmetic_of_one(function):
    x = tensor(2, 3, 4, 5)
    check(function, x.abs() + 0.1 if function in POSITIVE else x)


@pytest.mark.parametrize("exponent", [4, -1, 1.5])
def test_other_powers_are_left(exponent):
    (reason,) = refused(lambda x: x**exponent, tensor(2, 3)).values()
    assert reason.startswith(("expected an exponent out of 0.5, 2, 3", "convopt has no"))


@FEW
@given(st.data(), st.sampled_from([torch.add, torch.sub, torch.mul, torch.maximum]))
def test_arithmetic_that_broadcasts(data, function):
    full = data.draw(st.lists(SIZES, min_size=2, max_size=4))
    other = [data.draw(st.sampled_from([1, size])) for size in full]
    other = other[data.draw(st.integers(0, len(full) - 1)) :]
    check(function, tensor(*full), tensor(*other, seed=1))
    check(graphs.Function(lambda x, y: function(y, x), tensor(*other, seed=1)), tensor(*full))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16, torch.int32])
def test_other_types_are_left(dtype):
    (reason,) = refused(lambda x: x + x, torch.ones(2, 3, dtype=dtype)).values()
    assert reason.endswith(f"is {str(dtype).removeprefix('torch.')}, expected float32")


def test_tensors_without_elements_are_left():
    (reason,) = refused(lambda x: x + x, torch.ones(2, 0, 3)).values()
    assert reason.endswith("has no elements, its shape is [2, 0, 3]")
