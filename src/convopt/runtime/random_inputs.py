"""Inputs for those who want to run a model and have none."""

import numpy as np

from convopt.model import TensorSpec
from convopt.runtime.arguments import Array


def random_input(spec: TensorSpec, random: np.random.Generator) -> Array:
    """Normal numbers; for whole numbers zeros and ones, which are valid almost everywhere."""
    kind = np.dtype(spec.dtype)
    if kind.kind == "f":
        return random.standard_normal(spec.shape).astype(kind)
    return random.integers(0, 2, spec.shape).astype(kind)
