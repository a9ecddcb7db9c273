"""`conv-merge-padding`: explicit padding becomes the padding of its users."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import BoolAttr, ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from convopt.convdialect.assembly import integers
from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.constants import LOWEST
from convopt.convdialect.ops.convolution import ConvolutionOp, SpatialConvolutionOp
from convopt.convdialect.ops.pooling import PoolOp
from convopt.convdialect.ops.structure import PadOp
from convopt.convdialect.shapes import Window
from convopt.passes import remarks
from convopt.passes.rewriting import erase_dead, fuse_locations, ops_of_type, users_of


@dataclass(frozen=True)
class MergePaddingPass(ModulePass):
    """Merges `conv.pad` into the padding of the operations that read it.

    Why: kernels pad implicitly, without a copy of the input. Exporters write an explicit pad where
    a framework pads asymmetrically.

    Preconditions: zeros are padding of convolutions, each user its own, and of average pools that
    count zeros as elements (`count_include_pad`, or no padding so far); minus infinity (or the
    lowest finite number) is padding of maximum pools, where every window holds an element. The pad
    goes when nothing reads it any more. Not touched: other values, `conv.pointwise` (it has no
    padding), other users.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x4x4xf32> {
      %0 = conv.pad %x {padding = [0, 0, 1, 1]} : tensor<1x3x8x8xf32> -> tensor<1x3x9x9xf32>
      %1 = conv.conv2d %0, %w {stride = [2, 2]}
        : tensor<1x3x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<1x4x4x4xf32>
      func.return %1 : tensor<1x4x4x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x4x4xf32> {
      %1 = conv.conv2d %x, %w {stride = [2, 2], padding = [0, 0, 1, 1]}
        : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32> -> tensor<1x4x4x4xf32>
      func.return %1 : tensor<1x4x4x4xf32>
    }
    ```
    """

    name = "conv-merge-padding"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        # Backwards, so that of two pads in a row the second is merged before the first.
        for pad in reversed(ops_of_type(op, PadOp)):
            self._merge(pad)

    def _merge(self, pad: PadOp) -> None:
        if pad.value != 0 and pad.value > LOWEST:
            remarks.missed(self.name, pad, f"the padding's value is {pad.value:g}, not zero")
            return
        for user in users_of(pad.result):
            obstacle = _obstacle(pad, user)
            if obstacle is not None:
                remarks.missed(self.name, pad, obstacle)
                continue
            _take(pad, user)
            remarks.passed(self.name, user, f"took over the padding {list(_amounts(pad))}")
        erase_dead(pad)


def _amounts(pad: PadOp) -> tuple[int, ...]:
    return tuple(int(amount) for amount in pad.padding.get_values())


def _merged(pad: PadOp, window: Window) -> Window:
    """The window with the pad's amounts added to its padding."""
    top, left, bottom, right = (
        outer + inner for outer, inner in zip(_amounts(pad), window.padding, strict=True)
    )
    return Window(window.kernel, window.stride, (top, left, bottom, right), window.dilation)


def _obstacle(pad: PadOp, user: Operation) -> str | None:
    """Why `user` cannot take the padding, or None."""
    if isinstance(user, PoolOp):
        return _pool_obstacle(pad, user)
    if pad.value != 0:
        return f"the padding's value is {pad.value:g}, not zero"
    if isinstance(user, SpatialConvolutionOp) and user.input is pad.result:
        return None
    if isinstance(user, ConvolutionOp) and user.input is pad.result:
        return f"{user.name} has no padding"
    return f"{user.name} reads the padded tensor"


def _pool_obstacle(pad: PadOp, pool: PoolOp) -> str | None:
    is_average = pool.kind == PoolKind.AVERAGE
    if is_average and pad.value != 0:
        return f"the padding's value is {pad.value:g}, not zero"
    if not is_average and pad.value == 0:
        return "a maximum pool does not pad with zeros"
    if is_average and not pool.count_include_pad and any(pool.window.padding):
        return "an average pool does not count its own padding, but counts the zeros"
    if _merged(pad, pool.window).first_empty_position(*pad.input_type.get_shape()[2:]):
        return f"a window of the {pool.kind} pool would hold padding only"
    return None


def _take(pad: PadOp, user: Operation) -> None:
    assert isinstance(user, SpatialConvolutionOp | PoolOp)
    user.properties["padding"] = integers(_merged(pad, user.window).padding)
    if isinstance(user, PoolOp) and user.kind == PoolKind.AVERAGE:
        user.properties["count_include_pad"] = BoolAttr.from_bool(True)
    user.operands[0] = pad.input
    user.location = fuse_locations([pad.location, user.location])
