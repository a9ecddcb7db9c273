"""Predicted times of phases, by hand."""

from dataclasses import replace
from math import hypot

import pytest

from convopt.backends.targets import cpu_target
from convopt.passes.cost.memory_access.accesses import COLD, Access, Operand, Phase
from convopt.passes.cost.memory_access.predicted_time import (
    Burst,
    PhaseTime,
    phase_time,
    predicted_seconds,
)
from convopt.passes.cost.tile_cycles import TILE_OVERHEAD

TARGET = replace(
    cpu_target("x86-64-v4"),
    frequency_ghz=2.0,
    fma_ports=2,
    lanes=16,
    l1_bytes=32768,
    l2_bytes=1 << 20,
    l3_bytes=1 << 24,
    l1_gbs=256.0,
    l2_gbs=100.0,
    l2_write_gbs=40.0,
    l3_gbs=20.0,
    l3_write_gbs=16.0,
    dram_gbs=10.0,
    dram_write_gbs=5.0,
)


def test_each_part_of_the_machine() -> None:
    phase = Phase(
        "",
        fmas=4000,
        other_operations=800,
        loads=3000,
        stores=1000,
        accesses=(
            Access(Operand.INPUT, 1000, 100),
            Access(Operand.INPUT, 2000, 100_000),
            Access(Operand.OUTPUT, 500, 100_000, is_store=True),
            Access(Operand.WEIGHTS, 250, 12_000_000),
            Access(Operand.WEIGHTS, 125, COLD),
            Access(Operand.OUTPUT, 60, 12_000_000, is_store=True),
            Access(Operand.OUTPUT, 30, COLD, is_store=True),
        ),
    )
    time = phase_time(phase, TARGET)
    assert time.ports == pytest.approx(4800 / 2 / 2e9)
    assert time.l1 == pytest.approx(3000 * 64 / 256e9)  # two vectors a cycle
    assert time.l2 == pytest.approx(4 * (2000 + 250 + 125) / 100e9 + 4 * (500 + 90) / 40e9)
    from_l3, from_dram = 4 * 250 / 20e9 + 4 * 60 / 16e9, 4 * 125 / 10e9 + 4 * 30 / 5e9
    assert time.beyond == pytest.approx(from_l3 + from_dram, rel=1e-5)
    assert time.seconds == pytest.approx(hypot(time.ports, time.beyond))
    assert predicted_seconds([phase, phase], TARGET) == 2 * time.seconds


def test_stores_leave_at_one_a_cycle() -> None:
    phase = Phase("", 0, 0, loads=10, stores=100, accesses=())
    assert phase_time(phase, TARGET).l1 == pytest.approx(100 / 2e9)
    narrow = replace(TARGET, l1_gbs=64.0)
    assert phase_time(phase, narrow).l1 == pytest.approx(100 * 64 / 64e9)


def test_a_part_of_each_cache_is_usable() -> None:
    def reading(distance: float) -> Phase:
        return Phase("", 0, 0, 0, 0, (Access(Operand.INPUT, 1000, distance),))

    within, above = reading(0.75 * 32768), reading(0.75 * 32768 + 1)
    assert phase_time(within, TARGET).l2 == 0
    assert phase_time(above, TARGET).l2 == pytest.approx(4000 / 100e9)
    assert phase_time(reading(0.75 * (1 << 20)), TARGET).beyond == 0
    twice = phase_time(reading(1.5 * (1 << 20)), TARGET).beyond
    assert twice == pytest.approx(0.7968 * 4000 / 20e9, rel=1e-3)  # m = 1 - exp(-2 m)


def test_without_a_third_cache_memory_is_next() -> None:
    phase = Phase("", 0, 0, 0, 0, (Access(Operand.INPUT, 100, COLD),))
    board = replace(TARGET, l3_bytes=0, l3_gbs=0.0)
    assert phase_time(phase, board).beyond == pytest.approx(400 / 10e9)


def test_the_results_of_a_loop_leave_after_it() -> None:
    cycle = 1 / 2e9
    unrolled = Phase("", 1000, 40, loads=0, stores=80, accesses=())
    assert phase_time(unrolled, TARGET).ports == pytest.approx((1000 + 40) / 2 * cycle)
    loop = replace(unrolled, loops=10)
    expected = 1000 / 2 + 80 + 10 * TILE_OVERHEAD
    assert phase_time(loop, TARGET).ports == pytest.approx(expected * cycle)
    busy = replace(loop, other_operations=400)  # the epilogue takes longer than the stores
    expected = (1000 + 400) / 2 + 10 * TILE_OVERHEAD
    assert phase_time(busy, TARGET).ports == pytest.approx(expected * cycle)


def test_weights_from_afar_are_waited_for_in_the_first_tile() -> None:
    weights = Access(Operand.WEIGHTS, 1000, COLD, window=0.1)
    phase = Phase("", 4000, 0, 0, 0, (Access(Operand.INPUT, 500, COLD), weights))
    time = phase_time(phase, TARGET)
    core, ours, others = 4000 / 2 / 2e9, 4 * 1000 / 10e9, 4 * 500 / 10e9
    assert time.bursts == (Burst(0.1, pytest.approx(ours)),)
    waiting = hypot(0.1 * core, ours) - 0.1 * core
    assert time.waiting == pytest.approx(waiting)
    assert time.beyond == pytest.approx(ours + others)
    assert time.seconds == pytest.approx(hypot(core, others) + waiting)
    spread = replace(phase, accesses=(phase.accesses[0], weights._replace(window=1.0)))
    assert phase_time(spread, TARGET).seconds == pytest.approx(hypot(core, ours + others))


def test_what_nothing_waits_for_costs_nothing() -> None:
    assert PhaseTime(ports=2.0, l1=3.0, l2=1.0, beyond=0.0).seconds == 3.0
