"""Tiles as flat records, for JSON and CSV."""

from collections.abc import Iterator

from convopt.backends.targets import CpuTarget
from convopt.benchmarks.layers.tables import layer_class
from convopt.benchmarks.reporting.files import Record
from convopt.benchmarks.search.results import LayerSearch, TimedTiles

FIELDS = (
    "network",
    "layer",
    "class",
    "macs",
    "limit_us",
    "bound",
    "tile",
    "same_code_as",
    "is_chosen",
    "above_best",
    "predicted_us",
    "min_us",
    "median_us",
    "share_of_limit",
    "samples",
    "relative_error",
)
"""A tile of a layer; `above_best` is a fraction of the least time, `predicted_us` the cost model's.
Times are medians over processes of each one's least and median. Where `same_code_as` names another
tile, the times are that one's."""


def records(search: LayerSearch, target: CpuTarget) -> list[Record]:
    """A record for every tile, best first."""
    return [record for one in search.ranked for record in _records(search, one, target)]


def _records(search: LayerSearch, one: TimedTiles, target: CpuTarget) -> Iterator[Record]:
    layer, found = search.layer, one.timing
    for number, candidate in enumerate(one.candidates):
        yield {
            "network": layer.network,
            "layer": layer.name,
            "class": layer_class(layer),
            "macs": layer.macs,
            "limit_us": 1e6 * search.limit.seconds,
            "bound": search.limit.bound,
            "tile": str(candidate.tile),
            "same_code_as": str(one.candidates[0].tile) if number else "",
            "is_chosen": candidate.tile == search.chosen,
            "above_best": search.above_best(one),
            "predicted_us": candidate.predicted_cycles / target.frequency_ghz / 1e3,
            "min_us": 1e6 * found.min_seconds,
            "median_us": 1e6 * found.median_seconds,
            "share_of_limit": found.share,
            "samples": found.samples,
            "relative_error": one.error,
        }
