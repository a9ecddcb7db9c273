"""Targets: the shipped ones, files, the host, and every error."""

import subprocess
import sys
from pathlib import Path

import pytest

from convopt.backends.targets import CpuTarget, GpuTarget, cpu_target, load_target, target_names
from convopt.backends.targets.host import cache_sizes, describe_host
from convopt.errors import ConvoptError

CPUS = {
    "x86-64-v3": 8,
    "x86-64-v4": 16,
    "cortex-a53": 4,
    "cortex-a55": 4,
    "cortex-a72": 4,
    "cortex-a76": 4,
    "neoverse-n1": 4,
    "neoverse-v1": 4,
}
GPUS = ("gtx-1660", "h200", "jetson-orin", "rtx-a4000")
VALID = """
kind = "gpu"
compute_capability = "8.6"
sms = 48
cores_per_sm = 128
threads_per_sm = 1536
blocks_per_sm = 16
registers_per_sm = 65536
shared_bytes_per_sm = 102400
shared_bytes_per_block = 101376
l1_bytes_per_sm = 131072
shared_bytes_per_cycle = 128
shared_latency = 23
frequency_ghz = 1.5
l2_bytes = 4194304
l2_gbs = 1500
l2_latency = 200
dram_gbs = 448
dram_latency = 400
launch_us = 1.5
matrix_cycles = 4.0
"""


def test_every_shipped_target_loads() -> None:
    assert target_names() == ["host", *sorted([*CPUS, *GPUS])]
    for name, lanes in CPUS.items():
        target = cpu_target(name)
        assert (target.name, target.lanes) == (name, lanes)
        is_x86 = target.arch == "x86_64"
        assert (target.indexed_fma, target.fma_reads_memory) == (not is_x86, is_x86)
        assert target.fma_broadcasts_memory == (name == "x86-64-v4")
        assert (target.prefetches, target.waits_for_short_runs) == (is_x86, is_x86)
        assert target.l1_bytes < target.l2_bytes
        assert target.l1_gbs > target.l2_gbs > target.dram_gbs
        assert bool(target.l3_bytes) == bool(target.l3_gbs) == bool(target.l3_write_gbs)
        assert target.l2_gbs > target.l2_write_gbs > target.dram_write_gbs
    for name in GPUS:
        gpu = load_target(name)
        assert isinstance(gpu, GpuTarget)
        assert gpu.shared_bytes_per_block <= gpu.shared_bytes_per_sm < gpu.l1_bytes_per_sm


def test_peak_performance() -> None:
    assert cpu_target("cortex-a76").peak_gflops == pytest.approx(2 * 4 * 2 * 2.4)
    h200 = load_target("h200")
    assert h200.peak_gflops == pytest.approx(66900, rel=0.01)  # the datasheet: 67 TFLOPS


def test_a_named_target_needs_no_llvm() -> None:
    code = (
        "import sys; from convopt.backends.targets import load_target; load_target('cortex-a72'); "
        "print([m for m in ('llvmlite', 'xdsl', 'numpy') if m in sys.modules])"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout == "[]\n"


def test_a_target_of_the_user(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(VALID)
    target = load_target(str(path))
    assert target.name == "mine"
    assert isinstance(target.dram_gbs, float)
    path = tmp_path / "named.toml"
    path.write_text('name = "board"\n' + VALID)
    assert load_target(str(path)).name == "board"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sms = 48\n", "", "expected the keys sms, found none of them"),
        ("sms = 48\n", "sms = 48\ncolour = 3\n", "expected only the keys .*, found colour"),
        ("sms = 48", 'sms = "many"', "sms: expected int, found 'many'"),
        ("sms = 48", "sms = true", "sms: expected int, found True"),
        ("sms = 48", "sms = 0", "sms: expected more than 0, found 0"),
        ("dram_gbs = 448", "dram_gbs = -1", "dram_gbs: expected more than 0, found -1"),
        ('kind = "gpu"', 'kind = "tpu"', "kind: expected one of cpu, gpu, found tpu"),
        ('kind = "gpu"', "", "kind: expected one of cpu, gpu, found None"),
        ('"8.6"', '"new"', "compute_capability: expected a version such as 8.6, found new"),
        ('"8.6"', '""', "compute_capability: expected a text"),
        ("sms = 48", "sms = ", "expected a target file in TOML, found .*bad.toml"),
    ],
)
def test_a_wrong_target_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(VALID.replace(old, new))
    with pytest.raises(ConvoptError, match=message):
        load_target(str(path))


def test_wrong_values_of_a_cpu(tmp_path: Path) -> None:
    shipped = Path(sys.modules[CpuTarget.__module__].__file__ or "").parent / "cortex-a72.toml"
    path = tmp_path / "bad.toml"
    path.write_text(shipped.read_text().replace('arch = "aarch64"', 'arch = "riscv64"'))
    with pytest.raises(ConvoptError, match="arch: expected one of x86_64, aarch64, found riscv64"):
        load_target(str(path))
    path = tmp_path / "bad_lanes.toml"
    path.write_text(shipped.read_text().replace("lanes = 4", "lanes = 6"))
    with pytest.raises(ConvoptError, match="lanes: expected a power of two up to 64, found 6"):
        load_target(str(path))
    path.write_text(shipped.read_text().replace("l3_bytes = 0", "l3_bytes = 2097152"))
    with pytest.raises(ConvoptError, match="l3_gbs: expected more than 0 beside l3_bytes 2097152"):
        load_target(str(path))
    path.write_text(shipped.read_text().replace("l2_write_gbs = 5.0", "l2_write_gbs = -5.0"))
    with pytest.raises(ConvoptError, match="l2_write_gbs: expected more than 0, found -5"):
        load_target(str(path))


def test_unknown_names() -> None:
    with pytest.raises(ConvoptError, match="found cortex-a67; did you mean cortex-a76"):
        load_target("cortex-a67")
    with pytest.raises(ConvoptError, match=r"one of host, cortex-a53, .* found pentium$"):
        load_target("pentium")
    with pytest.raises(ConvoptError, match=r"expected a readable target file, found no/such.toml"):
        load_target("no/such.toml")
    with pytest.raises(ConvoptError, match="expected a CPU target, found the GPU h200"):
        cpu_target("h200")


def host_from(machine: str, *features: str) -> CpuTarget:
    flags = ",".join(f"+{name}" for name in features)
    caches = {1: 49152, 2: 2097152, 3: 0}
    known = dict.fromkeys(features, True)
    return describe_host(machine, known, flags, f"{machine}-linux-gnu", caches, 3.0)


def fma_operands(target: CpuTarget) -> tuple[bool, bool]:
    """Whether a multiply-add reads memory, and broadcasts it."""
    return target.fma_reads_memory, target.fma_broadcasts_memory


def test_the_host_is_told_by_its_features() -> None:
    avx512 = host_from("x86_64", "avx2", "fma", "avx512f", "avx512vl", "avx512dq")
    assert (avx512.lanes, avx512.vector_registers, avx512.indexed_fma) == (16, 32, False)
    assert (avx512.l1_bytes, avx512.l3_bytes, avx512.l3_gbs) == (49152, 0, 0)
    avx2 = host_from("AMD64", "avx2", "fma")
    assert (avx2.arch, avx2.lanes, avx2.vector_registers) == ("x86_64", 8, 16)
    neon = host_from("aarch64", "neon")
    assert (neon.lanes, neon.vector_registers, neon.indexed_fma) == (4, 32, True)
    assert [fma_operands(each) for each in (avx512, avx2, neon)] == [
        (True, True),
        (True, False),
        (False, False),
    ]
    assert [each.prefetches for each in (avx512, avx2, neon)] == [True, True, False]
    assert [each.waits_for_short_runs for each in (avx512, avx2, neon)] == [True, True, False]
    with pytest.raises(ConvoptError, match="expected an x86-64 CPU with AVX2 and FMA"):
        host_from("x86_64", "avx")
    with pytest.raises(ConvoptError, match="expected an x86-64 or AArch64 machine, found riscv64"):
        host_from("riscv64")


def test_cache_sizes_from_the_system(tmp_path: Path) -> None:
    for number, (level, kind, size) in enumerate(
        [("1", "Data", "48K"), ("1", "Instruction", "32K"), ("2", "Unified", "2M"), ("3", "", "")]
    ):
        index = tmp_path / f"index{number}"
        index.mkdir()
        for name, text in (("level", level), ("type", kind), ("size", size)):
            (index / name).write_text(text + "\n")
    assert cache_sizes(tmp_path) == {1: 48 * 1024, 2: 2 * 1024**2, 3: 0}
    assert cache_sizes(tmp_path / "missing") == {1: 32 * 1024, 2: 512 * 1024, 3: 0}


def test_the_real_host() -> None:
    host = cpu_target("host")
    assert host.name == "host"
    assert host.lanes in (4, 8, 16)
    assert load_target("host") is host
