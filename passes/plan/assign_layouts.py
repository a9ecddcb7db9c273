"""The pass conv-assign-layouts."""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from convopt.backends.targets import CpuTarget, Target, load_target
from convopt.convdialect.constants import constant, constant_value
from convopt.convdialect.element_types import channels_of_word, element_of
from convopt.convdialect.layouts import block_of, blocked, plain, tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.reduction import ChannelSumsOp, TakeImageOp
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    ReshapeOp,
)
from convopt.convdialect.ops.transposed import DilateOp
from convopt.convdialect.schedules import TileScheme
from convopt.passes.cpu_elements import check_cpu_elements
from convopt.passes.geometry.schemes import scheme_of
from convopt.passes.rewriting import erase_dead

BLOCKED_OPS = (
    PoolOp,
    GlobalPoolOp,
    ChannelShuffleOp,
    ResizeOp,
    PadOp,
    DilateOp,
    WeightGradientOp,
    TakeImageOp,
    ChannelSumsOp,
)


@dataclass(frozen=True)
class AssignLayoutsPass(ModulePass):
    """Put activations in channel blocks as wide as the target's vectors (spatial packing).

    On a GPU blocks are 32-bit words: one channel of f32, two of f16, four of i8.

    Why: kernels then read and write whole vectors, whatever the width of the image.
    Conversions stand only where an op cannot work in blocks (reshape, transpose, softmax) or where
    the function's type says another layout, and are shared by all users; a convolution that broadcasts its inputs reads an image of
    few channels as it is. Convolutions keep their weights logical.
    Preconditions: convolutions are specialised, tensors are of f32; those of rank other than 4 stay
    plain.
    Options: `target`, the name of a target or the path of a target file.

    Before:
    ```mlir
    func.func @main(%x : tensor<1x32x8x8xf32>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x8x8xf32> {
      %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} : tensor<1x32x8x8xf32>, tensor<32x1x3x3xf32> -> tensor<1x32x8x8xf32>
      func.return %y : tensor<1x32x8x8xf32>
    }
    ```
    After, for target=x86-64-v4:
    ```mlir
    func.func @main(%x : tensor<1x32x8x8xf32>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x8x8xf32> {
      %0 = conv.convert_layout %x : tensor<1x32x8x8xf32> -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
      %1 = conv.depthwise %0, %w {padding = [1, 1, 1, 1]} : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
      %2 = conv.convert_layout %1 : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>> -> tensor<1x32x8x8xf32>
      func.return %2 : tensor<1x32x8x8xf32>
    }
    ```
    """  # noqa: E501

    name = "conv-assign-layouts"

    target: str = "host"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        target = load_target(self.target)
        if isinstance(target, CpuTarget):
            check_cpu_elements(op)
        for function in op.walk():
            if isinstance(function, func.FuncOp) and not function.is_declaration:
                _FunctionLayouts(target).assign(function)


class _FunctionLayouts:
    """Walks a function forwards; every value is in one layout, others are made on demand."""

    def __init__(self, target: Target):
        self.target = target
        self.converted: dict[tuple[SSAValue, int], SSAValue] = {}

    def assign(self, function: func.FuncOp) -> None:
        for op in list(function.body.block.ops):
            if isinstance(op, ConvertLayoutOp):
                self._take_over(op)
                continue
            self._assign_op(op)
        conversions = [op for op in function.body.block.ops if isinstance(op, ConvertLayoutOp)]
        erase_dead(*reversed(conversions))

    def _take_over(self, op: ConvertLayoutOp) -> None:
        """A conversion that was there serves all users, or none if nothing is left to convert."""
        lanes = block_of(tensor_of(op.result))
        if block_of(tensor_of(op.input)) == lanes:
            op.result.replace_all_uses_with(op.input)
        else:
            self.converted[op.input, lanes] = op.result

    def _assign_op(self, op: Operation) -> None:
        if isinstance(op, FusedOp):
            return
        if isinstance(op, ConvolutionOp):
            self._assign_convolution(op)
        elif isinstance(op, ElementwiseOp) and self._any_blocked(op):
            self._make_rank_4(op)
            self._convert_operands(op, self._lanes_of)
            self._block_result(op)
        elif isinstance(op, BackwardDataOp):
            op.operands[0] = self._in_layout(op, op.grad, self._lanes_of(op.grad))
            self._block_result(op)
        elif isinstance(op, BLOCKED_OPS) or self._is_channel_concat(op):
            self._convert_operands(op, self._lanes_of)
            self._block_result(op)
        elif isinstance(op, func.ReturnOp):
            self._assign_results(op)
        else:
            self._convert_operands(op, lambda _: 1)

    def _assign_results(self, op: func.ReturnOp) -> None:
        """Results leave in the layouts that the function's type declares."""
        function = op.parent_op()
        assert isinstance(function, func.FuncOp)
        for index, declared in enumerate(function.function_type.outputs):
            assert isinstance(declared, TensorType)
            op.operands[index] = self._in_layout(op, op.operands[index], block_of(declared))

    def _assign_convolution(self, op: ConvolutionOp) -> None:
        if not self._stays_plain(op):
            op.operands[0] = self._in_layout(op, op.input, self._lanes_of(op.input))
        first_extra = len(op.operands) - len(op.extras)
        for index in range(2, len(op.operands)):
            is_scale = index < first_extra
            if is_scale or len(tensor_of(op.operands[index]).get_shape()) == 4:
                operand = op.operands[index]
                op.operands[index] = self._in_layout(op, operand, self._lanes_of(operand))
        self._block_result(op)

    def _stays_plain(self, op: ConvolutionOp) -> bool:
        """Whether a kernel reads an image of few channels as it is."""
        return (
            isinstance(self.target, CpuTarget)
            and scheme_of(op, self.target) is TileScheme.BROADCAST
            and block_of(op.input_type) == 1
            and op.input_type.get_shape()[1] < self.target.lanes
            and op.scale is None
        )

    def _lanes_of(self, value: SSAValue) -> int:
        """Channels a block: as wide as vectors, on a GPU as many as a 32-bit word holds."""
        if isinstance(self.target, CpuTarget):
            return self.target.lanes
        return channels_of_word(element_of(tensor_of(value)))

    def _any_blocked(self, op: ElementwiseOp) -> bool:
        rank = len(tensor_of(op.result).get_shape())
        return rank == 4 and any(block_of(tensor_of(value)) > 1 for value in op.operands)

    def _is_channel_concat(self, op: Operation) -> bool:
        return (
            isinstance(op, ConcatOp)
            and len(tensor_of(op.result).get_shape()) == 4
            and op.axis == 1
            and any(block_of(tensor_of(value)) > 1 for value in op.operands)
        )

    def _make_rank_4(self, op: ElementwiseOp) -> None:
        """Give operands that broadcast from a lower rank their leading ones."""
        for index, value in enumerate(op.operands):
            shape = tensor_of(value).get_shape()
            if len(shape) == 4:
                continue
            wide = (1,) * (4 - len(shape)) + tuple(shape)
            array = constant_value(value)
            new: Operation = (
                ReshapeOp(value, wide)
                if array is None
                else constant(array.reshape(wide), op.location)
            )
            _insert_before(op, new)
            op.operands[index] = new.results[0]

    def _convert_operands(self, op: Operation, lanes: Callable[[SSAValue], int]) -> None:
        for index, value in enumerate(op.operands):
            op.operands[index] = self._in_layout(op, value, lanes(value))

    def _in_layout(self, user: Operation, value: SSAValue, lanes: int) -> SSAValue:
        tensor = tensor_of(value)
        if block_of(tensor) == lanes:
            return value
        if isinstance(value.owner, ConvertLayoutOp):
            source = value.owner.input
            if block_of(tensor_of(source)) == lanes:
                return source
        if (value, lanes) not in self.converted:
            wanted = plain(tensor) if lanes == 1 else blocked(tensor, lanes)
            convert = ConvertLayoutOp(value, wanted)
            convert.location = user.location
            _insert_before(user, convert)
            self.converted[value, lanes] = convert.result
        return self.converted[value, lanes]

    def _block_result(self, op: Operation) -> None:
        result = op.results[0]
        Rewriter.replace_value_with_new_type(
            result, blocked(tensor_of(result), self._lanes_of(result))
        )


def _insert_before(op: Operation, new: Operation) -> None:
    block = op.parent
    assert block is not None
    block.insert_op_before(new, op)
