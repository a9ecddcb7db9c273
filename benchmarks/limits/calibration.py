"""From measured limits to what the compiler's description of the host takes from them."""

from convopt.backends.targets.calibration import Calibration
from convopt.benchmarks.limits.machine import Limits


def calibration_of(limits: Limits) -> Calibration:
    """Peak and reading bandwidths; 0 for a level that the machine does not have."""
    reading = {level.name: level.read_gbs for level in limits.levels}
    return Calibration(
        limits.lanes,
        limits.peak_gflops,
        reading["L1"],
        reading["L2"],
        reading.get("L3", 0.0),
        reading["DRAM"],
    )
