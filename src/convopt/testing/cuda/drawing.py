"""Hypothesis strategies for GPU kernels: convolutions and modules of every kind, with a block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp
from xdsl.ir import Block, Region

from convopt.convdialect.layouts import float_tensor
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.shapes import Window
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import Stages
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.geometry.convolution import convolution_of
from convopt.passes.pipelines import PIPELINES
from convopt.passes.plan.module_building import build_module
from convopt.testing.chains import ChainCase
from convopt.testing.convolutions import ACTIVATIONS, ConvolutionCase
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
_MOST_THREADS = 256
"""Of a block: each is a fiber on the CPU."""


@dataclass(frozen=True)
class KernelCase:
    """A chain of convolutions that become one kernel, and its block."""

    chain: ChainCase
    sizes: BlockSizes


def unplanned(cases: Sequence[KernelCase]) -> ModuleOp:
    """One function at level 1 that computes all cases side by side; a result a case."""
    shapes = [shape for case in cases for shape in case.chain.input_shapes]
    block = Block(arg_types=[float_tensor(shape) for shape in shapes])
    arguments, rng = iter(block.args), np.random.default_rng(0)
    results = []
    for case in cases:
        own = list(islice(arguments, len(case.chain.input_shapes)))
        results.append(case.chain.append_to(block, own, rng))
    block.add_op(func.ReturnOp(*results))
    types = FunctionType.from_lists([a.type for a in block.args], [r.type for r in results])
    return ModuleOp([func.FuncOp("main", types, Region(block))])


def planned(cases: Sequence[KernelCase]) -> ModuleOp:
    """The same at level 3."""
    module = unplanned(cases)
    run_passes(PIPELINES["simplify"], module, "")
    convolutions = iter([op for op in module.walk() if isinstance(op, ConvolutionOp)])
    for case in cases:
        stages = list(islice(convolutions, len(case.chain.stages)))
        if len(stages) == 1:
            stages[0].schedule = case.sizes.attribute
        else:
            build_module(stages, [], case.sizes.attribute)
    module.verify()
    return module


def inputs_of(cases: Sequence[KernelCase]) -> list[npt.NDArray[np.float32]]:
    """Standard normal values."""
    return [array for case in cases for array in case.chain.inputs()]


@st.composite
def kernel_cases(draw: st.DrawFn, kind: str) -> KernelCase:
    """Of a kind by name, see `STAGES`."""
    chain = draw(_chains(STAGES[kind]))
    return KernelCase(chain, draw(_depthwise_sizes() if kind == "dw" else _sizes(chain)))


@st.composite
def _chains(draw: st.DrawFn, kinds: Sequence[str]) -> ChainCase:
    batch, channels = draw(st.integers(1, 2)), draw(st.integers(2, 20))
    size = (draw(st.integers(1, 13)), draw(st.integers(1, 13)))
    stages: list[ConvolutionCase] = []
    for kind in kinds:
        stage = draw(_stages(kind, batch, channels, size))
        stages.append(stage)
        _, channels, *after = stage.output_shape
        size = (after[0], after[1])
    last = replace(
        stages[-1],
        residual=draw(st.booleans()),
        scaled=list(kinds) == ["pw"] and draw(st.booleans()),
    )
    return ChainCase((*stages[:-1], last))


@st.composite
def _stages(
    draw: st.DrawFn, kind: str, batch: int, channels: int, size: tuple[int, int]
) -> ConvolutionCase:
    groups, inputs, outputs = 1, channels, draw(st.integers(2, 24))
    if kind == "dw":
        groups, inputs, outputs = channels, 1, 1
    if kind == "grouped":
        groups, inputs = draw(st.integers(2, 6)), draw(st.integers(1, 6))
        outputs = draw(st.integers(1 + (inputs == 1), 10))
    window = Window((1, 1)) if kind == "pw" else draw(_windows(size))
    return ConvolutionCase(
        batch,
        groups,
        inputs,
        outputs,
        size,
        window,
        bias=draw(st.booleans()),
        activation=draw(st.sampled_from(sorted(ACTIVATIONS))),
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
def _depthwise_sizes(draw: st.DrawFn) -> BlockSizes:
    filters, pixels = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    return BlockSizes(
        filters=filters * draw(st.integers(1, 3)),
        rows=draw(st.integers(1, 5)),
        columns=pixels * draw(st.integers(1, 4)),
        thread_filters=filters,
        thread_pixels=pixels,
    )


@st.composite
def _sizes(draw: st.DrawFn, chain: ChainCase) -> BlockSizes:
    slices = draw(st.sampled_from([1, 1, 2, 4]))
    filters, thread_filters = draw(_filters(chain.stages[-1]))
    sizes = BlockSizes(
        filters=filters,
        rows=draw(st.integers(1, 5)),
        columns=draw(st.integers(1, 9)),
        thread_filters=thread_filters,
        thread_pixels=draw(st.integers(1, 5)),
        channels=slices * draw(st.integers(1, 6)),
        slices=slices,
        buffers=draw(st.integers(1, 2)),
    )
    while _threads(chain, sizes) > _MOST_THREADS:
        sizes = replace(sizes, thread_pixels=2 * sizes.thread_pixels)
    return sizes


@st.composite
def _filters(draw: st.DrawFn, last: ConvolutionCase) -> tuple[int, int]:
    """Of a block and of a thread."""
    if last.groups > 1 and last.group_outputs > 1 and draw(st.booleans()):
        whole_groups = draw(st.integers(1, last.groups))
        divisors = [each for each in range(1, 5) if last.group_outputs % each == 0]
        return whole_groups * last.group_outputs, draw(st.sampled_from(divisors))
    thread = draw(st.integers(1, 4))
    most = max(1, 16 // thread)
    if last.groups == 1 or last.group_inputs == 1 == last.group_outputs:
        return thread * draw(st.integers(1, most)), thread
    below = draw(st.integers(1, max(1, last.group_outputs - 1)))
    return below, 1


def _threads(chain: ChainCase, sizes: BlockSizes) -> int:
    module = chain.module()
    ops = [convolution_of(op) for op in module.walk() if isinstance(op, ConvolutionOp)]
    stages = Stages.of(ops)
    assert stages is not None
    return BlockKernel(stages, sizes, (0,) * len(ops)).threads
