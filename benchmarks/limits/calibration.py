"""From measured limits to what the compiler's description of the host takes from them."""

from convopt.backends.targets.calibration import Calibration
from convopt.benchmarks.limits.machine import Limits


def calibration_of(limits: Limits) -> Calibration:
    """Peak, and bandwidths reading and writing; 0 for a level that the machine does not have."""
    levels = {level.name: level for level in limits.levels}
    third = levels.get("L3")
    return Calibration(
        lanes=limits.lanes,
        peak_gflops=limits.peak_gflops,
        l1_gbs=levels["L1"].read_gbs,
        l2_gbs=levels["L2"].read_gbs,
        l2_write_gbs=levels["L2"].write_gbs,
        l3_gbs=third.read_gbs if third else 0.0,
        l3_write_gbs=third.write_gbs if third else 0.0,
        dram_gbs=levels["DRAM"].read_gbs,
        dram_write_gbs=levels["DRAM"].write_gbs,
    )
