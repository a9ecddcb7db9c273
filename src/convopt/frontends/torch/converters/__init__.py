"""How each ATen operator becomes operations of the conv dialect: one converter an operator.

A converter takes the `NodeContext` of its node, adds operations and returns the value of the first
result; it raises `Unsupported` with the reason where it cannot.
"""

from convopt.frontends.torch.converters import (  # noqa: F401 (they fill the table)
    activations,
    arithmetic,
    convolution,
    gradients,
    matrices,
    normalization,
    pooling,
    resizing,
    structure,
    training_norm,
)
from convopt.frontends.torch.converters.table import CONVERTERS

__all__ = ["CONVERTERS"]
