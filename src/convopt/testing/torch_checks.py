"""Compiled PyTorch models beside eager ones."""

from typing import Any

import torch
from torch import nn

from convopt.torch.report import GraphReport, collect


class Block(nn.Module):
    """Pointwise, depthwise, pointwise and what stands between them."""

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.expand = nn.Conv2d(channels, 24, 1, bias=False)
        self.norm = nn.BatchNorm2d(24)
        self.depthwise = nn.Conv2d(24, 24, 3, padding=1, groups=24)
        self.project = nn.Conv2d(24, channels, 1)
        nn.init.normal_(self.norm.running_mean)
        nn.init.uniform_(self.norm.running_var, 0.5, 2.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = nn.functional.relu6(self.norm(self.expand(x)))
        return x + self.project(nn.functional.hardswish(self.depthwise(y)))


def check(
    model: nn.Module, *inputs: torch.Tensor, tolerance: float = 1e-5, **options: Any
) -> tuple[Any, list[GraphReport]]:
    """Compiles a model, compares it with eager, returns the compiled one and the reports.

    The rest runs in eager unless the options say otherwise: inductor takes seconds a graph.
    """
    options = {"rest": "eager", **options}
    compiled = torch.compile(model, backend="convopt", options=options)
    with torch.no_grad(), collect() as reports:
        expected = model(*inputs)
        for _ in range(2):
            assert_same(compiled(*inputs), expected, tolerance)
    assert not any("failed" in note for each in reports for note in each.notes), reports
    return compiled, reports


def assert_same(found: Any, expected: Any, tolerance: float = 1e-5) -> None:
    """Tensors of the same type, shape and strides that differ by less than the relative norm."""
    if not isinstance(expected, torch.Tensor):
        assert type(found) is type(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other, tolerance)
        return
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    assert found.stride() == expected.stride()
    assert (found - expected).norm() <= tolerance * expected.norm()
