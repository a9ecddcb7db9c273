"""Counts as flat records, for JSON and CSV."""

from convopt.benchmarks.counts.listing import mnemonics
from convopt.benchmarks.counts.measurement import LayerCounts
from convopt.benchmarks.counts.search import Search, TriedTile
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.reporting.files import Record

LAYER_FIELDS = (
    "layer",
    "gradient",
    "macs",
    "tile",
    "instructions",
    "loads",
    "stores",
    "load_bytes",
    "store_bytes",
    "fma_lanes",
    "stack_references",
    "instructions_per_mac",
    "loads_per_mac",
    "stores_per_mac",
    "bytes_per_mac",
    "compulsory_bytes_per_mac",
    "fma_lanes_per_mac",
    "hot_share",
    "hot_executions",
    "hot_instructions",
    "hot_fmas",
    "hot_loads",
    "hot_stores",
    "hot_stack_references",
    "hot_mnemonics",
    "cycles_per_quad_fma",
    "relative_error",
    "best_peer",
    "best_peer_instructions_per_mac",
    "best_peer_bytes_per_mac",
)
"""A layer, or one of its gradients: totals of one call, the same per multiply-add, the hottest
block, and the peer with the fewest instructions."""

TILE_FIELDS = (
    "layer",
    "tile",
    "is_chosen",
    "above_best",
    "predicted_cycles",
    "instructions",
    "instructions_per_mac",
    "bytes_per_mac",
    "stack_references",
    "hot_stack_references",
)
"""A tile of a search; `above_best` is a fraction of the fewest instructions."""


def layer_record(counts: LayerCounts) -> Record:
    """A record with LAYER_FIELDS; None where there is no number."""
    total, hot = counts.total, counts.hot.effects
    peer = next(iter(counts.published), None)
    return {
        "layer": counts.layer.name,
        "gradient": counts.gradient and str(counts.gradient),
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
        "compulsory_bytes_per_mac": counts.per_mac(counts.compulsory_bytes),
        "fma_lanes_per_mac": counts.per_mac(total.fma_lanes),
        "hot_share": counts.hot_share,
        "hot_executions": counts.hot.executions,
        "hot_instructions": hot.instructions,
        "hot_fmas": hot.fmas,
        "hot_loads": hot.loads,
        "hot_stores": hot.stores,
        "hot_stack_references": hot.stack_references,
        "hot_mnemonics": _words(mnemonics(counts.hot_instructions)),
        "cycles_per_quad_fma": counts.cycles_per_quad_fma,
        "relative_error": counts.error,
        "best_peer": peer and peer.peer,
        "best_peer_instructions_per_mac": peer and peer.instructions_per_mac,
        "best_peer_bytes_per_mac": peer and peer.bytes_per_mac,
    }


def tile_records(layer: Layer, search: Search) -> list[Record]:
    """A record with TILE_FIELDS for every tile, best first."""
    return [_tile_record(layer, search, one) for one in search.ranked]


def _tile_record(layer: Layer, search: Search, one: TriedTile) -> Record:
    return {
        "layer": layer.name,
        "tile": str(one.tile),
        "is_chosen": one.tile == search.chosen,
        "above_best": search.above_best(one),
        "predicted_cycles": one.predicted_cycles,
        "instructions": one.counts.total.instructions,
        "instructions_per_mac": one.counts.instructions_per_mac,
        "bytes_per_mac": one.counts.bytes_per_mac,
        "stack_references": one.counts.total.stack_references,
        "hot_stack_references": one.counts.hot.effects.stack_references,
    }


def _words(counts: dict[str, int]) -> str:
    """Like `fmla 144, ldr 42`."""
    return ", ".join(f"{name} {count}" for name, count in counts.items())
