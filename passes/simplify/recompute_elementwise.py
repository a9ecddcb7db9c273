"""`conv-recompute-elementwise`: cheap arithmetic is done where its result is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import ModuleOp, f32
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass

from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.reduction import ChannelSumsOp
from convopt.convdialect.ops.region_op import RegionOp
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.convdialect.verification import checked_tensor
from convopt.passes import remarks
from convopt.passes.rewriting import blocks_of, erase_dead, replace_plainly, users_of

_CHEAP = (
    arith.ConstantOp,
    arith.AddfOp,
    arith.SubfOp,
    arith.MulfOp,
    arith.NegfOp,
    arith.MaxnumfOp,
    arith.MinnumfOp,
    arith.CmpfOp,
    arith.SelectOp,
    YieldOp,
)
"""What takes less time than the memory accesses around it."""


@dataclass(frozen=True)
class RecomputeElementwisePass(ModulePass):
    """Puts an elementwise operation into each of the operations that read it.

    Why: a gradient that an activation masks is read by the sums and by the result of the batch
    norm before it. Computed twice, it need not be written, and memory is what these wait for.

    Effect: all readers take the operation's inputs and start with its arithmetic; the operation
    goes.

    Preconditions: the readers are `conv.elementwise` and `conv.channel_sums` over as many elements
    as the operation makes, tensors are f32, and the region holds nothing dearer than additions,
    multiplications, extrema and choices. Readers that sum want inputs of all channels. Not touched
    (remark): operations whose readers would together read more than is read and written now.

    Before:

    ```mlir
    func.func @main(%g: tensor<2x8x4x4xf32>, %z: tensor<2x8x4x4xf32>)
        -> (tensor<1x8x1x1xf32>, tensor<2x8x4x4xf32>) {
      %m = conv.elementwise(%g, %z) {
      ^bb0(%a: f32, %b: f32):
        %zero = arith.constant 0.0 : f32
        %c = arith.cmpf ogt, %b, %zero : f32
        %s = arith.select %c, %a, %zero : f32
        conv.yield %s : f32
      } : tensor<2x8x4x4xf32>, tensor<2x8x4x4xf32> -> tensor<2x8x4x4xf32>
      %t = conv.channel_sums(%m) {
      ^bb0(%a: f32):
        conv.yield %a : f32
      } : tensor<2x8x4x4xf32> -> tensor<1x8x1x1xf32>
      %y = conv.elementwise(%m, %t) {
      ^bb0(%a: f32, %b: f32):
        %d = arith.subf %a, %b : f32
        conv.yield %d : f32
      } : tensor<2x8x4x4xf32>, tensor<1x8x1x1xf32> -> tensor<2x8x4x4xf32>
      func.return %t, %y : tensor<1x8x1x1xf32>, tensor<2x8x4x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%g: tensor<2x8x4x4xf32>, %z: tensor<2x8x4x4xf32>)
        -> (tensor<1x8x1x1xf32>, tensor<2x8x4x4xf32>) {
      %t = conv.channel_sums(%g, %z) {
      ^bb0(%a: f32, %b: f32):
        %zero = arith.constant 0.0 : f32
        %c = arith.cmpf ogt, %b, %zero : f32
        %s = arith.select %c, %a, %zero : f32
        conv.yield %s : f32
      } : tensor<2x8x4x4xf32>, tensor<2x8x4x4xf32> -> tensor<1x8x1x1xf32>
      %y = conv.elementwise(%g, %z, %t) {
      ^bb0(%a: f32, %b: f32, %e: f32):
        %zero = arith.constant 0.0 : f32
        %c = arith.cmpf ogt, %b, %zero : f32
        %s = arith.select %c, %a, %zero : f32
        %d = arith.subf %s, %e : f32
        conv.yield %d : f32
      } : tensor<2x8x4x4xf32>, tensor<2x8x4x4xf32>, tensor<1x8x1x1xf32> -> tensor<2x8x4x4xf32>
      func.return %t, %y : tensor<1x8x1x1xf32>, tensor<2x8x4x4xf32>
    }
    ```
    """

    name = "conv-recompute-elementwise"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for block in blocks_of(op):
            for each in reversed(list(block.ops)):
                if isinstance(each, ElementwiseOp):
                    self._recompute(each)

    def _recompute(self, op: ElementwiseOp) -> None:
        readers = _readers(op)
        if not readers or not _is_cheap(op):
            return
        if _elements_read(op, readers) > _elements_moved(op, readers):
            remarks.missed(self.name, op, "its readers would read more than is read and written")
            return
        for reader in readers:
            taken = _with(op, reader)
            replace_plainly(reader, taken, merged=[op])
            remarks.passed(self.name, taken, f"computes {remarks.location_of(op)} again")
        erase_dead(op)


def _readers(op: ElementwiseOp) -> list[RegionOp]:
    """What reads the result, if all of that can start with the arithmetic of `op`."""
    users = users_of(op.result)
    readers = [user for user in users if isinstance(user, RegionOp)]
    return readers if len(readers) == len(users) and all(map(_takes(op), readers)) else []


def _takes(op: ElementwiseOp) -> Callable[[RegionOp], bool]:
    shape = op.result_type.get_shape()
    gives_channels = all(_has_all_channels(value, shape) for value in op.inputs)

    def takes(reader: RegionOp) -> bool:
        return (
            reader.parent is op.parent
            and reader.broadcast_shape == shape
            and all(each.element_type == f32 for each in reader.input_types)
            and (gives_channels or not isinstance(reader, ChannelSumsOp))
        )

    return takes


def _has_all_channels(value: SSAValue, shape: tuple[int, ...]) -> bool:
    found = checked_tensor(value, "input").get_shape()
    return len(found) == len(shape) and found[1] == shape[1]


def _is_cheap(op: ElementwiseOp) -> bool:
    is_f32 = all(each.element_type == f32 for each in op.input_types)
    return is_f32 and all(isinstance(each, _CHEAP) for each in op.body.block.ops)


def _elements_moved(op: ElementwiseOp, readers: list[RegionOp]) -> int:
    """What reading the inputs, writing the result and reading it moves; a line that is written
    is read first."""
    return sum(map(_elements, op.inputs)) + (2 + len(readers)) * _elements(op.result)


def _elements_read(op: ElementwiseOp, readers: list[RegionOp]) -> int:
    """What readers read of the inputs, if not for themselves anyway."""
    return sum(
        _elements(value) for reader in readers for value in op.inputs if value not in reader.inputs
    )


def _with(op: ElementwiseOp, reader: RegionOp) -> RegionOp:
    """The reader, doing the arithmetic of `op` itself."""
    others = [value for value in reader.inputs if value is not op.result]
    inputs = list(dict.fromkeys([*op.inputs, *others]))

    def write(arguments: Sequence[SSAValue], b: ScalarBuilder) -> list[SSAValue]:
        values = dict(zip(inputs, arguments, strict=True))
        values[op.result] = b.inline(op.body, [values[each] for each in op.inputs])
        return b.inline_all(reader.body, [values[each] for each in reader.inputs])

    return type(reader).build(
        operands=[inputs],
        regions=[build_region(len(inputs), write)],
        attributes=reader.attributes,
        result_types=[reader.result.type],
    )


def _elements(value: SSAValue) -> int:
    return prod(checked_tensor(value, "input").get_shape())
