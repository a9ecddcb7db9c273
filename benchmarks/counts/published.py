"""Counts of other libraries, measured once under emulation and kept as data."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from convopt.benchmarks.layer import Layer

METHOD = (
    "Peers: qemu-aarch64 with a counting plug-in, neoverse-n1, fp32, one thread; chains of equal "
    "layers, so that start-up and conversions at both ends cancel."
)

_FILE = Path(__file__).with_name("published.csv")
_NUMBERS = ("macs", "instructions", "loads", "stores", "load_bytes", "store_bytes")


@dataclass(frozen=True)
class PublishedCounts:
    """What one library executes for a layer of `macs` multiply-adds."""

    layer: str
    macs: int
    peer: str
    version: str
    instructions: int
    loads: int
    stores: int
    load_bytes: int
    store_bytes: int

    @property
    def instructions_per_mac(self) -> float:
        return self.instructions / self.macs

    @property
    def bytes_per_mac(self) -> float:
        """Loaded and stored."""
        return (self.load_bytes + self.store_bytes) / self.macs


@cache
def all_published() -> tuple[PublishedCounts, ...]:
    """Every count that is shipped."""
    with _FILE.open(newline="") as stream:
        return tuple(
            PublishedCounts(**{k: int(v) if k in _NUMBERS else v for k, v in row.items()})  # type: ignore[arg-type]
            for row in csv.DictReader(stream)
        )


def published_for(layer: Layer) -> list[PublishedCounts]:
    """The counts for a layer, fewest instructions first; empty if there are none.

    The name of a layer leaves out its padding; the multiply-adds tell that apart.
    """
    found = [one for one in all_published() if (one.layer, one.macs) == (layer.name, layer.macs)]
    return sorted(found, key=lambda one: one.instructions)
