"""Which neighbours of a chain of layers to fuse: dynamic programming over the cheapest cover.

    best[i] = min over modules that end at layer i of best[start] + cost, layer i alone being one

(as FusePlanner's pairs, arXiv 2404.19331, with overlaps resolved, and for modules of any length).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Segment(NamedTuple):
    """The layers [start, stop) of a chain."""

    start: int
    stop: int


def cheapest_cover(
    layers: Sequence[float], modules: Mapping[Segment, float]
) -> tuple[float, tuple[Segment, ...]]:
    """The least cost of a chain, and the segments that reach it, in order.

    `layers`: cost of each layer alone; `modules`: cost of every segment that may be fused, which
    the caller has seen to: every intermediate has one consumer. Of equals more layers stay alone:
    fusing has to pay.
    """
    costs = {Segment(i, i + 1): cost for i, cost in enumerate(layers)}
    costs |= {Segment(*segment): cost for segment, cost in modules.items()}
    best: list[tuple[float, tuple[Segment, ...]]] = [(0, ())]
    for stop in range(1, len(layers) + 1):
        ends = [segment for segment in costs if segment.stop == stop]
        covers = (
            (best[each.start][0] + costs[each], (*best[each.start][1], each)) for each in ends
        )
        best.append(min(covers, key=lambda cover: (cover[0], -len(cover[1]))))
    return best[-1]
