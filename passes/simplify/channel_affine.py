"""Batch norm as arithmetic on arrays: a factor and an offset per channel, and filters with them.

All in float64; nothing here knows the IR.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ChannelAffine:
    """x * factor + offset, per channel; both [C]."""

    factor: Array
    offset: Array

    @property
    def is_finite(self) -> bool:
        """Whether every number is finite once it is rounded to float32."""
        with np.errstate(over="ignore"):
            parts = [self.factor.astype(np.float32), self.offset.astype(np.float32)]
        return all(bool(np.isfinite(part).all()) for part in parts)

    def then(self, after: "ChannelAffine") -> "ChannelAffine":
        """This one, and `after` of what it makes."""
        with np.errstate(all="ignore"):
            offset = self.offset * after.factor + after.offset
            return ChannelAffine(self.factor * after.factor, offset)


def batch_norm_affine(
    scale: npt.NDArray[Any],
    shift: npt.NDArray[Any],
    mean: npt.NDArray[Any],
    variance: npt.NDArray[Any],
    epsilon: float,
) -> ChannelAffine:
    """(x - mean) / sqrt(variance + epsilon) * scale + shift as one factor and offset."""
    with np.errstate(all="ignore"):
        factor = scale.astype(np.float64) / np.sqrt(variance.astype(np.float64) + epsilon)
        offset = shift.astype(np.float64) - mean.astype(np.float64) * factor
    return ChannelAffine(factor, offset)


def fold_after(
    weights: npt.NDArray[Any], bias: Array, affine: ChannelAffine
) -> tuple[Array, Array]:
    """Weights (OIHW) and bias of a convolution with the affine after it."""
    folded = weights.astype(np.float64) * affine.factor.reshape(-1, 1, 1, 1)
    return folded, bias * affine.factor + affine.offset


def fold_before(
    weights: npt.NDArray[Any], bias: Array, affine: ChannelAffine, groups: int
) -> tuple[Array, Array]:
    """Weights (OIHW, I per group) and bias of an unpadded convolution with the affine before it."""
    outputs, per_group = weights.shape[:2]

    def per_filter(values: Array) -> Array:
        """[C] as what each filter reads: [O, I, 1, 1]."""
        by_group = values.reshape(groups, 1, per_group)
        repeated = np.broadcast_to(by_group, (groups, outputs // groups, per_group))
        return repeated.reshape(outputs, per_group, 1, 1)

    wide = weights.astype(np.float64)
    constant = (wide * per_filter(affine.offset)).sum(axis=(1, 2, 3))
    return wide * per_filter(affine.factor), bias + constant
