"""`conv-lower-precision`: activations and filters become f16."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import ModuleOp, f16, f32
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from convopt.convdialect.constants import constant, constant_value
from convopt.convdialect.element_types import ElementType, channels_of_word
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import tensor_of, with_elements
from convopt.convdialect.ops.cast import CastOp
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    ReshapeOp,
    TransposeOp,
)
from convopt.passes import remarks
from convopt.passes.rewriting import blocks_of, erase_dead

LOWERED = (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    ConvolutionOp,
    ElementwiseOp,
    GlobalPoolOp,
    PadOp,
    PoolOp,
    ReshapeOp,
    ResizeOp,
    TransposeOp,
)
"""What is computed in f16."""


@dataclass(frozen=True)
class LowerPrecisionPass(ModulePass):
    """Lowers activations and filters to f16; sums and epilogues stay f32.

    Why: half the bytes to move, and GPUs multiply f16 at a multiple of their rate for f32. It costs
    accuracy (11 significant bits a tensor), so that no pipeline does it unasked.

    Effect: operations read and make f16. What is per channel in an epilogue stays f32, and so do
    the arguments and results of functions: `conv.cast` stands at these borders, and around
    operations that are left in f32; each value is cast once. Constants are rounded here.

    Preconditions: the module is simplified. Left in f32 (remark): `conv.batch_norm`, `conv.softmax`
    and `conv.fused`, operations on i8, those that read a constant that is too large for f16, and
    convolutions whose groups have an odd number of channels or filters (depthwise ones have one of
    each, and are no problem): two halves share a word.

    Options:
    - `to`: the element type; `f16`.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
      %w = arith.constant dense<[[[[1.0]]], [[[0.1]]]]> : tensor<2x1x1x1xf32>
      %b = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
      %y = conv.depthwise %x, %w epilogue(%b : tensor<2xf32>) {
      ^bb0(%acc: f32, %bias: f32):
        %s = arith.addf %acc, %bias : f32
        conv.yield %s : f32
      } : tensor<1x2x4x4xf32>, tensor<2x1x1x1xf32> -> tensor<1x2x4x4xf32>
      func.return %y : tensor<1x2x4x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
      %b = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
      %0 = conv.cast %x : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf16>
      %1 = arith.constant dense<[[[[1.0]]], [[[9.997560e-02]]]]> : tensor<2x1x1x1xf16>
      %2 = conv.depthwise %0, %1 epilogue(%b : tensor<2xf32>) {
      ^bb0(%acc: f32, %bias: f32):
        %s = arith.addf %acc, %bias : f32
        conv.yield %s : f32
      } : tensor<1x2x4x4xf16>, tensor<2x1x1x1xf16> -> tensor<1x2x4x4xf16>
      %y = conv.cast %2 : tensor<1x2x4x4xf16> -> tensor<1x2x4x4xf32>
      func.return %y : tensor<1x2x4x4xf32>
    }
    ```
    """

    name = "conv-lower-precision"

    to: str = "f16"

    def __post_init__(self) -> None:
        if self.to != "f16":
            raise ConvoptError(f"{self.name}: expected to=f16, found to={self.to}")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for block in blocks_of(op):
            _BlockPrecision(block, self.name).lower()


class _BlockPrecision:
    """Walks a block forwards; every value has one element type, others are made on demand."""

    def __init__(self, block: Block, pass_name: str) -> None:
        self.block = block
        self.pass_name = pass_name
        self.converted: dict[tuple[SSAValue, ElementType], SSAValue] = {}
        self.was_f32: set[SSAValue] = set()

    def lower(self) -> None:
        before = list(self.block.ops)
        for op in before:
            if isinstance(op, LOWERED) and self._obstacle(op) is None:
                self._lower(op)
                continue
            self._remark_left(op)
            self._give_back_f32(op)
        erase_dead(*(op for op in before if isinstance(op, ConstantOp | CastOp)))

    def _obstacle(self, op: Operation) -> str | None:
        """Why an operation of a kind that can be f16 stays as it is, or None."""
        values = [op.operands[index] for index in _activations(op)]
        for value in (*values, *op.results):
            element = tensor_of(value).element_type
            if element not in (f32, f16):
                return f"works on {element}"
        for value in values:
            array = constant_value(value)
            if array is not None and float(np.abs(array).max()) > _LARGEST:
                return f"reads a constant beyond the {_LARGEST:g} of f16"
        return _groups_obstacle(op) if isinstance(op, ConvolutionOp) else None

    def _lower(self, op: Operation) -> None:
        for index in _activations(op):
            op.operands[index] = self._as(op, op.operands[index], f16)
        (result,) = op.results
        tensor = tensor_of(result)
        if tensor.element_type == f32:
            lowered = Rewriter.replace_value_with_new_type(result, with_elements(tensor, f16))
            self.was_f32.add(lowered)
            remarks.passed(self.pass_name, op, "computes in f16")

    def _remark_left(self, op: Operation) -> None:
        if op.dialect_name() != "conv" or isinstance(op, CastOp):
            return
        reason = self._obstacle(op) if isinstance(op, LOWERED) else f"no f16 for {op.name}"
        remarks.missed(self.pass_name, op, f"left as it is: {reason}")

    def _give_back_f32(self, op: Operation) -> None:
        for index, value in enumerate(op.operands):
            if value in self.was_f32:
                op.operands[index] = self._as(op, value, f32)

    def _as(self, user: Operation, value: SSAValue, element: ElementType) -> SSAValue:
        """The value with other elements, made before `user` unless it is there."""
        if tensor_of(value).element_type == element:
            return value
        if element == f16 and isinstance(value.owner, CastOp):
            return value.owner.input  # f32 holds every f16
        if (value, element) not in self.converted:
            made = _converted(value, element)
            made.location = user.location
            self.block.insert_op_before(made, user)
            self.converted[value, element] = made.results[0]
        return self.converted[value, element]


_LARGEST = float(np.finfo(np.float16).max)
_LANES = channels_of_word(f16)


def _groups_obstacle(op: ConvolutionOp) -> str | None:
    """A word of channels belongs to one group, apart from depthwise convolutions."""
    inputs, filters = op.filter_type.get_shape()[1], op.multiplier
    if op.group_count == 1 or inputs == filters == 1:
        return None
    if inputs % _LANES == filters % _LANES == 0:
        return None
    return f"its groups have {inputs} input channels and {filters} filters: expected even numbers"


def _converted(value: SSAValue, element: ElementType) -> Operation:
    array = constant_value(value)
    return CastOp(value, element) if array is None else constant(array, element=element)


def _activations(op: Operation) -> Iterator[int]:
    """Indices of the operands that become f16: all but what is per channel in an epilogue."""
    per_channel = op.extras if isinstance(op, ConvolutionOp) else ()
    first = len(op.operands) - len(per_channel)
    for index, value in enumerate(op.operands):
        if index < first or tensor_of(value).get_num_dims() == 4:
            yield index
