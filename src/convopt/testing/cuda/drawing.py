"""Hypothesis strategies for GPU kernels: convolutions and modules of every kind, with a block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp, f32, i8
from xdsl.ir import Block, Region

from convopt.backends.targets import GpuTarget, gpu_target
from convopt.convdialect.element_types import ElementType, channels_of_word
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.shapes import Window
from convopt.passes.cost.gpu.occupancy import problem_on
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import Stages
from convopt.passes.geometry.blocks.matrix import DEEP, TALL, WIDE, tiles_of_a_word
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.geometry.convolution import convolution_of
from convopt.passes.pipelines import PIPELINES
from convopt.passes.plan.module_building import build_module
from convopt.testing.chains import ChainCase
from convopt.testing.convolutions import ACTIVATIONS, EXACT_ACTIVATIONS, ConvolutionCase
from convopt.testing.execution import run_passes

STAGES: Mapping[str, tuple[str, ...]] = {
    "dw": ("dw",),
    "pw": ("pw",),
    "dense": ("dense",),
    "grouped": ("grouped",),
    "dwpw": ("dw", "pw"),
    "pwdw": ("pw", "dw"),
    "pwpw": ("pw", "pw"),
    "pwdwpw": ("pw", "dw", "pw"),
}
"""Kinds of kernels by name."""
MATRIX_STAGES = {name: kinds for name, kinds in STAGES.items() if name != "dw"}
"""Those with a reduction over channels."""
_MOST_THREADS = 256
"""Of a block: each is a fiber on the CPU."""
_TARGET = "h200"
"""Has room for what is drawn."""


@dataclass(frozen=True)
class Numbers:
    """Elements of activations and filters, and whether tensor cores make the sums."""

    element: ElementType = f32
    is_matrix: bool = False

    @property
    def lanes(self) -> int:
        return channels_of_word(self.element)

    @property
    def units(self) -> tuple[int, int, int]:
        """What a thread's filters, its pixels, and a slice's channels are multiples of."""
        if self.is_matrix:
            return TALL * tiles_of_a_word(self.lanes), WIDE, DEEP * self.lanes
        return self.lanes, 1, self.lanes


@dataclass(frozen=True)
class KernelCase:
    """A chain of convolutions that become one kernel, and its block."""

    chain: ChainCase
    sizes: BlockSizes


def simplified(cases: Sequence[KernelCase]) -> ModuleOp:
    """One function at level 2 that computes all cases side by side; a result a case."""
    module = unplanned(cases)
    run_passes(PIPELINES["simplify"], module, "")
    return module


def unplanned(cases: Sequence[KernelCase]) -> ModuleOp:
    """The same at level 1."""
    types = [each for case in cases for each in case.chain.input_types]
    block = Block(arg_types=types)
    arguments, rng = iter(block.args), np.random.default_rng(0)
    results = []
    for case in cases:
        own = list(islice(arguments, len(case.chain.input_types)))
        results.append(case.chain.append_to(block, own, rng))
    block.add_op(func.ReturnOp(*results))
    whole = FunctionType.from_lists(types, [r.type for r in results])
    return ModuleOp([func.FuncOp("main", whole, Region(block))])


def planned(cases: Sequence[KernelCase], target: GpuTarget) -> ModuleOp:
    """The same at level 3."""
    module = simplified(cases)
    run_passes(["conv-assign-layouts"], module, target.name)
    convolutions = iter([op for op in module.walk() if isinstance(op, ConvolutionOp)])
    for case in cases:
        stages = list(islice(convolutions, len(case.chain.stages)))
        if len(stages) == 1:
            stages[0].schedule = case.sizes.attribute
        else:
            build_module(stages, [], case.sizes.attribute)
    module.verify()
    return module


def inputs_of(cases: Sequence[KernelCase]) -> list[npt.NDArray[Any]]:
    """Standard normal values, or any of i8."""
    return [array for case in cases for array in case.chain.inputs()]


FLOATS = Numbers()


@st.composite
def kernel_cases(draw: st.DrawFn, kind: str, numbers: Numbers = FLOATS) -> KernelCase:
    """Of a kind by name, see `STAGES`."""
    chain = draw(_chains(STAGES[kind], numbers))
    if kind == "dw":
        return KernelCase(chain, draw(_depthwise_sizes(numbers.lanes)))

    def has_room(sizes: BlockSizes) -> bool:
        return not problem_on(_kernel(chain, sizes, numbers), gpu_target(_TARGET))

    return KernelCase(chain, draw(_sizes(chain, numbers).filter(has_room)))


@st.composite
def _chains(draw: st.DrawFn, kinds: Sequence[str], numbers: Numbers) -> ChainCase:
    batch, channels = draw(st.integers(1, 2)), draw(st.integers(2, 20))
    size = (draw(st.integers(1, 13)), draw(st.integers(1, 13)))
    stages: list[ConvolutionCase] = []
    for kind in kinds:
        stage = draw(_stages(kind, batch, channels, size, numbers))
        stages.append(stage)
        _, channels, *after = stage.output_shape
        size = (after[0], after[1])
    can_scale = list(kinds) == ["pw"] and numbers.element != i8 and not numbers.is_matrix
    last = replace(
        stages[-1],
        residual=draw(st.booleans()),
        scaled=can_scale and draw(st.booleans()),
    )
    return ChainCase((*stages[:-1], last))


@st.composite
def _stages(
    draw: st.DrawFn,
    kind: str,
    batch: int,
    channels: int,
    size: tuple[int, int],
    numbers: Numbers,
) -> ConvolutionCase:
    groups, inputs, outputs = 1, channels, draw(st.integers(2, 24))
    if kind == "dw":
        groups, inputs, outputs = channels, 1, 1
    if kind == "grouped":
        # a word of channels belongs to one group, and so does a tile of tensor cores
        lanes, least = numbers.lanes, numbers.units[0] if numbers.is_matrix else 1
        groups, inputs = draw(st.integers(2, 6)), lanes * draw(st.integers(1, 6))
        outputs = draw(st.integers(1 + (inputs == 1), 10))
        outputs = lanes * -(-(least + outputs - 1) // lanes)
    window = Window((1, 1)) if kind == "pw" else draw(_windows(size))
    activations = EXACT_ACTIVATIONS if numbers.element == i8 else tuple(ACTIVATIONS)
    return ConvolutionCase(
        batch,
        groups,
        inputs,
        outputs,
        size,
        window,
        bias=draw(st.booleans()),
        activation=draw(st.sampled_from(sorted(activations))),
        element=numbers.element,
    )


@st.composite
def _windows(draw: st.DrawFn, size: tuple[int, int]) -> Window:
    """Any that fit into an image of that size, padded at will."""
    kernel = (draw(st.integers(1, 7)), draw(st.integers(1, 7)))
    stride = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    dilation = (draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    top, left = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    missing = [
        max(0, (k - 1) * d + 1 - extent - before)
        for k, d, extent, before in zip(kernel, dilation, size, (top, left), strict=True)
    ]
    bottom, right = (draw(st.integers(least, max(3, least))) for least in missing)
    return Window(kernel, stride, (top, left, bottom, right), dilation)


@st.composite
def _depthwise_sizes(draw: st.DrawFn, lanes: int) -> BlockSizes:
    filters, pixels = lanes * draw(st.integers(1, 3)), draw(st.integers(1, 4))
    return BlockSizes(
        filters=filters * draw(st.integers(1, 3)),
        rows=draw(st.integers(1, 5)),
        columns=pixels * draw(st.integers(1, 4)),
        thread_filters=filters,
        thread_pixels=pixels,
    )


@st.composite
def _sizes(draw: st.DrawFn, chain: ChainCase, numbers: Numbers) -> BlockSizes:
    filters, thread_filters = draw(_filters(chain.stages[-1], numbers))
    _, pixels, channels = numbers.units
    slices = draw(st.sampled_from([1, 1, 2] if numbers.is_matrix else [1, 1, 2, 4]))
    sizes = BlockSizes(
        filters=filters,
        rows=draw(st.integers(1, 5)),
        columns=draw(st.integers(1, 9)),
        thread_filters=thread_filters,
        thread_pixels=pixels * draw(st.integers(1, 2 if numbers.is_matrix else 5)),
        channels=slices * channels * draw(st.integers(1, 2 if numbers.is_matrix else 6)),
        slices=slices,
        buffers=draw(st.integers(1, 2)),
        matrix=numbers.is_matrix,
    )
    while _kernel(chain, sizes, numbers).threads > _MOST_THREADS:
        sizes = replace(sizes, thread_pixels=2 * sizes.thread_pixels)
    return sizes


@st.composite
def _filters(draw: st.DrawFn, last: ConvolutionCase, numbers: Numbers) -> tuple[int, int]:
    """Of a block and of a thread."""
    unit, of_group = numbers.units[0], last.group_outputs
    has_groups = last.groups > 1 and not last.group_inputs == 1 == of_group
    if numbers.is_matrix:
        thread = unit * draw(st.integers(1, 2))
        thread = min(thread, of_group // unit * unit) if has_groups else thread
        return thread * draw(st.integers(1, of_group // thread if has_groups else 3)), thread
    if last.groups > 1 and of_group > 1 and draw(st.booleans()):
        whole_groups = draw(st.integers(1, last.groups))
        divisors = [each for each in range(unit, 4 * unit + 1, unit) if of_group % each == 0]
        return whole_groups * of_group, draw(st.sampled_from(divisors))
    thread = draw(st.integers(1, 4))
    most = max(1, 16 // thread)
    if not has_groups:
        return unit * thread * draw(st.integers(1, most)), unit * thread
    return unit * draw(st.integers(1, max(1, of_group // unit - 1))), unit


def _kernel(chain: ChainCase, sizes: BlockSizes, numbers: Numbers) -> BlockKernel:
    ops = [op for op in chain.module().walk() if isinstance(op, ConvolutionOp)]
    stages = Stages.of([convolution_of(op) for op in ops])
    assert stages is not None
    per_channel = tuple(int(stage.bias) for stage in chain.stages)
    return BlockKernel(stages, sizes, per_channel, numbers.lanes, numbers.lanes)
