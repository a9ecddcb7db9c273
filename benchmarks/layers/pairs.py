"""The neighbours of four networks that can be fused, with plans for GPUs to compare with."""

import csv
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from convopt.benchmarks.layer import Layer

PLANNED_DEVICES = ("gtx1660", "orin", "a4000", "h200")

_TABLE = Path(__file__).parent / "fused_pairs.csv"
_TEXTS = ("network", "kind", "link")


@dataclass(frozen=True)
class PairPlan:
    """A fused module's kind and tile on a GPU; elements moved by it and by the layers on their own.

    `redundancy`: share of the first stage's work that is done again, to four decimals.
    """

    kind: str
    filters: int
    rows: int
    columns: int
    fused: int
    unfused: int
    redundancy: float


@dataclass(frozen=True)
class Pair:
    """Two convolutions of which the second reads what the first makes, of square maps and kernels.

    `kind`: dwpw, pwdw or pwpw. `link`: direct; fanout and add where a residual is taken off or
    added in between. `count`: how often the network has it.
    """

    network: str
    kind: str
    cin: int
    hin: int
    win: int
    cmid: int
    cout: int
    k1: int
    stride1: int
    pad1: int
    k2: int
    stride2: int
    pad2: int
    count: int
    link: str

    @property
    def name(self) -> str:
        """The layers' names."""
        return " + ".join(layer.name for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-adds of both."""
        return sum(layer.macs for layer in self.layers)

    @property
    def layers(self) -> tuple[Layer, Layer]:
        """Both convolutions, padded alike on all sides."""
        source = (self.cin, self.hin, self.win)
        first = self._layer(self.kind[:2], source, self.cmid, (self.k1, self.stride1, self.pad1))
        _, channels, rows, columns = first.output_shape
        second = self._layer(
            self.kind[2:],
            (channels, rows, columns),
            self.cout,
            (self.k2, self.stride2, self.pad2),
        )
        return first, second

    def _layer(
        self,
        kind: str,
        source: tuple[int, int, int],
        outputs: int,
        window: tuple[int, int, int],
    ) -> Layer:
        kernel, stride, pad = window
        return Layer(
            self.network,
            kind,
            *source,
            outputs,
            *(kernel, kernel, stride, stride),
            *(pad, pad, pad, pad),
            dilation=1,
            groups=source[0] if kind == "dw" else 1,
            count=self.count,
        )


@cache
def read_pairs() -> tuple[tuple[Pair, dict[str, PairPlan]], ...]:
    """Every pair of the shipped table, with its plans by device."""
    with _TABLE.open(newline="", encoding="utf-8") as stream:
        return tuple((_pair(row), _plans(row)) for row in csv.DictReader(stream))


def _pair(row: dict[str, str]) -> Pair:
    names = [field.name for field in fields(Pair)]
    texts = {name: row[name] for name in names if name in _TEXTS}
    sizes = {name: int(row[name]) for name in names if name not in _TEXTS}
    return Pair(**texts, **sizes)  # type: ignore[arg-type]


def _plans(row: dict[str, str]) -> dict[str, PairPlan]:
    return {device: _plan(row, device) for device in PLANNED_DEVICES}


def _plan(row: dict[str, str], device: str) -> PairPlan:
    sizes = ("tf", "th", "tw", "fused", "unfused")
    filters, rows, columns, fused, unfused = (int(row[f"{device}_{name}"]) for name in sizes)
    kind, redundancy = row[f"{device}_kind"], float(row[f"{device}_redundancy"])
    return PairPlan(kind, filters, rows, columns, fused, unfused, redundancy)
