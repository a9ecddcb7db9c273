"""`conv-fold-constants`: what is known at compile time is computed there."""

from dataclasses import dataclass
from math import prod

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.interpreter import Interpreter
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from convopt.convdialect.dialect import Conv
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.passes import remarks
from convopt.passes.rewriting import blocks_of, erase_dead, is_dead, replace_plainly
from convopt.passes.simplify.evaluation import constant_operands, evaluated, new_interpreter
from convopt.passes.simplify.identities import combined, identical_input
from convopt.passes.simplify.reshape_sinking import before_reshape


@dataclass(frozen=True)
class FoldConstantsPass(ModulePass):
    """Computes operations of constants, and removes operations that do nothing or are not used.

    Why: exporters leave arithmetic on weights in the graph, reshapes of parameters and identities
    between operations; these hide patterns from later passes and cost time at every inference.

    Effect, in program order:
    - an operation all of whose operands are f32 constants becomes a constant. It is computed with
      the reference semantics in float64 and rounded once, to the element type of its result;
    - reshapes to the same shape, transposes that move nothing, elementwise operations that return
      an operand, padding by nothing, concatenations of one tensor, shuffles of one group, resizes
      to the same size and 1x1 pools vanish;
    - a reshape of a reshape becomes one reshape, a transpose of a transpose one transpose;
    - elementwise operations move before a reshape that only drops axes of size one at the end,
      which brings the bias and activation of a fully connected layer to its convolution;
    - unused operations without side effects are removed.

    Preconditions: the operation belongs to the conv dialect and its operands have no layout. Not
    touched: operations whose result has more than `max_elements` elements (remark), `conv.fused`.

    Options:
    - `max-elements`: largest constant made, in elements. Resizing or broadcasting a small constant
      must not grow the weights without bound.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
      %a = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
      %b = conv.elementwise(%a) {
      ^bb0(%s: f32):
        %half = arith.constant 5.0e-01 : f32
        %m = arith.mulf %s, %half : f32
        conv.yield %m : f32
      } : tensor<2xf32> -> tensor<2xf32>
      %c = conv.reshape %b : tensor<2xf32> -> tensor<2x1x1xf32>
      %y = conv.elementwise(%x, %c) {
      ^bb0(%s: f32, %t: f32):
        %m = arith.mulf %s, %t : f32
        conv.yield %m : f32
      } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
      %z = conv.reshape %y : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
      func.return %z : tensor<1x2x4x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
      %c = arith.constant dense<[[[5.0e-01]], [[1.0]]]> : tensor<2x1x1xf32>
      %y = conv.elementwise(%x, %c) {
      ^bb0(%s: f32, %t: f32):
        %m = arith.mulf %s, %t : f32
        conv.yield %m : f32
      } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
      func.return %y : tensor<1x2x4x4xf32>
    }
    ```
    """

    name = "conv-fold-constants"

    max_elements: int = 1 << 24

    def __post_init__(self) -> None:
        if self.max_elements < 1:
            raise ConvoptError(
                f"{self.name}: expected max-elements of at least 1, found {self.max_elements}"
            )

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        interpreter = new_interpreter(op)
        for block in blocks_of(op):
            for each in list(block.ops):
                self._fold(each, interpreter)
            for each in reversed(list(block.ops)):
                if is_dead(each):
                    erase_dead(each)

    def _fold(self, op: Operation, interpreter: Interpreter) -> None:
        if type(op) not in _FOLDABLE or is_dead(op):
            return
        same = identical_input(op)
        if same is not None:
            remarks.passed(self.name, op, f"removed {op.name}, which does nothing")
            replace_plainly(op, [], [same])
            return
        single = combined(op)
        if single is not None:
            producer = op.operands[0].owner
            assert isinstance(producer, Operation)
            remarks.passed(self.name, op, f"two {op.name} are one")
            replace_plainly(op, single, merged=[producer])
            # What two reshapes or transposes come to may be nothing, or a constant.
            self._fold(single, interpreter)
            return
        if isinstance(op, ElementwiseOp) and (moved := before_reshape(op)) is not None:
            remarks.passed(self.name, op, "moved before a reshape")
            replace_plainly(op, moved)
            return
        self._evaluate(op, interpreter)

    def _evaluate(self, op: Operation, interpreter: Interpreter) -> None:
        """Replaces an operation by the constant it computes, if all its operands are constants."""
        operands = constant_operands(op)
        if operands is None:
            return
        elements = prod(tensor_of(op.results[0]).get_shape())
        if elements > self.max_elements:
            remarks.missed(
                self.name, op, f"a constant of {elements} elements exceeds {self.max_elements}"
            )
            return
        remarks.passed(self.name, op, f"computed {op.name} of constants")
        replace_plainly(op, evaluated(op, operands, interpreter))


_UNKNOWN = ("conv.fused", "conv.parameter", "conv.yield")
_FOLDABLE = {kind for kind in Conv.operations if kind.name not in _UNKNOWN}
