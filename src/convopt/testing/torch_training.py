"""Gradients of compiled PyTorch models beside those of eager in float64."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from convopt.torch.report import GraphReport, collect

Activation = Callable[[torch.Tensor], torch.Tensor]


class Layer(nn.Module):  # type: ignore[misc]
    """A convolution, batch norm and an activation."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int | tuple[int, int],
        activation: Activation | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, bias=False, **options)
        self.norm = nn.BatchNorm2d(outputs)
        self.activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.norm(self.conv(x))
        return y if self.activation is None else self.activation(y)


class Residual(nn.Module):  # type: ignore[misc]
    """An inverted residual block with a convolution before it."""

    def __init__(self, activation: Activation = nn.functional.relu6) -> None:
        super().__init__()
        self.stem = Layer(3, 12, 3, activation, stride=2, padding=1)
        self.expand = Layer(12, 36, 1, activation)
        self.depthwise = Layer(36, 36, 3, activation, padding=1, groups=36)
        self.project = Layer(36, 12, 1)
        self.head = nn.Linear(12, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        y = self.project(self.depthwise(self.expand(x))) + x
        return self.head(y.mean((2, 3)))


class Interrupted(Residual):
    """Something in the middle that convopt cannot do: a set before it and one behind."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.cumsum(self.expand(self.stem(x)), 2)
        return self.project(self.depthwise(y))


def compiled(model: nn.Module, **options: Any) -> Any:
    """The model by convopt; the rest runs in eager unless the options say otherwise."""
    return torch.compile(model, backend="convopt", options={"rest": "eager", **options})


def gradients(model: Any, x: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The result, and gradients by name of a weighted sum of it; the input's has the name input."""
    x = x.clone().requires_grad_()
    module = getattr(model, "_orig_mod", model)
    module.zero_grad()
    result = model(x)
    weights = torch.linspace(-1, 1, result.numel(), dtype=x.dtype).reshape(result.shape)
    (result * weights.cos()).sum().backward()
    found = {name: value.grad for name, value in module.named_parameters()}
    used = {name: grad for name, grad in found.items() if grad is not None}
    return result.detach(), {**used, "input": x.grad}


def check(
    model: nn.Module, x: torch.Tensor, tolerance: float = 1e-4, **options: Any
) -> GraphReport:
    """The report of a model whose result, gradients and buffers are eager's in float64."""
    exact, function = copy.deepcopy(model).double(), compiled(model, **options)
    expected, wanted = gradients(exact, x.double())
    with collect() as reports:
        result, found = gradients(function, x)
    (report,) = reports
    assert not any("failed" in note for note in report.notes), report
    assert_near(result, expected, tolerance, "result")
    for name, value in wanted.items():
        assert_near(found[name], value, tolerance, name)
    for (name, value), (_, other) in zip(model.named_buffers(), exact.named_buffers(), strict=True):
        assert_near(value.double(), other.double(), tolerance, name)
    return report


def assert_near(found: torch.Tensor, expected: torch.Tensor, tolerance: float, name: str) -> None:
    error = (found - expected).norm()
    assert error <= tolerance * expected.norm() + 1e-5, (name, error, expected.norm())
