"""From a layer to the times of all its tiles."""

from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.layer_code import legal_tiles
from convopt.benchmarks.limits.machine import Limits
from convopt.benchmarks.limits.roofline import layer_limit
from convopt.benchmarks.measuring.processes import FreshProcesses
from convopt.benchmarks.measuring.samples import over_processes
from convopt.benchmarks.search.distinct import DistinctCode, distinct_codes
from convopt.benchmarks.search.results import LayerSearch, TimedTiles
from convopt.benchmarks.search.timing import SearchJob, TileCode, TimedCode

Processes = FreshProcesses[SearchJob, list[TimedCode]]


def search(layer: Layer, target: str, limits: Limits, processes: Processes) -> LayerSearch:
    """Compile every legal tile, time those that differ in every process, take medians.

    Raises ConvoptError if a result is wrong.
    """
    data = LayerData.random(layer)
    chosen, candidates = legal_tiles(data, target)
    codes = distinct_codes(data, target, candidates)
    answers = processes.answers(layer.name, _job(layer, codes))
    tried = []
    for code, found in zip(codes, zip(*answers, strict=True), strict=True):
        times = over_processes([one.timing for one in found])
        tried.append(TimedTiles(code.candidates, times, max(one.error for one in found)))
    return LayerSearch(layer, layer_limit(layer, limits), chosen, tuple(tried))


def _job(layer: Layer, codes: list[DistinctCode]) -> SearchJob:
    packed = [one.code.weights.tobytes() for one in codes]
    weights = list(dict.fromkeys(packed))
    places = {content: place for place, content in enumerate(weights)}
    tiles = (
        TileCode(str(one.code.tile), one.code.object_code, one.code.interface, places[content])
        for one, content in zip(codes, packed, strict=True)
    )
    return SearchJob(layer, tuple(tiles), tuple(weights))
