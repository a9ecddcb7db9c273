"""`conv-recognize-shuffles`: reshape, transpose, reshape is a channel shuffle."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.convdialect.ops.structure import ChannelShuffleOp, ReshapeOp, TransposeOp
from convopt.passes import remarks
from convopt.passes.rewriting import erase_dead, ops_of_type, replace_plainly


@dataclass(frozen=True)
class RecognizeShufflesPass(ModulePass):
    """Replaces the reshape, transpose, reshape that exporters write by one `conv.channel_shuffle`.

    Why: a shuffle copies whole feature maps, once; the transposed form copies twice and hides that
    the shape of the result is that of the input.

    Preconditions: the first reshape splits the channels into groups and keeps the batch, the
    transpose swaps groups and channels of a group and nothing else, the second reshape restores
    the input's shape. Height and width may be one axis in between. Other readers of the values in
    between keep them alive. Not touched: every other transpose (remark, when only the permutation
    differs).

    Before:

    ```mlir
    func.func @main(%x: tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32> {
      %0 = conv.reshape %x : tensor<1x6x4x4xf32> -> tensor<1x2x3x4x4xf32>
      %1 = conv.transpose %0 {permutation = [0, 2, 1, 3, 4]}
        : tensor<1x2x3x4x4xf32> -> tensor<1x3x2x4x4xf32>
      %2 = conv.reshape %1 : tensor<1x3x2x4x4xf32> -> tensor<1x6x4x4xf32>
      func.return %2 : tensor<1x6x4x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32> {
      %2 = conv.channel_shuffle %x {groups = 2} : tensor<1x6x4x4xf32> -> tensor<1x6x4x4xf32>
      func.return %2 : tensor<1x6x4x4xf32>
    }
    ```
    """

    name = "conv-recognize-shuffles"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for merge in ops_of_type(op, ReshapeOp):
            self._recognize(merge)

    def _recognize(self, merge: ReshapeOp) -> None:
        transpose = merge.input.owner
        if not isinstance(transpose, TransposeOp):
            return
        split = transpose.input.owner
        if not isinstance(split, ReshapeOp) or split.input.type != merge.result.type:
            return
        groups = _split_groups(split.input_type.get_shape(), split.result_type.get_shape())
        if groups is None:
            return
        permutation = list(transpose.permutation.get_values())
        if permutation != [0, 2, 1, *range(3, len(permutation))]:
            remarks.missed(self.name, merge, f"permutation {permutation} is not a channel shuffle")
            return
        shuffle = ChannelShuffleOp(split.input, groups)
        replace_plainly(merge, shuffle, merged=[split, transpose])
        erase_dead(transpose)
        remarks.passed(self.name, shuffle, f"is a channel shuffle of {groups} groups")


def _split_groups(shape: Sequence[int], split: Sequence[int]) -> int | None:
    """Groups that a reshape splits the channels of NCHW into; None when it does something else.

    `split` is (N, groups, C / groups, H, W) or (N, groups, C / groups, H * W).
    """
    if len(shape) != 4 or len(split) < 4:
        return None
    _, channels, height, width = shape
    _, groups, per_group, *pixels = split
    if groups * per_group != channels:
        return None
    # Then the batch is the same as well: a reshape keeps the number of elements.
    return groups if pixels in ([height, width], [height * width]) else None
