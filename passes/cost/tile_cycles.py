"""Cycles of a register tile: bounded by the FMA ports, the load ports, or the latency of the chain
of FMAs into one accumulator. Pure functions of counts and a target's data."""

from convopt.backends.targets import CpuTarget

LOAD_PORTS = 2
LOAD_COST = 0.1
"""Cycles that a load costs beside its port: instruction issue, and waiting for the cache."""
TILE_OVERHEAD = 6.0
"""Cycles to start and finish a tile: loop control, address arithmetic, filling the pipeline."""
LOOP_OVERHEAD = 2.0
"""Cycles of an iteration's counter and branch that nothing else hides."""


def tile_cycles(target: CpuTarget, fmas: int, loads: float, accumulators: int) -> float:
    """Cycles of `fmas` that are spread evenly over `accumulators`, with `loads` vector loads."""
    ports = fmas / target.fma_ports
    chain = fmas / accumulators * target.fma_latency
    return max(ports, loads / LOAD_PORTS, chain) + loads * LOAD_COST


def usable_registers(target: CpuTarget) -> int:
    """Vector registers that the allocator fills before it spills, found by counting spills."""
    return target.vector_registers - (4 if target.vector_registers >= 32 else 3)
