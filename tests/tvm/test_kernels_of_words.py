"""All kinds of kernels whose words hold two halves or four bytes, and kernels on tensor cores:
random shapes and blocks, exact CUDA text on the CPU, every access looked at.

Tolerances. f16: reference and kernel round the same sums to 11 bits, so that they differ by a unit
in the last place at most, 2^-10, where one rounds up and the other down. tf32: factors are rounded
to 11 bits, their products are off by 2^-10 at most. i8: sums are whole numbers, the epilogues drawn
round once; nothing differs.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import f16, f32, i8

from convopt.comparison import relative_error
from convopt.testing.cuda.drawing import MATRIX_STAGES, STAGES, Numbers, kernel_cases

NUMBERS = {
    "f16": Numbers(f16),
    "i8": Numbers(i8),
    "tf32 matrix": Numbers(f32, is_matrix=True),
    "f16 matrix": Numbers(f16, is_matrix=True),
    "i8 matrix": Numbers(i8, is_matrix=True),
}
TOLERANCE = 1e-3
"""Relative, as a norm."""
EXAMPLES = 3
"""Of a kernel of every kind; the first one that hypothesis makes is the smallest."""


@pytest.mark.parametrize("name", NUMBERS)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # making an example smaller takes minutes
)
@given(data=st.data())
def test_kernels(name: str, data: st.DataObject, compare) -> None:
    numbers = NUMBERS[name]
    kinds = MATRIX_STAGES if numbers.is_matrix else STAGES
    cases = data.draw(st.tuples(*(kernel_cases(kind, numbers) for kind in kinds)))
    is_exact = numbers.element == i8
    dtype = np.float32 if is_exact else np.float64
    for case, found, wanted in compare(cases, checked=True, dtype=dtype):
        if is_exact:
            np.testing.assert_array_equal(found, wanted, err_msg=str(case))
        assert relative_error(found, wanted) < TOLERANCE, case
