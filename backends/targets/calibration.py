"""What was measured on this user's machine: kept in a file, used by the target `host`."""

import json
import os
import warnings
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from convopt.backends.targets.description import CpuTarget
from convopt.convdialect.errors import ConvoptError

_FILE = "calibration.json"
_MAY_BE_ZERO = ("l3_gbs", "l3_write_gbs")


@dataclass(frozen=True)
class Calibration:
    """Of one core: multiply-adds in GFLOP/s with vectors of `lanes`, and GB/s reading from each
    level of memory and writing to it; 0 where there is no such level."""

    lanes: int
    peak_gflops: float
    l1_gbs: float
    l2_gbs: float
    l2_write_gbs: float
    l3_gbs: float
    l3_write_gbs: float
    dram_gbs: float
    dram_write_gbs: float

    def applied_to(self, target: CpuTarget) -> CpuTarget:
        """The target with these numbers; the clock is the one that the peak asks for."""
        flops_a_cycle = 2.0 * target.lanes * target.fma_ports
        return replace(
            target,
            frequency_ghz=self.peak_gflops / flops_a_cycle,
            l1_gbs=self.l1_gbs,
            l2_gbs=self.l2_gbs,
            l2_write_gbs=self.l2_write_gbs,
            l3_gbs=self.l3_gbs,
            l3_write_gbs=self.l3_write_gbs,
            dram_gbs=self.dram_gbs,
            dram_write_gbs=self.dram_write_gbs,
        )


def user_folder() -> Path:
    """Where convopt keeps what it may make again: CONVOPT_CACHE_DIR, else in the user's cache."""
    chosen = os.environ.get("CONVOPT_CACHE_DIR")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "convopt"


def stored_calibration(processor: str, lanes: int) -> Calibration | None:
    """What is kept for a kind of processor; None where nothing is.

    A file that cannot be read is worth a warning: the estimates then stand.
    """
    file = user_folder() / _FILE
    try:
        known = _read(file)
        entry = known.get(_key(processor, lanes))
        return None if entry is None else _calibration(entry)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        warnings.warn(
            f"the calibration in {file} is ignored ({error}); `convopt-bench calibrate` makes a "
            "new one",
            RuntimeWarning,
            stacklevel=2,
        )
        return None


def store_calibration(processor: str, calibration: Calibration) -> Path:
    """Keep it beside those of other processors; the file. Raises ConvoptError if that fails."""
    file = user_folder() / _FILE
    try:
        known = _read(file)
    except (OSError, ValueError):
        known = {}
    known[_key(processor, calibration.lanes)] = asdict(calibration)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        raise ConvoptError(f"cannot write {file}: {error.strerror}") from error
    return file


def _key(processor: str, lanes: int) -> str:
    return f"{processor}, {lanes} lanes"


def _read(file: Path) -> dict[str, Any]:
    known = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(known, dict):
        raise ValueError(f"expected an object, found {type(known).__name__}")
    return known


def _calibration(entry: Any) -> Calibration:
    names = [field.name for field in fields(Calibration)]
    if not isinstance(entry, dict) or sorted(entry) != sorted(names):
        raise ValueError(f"expected the keys {', '.join(names)}")
    for name, value in entry.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or value < 0 or (value == 0 and name not in _MAY_BE_ZERO):
            raise ValueError(f"{name}: expected a positive number, found {value!r}")
    return Calibration(**entry)
