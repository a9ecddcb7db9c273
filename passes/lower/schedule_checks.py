"""Whether a kernel scheme can do what a schedule asks of it.

The planner asks for nothing else; a schedule written by hand might.
"""

from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import block_of, tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import Parallel, Prefetch, TileAttr, TileScheme
from convopt.passes.geometry.asking import loops_over_vectors
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.schemes import axes_of, is_collapsible
from convopt.passes.geometry.tile_code import has_static_edges


def check_layouts(op: ConvolutionOp, target: CpuTarget) -> None:
    """Raise ConvoptError unless all tensors lie in the target's channel blocks.

    The input may be NCHW where the scheme reads single channels.
    """
    lanes = target.lanes
    tensors = {"result": op.result_type, "input": op.input_type}
    tensors |= {
        f"epilogue operand {number}": tensor_of(extra)
        for number, extra in enumerate(op.extras)
        if len(tensor_of(extra).get_shape()) == 4
    }
    if op.scale is not None:
        tensors["scale"] = tensor_of(op.scale)
    for what, tensor in tensors.items():
        if what == "input" and block_of(tensor) == 1 and _reads_plain(op):
            continue
        if block_of(tensor) != lanes:
            raise ConvoptError(
                f"expected the {what} of {op.name} in blocks of {lanes} channels "
                f"(conv-assign-layouts), found {tensor}"
            )


def check_tile(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> None:
    """Raise ConvoptError, naming expected and found, for a tile that its scheme cannot do."""
    if tile.scheme is TileScheme.BROADCAST:
        _check_broadcast(op, tile, target)
        return
    if tile.scheme is TileScheme.PAIRS:
        _check_pairs(op, tile)
        return
    _check_groups(op, tile, target)
    group_inputs = op.filter_type.get_shape()[1]
    if tile.scheme is TileScheme.STRIP and group_inputs != 1:
        raise ConvoptError(
            f"expected one channel a group in scheme strip, found groups of {group_inputs}"
        )
    check_by_pixel_tile(tile, *axes_of(op))


def check_by_pixel_tile(tile: TileAttr, rows: Axis, columns: Axis) -> None:
    """Raise ConvoptError for a tile of the schemes rotate and strip that there is no code for."""
    if tile.vectors.data != 1:
        raise ConvoptError(f"expected one vector in scheme {tile.scheme}, found {tile}")
    _check_begins_at_inputs(tile, rows, columns)
    if tile.scheme is TileScheme.STRIP:
        _check_strip(tile, rows, columns)
    else:
        _check_rotate(tile, rows, columns)


def check_alone(tile: TileAttr) -> None:
    """Raise ConvoptError for what only a stage of a fused module can do."""
    if tile.scheme is not TileScheme.ROTATE and tile.prefetch is Prefetch.INPUT:
        raise ConvoptError(f"expected prefetch none or weights outside of conv.fused, found {tile}")


def _reads_plain(op: ConvolutionOp) -> bool:
    scheme = op.tile.scheme if op.tile is not None else None
    return scheme is TileScheme.BROADCAST and op.scale is None


def _check_broadcast(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> None:
    if tile.rows.data != 1:
        raise ConvoptError(f"expected one row in scheme broadcast, found {tile}")
    if tile.prefetch is Prefetch.WEIGHTS and not loops_over_vectors(op, tile, target):
        raise ConvoptError(
            f"expected prefetch = weights where the kernel loops over vectors of channels, "
            f"found {tile}"
        )
    vectors = -(-op.result_type.get_shape()[1] // target.lanes)
    if vectors % tile.vectors.data:
        raise ConvoptError(
            f"expected a tile whose vectors divide the output's {vectors}, found {tile}"
        )


def _check_pairs(op: ConvolutionOp, tile: TileAttr) -> None:
    """A 1x1 kernel over whole rows, that reads all channels as they are."""
    if tile.rows.data != 1 or tile.vectors.data != 1:
        raise ConvoptError(f"expected columns alone in scheme pairs, found {tile}")
    if op.group_count != 1 or not is_collapsible(*axes_of(op)):
        raise ConvoptError(
            f"expected a 1x1 kernel of one group, stride 1 and no padding in scheme pairs, "
            f"found {op.name}"
        )


def _check_groups(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> None:
    """Vectors hold whole groups, and an input channel's lane is an output channel's."""
    outputs, inputs = op.multiplier, op.filter_type.get_shape()[1]
    if outputs != inputs:
        raise ConvoptError(
            f"expected groups with as many outputs as inputs in scheme {tile.scheme}, "
            f"found {inputs} inputs and {outputs} outputs"
        )
    if target.lanes % inputs:
        raise ConvoptError(
            f"expected groups that fill vectors of {target.lanes} channels in scheme "
            f"{tile.scheme}, found groups of {inputs}"
        )
    if op.scale is not None:
        raise ConvoptError(f"expected no scaled input in scheme {tile.scheme}, found one")


def _check_begins_at_inputs(tile: TileAttr, rows: Axis, columns: Axis) -> None:
    """Where inputs stand apart, every tile has one where its first output is."""
    if tile.scheme is TileScheme.ROTATE and tile.rows.data % rows.base_dilation:
        raise ConvoptError(f"expected a multiple of {rows.base_dilation} rows, found {tile}")
    if tile.columns.data % columns.base_dilation:
        raise ConvoptError(f"expected a multiple of {columns.base_dilation} columns, found {tile}")


def _check_rotate(tile: TileAttr, rows: Axis, columns: Axis) -> None:
    size = (tile.rows.data, tile.columns.data)
    if has_static_edges(rows, columns, size):
        return
    if tile.prefetch is not Prefetch.NONE:
        raise ConvoptError(
            f"expected no prefetch where edges have no code of their own, found {tile}"
        )
    if tile.rows.data > 1:
        raise ConvoptError(
            f"expected a tile of one row where the kernel has {rows.kernel * columns.kernel} taps "
            f"and edges have no code of their own, found {tile}"
        )


def _check_strip(tile: TileAttr, rows: Axis, columns: Axis) -> None:
    is_spread = rows.base_dilation > 1 or columns.base_dilation > 1
    if rows.dilation != 1 and not is_spread:
        raise ConvoptError(f"expected rows without dilation in scheme strip, found {rows.dilation}")
    if tile.rows.data != 1:
        raise ConvoptError(f"expected one row in scheme strip, found {tile}")
    if tile.parallel is not Parallel.BLOCKS:
        raise ConvoptError(f"expected parallel blocks in scheme strip, found {tile}")
