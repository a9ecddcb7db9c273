"""Savings as flat records, for JSON and CSV."""

from convopt.benchmarks.reporting.files import Record
from convopt.benchmarks.traffic.saving import Saving
from convopt.convdialect.shapes import FLOAT_BYTES

PARTS = ("input", "weights", "intermediate", "output")
FIELDS = (
    "name",
    "network",
    "target",
    "apart_bytes",
    "fused_bytes",
    "saved",
    "modules",
    "is_chosen",
    "kind",
    *(f"{when}_{part}_bytes" for when in ("apart", "fused") for part in PARTS),
)
"""A pair or a network on one target. `saved`: a fraction; `is_chosen`: whether the planner fuses
the pair. Between layers of a network, what is written is output and what is read is input."""


def record(saving: Saving) -> Record:
    """A record with FIELDS."""
    found: Record = {
        "name": saving.name,
        "network": saving.network,
        "target": saving.target,
        "apart_bytes": saving.apart_bytes,
        "fused_bytes": saving.fused_bytes,
        "saved": saving.share,
        "modules": saving.modules,
        "is_chosen": saving.is_chosen,
        "kind": saving.kind,
    }
    for when, traffic in (("apart", saving.apart), ("fused", saving.fused)):
        for part in PARTS:
            found[f"{when}_{part}_bytes"] = FLOAT_BYTES * getattr(traffic, part)
    return found
