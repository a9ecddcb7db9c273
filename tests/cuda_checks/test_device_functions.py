"""What CUDA's own functions and types do, as the CPU imitates them."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convopt.backends.tvm.prelude import cuda_prelude
from convopt.backends.tvm.program import Kernel
from convopt.testing.cuda import KernelError, compile_for_cpu, find_host_compiler

pytestmark = pytest.mark.skipif(find_host_compiler() is None, reason="needs a C++ compiler")

PRODUCTS = {"tf32": "float", "f16": "float", "s8": "int"}
PRODUCT = """
extern "C" __global__ void KIND_product(const int* A, const int* B, SUM* C) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  int a[4], b[2];
  SUM sums[4];
  for (int i = 0; i < 4; ++i)
    a[i] = A[warp * 128 + (lane / 4 + 8 * (i & 1)) * 8 + lane % 4 + 4 * (i >> 1)];
  for (int j = 0; j < 2; ++j) b[j] = B[(lane % 4 + 4 * j) * 8 + lane / 4];
  for (int r = 0; r < 4; ++r) sums[r] = 1;
  for (int n = 0; n < 2; ++n) convopt_mma_KIND(sums, a, b);
  for (int r = 0; r < 4; ++r)
    C[warp * 128 + (lane / 4 + 8 * (r >> 1)) * 8 + 2 * (lane % 4) + (r & 1)] = sums[r];
}
"""
TENSOR_CORES = cuda_prelude() + "".join(
    PRODUCT.replace("KIND", kind).replace("SUM", of_sum) for kind, of_sum in PRODUCTS.items()
)


def rounded_to_tf32(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    bits = values.view(np.uint32).astype(np.uint64) + 0x1000 & ~np.uint64(0x1FFF)
    return bits.astype(np.uint32).view(np.float32)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", PRODUCTS)
def test_tensor_cores(kind: str, reverse: bool) -> None:
    random = np.random.default_rng(5)
    per_word, dtype = {"tf32": (1, np.float32), "f16": (2, np.float16), "s8": (4, np.int8)}[kind]
    deep = 8 * per_word
    if kind == "s8":
        a, b = (
            random.integers(-128, 128, shape).astype(np.int8) for shape in ((32, deep), (deep, 8))
        )
    else:
        a, b = (random.normal(size=shape).astype(dtype) for shape in ((32, deep), (deep, 8)))
    b_words = np.ascontiguousarray(b.T).view(np.int32).T  # words run along the reduction
    c = np.zeros((32, 8), np.int32 if kind == "s8" else np.float32)
    kernel = Kernel(f"{kind}_product", ("A", "B", "C"), (1, 1, 1), (64, 1, 1), 0)
    buffers = (a.view(np.int32), np.ascontiguousarray(b_words), c)
    compile_for_cpu(TENSOR_CORES).launch(kernel, buffers, reverse=reverse)
    if kind == "tf32":
        assert not np.array_equal(rounded_to_tf32(a), a)
        a, b = rounded_to_tf32(a), rounded_to_tf32(b)
    expected = 1 + 2 * (a.astype(np.float64) @ b.astype(np.float64))
    np.testing.assert_allclose(c, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "missing", ["if (lane != 7)", "if (lane != 7)\n;\nelse", "if (lane == 7) __syncthreads(); else"]
)
def test_all_lanes_of_a_warp_have_to_arrive(missing: str) -> None:
    text = TENSOR_CORES.replace("convopt_mma_s8(", f"{missing} convopt_mma_s8(")
    kernel = Kernel("s8_product", ("A", "B", "C"), (1, 1, 1), (32, 1, 1), 0)
    buffers = tuple(np.zeros(128, np.int32) for _ in range(3))
    with pytest.raises(KernelError, match="not all 32 lanes of the warp arrive"):
        compile_for_cpu(text).launch(kernel, buffers)


def test_a_warp_that_is_not_whole_has_no_tensor_cores() -> None:
    kernel = Kernel("s8_product", ("A", "B", "C"), (1, 1, 1), (24, 1, 1), 0)
    buffers = tuple(np.zeros(128, np.int32) for _ in range(3))
    with pytest.raises(KernelError, match="not all 32 lanes of the warp arrive"):
        compile_for_cpu(TENSOR_CORES).launch(kernel, buffers)


words = st.lists(st.integers(-128, 127), min_size=8, max_size=8)


@settings(deadline=None)  # the first example compiles
@given(words, st.integers(-1000, 1000))
def test_dot_product_of_bytes(values: list[int], start: int) -> None:
    text = cuda_prelude() + (
        'extern "C" __global__ void f(int* A, int* C) { C[0] = convopt_dot4(A[0], A[1], C[0]); }'
    )
    a, c = np.array(values, np.int8).view(np.int32), np.array([start], np.int32)
    kernel = Kernel("f", ("A", "C"), (1, 1, 1), (1, 1, 1), 0)
    compile_for_cpu(text).launch(kernel, (a, c))
    assert c[0] == start + sum(p * q for p, q in zip(values[:4], values[4:], strict=True))


FORMS = """
#include <cuda.h>
#include <cuda_fp16.h>
extern "C" __global__ void f(float* X, half* H, signed char* I, float* Y) {
  float2 wide;
  half2 two = *(half2*)(H + 2);
  wide.x = (float)(two.x);
  wide.y = (float)(two.y);
  *(float2*)(Y + 0) = wide;
  half2 narrow;
  narrow.x = (half)(X[0]);
  narrow.y = (half)(X[1]) * __float2half_rn(0x1p+1f);
  *(half2*)(H + 0) = narrow;
  *(float4*)(Y + 4) = *(float4*)(X + 4);
  int four;
  reinterpret_cast<signed char*>(&(four))[0] = (signed char)(-3);
  reinterpret_cast<signed char*>(&(four))[1] = (signed char)(4);
  reinterpret_cast<signed char*>(&(four))[2] = (signed char)(nearbyintf(2.5f));
  reinterpret_cast<signed char*>(&(four))[3] = (signed char)(127);
  *(int*)(I + 4) = four;
  int bits = ((int*)X)[8];
  Y[8] = (*(float *)(&(bits)));
  Y[9] = max(X[9], 0.0f);
  Y[10] = max(0.0f, X[9]);
  Y[11] = min(X[9], 6.0f);
  Y[12] = tanhf(X[0]) + expf(X[1]) + sqrtf(X[4]) + __expf(X[1]);
}
"""


def test_types_and_functions_that_tvm_prints() -> None:
    x = np.array([0.5, -1.25, 0, 0, 4, 5, 6, 7, 8.5, np.nan], np.float32)
    h, i = np.array([0, 0, 1.5, -2], np.float16), np.zeros(8, np.int8)
    y = np.zeros(16, np.float32)
    kernel = Kernel("f", ("X", "H", "I", "Y"), (1, 1, 1), (1, 1, 1), 0)
    compile_for_cpu(FORMS).launch(kernel, (x, h, i, y))
    np.testing.assert_array_equal(h, np.array([0.5, -2.5, 1.5, -2], np.float16))
    np.testing.assert_array_equal(i, [0, 0, 0, 0, -3, 4, 2, 127])
    np.testing.assert_array_equal(y[:12], [1.5, -2, 0, 0, 4, 5, 6, 7, 8.5, 0, 0, 6])
    assert y[12] == pytest.approx(np.tanh(0.5) + 2 * np.exp(-1.25) + 2, rel=1e-6)
