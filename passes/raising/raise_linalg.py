"""`conv-raise-linalg`: linalg on tensors becomes the conv dialect."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, cf
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.interpreter import Interpreter
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass

from convopt.convdialect.errors import ConvoptError
from convopt.passes import remarks
from convopt.passes.raising.converters import CONVERTERS
from convopt.passes.raising.foreign import FOREIGN, is_foreign
from convopt.passes.raising.values import Raising, RaisingError
from convopt.passes.rewriting import erase_dead
from convopt.passes.simplify.evaluation import new_interpreter

_KNOWN = (*FOREIGN, "arith", "conv", "math")
_VIEWS = ("empty", "fill", "broadcast", "collapse_shape", "expand_shape", "constant")
"""Operations that are raised where something reads them, and not before."""


@dataclass(frozen=True)
class RaiseLinalgPass(ModulePass):
    """Turns networks of `linalg` and `tensor` operations into level 1 of the conv dialect.

    Why: other tools, torch-mlir among them, say what a network computes in linalg on tensors.

    Effect, for each function that holds such operations:

    | what | becomes |
    |---|---|
    | `linalg.conv_*`, `linalg.depthwise_conv_*` of one and two spatial axes | `conv.conv2d` |
    | what it adds to: a value per channel, a number, a tensor | its epilogue |
    | `linalg.matmul`, `linalg.batch_matmul` and their kin | `conv.conv2d` of pixels |
    | `linalg.pooling_*`, also divided by how many elements a window has | `conv.pool` |
    | `linalg.generic` that sums or finds the maximum over axes | `conv.global_pool` |
    | `linalg.generic` that reads the nearest neighbours of an image | `conv.resize` |
    | softmax in five `linalg.generic` | `conv.softmax` |
    | other `linalg.generic` of parallel loops, named operations | `conv.elementwise` |
    | `tensor.pad`, `tensor.insert_slice` into a constant | `conv.pad` |
    | `tensor.concat`, shapes, transposes | `conv.concat`, `conv.reshape`, `conv.transpose` |

    Axes that are not NCHW are transposed where the function begins and ends; operations on
    constants are computed. Selections become maxima and minima, and maxima give the number where
    one operand is NaN. The lowest finite number is minus infinity to a maximum. A division by a
    number becomes a multiplication.

    Preconditions: functions of one block on f32 tensors of static shape. An error names the first
    operation that the results need and that has no counterpart. Not checked (remark): `cf.assert`.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x4x6x6xf32>, %w: tensor<4x3x3xf32>) -> tensor<1x4x4x4xf32> {
      %zero = arith.constant 0.0 : f32
      %b = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
      %0 = tensor.empty() : tensor<1x4x4x4xf32>
      %1 = linalg.broadcast ins(%b : tensor<4xf32>) outs(%0 : tensor<1x4x4x4xf32>)
        dimensions = [0, 2, 3]
      %2 = linalg.depthwise_conv_2d_nchw_chw
        {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
        ins(%x, %w : tensor<1x4x6x6xf32>, tensor<4x3x3xf32>)
        outs(%1 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
      %3 = linalg.generic {
        indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>,
                         affine_map<(n, c, h, w) -> (n, c, h, w)>],
        iterator_types = ["parallel", "parallel", "parallel", "parallel"]
      } ins(%2 : tensor<1x4x4x4xf32>) outs(%0 : tensor<1x4x4x4xf32>) {
      ^bb0(%in: f32, %out: f32):
        %4 = arith.cmpf ugt, %in, %zero : f32
        %5 = arith.select %4, %in, %zero : f32
        linalg.yield %5 : f32
      } -> tensor<1x4x4x4xf32>
      func.return %3 : tensor<1x4x4x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x4x6x6xf32>, %w: tensor<4x3x3xf32>) -> tensor<1x4x4x4xf32> {
      %0 = conv.reshape %w : tensor<4x3x3xf32> -> tensor<4x1x3x3xf32>
      %b = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
      %1 = conv.conv2d %x, %0 {groups = 4} epilogue(%b : tensor<4xf32>) {
      ^bb0(%acc: f32, %bias: f32):
        %2 = arith.addf %acc, %bias : f32
        conv.yield %2 : f32
      } : tensor<1x4x6x6xf32>, tensor<4x1x3x3xf32> -> tensor<1x4x4x4xf32>
      %3 = conv.elementwise(%1) {
      ^bb0(%in: f32):
        %zero = arith.constant 0.0 : f32
        %4 = arith.maxnumf %in, %zero : f32
        conv.yield %4 : f32
      } : tensor<1x4x4x4xf32> -> tensor<1x4x4x4xf32>
      func.return %3 : tensor<1x4x4x4xf32>
    }
    ```
    """

    name = "conv-raise-linalg"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        interpreter = new_interpreter(op)
        for function in op.ops:
            if isinstance(function, FuncOp) and is_foreign(function):
                self._raise(function, interpreter)

    def _raise(self, function: FuncOp, interpreter: Interpreter) -> None:
        if len(function.body.blocks) != 1:
            raise ConvoptError(
                f"@{function.sym_name.data}: expected one block, found {len(function.body.blocks)}"
            )
        block = function.body.block
        raising = Raising(CONVERTERS, interpreter)
        for op in block.ops:
            self._raise_results(raising, op)
        for op in function.walk():
            if isinstance(op, cf.AssertOp):
                remarks.missed(self.name, op, f"not checked: {op.msg.data}")
        end = block.last_op
        assert end is not None
        _replace(block, raising.ops, [raising.value(value, end) for value in end.operands])
        for op in raising.ops:
            if op.parent is block and not isinstance(op, arith.ConstantOp):
                remarks.passed(self.name, op, f"raised to {op.name}")

    def _raise_results(self, raising: Raising, op: Operation) -> None:
        """Raises what an operation makes, as far as it goes; results may still not need it."""
        if isinstance(op, ReturnOp):
            return
        dialect, _, word = op.name.partition(".")
        if isinstance(op, cf.AssertOp) or word in _VIEWS:
            return
        if dialect not in _KNOWN or not op.results:
            dialects = ", ".join(_KNOWN)
            raise RaisingError(op, f"expected operations of {dialects} that make tensors")
        for result in op.results:
            with suppress(RaisingError):
                raising.value(result, op)


def _replace(block: Block, new_ops: Sequence[Operation], results: Sequence[SSAValue]) -> None:
    """Puts `new_ops`, which make `results`, in the place of all operations before the return."""
    *old, end = block.ops
    block.insert_ops_before(new_ops, end)
    end.operands = results
    for op in reversed(old):
        block.erase_op(op)
    for op in reversed(new_ops):
        erase_dead(op)
