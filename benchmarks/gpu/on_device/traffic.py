"""NVIDIA's profiler: which command counts traffic, and what its table says beside the model."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from convopt.benchmarks.gpu.on_device.bundle import Bundle, BundleError, Launch

DRAM = ("dram__bytes_read.sum", "dram__bytes_write.sum")
L2 = ("lts__t_sectors_op_read.sum", "lts__t_sectors_op_write.sum")
OTHERS = (
    "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum",
    "launch__registers_per_thread",
    "launch__occupancy_limit_shared_mem",
    "sm__warps_active.avg.pct_of_peak_sustained_active",
)
SECTOR_BYTES = 32
_UNITS = {"": 1.0, "byte": 1.0, "sector": 1.0}
_PREFIXES = {"K": 1e3, "M": 1e6, "G": 1e9}
_NAME = "Kernel Name"


@dataclass(frozen=True)
class KernelTraffic:
    """Bytes of one launch, counted (None: not counted) and by the model.

    Of DRAM what is read: the profiler empties the caches before a kernel, which then reads every
    buffer once; what it writes may stay in L2.
    """

    kernel: str
    case: str
    variant: str
    l2_bytes: float | None
    model_l2_bytes: int
    dram_bytes: float | None
    model_dram_bytes: int


def command(script: str, arguments: Sequence[str], output: str) -> str:
    """The command line that counts."""
    metrics = ",".join((*DRAM, *L2, *OTHERS))
    return (
        f"ncu --clock-control none --csv --page raw --metrics {metrics} "
        f"python {script} launch {' '.join(arguments)} > {output}"
    )


def read_table(path: Path) -> list[dict[str, float | str]]:
    """A row a launch; counts without units: bytes, sectors. Raises BundleError."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith('"ID"')), None)
    if start is None:
        raise BundleError(f"{path}: expected the output of ncu --csv --page raw, found no table")
    names, units, *rows = csv.reader(lines[start:])
    return [_row(names, units, row) for row in rows if len(row) == len(names)]


def compared(bundle: Bundle, rows: Sequence[Mapping[str, float | str]]) -> list[KernelTraffic]:
    """Our kernels of a table; those of others, and those without a model, are left out."""
    known = {
        launch.kernel: (case, variant, launch)
        for case, variant, launch in _all(bundle)
        if launch.written_bytes
    }
    found = {}
    for row in rows:
        name = _plain_name(str(row.get(_NAME, "")))
        if name not in known:
            continue
        case, variant, launch = known[name]
        sectors = _sum(row, L2)
        found[name] = KernelTraffic(
            name,
            case,
            variant,
            None if sectors is None else sectors * SECTOR_BYTES,
            launch.bytes,
            _sum(row, DRAM[:1]),
            launch.once_bytes - launch.written_bytes,
        )
    return list(found.values())


def lines(found: Sequence[KernelTraffic]) -> Iterator[str]:
    yield f"{'kernel':<64}{'L2':>12}{'model':>12}{'DRAM read':>12}{'model':>12}"
    for each in found:
        counts = (each.l2_bytes, each.model_l2_bytes, each.dram_bytes, each.model_dram_bytes)
        shown = "".join(f"{'-' if n is None else f'{n:.0f}':>12}" for n in counts)
        yield f"{each.kernel:<64}{shown}"


def as_records(found: Sequence[KernelTraffic]) -> list[dict[str, Any]]:
    return [asdict(each) for each in found]


def _all(bundle: Bundle) -> Iterator[tuple[str, str, Launch]]:
    for case in bundle.cases:
        for variant in case.variants:
            for launch in variant.launches:
                yield case.key, variant.name, launch


def _plain_name(name: str) -> str:
    return name.partition("(")[0].strip()


def _row(names: Sequence[str], units: Sequence[str], row: Sequence[str]) -> dict[str, float | str]:
    return {name: _value(text, unit) for name, unit, text in zip(names, units, row, strict=True)}


def _value(text: str, unit: str) -> float | str:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return text
    if unit in _UNITS:
        return number * _UNITS[unit]
    if unit[:1] in _PREFIXES and unit[1:] in _UNITS:
        return number * _PREFIXES[unit[0]]
    return number


def _sum(row: Mapping[str, float | str], names: Sequence[str]) -> float | None:
    values = [row.get(name) for name in names]
    if not all(isinstance(value, float) for value in values):
        return None
    return float(sum(value for value in values if isinstance(value, float)))
