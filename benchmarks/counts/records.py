"""Counts as plain records, for JSON and CSV."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from convopt.benchmarks.counts.listing import mnemonics
from convopt.benchmarks.counts.measurement import LayerCounts
from convopt.benchmarks.counts.published import published_for
from convopt.benchmarks.counts.search import Search
from convopt.errors import ConvoptError

Record = dict[str, Any]


def layer_record(counts: LayerCounts) -> Record:
    """One row: totals of one call, the same per multiply-add, the hottest block, the best peer."""
    total, hot = counts.total, counts.hot.effects
    record: Record = {
        "layer": counts.layer.name,
        "macs": counts.layer.macs,
        "tile": str(counts.tile),
        "instructions": total.instructions,
        "loads": total.loads,
        "stores": total.stores,
        "load_bytes": total.load_bytes,
        "store_bytes": total.store_bytes,
        "fma_lanes": total.fma_lanes,
        "stack_references": total.stack_references,
        "instructions_per_mac": counts.instructions_per_mac,
        "loads_per_mac": counts.per_mac(total.loads),
        "stores_per_mac": counts.per_mac(total.stores),
        "bytes_per_mac": counts.bytes_per_mac,
        "compulsory_bytes_per_mac": counts.per_mac(counts.layer.bytes),
        "fma_lanes_per_mac": counts.per_mac(total.fma_lanes),
        "hot_share": counts.hot_share,
        "hot_executions": counts.hot.executions,
        "hot_instructions": hot.instructions,
        "hot_fmas": hot.fmas,
        "hot_loads": hot.loads,
        "hot_stores": hot.stores,
        "hot_stack_references": hot.stack_references,
        "cycles_per_quad_fma": counts.cycles_per_quad_fma,
        "relative_error": counts.error,
    }
    for peer in published_for(counts.layer):
        record[f"{peer.peer}_instructions_per_mac"] = peer.instructions_per_mac
        record[f"{peer.peer}_bytes_per_mac"] = peer.bytes_per_mac
    return record


def code_record(counts: LayerCounts) -> Record:
    """The row with the hottest block's mnemonics and assembly."""
    return {
        **layer_record(counts),
        "hot_mnemonics": mnemonics(counts.hot_instructions),
        "hot_assembly": list(counts.hot_instructions),
    }


def search_record(layer: str, search: Search) -> Record:
    """All tiles of a search, best first."""
    return {
        "layer": layer,
        "chosen": str(search.chosen),
        "distance": search.distance,
        "tiles": [
            {
                "tile": str(one.tile),
                "predicted_cycles": one.predicted_cycles,
                "instructions_per_mac": one.counts.instructions_per_mac,
                "bytes_per_mac": one.counts.bytes_per_mac,
                "hot_stack_references": one.counts.hot.effects.stack_references,
            }
            for one in search.tried
        ],
    }


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Raises ConvoptError where the file cannot be written."""
    try:
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise _unwritable(path, error) from error


def write_csv(path: Path, records: Sequence[Record]) -> None:
    """One line a record; a column that only some records have is empty in the others.

    Raises ConvoptError where the file cannot be written.
    """
    columns = list(dict.fromkeys(name for record in records for name in record))
    try:
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(records)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> ConvoptError:
    return ConvoptError(f"expected a file that can be written, found {path}: {error.strerror}")
