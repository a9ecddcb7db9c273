"""What the compiler knows of a machine: plain, validated data."""

from dataclasses import dataclass, fields
from typing import TypeAlias

from convopt.convdialect.errors import ConvoptError

CPU_ARCHITECTURES = ("x86_64", "aarch64")

_MAY_BE_ZERO = ("l3_bytes", "l3_gbs", "l3_write_gbs", "matrix_cycles")
_MAY_BE_EMPTY = ("features", "schedule_for")


@dataclass(frozen=True)
class CpuTarget:
    """A CPU core and its caches.

    `cpu`, `features` and `schedule_for` are in LLVM's spelling; instructions are ordered for the
    CPU `schedule_for` where it is not empty. `lanes`: floats in a vector register.
    `fma_latency` in cycles, `fma_ports` multiply-adds started a cycle. Sizes in bytes, of what one
    core sees; 0: no such cache.

    Bandwidths in GB/s of one core: `_gbs` reading, `_write_gbs` writing what is not in a nearer
    level. A line that is written is fetched first and later written back; shipped targets, where
    this is not measured, say half of reading for L2, 0.9 of it for L3 and 0.6 for DRAM (on the
    AVX-512 servers that were measured 0.3 to 0.36, 0.9 to 1, and 0.6).

    What a multiply-add's operand may be: `indexed_fma`, one lane of a vector for all (NEON);
    `fma_reads_memory`, a vector in memory (x86-64); `fma_broadcasts_memory`, one float in memory
    for all lanes (AVX-512). Measured: `prefetches`, whether prefetch instructions pay (narrow
    cores lose their issue slots); `waits_for_short_runs`, whether a core waits for the first lines
    of each row that lies outside L1, since the hardware's prefetcher starts late.
    """

    name: str
    arch: str
    triple: str
    cpu: str
    features: str
    schedule_for: str
    lanes: int
    vector_registers: int
    fma_latency: int
    fma_ports: int
    indexed_fma: bool
    fma_reads_memory: bool
    fma_broadcasts_memory: bool
    prefetches: bool
    waits_for_short_runs: bool
    frequency_ghz: float
    l1_bytes: int
    l2_bytes: int
    l3_bytes: int
    l1_gbs: float
    l2_gbs: float
    l2_write_gbs: float
    l3_gbs: float
    l3_write_gbs: float
    dram_gbs: float
    dram_write_gbs: float

    def __post_init__(self) -> None:
        _check_fields(self)
        if self.arch not in CPU_ARCHITECTURES:
            raise ConvoptError(
                f"target {self.name}: arch: expected one of {', '.join(CPU_ARCHITECTURES)}, "
                f"found {self.arch}"
            )
        if self.lanes & (self.lanes - 1) or self.lanes > 64:
            raise ConvoptError(
                f"target {self.name}: lanes: expected a power of two up to 64, found {self.lanes}"
            )
        for name in ("l3_gbs", "l3_write_gbs"):
            if self.l3_bytes and not getattr(self, name):
                raise ConvoptError(
                    f"target {self.name}: {name}: expected more than 0 beside l3_bytes "
                    f"{self.l3_bytes}, found 0"
                )

    @property
    def peak_gflops(self) -> float:
        """Floating-point operations of one core in a nanosecond; a multiply-add is two."""
        return 2.0 * self.lanes * self.fma_ports * self.frequency_ghz


@dataclass(frozen=True)
class GpuTarget:
    """A CUDA device.

    `compute_capability` as in "8.6". Sizes in bytes, per multiprocessor where the name says so;
    `shared_bytes_per_sm` is the most that shared memory can be set to, `shared_bytes_per_block` the
    most that one block can have of it; `l1_bytes_per_sm` is what both share;
    `shared_bytes_per_cycle` is what shared memory gives or takes. Bandwidths in GB/s, `l2_gbs` for
    reading. Latencies in cycles: until a load from there arrives. `launch_us`: from the end of a
    kernel to the start of the one that waits for it, in a CUDA graph. `matrix_cycles`: of a
    multiprocessor, for an mma of 16 x 8 sums and eight words deep; 0 without tensor cores.
    """

    name: str
    compute_capability: str
    sms: int
    cores_per_sm: int
    threads_per_sm: int
    blocks_per_sm: int
    registers_per_sm: int
    shared_bytes_per_sm: int
    shared_bytes_per_block: int
    l1_bytes_per_sm: int
    shared_bytes_per_cycle: int
    shared_latency: int
    frequency_ghz: float
    l2_bytes: int
    l2_gbs: float
    l2_latency: int
    dram_gbs: float
    dram_latency: int
    launch_us: float
    matrix_cycles: float

    def __post_init__(self) -> None:
        _check_fields(self)
        major, dot, minor = self.compute_capability.partition(".")
        if not (major.isdigit() and dot and minor.isdigit()):
            raise ConvoptError(
                f"target {self.name}: compute_capability: expected a version such as 8.6, "
                f"found {self.compute_capability}"
            )

    @property
    def has_tf32(self) -> bool:
        """Whether tensor cores take f32, rounded to tf32."""
        return self.matrix_cycles > 0 and int(self.compute_capability.partition(".")[0]) >= 8

    @property
    def peak_gflops(self) -> float:
        """Floating-point operations of the device in a nanosecond; a multiply-add is two."""
        return 2.0 * self.sms * self.cores_per_sm * self.frequency_ghz


Target: TypeAlias = CpuTarget | GpuTarget


def _check_fields(target: CpuTarget | GpuTarget) -> None:
    """Raise ConvoptError for a value that is not positive or a text that is empty."""
    for field in fields(target):
        value = getattr(target, field.name)
        if isinstance(value, str):
            if not value and field.name not in _MAY_BE_EMPTY:
                raise ConvoptError(f"target {target.name}: {field.name}: expected a text")
        elif not isinstance(value, bool):
            least = "0 or more" if field.name in _MAY_BE_ZERO else "more than 0"
            if value < 0 or (value == 0 and field.name not in _MAY_BE_ZERO):
                raise ConvoptError(
                    f"target {target.name}: {field.name}: expected {least}, found {value}"
                )
