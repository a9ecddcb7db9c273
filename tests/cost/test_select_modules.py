"""Dynamic programming over chains, and the savings of whole networks."""

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convopt.benchmarks.networks import inverted_residuals, mobilenet_v1, xception
from convopt.passes.cost.memory_access.gpu_limits import GpuLimits
from convopt.passes.cost.memory_access.gpu_search import best_layer, best_module
from convopt.passes.cost.memory_access.select_modules import Segment, cheapest_cover
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.convolution import Convolution

KIB = 1024
DEVICES = {
    "gtx1660": GpuLimits(22, 96 * KIB, 64 * KIB),
    "a4000": GpuLimits(48, 128 * KIB, 100 * KIB),
    "orin": GpuLimits(16, 192 * KIB, 164 * KIB),
    "h200": GpuLimits(132, 256 * KIB, 227 * KIB),
}

Chains = list[list[Convolution]]
"""Convolutions of which each is the only one that reads the one before it."""


def test_overlapping_modules_are_resolved() -> None:
    modules = {Segment(0, 2): 5.0, Segment(1, 3): 4.0, Segment(2, 4): 6.0, Segment(1, 4): 9.5}
    cost, cover = cheapest_cover([4, 4, 4, 4], modules)
    assert (cost, cover) == (11, (Segment(0, 2), Segment(2, 4)))
    cost, cover = cheapest_cover([4, 4, 4, 4], modules | {Segment(1, 4): 6.5})
    assert (cost, cover) == (10.5, (Segment(0, 1), Segment(1, 4)))


def test_equals_stay_unfused() -> None:
    assert cheapest_cover([4, 4], {Segment(0, 2): 8}) == (8, (Segment(0, 1), Segment(1, 2)))
    assert cheapest_cover([], {}) == (0, ())


costs = st.integers(1, 20)


@given(st.data(), st.lists(costs, min_size=1, max_size=6))
def test_no_cover_is_cheaper(data: st.DataObject, layers: list[int]) -> None:
    segments = [
        Segment(start, stop)
        for start in range(len(layers))
        for stop in range(start + 2, min(start + 3, len(layers)) + 1)
    ]
    modules = {s: data.draw(costs) for s in segments if data.draw(st.booleans())}
    cost, cover = cheapest_cover(layers, modules)
    assert [each.start for each in cover] == [0, *(each.stop for each in cover[:-1])]
    assert cost == sum(modules[s] if s in modules else layers[s.start] for s in cover)
    assert cost == least(layers, modules, 0)


def least(layers: list[int], modules: dict[Segment, int], start: int) -> int:
    if start == len(layers):
        return 0
    ends = [s for s in modules if s.start == start]
    alone = layers[start] + least(layers, modules, start + 1)
    return min([alone, *(modules[s] + least(layers, modules, s.stop) for s in ends)])


def pointwise(channels: int, size: int, outputs: int) -> Convolution:
    axis = Axis(size, size, 1)
    return Convolution(axis, axis, channels, outputs)


def depthwise(channels: int, size: int, stride: int = 1) -> Convolution:
    axis = Axis(size, (size - 1) // stride + 1, 3, stride, 1)
    return Convolution(axis, axis, channels, channels, channels)


def mobilenet_v1_chains() -> Chains:
    chain: list[Convolution] = []
    channels, size = 32, 112
    for outputs, stride in mobilenet_v1.BLOCKS:
        chain.append(depthwise(channels, size, stride))
        channels, size = outputs, chain[-1].rows.outputs
        chain.append(pointwise(chain[-1].outputs, size, channels))
    return [chain, [pointwise(channels, 1, mobilenet_v1.CLASSES)]]


def inverted_residual_chains(blocks: list[inverted_residuals.Block]) -> Chains:
    """A residual starts a chain, for two read what it is taken from, and ends one, in a sum."""
    chains: Chains = [[]]
    channels, size = inverted_residuals.STEM, 112
    for block in blocks:
        is_sum = block.stride == 1 and block.channels == channels
        if is_sum:
            chains.append([])
        inner = channels * block.expansion
        if block.expansion > 1:
            chains[-1].append(pointwise(channels, size, inner))
        chains[-1].append(depthwise(inner, size, block.stride))
        channels, size = block.channels, chains[-1][-1].rows.outputs
        chains[-1].append(pointwise(inner, size, channels))
        if is_sum:
            chains.append([])
    chains[-1].append(pointwise(channels, size, inverted_residuals.HEAD))
    return chains


def xception_chains() -> Chains:
    """The separable convolutions; maxima, sums and shortcuts stand between the chains."""
    entry = [64, *xception.ENTRY]
    sizes = (109, 55, 28)
    chains = [
        separables(size, (before, after, after))
        for size, (before, after) in zip(sizes, pairwise(entry), strict=True)
    ]
    chains += [separables(14, (xception.MIDDLE,) * 4)] * xception.MIDDLE_BLOCKS
    chains.append(separables(14, (xception.MIDDLE, *xception.EXIT)))
    chains.append(separables(7, (xception.EXIT[-1], *xception.TAIL)))
    return chains


def separables(size: int, channels: tuple[int, ...]) -> list[Convolution]:
    return [
        layer
        for before, after in pairwise(channels)
        for layer in (depthwise(before, size), pointwise(before, size, after))
    ]


@cache
def chains_of(network: str) -> Chains:
    return {
        "mobilenet_v1": mobilenet_v1_chains,
        "mobilenet_v2": lambda: inverted_residual_chains(inverted_residuals.MOBILENET_V2),
        "gprox_3": lambda: inverted_residual_chains(inverted_residuals.PROXYLESS_GPROX3),
        "xception": xception_chains,
    }[network]()


def cost_of(chain: list[Convolution], device: GpuLimits) -> tuple[float, float]:
    """Elements unfused and with the best pairs fused."""
    planned = [best_layer(layer, device) for layer in chain]
    alone = [layer.traffic.total for layer in planned if layer is not None]
    modules = {}
    for start in range(len(chain) - 1):
        module = best_module(tuple(chain[start : start + 2]), device)
        if module is not None:
            modules[Segment(start, start + 2)] = module.traffic.total
    return sum(alone), cheapest_cover(alone, modules)[0]


@pytest.mark.parametrize(
    ("network", "percents"),
    [
        ("mobilenet_v1", (12, 10, 20, 5)),
        ("mobilenet_v2", (27, 21, 32, 12)),
        ("gprox_3", (18, 13, 22, 6)),
        ("xception", (5, 4, 8, 2)),
    ],
)
def test_elements_saved_in_whole_networks(network: str, percents: tuple[int, ...]) -> None:
    found = []
    for device in DEVICES.values():
        costs = [cost_of(chain, device) for chain in chains_of(network)]
        unfused, fused = (sum(each) for each in zip(*costs, strict=True))
        found.append(round(100 * (1 - fused / unfused)))
    assert tuple(found) == percents
