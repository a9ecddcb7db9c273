"""How a report calls operations, shapes and schedules."""

from collections.abc import Sequence
from itertools import takewhile

from xdsl.ir import Operation

from convopt.convdialect.ops.convolution import ConvolutionOp, DepthwiseOp, PointwiseOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.schedules import BlockAttr, TileAttr, TileScheme
from convopt.passes.lower.kernel_names import window_text

MODULE = "fused"
ONNXRUNTIME = "onnxruntime"
COPY = "copy"

JOINT = " + "
"""Stands between the parts of a fused location."""


def kind_of(op: Operation) -> str:
    """Such as `depthwise 3x3s2`, `pointwise`, `global pool`; `fused pw-dw-pw` for a module."""
    if isinstance(op, FusedOp):
        stages = [each for each in op.body.block.ops if isinstance(each, ConvolutionOp)]
        return f"{MODULE} {'-'.join(map(_short_kind, stages))}"
    name = op.name.partition(".")[2].replace("_", " ")
    if isinstance(op, PoolOp | GlobalPoolOp):
        name = f"{op.kind} {name}"
    if isinstance(op, PointwiseOp):
        stride = op.window.stride
        return name if stride == (1, 1) else f"{name} {window_text((1, 1), stride)}"
    if isinstance(op, ConvolutionOp):
        groups = 1 if isinstance(op, DepthwiseOp) else op.group_count
        return f"{name} {window_text(op.window.kernel, op.window.stride, groups)}"
    if isinstance(op, PoolOp):
        return f"{name} {window_text(op.window.kernel, op.window.stride)}"
    return name


def _short_kind(op: ConvolutionOp) -> str:
    if isinstance(op, PointwiseOp):
        return "pw"
    return "dw" if isinstance(op, DepthwiseOp) else "conv"


def schedule_text(op: Operation) -> str:
    """The schedule as the IR has it; empty for what has none."""
    if not isinstance(op, ConvolutionOp | FusedOp) or op.schedule is None:
        return ""
    return str(op.schedule)


def tile_text(op: Operation) -> str:
    """The tile without what else the schedule says: `rotate 2x7` (rows x columns), `broadcast 6x4`
    (pixels x vectors), `pairs 9` (pixels); on a GPU `64 of 4x16` (filters of rows x columns)."""
    if not isinstance(op, ConvolutionOp | FusedOp) or op.schedule is None:
        return ""
    if isinstance(op.schedule, BlockAttr):
        sizes = op.schedule.extents
        return f"{sizes['filters']} of {sizes['rows']}x{sizes['columns']}"
    if isinstance(op, FusedOp):
        rows = op.schedule.rows.data
        return f"bands of {rows} row{'s' * (rows != 1)}"
    return f"{op.schedule.scheme} {_tile_size(op.schedule)}"


def _tile_size(tile: TileAttr) -> str:
    if tile.scheme is TileScheme.BROADCAST:
        return f"{tile.columns.data}x{tile.vectors.data}"
    if tile.scheme is TileScheme.PAIRS:
        return str(tile.columns.data)
    return f"{tile.rows.data}x{tile.columns.data}"


def compact_name(location: str) -> str:
    """A place in the model; parts after the first leave out the folders that they share with it.

    >>> compact_name("/block.1/conv/Conv + /block.1/conv/act/Clip + /block.1/Add")
    '/block.1/conv/Conv + act/Clip + Add'
    """
    first, *others = location.split(JOINT)
    folders = first.split("/")[:-1]
    return JOINT.join([first, *(_without_shared(folders, each) for each in others)])


def _without_shared(folders: Sequence[str], name: str) -> str:
    parts = name.split("/")
    pairs = zip(folders, parts[:-1], strict=False)
    return "/".join(parts[len(list(takewhile(lambda pair: pair[0] == pair[1], pairs))) :])


def shape_text(shape: tuple[int, ...]) -> str:
    """`96x56x56`: a batch of one is left out, unless there is nothing else."""
    rest = shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
    return "x".join(map(str, rest)) or "scalar"
