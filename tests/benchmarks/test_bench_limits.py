"""The machine's limits: loops that do what they say, the roofline's arithmetic, calibration."""

import json
import warnings
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from convopt.backends.llvm import emit_assembly, jit, stack_references
from convopt.backends.targets import CpuTarget, cpu_target
from convopt.backends.targets.calibration import (
    Calibration,
    store_calibration,
    stored_calibration,
)
from convopt.backends.targets.host import host_target
from convopt.backends.targets.processor import processor_identity
from convopt.benchmarks.layers.tables import read_table
from convopt.benchmarks.limits.calibration import calibration_of
from convopt.benchmarks.limits.loops import chains, loops_text, step_bytes
from convopt.benchmarks.limits.machine import Level, Limits, Machine, memory_levels
from convopt.benchmarks.limits.roofline import home_level, layer_limit
from convopt.errors import ConvoptError

PUBLISHED = Limits(
    16,
    247.0,
    (
        Level("L1", 48 << 10, 490, 258, 520),
        Level("L2", 2 << 20, 181, 66, 107),
        Level("L3", 64 << 20, 29, 29, 29),
        Level("DRAM", 0, 16, 10, 15),
    ),
)
MEASURED = Calibration(
    lanes=16,
    peak_gflops=200.0,
    l1_gbs=400.0,
    l2_gbs=150.0,
    l2_write_gbs=50.0,
    l3_gbs=30.0,
    l3_write_gbs=25.0,
    dram_gbs=12.0,
    dram_write_gbs=7.0,
)


@pytest.mark.parametrize(
    ("network", "microseconds", "bound"),
    [
        ("dw3 192x28 s1", 11.3, "L2"),
        ("dw3 64x112 s2", 138.5, "L3"),
        ("gspc 256 @8 g256", 1.3, "L2"),
        ("pw 96->24 @56", 58.5, "compute"),
        ("grp3 1024 g32 @7", 117.0, "compute"),
    ],
)
def test_the_roofline_is_the_one_that_was_published(
    network: str, microseconds: float, bound: str
) -> None:
    layer = next(one for one in read_table("host_peer_set") if one.network == network)
    limit = layer_limit(layer, PUBLISHED)
    assert 1e6 * limit.seconds == pytest.approx(microseconds, abs=0.05)
    assert limit.bound == bound


def test_a_slower_clock_slows_what_runs_at_it() -> None:
    layers = {one.network: one for one in read_table("host_peer_set")}
    in_l2 = layer_limit(layers["dw3 192x28 s1"], PUBLISHED)
    in_l3 = layer_limit(layers["dw3 64x112 s2"], PUBLISHED)
    assert in_l2.at_clock(0.5).seconds == pytest.approx(2 * in_l2.seconds)
    assert in_l3.at_clock(0.5).memory_seconds == in_l3.memory_seconds
    assert in_l3.at_clock(0.5).compute_seconds == pytest.approx(2 * in_l3.compute_seconds)


def test_the_last_level_holds_everything() -> None:
    assert home_level(48 << 10, PUBLISHED).name == "L1"
    assert home_level((48 << 10) + 1, PUBLISHED).name == "L2"
    assert home_level(1 << 40, PUBLISHED).name == "DRAM"


def test_levels_are_measured_inside_them_and_beyond_the_one_before() -> None:
    target = cpu_target("cortex-a76")
    levels = list(memory_levels(target, 8 << 30))
    assert [name for name, _, _ in levels] == ["L1", "L2", "L3", "DRAM"]
    for (_, before, _), (_, size, working_set) in pairwise(levels):
        assert before < working_set
        assert working_set <= size or size == 0
    without = [name for name, _, _ in memory_levels(cpu_target("cortex-a72"), 1 << 30)]
    assert without == ["L1", "L2", "DRAM"]
    assert list(memory_levels(target, 1 << 28))[-1][2] == 1 << 25


@pytest.mark.parametrize("name", ["x86-64-v3", "x86-64-v4", "neoverse-n1", "cortex-a53"])
def test_the_loops_of_every_target_stay_in_registers(name: str) -> None:
    target = cpu_target(name)
    assembly = emit_assembly(loops_text(target), target)
    for loop in ("peak", "read", "write", "copy"):
        assert stack_references(assembly, loop) == 0
    peak = assembly.partition("peak:")[2].partition(".Lfunc_end")[0]
    assert peak.count("fmadd" if target.arch == "x86_64" else "fmla") == chains(target)


def test_the_loops_do_what_they_say(host: CpuTarget) -> None:
    code = jit.load(loops_text(host), host)
    count = 3 * step_bytes(host)
    rng = np.random.default_rng(0)
    source, target = aligned(count + 64), aligned(count + 64)
    source[:] = rng.integers(0, 1 << 31, source.size, np.int32)
    code.function("copy", 2, 2)(source.ctypes.data, target.ctypes.data, count, 2)
    np.testing.assert_array_equal(target[: count // 4], source[: count // 4])
    assert not target[count // 4 :].any()
    code.function("write", 2, 2)(source.ctypes.data, target.ctypes.data, count, 1)
    np.testing.assert_array_equal(
        target[: count // 4].reshape(-1, host.lanes),
        np.broadcast_to(source[: host.lanes], (count // 4 // host.lanes, host.lanes)),
    )
    code.function("read", 2, 2)(source.ctypes.data, target.ctypes.data, count, 3)
    sums = np.bitwise_xor.reduce(target[: 8 * host.lanes].reshape(8, -1))
    thrice = np.bitwise_xor.reduce(source[: count // 4].reshape(-1, host.lanes))
    np.testing.assert_array_equal(sums, thrice)


def test_the_peak_loop_counts_its_operations(host: CpuTarget) -> None:
    code = jit.load(loops_text(host), host)
    factors = np.ones(2 * host.lanes, np.float32)
    sums = np.zeros(chains(host) * host.lanes, np.float32)
    code.function("peak", 2, 2)(factors.ctypes.data, sums.ctypes.data, 5, 3)
    np.testing.assert_array_equal(sums, 1.0 + 5 * 3)


def test_limits_are_measured_for_every_level(host: CpuTarget) -> None:
    small = replace(host, l1_bytes=1 << 15, l2_bytes=1 << 18, l3_bytes=1 << 20)
    limits = Machine(small).limits(with_dram=False)
    assert [level.name for level in limits.levels] == ["L1", "L2", "L3"]
    numbers = [limits.peak_gflops]
    for level in limits.levels:
        numbers += [level.read_gbs, level.write_gbs, level.copy_gbs]
    assert all(number > 0 for number in numbers)


def test_the_host_takes_what_was_measured(cache_folder: Path) -> None:
    estimated = host_target()
    measured = replace(MEASURED, lanes=estimated.lanes)
    file = store_calibration(processor_identity(), measured)
    assert file.parent == cache_folder
    host_target.cache_clear()
    found = host_target()
    assert found.peak_gflops == pytest.approx(200.0)
    assert (found.l1_gbs, found.l2_gbs, found.dram_gbs) == (400.0, 150.0, 12.0)
    assert (found.l2_write_gbs, found.l3_write_gbs, found.dram_write_gbs) == (50.0, 25.0, 7.0)
    assert found.l2_bytes == estimated.l2_bytes


def test_calibrations_of_other_processors_are_kept_apart(cache_folder: Path) -> None:
    other = replace(MEASURED, peak_gflops=100.0)
    store_calibration("one", MEASURED)
    store_calibration("another", other)
    assert stored_calibration("one", 16) == MEASURED
    assert stored_calibration("another", 16) == other
    assert stored_calibration("one", 8) is None
    assert stored_calibration("a third", 16) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "Expecting property name"),
        ("[]", "expected an object, found list"),
        (json.dumps({"it, 16 lanes": {"lanes": 16}}), "expected the keys lanes, peak_gflops"),
        (json.dumps({"it, 16 lanes": asdict(MEASURED) | {"l2_gbs": 0}}), "l2_gbs: expected a pos"),
        (
            json.dumps({"it, 16 lanes": asdict(MEASURED) | {"l1_gbs": "x"}}),
            "l1_gbs: expected a pos",
        ),
    ],
)
def test_an_unreadable_calibration_is_ignored_with_a_warning(
    cache_folder: Path, text: str, reason: str
) -> None:
    cache_folder.mkdir(exist_ok=True)
    (cache_folder / "calibration.json").write_text(text)
    with pytest.warns(RuntimeWarning, match=reason) as caught:
        assert stored_calibration("it", 16) is None
    assert len(caught) == 1
    store_calibration("it", MEASURED)
    assert stored_calibration("it", 16) == MEASURED


def test_nothing_stored_is_no_reason_to_warn(cache_folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert stored_calibration("it", 16) is None


def test_a_folder_that_cannot_be_written(cache_folder: Path) -> None:
    cache_folder.write_text("a file")
    with pytest.raises(ConvoptError, match=r"cannot write .*calibration\.json"):
        store_calibration("it", MEASURED)


def test_a_calibration_holds_what_was_read_and_written() -> None:
    assert calibration_of(PUBLISHED) == Calibration(16, 247.0, 490, 181, 66, 29, 29, 16, 10)
    without = Limits(4, 10.0, (PUBLISHED.levels[0], PUBLISHED.levels[1], PUBLISHED.levels[3]))
    found = calibration_of(without)
    assert (found.l3_gbs, found.l3_write_gbs) == (0.0, 0.0)


def aligned(size: int) -> np.ndarray:
    """Zeros at a place that any vector may be loaded from."""
    memory = np.zeros(size // 4 + 16, np.int32)
    start = -memory.ctypes.data % 64 // 4
    return memory[start : start + size // 4]


@pytest.fixture
def host() -> CpuTarget:
    return host_target()


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The user's folder for this test; what is known of the host is forgotten before and after."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(folder))
    host_target.cache_clear()
    yield folder
    host_target.cache_clear()
