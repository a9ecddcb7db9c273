"""Kernels on the CPU: right ones compute, and each kind of mistake is found."""

import numpy as np
import numpy.typing as npt
import pytest

from convopt.backends.tvm.prelude import cuda_prelude
from convopt.backends.tvm.program import Kernel
from convopt.errors import ConvoptError
from convopt.testing.cuda import KernelError, Traffic, build, compile_for_cpu, find_host_compiler

pytestmark = pytest.mark.skipif(find_host_compiler() is None, reason="needs a C++ compiler")

FloatArray = npt.NDArray[np.float32]
THREADS = 64
BLOCKS = 3
COUNT = THREADS * BLOCKS
FUNCTION = """
extern "C" __global__ void __launch_bounds__(64) f(float* __restrict__ X, float* __restrict__ Y) {
  extern __shared__ __align__(64) float shared_ptr[];
  const int t = (int)threadIdx.x, first = (int)blockIdx.x * 64;
BODY
}
"""
SHARED_BYTES = THREADS * 4
KERNEL = Kernel("f", ("X", "Y"), (BLOCKS, 1, 1), (THREADS, 1, 1), SHARED_BYTES)
MIRROR = """
  shared_ptr[t] = X[first + t];
  __syncthreads();
  Y[first + t] = shared_ptr[63 - t];
"""
COPY_MIRROR = """
  convopt_copy_async_4(&shared_ptr[t], &X[first + t], (bool)1);
  convopt_copies_commit();
  convopt_copies_wait_0();
  __syncthreads();
  Y[first + t] = shared_ptr[63 - t];
"""
ROUNDS = """
  float sum = 0.0f;
  convopt_copy_async_4(&shared_ptr[t], &X[t], 1);
  convopt_copies_commit();
  for (int i = 0; i < 3; ++i) {
    convopt_copies_wait_0();
    __syncthreads();
    sum = sum + shared_ptr[63 - t];
    __syncthreads();
    if (i < 2) convopt_copy_async_4(&shared_ptr[t], &X[(i + 1) * 64 + t], 1);
    convopt_copies_commit();
  }
  Y[first + t] = sum;
"""


def numbers() -> FloatArray:
    x = np.arange(1, COUNT + 1, dtype=np.float32)
    x.flags.writeable = False
    return x


def mirrored() -> FloatArray:
    return numbers().reshape(BLOCKS, THREADS)[:, ::-1].reshape(-1)


def summed() -> FloatArray:
    return np.tile(mirrored().reshape(BLOCKS, THREADS).sum(axis=0), BLOCKS)


def launch(
    body: str, *, reverse: bool = False, checked: bool = False, kernel: Kernel = KERNEL
) -> tuple[FloatArray, Traffic | None]:
    """Of a kernel over COUNT floats."""
    y = np.zeros(COUNT, np.float32)
    kernels = compile_for_cpu(cuda_prelude() + FUNCTION.replace("BODY", body), checked=checked)
    return y, kernels.launch(kernel, (numbers(), y), reverse=reverse)


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("body", [MIRROR, COPY_MIRROR], ids=["plain", "copies"])
def test_a_right_kernel_computes(body: str, reverse: bool, checked: bool) -> None:
    y, _ = launch(body, reverse=reverse, checked=checked)
    np.testing.assert_array_equal(y, mirrored())


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_copies_in_rounds(reverse: bool, checked: bool) -> None:
    y, _ = launch(ROUNDS, reverse=reverse, checked=checked)
    np.testing.assert_array_equal(y, summed())


@pytest.mark.parametrize("body", [MIRROR, COPY_MIRROR], ids=["plain", "copies"])
def test_a_missing_barrier_gives_wrong_numbers(body: str) -> None:
    y, _ = launch(body.replace("__syncthreads();", ""))
    assert not np.allclose(y, mirrored())


@pytest.mark.parametrize("body", [MIRROR, COPY_MIRROR], ids=["plain", "copies"])
def test_a_missing_barrier_is_a_race(body: str) -> None:
    with pytest.raises(KernelError, match="race in shared memory"):
        launch(body.replace("__syncthreads();", ""), checked=True)


def test_a_missing_second_barrier_gives_wrong_numbers_and_is_a_race() -> None:
    one_less = ROUNDS.replace("sum = sum + shared_ptr[63 - t];\n    __syncthreads();", "READ")
    one_less = one_less.replace("READ", "sum = sum + shared_ptr[63 - t];")
    assert one_less.count("__syncthreads") == 1
    y, _ = launch(one_less)
    assert not np.allclose(y, summed())
    with pytest.raises(KernelError, match=r"race in shared memory|copy is still writing"):
        launch(one_less, checked=True)


def test_a_copy_that_nobody_waits_for_is_found() -> None:
    with pytest.raises(KernelError, match=r"block \(0,0,0\) at line \d+: ends with an asynchr"):
        launch(COPY_MIRROR.replace("convopt_copies_wait_0();", ""))


def test_a_wait_does_not_cover_what_is_not_committed() -> None:
    with pytest.raises(KernelError, match="never waited for"):
        launch(COPY_MIRROR.replace("convopt_copies_commit();", ""))


def test_a_wait_for_too_few_groups_leaves_nan() -> None:
    late = COPY_MIRROR.replace("wait_0();", "wait_1();") + "convopt_copies_wait_0();"
    assert np.isnan(launch(late)[0]).any()
    with pytest.raises(KernelError, match="asynchronous copy is still writing"):
        launch(late, checked=True)


@pytest.mark.parametrize("address", ["&X[first + t]", "(const float*)0"])
def test_a_copy_that_is_not_valid_reads_nothing_and_writes_zero(address: str) -> None:
    y, _ = launch(COPY_MIRROR.replace("&X[first + t], (bool)1", f"{address}, (bool)0"))
    np.testing.assert_array_equal(y, 0)


def test_copies_of_16_bytes_have_to_be_aligned() -> None:
    wide = """
  if (t < 16) convopt_copy_async_16(&shared_ptr[4 * t], &X[first + 4 * t + SHIFT], 1);
  convopt_copies_commit();
  convopt_copies_wait_0();
  __syncthreads();
  Y[first + t] = shared_ptr[63 - t];
"""
    y, _ = launch(wide.replace("SHIFT", "0"))
    np.testing.assert_array_equal(y, mirrored())
    with pytest.raises(KernelError, match="a copy with a misaligned address, at byte 4 of X"):
        launch(wide.replace("SHIFT", "1"))


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("X[first + t]", "X[first + t + 1]"), "line 13.*at byte 0 behind the end of X"),
        (("Y[first + t]", "Y[first + t - 2]"), "line 15.* 4 bytes before Y"),
        (("shared_ptr[63 - t]", "shared_ptr[20000 - t]"), "line 15.*behind the end of shared mem"),
        (("shared_ptr[63 - t]", "shared_ptr[-1 - t]"), "line 15.*4 bytes before shared memory"),
    ],
)
def test_accesses_outside_are_found(change: tuple[str, str], message: str, checked: bool) -> None:
    body = MIRROR.replace(*change)
    text = FUNCTION.replace("BODY", body).replace("\nextern", "\n" * 8 + "extern", 1)
    y = np.zeros(COUNT, np.float32)
    with pytest.raises(KernelError, match=message):
        # In reverse order the buffers begin at a page, else they end at one.
        compile_for_cpu(text, checked=checked).launch(
            KERNEL, (numbers(), y), reverse="before Y" in message
        )
    np.testing.assert_array_equal(y, 0)


def test_a_write_just_behind_shared_memory_is_found() -> None:
    body = MIRROR.replace("shared_ptr[t] =", "shared_ptr[t + 1] =")
    with pytest.raises(KernelError, match="outside of shared memory, at byte 0 behind"):
        launch(body)
    with pytest.raises(KernelError, match=r"thread \(63,0,0\).*outside of shared memory"):
        launch(body, checked=True)


def test_a_write_between_the_buffer_and_its_unreadable_page_is_found() -> None:
    text = 'extern "C" __global__ void f(float* X) { X[5] = 1.0f; }'
    kernel = Kernel("f", ("X",), (1, 1, 1), (1, 1, 1), 0)
    with pytest.raises(KernelError, match="a write behind the end of X"):
        compile_for_cpu(text).launch(kernel, (np.zeros(5, np.float32),))


def test_a_write_to_a_buffer_that_is_read_only_is_found() -> None:
    with pytest.raises(KernelError, match="a write to X of f, which is read-only"):
        launch("X[first + t] = 0.0f;")


@pytest.mark.parametrize(
    ("barrier", "message"),
    [
        ("if (t < 32) __syncthreads();", "a divergent barrier: thread .* has ended"),
        ("if (t == 63) return; __syncthreads();", r"divergent barrier: thread \(63,0,0\) has end"),
        (
            "if (t < 32) {\n__syncthreads();\n} else {\n__syncthreads();\n}",
            r"thread \(0,0,0\) of block \(0,0,0\) at line \d+: a divergent barrier: "
            r"thread \(32,0,0\) waits at that of line \d+",
        ),
    ],
)
def test_divergent_barriers_are_found(barrier: str, message: str) -> None:
    with pytest.raises(KernelError, match=message):
        launch(MIRROR.replace("__syncthreads();", barrier))


def test_reverse_runs_threads_and_blocks_backwards() -> None:
    last_wins = "Y[0] = X[first + t];"
    assert launch(last_wins)[0][0] == COUNT
    assert launch(last_wins, reverse=True)[0][0] == 1
    with pytest.raises(KernelError, match="race in global memory with another thread"):
        launch(last_wins, checked=True)


def test_shared_memory_and_private_arrays_begin_poisoned() -> None:
    assert np.isnan(launch("Y[first + t] = shared_ptr[t]; shared_ptr[t] = 0.0f;")[0]).all()
    sums = "float sums[4]; for (int i = 1; i < 4; ++i) sums[i] = 0.0f; Y[first + t] = sums[t % 4];"
    assert np.abs(launch(sums)[0].reshape(-1, 4)[:, 0]).min() > 1e30


def test_traffic_is_exact() -> None:
    _, traffic = launch(COPY_MIRROR, checked=True)
    assert traffic == Traffic({"X": 768, "Y": 0}, {"X": 0, "Y": 768}, 768, 768)
    assert launch(COPY_MIRROR)[1] is None


def test_one_array_for_two_parameters_is_one_memory() -> None:
    text = 'extern "C" __global__ void f(float* X, float* Y) { Y[0] = X[0] + 1.0f; }'
    x = np.zeros(4, np.float32)
    kernel = Kernel("f", ("X", "Y"), (3, 1, 1), (2, 1, 1), 0)
    compile_for_cpu(text).launch(kernel, (x, x))
    assert x[0] == 6


def test_all_three_dimensions_of_a_launch() -> None:
    text = """extern "C" __global__ void f(int* Y) {
  const int b = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  const int t = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  Y[b * blockDim.x * blockDim.y * blockDim.z + t] = b * 1000 + t;
}"""
    y = np.zeros((24, 60), np.int32)
    kernel = Kernel("f", ("Y",), (2, 3, 4), (3, 4, 5), 0)
    compile_for_cpu(text).launch(kernel, (y,))
    np.testing.assert_array_equal(y, np.arange(24)[:, None] * 1000 + np.arange(60))


def test_text_that_is_no_cuda_is_refused() -> None:
    with pytest.raises(ConvoptError, match=r"refuses it: kernels\.cu:3.*nonsense"):
        compile_for_cpu(FUNCTION.replace("BODY", "").replace("const int t", "nonsense t", 1)[1:])


def test_static_shared_memory_is_refused() -> None:
    with pytest.raises(ConvoptError, match="expected shared memory as `extern __shared__"):
        compile_for_cpu('extern "C" __global__ void f(float* X) { __shared__ float s[4]; }')


def test_without_a_compiler_there_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "find_host_compiler", lambda: None)
    with pytest.raises(ConvoptError, match="expected a C\\+\\+ compiler"):
        compile_for_cpu(FUNCTION.replace("BODY", "/* not compiled yet */"))


@pytest.mark.parametrize(
    ("kernel", "buffers", "message"),
    [
        (KERNEL, 1, "expected 2 buffers, found 1"),
        (Kernel("f", ("X", "Y"), (1, 1, 1), (64, 17, 1), 0), 2, "up to 1024 threads, found 1088"),
        (Kernel("f", ("X", "Y"), (1, 1, 1), (64, 1, 1), 300_000), 2, "at most 232448 bytes"),
    ],
)
def test_launches_that_no_gpu_can_do_are_refused(
    kernel: Kernel, buffers: int, message: str
) -> None:
    kernels = compile_for_cpu(FUNCTION.replace("BODY", MIRROR))
    with pytest.raises(ValueError, match=message):
        kernels.launch(kernel, [np.zeros(COUNT, np.float32)] * buffers)
