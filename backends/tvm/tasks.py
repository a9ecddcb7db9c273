"""Operations of a planned module as work for the GPU: a function, its operands, its constants."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.ir import BlockArgument, Operation, SSAValue

from convopt.backends.targets import GpuTarget
from convopt.backends.tvm.checks import checked_kernel
from convopt.backends.tvm.function import DeviceFunction
from convopt.backends.tvm.kernels import write_kernel
from convopt.backends.tvm.operands import StageOperands
from convopt.backends.tvm.packing import pack_channel_operands, pack_filters
from convopt.backends.tvm.tensor_ops.table import write_tensor_op
from convopt.backends.tvm.words import words_of
from convopt.convdialect.constants import constant_elements
from convopt.convdialect.element_types import element_of
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import block_of, tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.passes.geometry.blocks.kinds import ModuleKind
from convopt.passes.geometry.fused_stages import chain_of
from convopt.passes.lower.kernel_names import KernelName, digest_of, window_text

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Task:
    """One launch: `operands` and `constants` by parameter name; the result is parameter Y.

    `output`: of a copy, which of the network's outputs it fills.
    """

    name: str
    function: DeviceFunction
    operands: Mapping[str, SSAValue]
    constants: Mapping[str, Array]
    result: SSAValue
    kind: str
    macs: int
    output: int | None = None


def task_of(op: Operation, target: GpuTarget) -> Task:
    """The launch that computes an operation.

    Raises ConvoptError for an operation that has no kernel, a missing or wrong schedule or one that
    the target has no room for, filters that are not constant.
    """
    if isinstance(op, ConvolutionOp | FusedOp):
        return _convolution_task(op, target)
    function = write_tensor_op(op)
    if function is None:
        raise ConvoptError(f"{op.name}: expected an operation with a kernel on GPUs, found none")
    kind = op.name.removeprefix("conv.")
    operands = {f"X{number}": value for number, value in enumerate(op.operands)}
    name = _name(kind, "", op.results[0], None, function)
    return Task(name, function, operands, {}, op.results[0], kind, 0)


def _convolution_task(op: ConvolutionOp | FusedOp, target: GpuTarget) -> Task:
    stages = _stages(op)
    kernel = checked_kernel(op, stages, target)
    operands = [StageOperands(stage, number) for number, stage in enumerate(stages)]
    words, result = (words_of(element_of(each)) for each in (stages[0].input_type, op.result_type))
    function = write_kernel(kernel, operands, words, result)
    outside = _Outside(op)
    filters = [outside.constant(stage.filter, "filter") for stage in stages]
    constants = pack_filters(kernel, filters)
    given = {"X": outside.value(stages[0].input)}
    if stages[0].scale is not None:
        given["S"] = outside.value(stages[0].scale)
    for each in operands:
        staged = [outside.constant(extra, "epilogue operand") for extra in each.per_channel]
        if staged:
            name = each.channel_parameter
            constants[name] = pack_channel_operands(kernel, each.stage, staged)
        for number, extra in enumerate(each.elementwise):
            given[each.elementwise_parameter(number)] = outside.value(extra)
    kind = kernel.kind.value.lower()
    window = next((s for s in stages if prod(s.window.kernel) > 1), stages[-1])
    groups = window.group_count if kernel.kind is ModuleKind.PW else 1
    detail = window_text(window.window.kernel, window.window.stride, groups)
    name = _name(kind, detail, op.result, kernel.tile, function)
    return Task(
        name,
        function,
        given,
        constants,
        op.result,
        kind,
        sum(stage.macs for stage in stages),
    )


def _stages(op: ConvolutionOp | FusedOp) -> list[ConvolutionOp]:
    return [op] if isinstance(op, ConvolutionOp) else chain_of(op)


@dataclass(frozen=True)
class _Outside:
    """Values as they are called outside of a module."""

    op: ConvolutionOp | FusedOp

    def value(self, inside: SSAValue) -> SSAValue:
        if isinstance(self.op, FusedOp) and isinstance(inside, BlockArgument):
            return self.op.inputs[inside.index]
        return inside

    def constant(self, inside: SSAValue, what: str) -> Array:
        found = constant_elements(self.value(inside))
        if found is None:
            raise ConvoptError(f"{self.op.name}: expected a constant {what}, found a computed one")
        return np.asarray(found)


def _name(
    kind: str,
    window: str,
    result: SSAValue,
    tile: tuple[int, int] | None,
    function: DeviceFunction,
) -> str:
    tensor = tensor_of(result)
    digest = digest_of(function.text("kernel"))
    block = block_of(tensor)
    lanes = block if block > 1 else None
    shape = tuple(tensor.get_shape())[1:]
    return str(KernelName(kind, shape, lanes, digest, window, tile, str(element_of(tensor))))
