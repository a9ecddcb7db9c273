"""Chains of convolutions drawn at random, and the fused module that computes one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import assume
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, SSAValue

from convopt.backends.targets import CpuTarget, cpu_target
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import BandAttr, Prefetch, TileAttr, TileScheme
from convopt.convdialect.shapes import Window
from convopt.passes.geometry.asking import can_ask_ahead
from convopt.passes.geometry.bands import divides_bands
from convopt.passes.geometry.schemes import axes_of
from convopt.passes.geometry.tile_code import has_static_edges
from convopt.passes.pipelines import PIPELINES
from convopt.passes.plan.module_building import build_module
from convopt.testing.convolutions import ACTIVATIONS, ConvolutionCase, main_of, random_values
from convopt.testing.drawing import possible_schemes
from convopt.testing.execution import run_passes

KERNELS = [(3, 3), (5, 5), (3, 1), (1, 3), (2, 4)]


@dataclass(frozen=True)
class ChainCase:
    """Convolutions of which each feeds the next one; residuals are inputs of their own."""

    stages: tuple[ConvolutionCase, ...]

    def __post_init__(self) -> None:
        for before, after in pairwise(self.stages):
            assert before.output_shape == after.input_shape

    @property
    def input_shapes(self) -> list[tuple[int, int, int, int]]:
        first = self.stages[0].input_shape
        return [first, *(shape for stage in self.stages for shape in stage.input_shapes[1:])]

    @property
    def input_types(self) -> list[ConvTensor]:
        first = self.stages[0].input_types
        return [first[0], *(each for stage in self.stages for each in stage.input_types[1:])]

    def inputs(self) -> list[npt.NDArray[Any]]:
        """Standard normal values, or any of i8."""
        rng = np.random.default_rng(1)
        element = self.stages[0].element
        return [random_values(rng, shape, element) for shape in self.input_shapes]

    def module(self) -> ModuleOp:
        """`@main` at level 1, with random constant weights."""
        block = Block(arg_types=self.input_types)
        return main_of(block, self.append_to(block, block.args, np.random.default_rng(0)))

    def append_to(
        self, block: Block, inputs: Sequence[SSAValue], rng: np.random.Generator
    ) -> SSAValue:
        """The chain of `inputs`, which are as `input_types`, with random weights."""
        value, *rest = inputs
        others = iter(rest)
        for stage in self.stages:
            own = [next(others) for _ in stage.input_shapes[1:]]
            value = stage.append_to(block, [value, *own], rng)
        return value

    def planned(self, target: str) -> tuple[ModuleOp, list[ConvolutionOp]]:
        """At level 3 with layouts alone, and its stages there."""
        module = self.module()
        run_passes((*PIPELINES["simplify"], "conv-assign-layouts"), module, target)
        stages = [op for op in module.walk() if isinstance(op, ConvolutionOp)]
        return module, stages


def fused(case: ChainCase, tiles: Sequence[TileAttr], band: int, target: str) -> ModuleOp:
    """The chain as one module, at level 3."""
    module, stages = case.planned(target)
    build_module(stages, tiles, BandAttr(band))
    return module


@st.composite
def chains(draw: st.DrawFn, most_stages: int = 4, most_pixels: int = 16) -> ChainCase:
    """Of two stages or more: depthwise, pointwise, grouped, dense, each with an epilogue."""
    batch = draw(st.integers(1, 2))
    channels = draw(st.sampled_from([3, 8, 16, 20, 33]))
    size = (draw(st.integers(1, most_pixels)), draw(st.integers(1, most_pixels)))
    stages: list[ConvolutionCase] = []
    for _ in range(draw(st.integers(2, most_stages))):
        stage = draw(_stages(batch, channels, size))
        stages.append(stage)
        _, channels, *size_after = stage.output_shape
        size = (size_after[0], size_after[1])
    return ChainCase(tuple(stages))


@st.composite
def _stages(draw: st.DrawFn, batch: int, channels: int, size: tuple[int, int]) -> ConvolutionCase:
    kind = draw(st.sampled_from(["depthwise", "pointwise", "pointwise", "dense", "grouped"]))
    outputs = draw(st.sampled_from([4, 16, 24, 40]))
    groups, inputs = 1, channels
    if kind == "depthwise":
        groups, inputs, outputs = channels, 1, 1
    if kind == "grouped":
        groups = next(each for each in (4, 2, 1) if channels % each == 0)
        inputs = channels // groups
        outputs = draw(st.sampled_from([inputs, 5]))
    window = Window((1, 1)) if kind == "pointwise" else draw(_windows())
    assume(all(extent >= 1 for extent in _extents(window, size)))
    return ConvolutionCase(
        batch,
        groups,
        inputs,
        outputs,
        size,
        window,
        bias=draw(st.booleans()),
        activation=draw(st.sampled_from(sorted(ACTIVATIONS))),
        residual=draw(st.booleans()),
    )


@st.composite
def _windows(draw: st.DrawFn) -> Window:
    kernel = draw(st.sampled_from(KERNELS))
    stride = tuple(draw(st.integers(1, min(2, extent))) for extent in kernel)
    padding = draw(st.tuples(*[st.integers(0, 2)] * 4))
    dilation = draw(st.sampled_from([(1, 1), (1, 1), (2, 1)]))
    return Window(kernel, (stride[0], stride[1]), padding, dilation)


def _extents(window: Window, size: tuple[int, int]) -> tuple[int, ...]:
    top, left, bottom, right = window.padding
    reach = [(k - 1) * d for k, d in zip(window.kernel, window.dilation, strict=True)]
    return (size[0] + top + bottom - reach[0], size[1] + left + right - reach[1])


@st.composite
def module_schedules(
    draw: st.DrawFn, stages: Sequence[ConvolutionOp], target: str
) -> tuple[list[TileAttr], int]:
    """Tiles that stages of a module can do, and rows of its bands."""
    outputs = stages[-1].result_type.get_shape()[2]
    band = draw(st.integers(1, outputs))
    axes = tuple(axes_of(stage)[0] for stage in stages)
    tiles: list[TileAttr] = []
    asked = False
    for number, stage in enumerate(stages):
        rows = [each for each in (1, 2, 3) if divides_bands(axes, band, number, each)]
        tile = draw(_stage_tiles(stage, cpu_target(target), rows))
        asks = _asking(tile)
        if not asked and can_ask_ahead(stages[0], stage, asks, cpu_target(target)):
            asked = draw(st.booleans())
            tile = asks if asked else tile
        tiles.append(tile)
    return tiles, band


def _asking(tile: TileAttr) -> TileAttr:
    if tile.scheme is TileScheme.ROTATE:
        return tile
    sizes = (tile.rows.data, tile.columns.data, tile.vectors.data)
    return TileAttr(tile.scheme, *sizes, Prefetch.INPUT)


@st.composite
def _stage_tiles(
    draw: st.DrawFn, stage: ConvolutionOp, target: CpuTarget, rows: Sequence[int]
) -> TileAttr:
    schemes = [each for each in possible_schemes(stage, target) if each is not TileScheme.STRIP]
    scheme = draw(st.sampled_from(schemes))
    columns = draw(st.integers(1, 6))
    if scheme is TileScheme.ROTATE:
        rows_of_tile = draw(st.sampled_from(rows))
        static = has_static_edges(*axes_of(stage), (rows_of_tile, columns))
        return TileAttr(scheme, rows_of_tile if static else 1, columns)
    if scheme is TileScheme.PAIRS:
        return TileAttr(scheme, 1, columns)
    vectors = -(-stage.result_type.get_shape()[1] // target.lanes)
    divisors = [each for each in (1, 2, 3) if vectors % each == 0]
    return TileAttr(scheme, 1, columns, draw(st.sampled_from(divisors)))
