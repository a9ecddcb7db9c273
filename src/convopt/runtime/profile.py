"""What each kernel of a compiled model took."""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from convopt.backends.targets import CpuTarget

if TYPE_CHECKING:
    from rich.table import Table

_COLUMNS = ("kernel", "kind", "location", "ms", "share", "MMACs", "MB", "GFLOP/s", "roofline")


@dataclass(frozen=True)
class ProfileRow:
    """One kernel call, or one segment in onnxruntime (which has no counts).

    `milliseconds` is the median. `roofline_share` is the least time that the target's peak and
    bandwidths allow, divided by the time it took; 0 where nothing is counted.
    """

    name: str
    kind: str
    location: str
    milliseconds: float
    macs: int
    bytes: int
    roofline_share: float

    @property
    def gflops(self) -> float:
        """2 multiply-add operations a nanosecond."""
        return 2e-6 * self.macs / self.milliseconds if self.milliseconds else 0.0


@dataclass(frozen=True)
class Profile:
    """The rows in order of execution, measured on one thread."""

    rows: tuple[ProfileRow, ...]

    @property
    def milliseconds(self) -> float:
        return sum(row.milliseconds for row in self.rows)

    def to_json(self) -> str:
        """The rows as a JSON list."""
        return json.dumps([asdict(row) for row in self.rows])

    def rich_table(self) -> "Table":
        """A table for a terminal: a line a kernel, names cut to the width, the total below.

        The kind is left out: the kernel's name starts with it.
        """
        from rich import box
        from rich.markup import escape
        from rich.table import Table

        table = Table(show_footer=True, box=box.SIMPLE, pad_edge=False, expand=True)
        footers = {"kernel": f"{len(self.rows)} kernels", "ms": f"{self.milliseconds:.3f}"}
        lines = [dict(zip(_COLUMNS, self._cells(row), strict=True)) for row in self.rows]
        shown = [column for column in _COLUMNS if column != "kind"]
        for column in shown:
            is_text = column in ("kernel", "location")
            width = max(len(column), *(len(line[column]) for line in lines), 0)
            table.add_column(
                column,
                footer=footers.get(column, ""),
                justify="left" if is_text else "right",
                ratio=1 if is_text else None,  # the text columns share what the numbers leave
                min_width=None if is_text else width,
                no_wrap=True,
            )
        for line in lines:
            table.add_row(*(escape(line[column]) for column in shown))
        return table

    def __str__(self) -> str:
        cells = [_COLUMNS, *(self._cells(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in cells) for column in range(len(_COLUMNS))]
        lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in cells]
        return "\n".join([*lines, f"total {self.milliseconds:.3f} ms"])

    def _cells(self, row: ProfileRow) -> tuple[str, ...]:
        total = self.milliseconds or 1.0
        return (
            row.name,
            row.kind,
            row.location,
            f"{row.milliseconds:.4f}",
            f"{row.milliseconds / total:.1%}",
            f"{row.macs / 1e6:.2f}" if row.macs else "",
            f"{row.bytes / 1e6:.3f}" if row.bytes else "",
            f"{row.gflops:.1f}" if row.macs else "",
            f"{row.roofline_share:.0%}" if row.roofline_share else "",
        )


def roofline_milliseconds(macs: int, size: int, target: CpuTarget) -> float:
    """The least time of one core for `macs` multiply-adds over `size` bytes.

    The bytes come from the smallest cache that holds them all.
    """
    levels = (
        (target.l1_bytes, target.l1_gbs),
        (target.l2_bytes, target.l2_gbs),
        (target.l3_bytes, target.l3_gbs),
    )
    bandwidth = next((speed for room, speed in levels if size <= room), target.dram_gbs)
    return max(2e-6 * macs / target.peak_gflops, 1e-6 * size / bandwidth)
