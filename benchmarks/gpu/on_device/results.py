"""Results as they come: a line of JSON a measurement, so that a run can go on where it stopped."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = "results.jsonl"
TABLE = "results.csv"


@dataclass(frozen=True)
class Row:
    """What one contender did in one measurement. Times in microseconds, of one call.

    `predicted_us`: by the planner's model. `error`: relative; None for what computes something
    else. `problem`: why there are no times.
    """

    contender: str
    precision: str
    is_ours: bool = False
    predicted_us: float | None = None
    error: float | None = None
    warm_us: float | None = None
    warm_least_us: float | None = None
    warm_spread: float | None = None
    cold_us: float | None = None
    microjoules: float | None = None
    problem: str = ""


@dataclass(frozen=True)
class Measurement:
    """One part of one case; `machine` is what it was taken on."""

    part: str
    case: str
    kind: str
    group: str
    batch: int
    is_fused: bool
    seconds: float
    machine: dict[str, Any]
    rows: tuple[Row, ...]

    def row(self, contender: str, precision: str = "f32") -> Row | None:
        for row in self.rows:
            if (row.contender, row.precision) == (contender, precision):
                return row
        return None


class Results:
    """The measurements of a file, which need not exist yet."""

    def __init__(self, path: Path):
        self.path = path
        self.measurements = _read(path) if path.exists() else []

    def has(self, part: str, case: str) -> bool:
        return any((each.part, each.case) == (part, case) for each in self.measurements)

    def add(self, measurement: Measurement) -> None:
        """Kept on disk at once."""
        self.measurements.append(measurement)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(measurement)) + "\n")

    def seconds(self, part: str) -> float:
        """The longest that a case of the part took; 0 for none yet."""
        return max((each.seconds for each in self.measurements if each.part == part), default=0.0)

    def write_table(self, path: Path) -> None:
        """All rows as CSV."""
        names = [*Measurement.__dataclass_fields__][:-2]
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow([*names, *Row.__dataclass_fields__])
            for each in self.measurements:
                start = [getattr(each, name) for name in names]
                writer.writerows([*start, *asdict(row).values()] for row in each.rows)


def _read(path: Path) -> list[Measurement]:
    """A last line that an interrupt cut off is taken away."""
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
    lines = whole.splitlines()
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [_measurement(json.loads(line)) for line in lines]


def _measurement(fields: dict[str, Any]) -> Measurement:
    rows = tuple(Row(**row) for row in fields.pop("rows"))
    return Measurement(**fields, rows=rows)


def of_part(measurements: Sequence[Measurement], part: str) -> list[Measurement]:
    return [each for each in measurements if each.part == part]
