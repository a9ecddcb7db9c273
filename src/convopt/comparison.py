"""How far results are from what they should be."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def relative_error(found: Array, expected: Array) -> float:
    """|found - expected| / |expected| as norms; infinite where shapes differ or one is not finite.

    Where nothing but zeros is expected, the norm of what was found.
    """
    if found.shape != expected.shape or not np.array_equal(
        np.isfinite(found), np.isfinite(expected)
    ):
        return float("inf")
    finite = np.isfinite(expected)
    wanted = expected[finite].astype(np.float64)
    difference = float(np.linalg.norm(found[finite] - wanted))
    return difference / (float(np.linalg.norm(wanted)) or 1.0)
