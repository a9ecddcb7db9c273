"""NVIDIA's compiler on small texts; its messages for what it cannot do."""

from pathlib import Path

import pytest

from convopt.backends.tvm.nvcc import (
    KernelResources,
    compile_cubin,
    compile_ptx,
    find_nvcc,
    resources,
)
from convopt.backends.tvm.prelude import cuda_prelude
from convopt.errors import ConvoptError

needs_nvcc = pytest.mark.skipif(find_nvcc() is None, reason="needs nvcc")
TEXT = """
extern "C" __global__ void scale(float* X) { X[threadIdx.x] *= 2.0f; }
extern "C" __global__ void reuse(float* X) {
  __shared__ float s[64];
  float kept[64];
  for (int i = 0; i < 64; ++i) kept[(int)X[i] & 63] = X[i * 64 + threadIdx.x];
  s[threadIdx.x] = kept[(int)X[0]];
  __syncthreads();
  X[threadIdx.x] = s[63 - threadIdx.x];
}
"""
ALL_OF_THE_PRELUDE = (
    cuda_prelude()
    + """
extern "C" __global__ void f(float* X, int* Y) {
  extern __shared__ float shared_ptr[];
  float sums[4] = {};
  int whole[4] = {}, a[4], b[2];
  convopt_copy_async_4(&shared_ptr[threadIdx.x], &X[threadIdx.x], threadIdx.x < 5);
  convopt_copy_async_16(&shared_ptr[256 + 4 * threadIdx.x], &X[4 * threadIdx.x], (bool)1);
  convopt_copies_commit();
  convopt_copies_wait_1();
  convopt_copies_wait_0();
  __syncthreads();
  for (int i = 0; i < 4; ++i) a[i] = Y[i + threadIdx.x];
  for (int i = 0; i < 2; ++i) b[i] = Y[i + 2 * threadIdx.x];
  convopt_mma_f16(sums, a, b);
  convopt_mma_s8(whole, a, b);
#if __CUDA_ARCH__ >= 800
  convopt_mma_tf32(sums, shared_ptr, b);
#endif
  for (int i = 0; i < 4; ++i) X[i] = sums[i] + whole[i] + convopt_dot4(a[0], b[0], 1);
  X[4] = convopt_scaled_dot2(a[0], a[1], b[0], convopt_dot2(a[2], b[1], X[5]));
  Y[0] = convopt_pack_halves(X[6], X[7]) + convopt_pack_bytes(a[0], a[1], a[2], a[3]);
}
"""
)
INSTRUCTIONS = {
    "7.5": {
        "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32": 2,
        "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32": 4,
        "cp.async": 0,
    },
    "8.7": {
        "cp.async.ca.shared.global": 1,
        "cp.async.cg.shared.global": 1,
        "cp.async.commit_group": 1,
        "cp.async.wait_group": 2,
        "cvt.rna.tf32.f32": 6,
        "cvt.f32.f16": 10,
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32": 1,
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32": 1,
        "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32": 1,
    },
}


@needs_nvcc
@pytest.mark.parametrize("compute_capability", INSTRUCTIONS)
def test_the_prelude_becomes_the_instructions_that_it_stands_for(compute_capability: str) -> None:
    ptx = compile_ptx(ALL_OF_THE_PRELUDE, compute_capability)
    found = {name: ptx.count(name) for name in INSTRUCTIONS[compute_capability]}
    assert found == INSTRUCTIONS[compute_capability]
    assert "dp4a" in ptx
    assert f".target sm_{compute_capability.replace('.', '')}" in ptx


@needs_nvcc
def test_a_cubin_is_an_elf_file_with_the_kernels() -> None:
    cubin = compile_cubin(TEXT, "9.0")
    assert cubin[:4] == b"\x7fELF"
    assert b".text.scale" in cubin


@needs_nvcc
def test_resources_of_each_kernel() -> None:
    found = resources(TEXT, "9.0")
    assert set(found) == {"scale", "reuse"}
    scale = found["scale"]
    assert scale == KernelResources(scale.registers, 0, 0, 0)
    assert 0 < scale.registers < 32
    assert found["reuse"].stack_bytes == 256
    assert found["reuse"].shared_bytes == 256


@needs_nvcc
def test_spills_are_counted() -> None:
    text = """
extern "C" __global__ void __launch_bounds__(1024, 2) reuse(float* X) {
  float kept[64];
  for (int i = 0; i < 64; ++i) kept[i] = X[i * 1024 + threadIdx.x];
  __syncthreads();
  for (int i = 0; i < 64; ++i) X[i * 1024 + 1023 - threadIdx.x] = kept[i];
}
"""
    found = resources(text, "9.0")["reuse"]
    assert found.registers <= 32
    assert found.spill_bytes > 0


@needs_nvcc
@pytest.mark.parametrize("capability", ["9.9", "90", "sm_90", ""])
def test_architectures_that_nvcc_does_not_know(capability: str) -> None:
    with pytest.raises(ConvoptError, match=rf"knows \(.*9\.0.*\), found '{capability}'"):
        compile_ptx(TEXT, capability)


@needs_nvcc
def test_text_that_does_not_compile_is_refused_with_its_line() -> None:
    with pytest.raises(ConvoptError, match=r'for sm_90: kernels.cu\(2\).*"y" is undefined'):
        compile_cubin(TEXT.replace("2.0f", "y"), "9.0")


def test_without_nvcc_there_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("CUDA_HOME", "CUDA_PATH", "PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    assert find_nvcc() is None
    for function in (compile_ptx, compile_cubin, resources):
        with pytest.raises(ConvoptError, match=r"expected nvcc .* found none"):
            function(TEXT, "9.0")


def test_nvcc_is_found_in_cuda_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tool = tmp_path / "bin" / "nvcc"
    tool.parent.mkdir()
    tool.touch(mode=0o755)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CUDA_HOME", str(tmp_path))
    assert find_nvcc() == str(tool)


@needs_nvcc
def test_accuracy_is_never_traded_for_speed() -> None:
    divide = 'extern "C" __global__ void f(float* X) { X[0] = X[1] / X[2] + sqrtf(X[3]); }'
    ptx = compile_ptx(divide, "9.0")
    assert "div.rn.f32" in ptx
    assert "sqrt.rn.f32" in ptx
