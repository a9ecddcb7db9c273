"""`conv-fuse-epilogues`: elementwise operations move to where their input is made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, i8
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass

from convopt.convdialect.constants import constant, constant_value
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.shapes import broadcast_shapes
from convopt.convdialect.verification import checked_tensor, shape_text
from convopt.passes import remarks
from convopt.passes.rewriting import blocks_of, erase_dead, replace_plainly, users_of
from convopt.passes.simplify.epilogues import with_epilogue
from convopt.passes.simplify.merged_region import MergedRegion, uniform_value
from convopt.passes.simplify.single_exit import (
    Objection,
    Positions,
    positions_in,
    single_exit_region,
)


@dataclass(frozen=True)
class FuseEpiloguesPass(ModulePass):
    """Absorbs elementwise operations into the epilogue of the convolution before them.

    Why: an epilogue works on accumulators that are still in registers; an operation of its own
    reads and writes a whole feature map.

    Effect: for each convolution, last first, the largest set of `conv.elementwise` that read its
    result and that nothing outside reads, except the result of the last one. So chains are
    absorbed, and diamonds such as hard-swish as add, clip, multiply, divide. The convolution moves
    down to the last operation absorbed. Of two convolutions that are added, the later one takes the
    addition. What stands alone afterwards is fused with its neighbours in the same way.

    Preconditions: the operations make tensors of the convolution's result type (f32 or f16, whose
    rounding in between goes), and what else they
    read can become
    - constants inside the region, where all their elements are equal;
    - extra operands of shape [C], where they are constants of shape [C, 1, 1] or [1, C, 1, 1];
    - extra operands, where they have the shape of the result (residual connections).

    Not touched (remark): operations with other operands (a squeeze-and-excite scale), of another
    shape than the convolution's result, or beside another reader of the same value.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x4x6x6xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32> {
      %0 = conv.pointwise %x, %w : tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32> -> tensor<1x4x6x6xf32>
      %b = arith.constant dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]> : tensor<4x1x1xf32>
      %1 = conv.elementwise(%0, %b) {
      ^bb0(%p: f32, %q: f32):
        %s = arith.addf %p, %q : f32
        conv.yield %s : f32
      } : tensor<1x4x6x6xf32>, tensor<4x1x1xf32> -> tensor<1x4x6x6xf32>
      %2 = conv.elementwise(%1, %x) {
      ^bb0(%p: f32, %q: f32):
        %s = arith.addf %p, %q : f32
        conv.yield %s : f32
      } : tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32> -> tensor<1x4x6x6xf32>
      %3 = conv.elementwise(%2) {
      ^bb0(%p: f32):
        %zero = arith.constant 0.0 : f32
        %m = arith.maxnumf %p, %zero : f32
        conv.yield %m : f32
      } : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xf32>
      func.return %3 : tensor<1x4x6x6xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x4x6x6xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32> {
      %b = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
      %3 = conv.pointwise %x, %w epilogue(%b, %x : tensor<4xf32>, tensor<1x4x6x6xf32>) {
      ^bb0(%acc: f32, %bias: f32, %residual: f32):
        %s = arith.addf %acc, %bias : f32
        %t = arith.addf %s, %residual : f32
        %zero = arith.constant 0.0 : f32
        %m = arith.maxnumf %t, %zero : f32
        conv.yield %m : f32
      } : tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32> -> tensor<1x4x6x6xf32>
      func.return %3 : tensor<1x4x6x6xf32>
    }
    ```
    """

    name = "conv-fuse-epilogues"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for block in blocks_of(op):
            positions = positions_in(block)
            # Last first, so that of two convolutions that are added the later one takes the sum.
            for each in reversed(list(block.ops)):
                if isinstance(each, ConvolutionOp):
                    self._fuse_into_convolution(each, positions)
            for each in list(block.ops):
                if isinstance(each, ElementwiseOp) and each.parent is block:
                    self._fuse_into_elementwise(each, positions)

    def _fuse_into_convolution(self, conv: ConvolutionOp, positions: Positions) -> None:
        region = single_exit_region(conv.result, positions, _epilogue_objection(conv))
        if not region.ops:
            if any(isinstance(user, ElementwiseOp) for user in users_of(conv.result)):
                remarks.missed(self.name, conv, region.obstacle)
            return
        merged = MergedRegion()
        _add_epilogue(merged, conv)
        new_constants = _add_operations(merged, conv, region.ops)
        extras = [
            new_constants[value].results[0] if value in new_constants else value
            for value in merged.operands[1:]
        ]
        fused = with_epilogue(conv, extras, merged.build())
        _replace([conv, *region.ops], [*new_constants.values(), fused], positions)
        remarks.passed(self.name, fused, _absorbed(region.ops))

    def _fuse_into_elementwise(self, seed: ElementwiseOp, positions: Positions) -> None:
        region = single_exit_region(seed.result, positions, _same_type_objection(seed))
        ops = (seed, *region.ops)
        scalars = _scalar_inputs(ops, seed.result_type)
        if not region.ops and not scalars:
            return
        merged = MergedRegion()
        computed = {each.result for each in ops}
        for each in ops:
            for value in each.inputs:
                if value in scalars:
                    merged.add_scalar(value, scalars[value])
                elif value not in computed:
                    merged.add_operand(value)
            merged.add_stage(each.body, each.inputs, each.result)
        fused = ElementwiseOp(merged.operands, merged.build(), seed.result_type)
        _replace(ops, [fused], positions)
        if region.ops:
            remarks.passed(self.name, fused, _absorbed(region.ops))


def _epilogue_objection(conv: ConvolutionOp) -> Objection:
    """What keeps an operation out of the epilogue of `conv`."""

    def objection(op: ElementwiseOp, inside: frozenset[SSAValue]) -> str | None:
        other_type = _type_objection(op, conv.result)
        if other_type is not None:
            return other_type
        for value in op.inputs:
            if value in inside or value.type == conv.result.type:
                continue
            if uniform_value(value) is None and _channel_values(value, conv.result_type) is None:
                shape = shape_text(checked_tensor(value, "operand").get_shape())
                return f"an operand of shape {shape} is neither per channel nor like the result"
        return None

    return objection


def _same_type_objection(seed: ElementwiseOp) -> Objection:
    """What keeps an operation from being fused with the elementwise operation before it."""

    def objection(op: ElementwiseOp, inside: frozenset[SSAValue]) -> str | None:
        return _type_objection(op, seed.result)

    return objection


def _type_objection(op: ElementwiseOp, made: SSAValue) -> str | None:
    """One region makes one type, and computes in f32 until the end."""
    if op.result.type != made.type:
        return f"the result is used to make {op.result.type}"
    return "the result is rounded to i8" if op.result_type.element_type == i8 else None


def _channel_values(value: SSAValue, result_type: ConvTensor) -> npt.NDArray[np.float32] | None:
    """A constant that is broadcast along all axes but the channels, as [C]; else None."""
    array = constant_value(value)
    if array is None:
        return None
    channels = result_type.get_shape()[1]
    aligned = (1,) * (4 - array.ndim) + array.shape
    return array.reshape(-1) if aligned == (1, channels, 1, 1) else None


def _add_epilogue(merged: MergedRegion, conv: ConvolutionOp) -> None:
    """The accumulator as first operand, and what the convolution does to it already."""
    if not conv.has_epilogue:
        merged.add_operand(conv.result)
        return
    accumulator = conv.epilogue.block.args[0]
    for value in (accumulator, *conv.extras):
        merged.add_operand(value)
    merged.add_stage(conv.epilogue, [accumulator, *conv.extras], conv.result)


def _add_operations(
    merged: MergedRegion, conv: ConvolutionOp, ops: Sequence[ElementwiseOp]
) -> dict[SSAValue, Operation]:
    """Adds the operations and their operands; returns new constants [C] for some operands."""
    new_constants: dict[SSAValue, Operation] = {}
    computed = {conv.result, *(op.result for op in ops)}
    for op in ops:
        for value in op.inputs:
            if value in computed:
                continue
            number = uniform_value(value)
            if number is not None:
                merged.add_scalar(value, number)
                continue
            per_channel = _channel_values(value, conv.result_type)
            if per_channel is not None and value not in new_constants:
                new_constants[value] = constant(per_channel)
            merged.add_operand(value)
        merged.add_stage(op.body, op.inputs, op.result)
    return new_constants


def _scalar_inputs(ops: Sequence[ElementwiseOp], result_type: ConvTensor) -> dict[SSAValue, float]:
    """Inputs whose elements are all equal, if the others alone still have the result's shape."""
    computed = {op.result for op in ops}
    inputs = {value for op in ops for value in op.inputs if value not in computed}
    numbers = {value: uniform_value(value) for value in inputs}
    scalars = {value: number for value, number in numbers.items() if number is not None}
    others = [checked_tensor(value, "input").get_shape() for value in inputs - scalars.keys()]
    return scalars if broadcast_shapes(others) == result_type.get_shape() else {}


def _replace(
    old: Sequence[ConvolutionOp | ElementwiseOp], new: Sequence[Operation], positions: Positions
) -> None:
    """Puts `new` in the place of the last of `old`, the only one that others read."""
    *inner, last = old
    producers = [value.owner for op in old for value in op.operands]
    positions[new[-1]] = positions[last]
    replace_plainly(last, new, merged=inner)
    for op in reversed(inner):
        erase_dead(op)
    erase_dead(*(owner for owner in producers if isinstance(owner, Operation)))


def _absorbed(ops: Sequence[ElementwiseOp]) -> str:
    names = ", ".join(remarks.location_of(op) for op in ops)
    return f"absorbed {len(ops)} elementwise operation{'s' if len(ops) > 1 else ''} ({names})"
