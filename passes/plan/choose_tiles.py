"""The pass conv-choose-tiles."""

from dataclasses import dataclass
from functools import lru_cache

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.backends.targets import CpuTarget, cpu_target
from convopt.convdialect.attributes import TileAttr, TileScheme
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.passes import remarks
from convopt.passes.cost.tile_cost import (
    BroadcastProblem,
    RotateProblem,
    broadcast_cycles,
    broadcast_tiles,
    rotate_cycles,
    rotate_tiles,
)
from convopt.passes.geometry.input_channels import InputChannels
from convopt.passes.geometry.schemes import axes_of, is_collapsible, reads_blocks, scheme_of


def choose_tile(op: ConvolutionOp, target: CpuTarget) -> tuple[TileAttr, float]:
    """The tile with the fewest predicted cycles for one image, and these cycles."""
    rows, columns = axes_of(op)
    if scheme_of(op, target) is TileScheme.ROTATE:
        problem = RotateProblem(rows, columns, op.filter_type.get_shape()[1])
        cycles, (tile_rows, tile_columns) = _best_rotate_tile(problem, target)
        blocks = -(-op.result_type.get_shape()[1] // target.lanes)
        return TileAttr(TileScheme.ROTATE, tile_rows, tile_columns), cycles * blocks
    cycles, (pixels, vectors) = _best_broadcast_tile(broadcast_problem(op, target), target)
    return TileAttr(TileScheme.BROADCAST, 1, pixels, vectors), cycles


@lru_cache(maxsize=1024)
def _best_rotate_tile(problem: RotateProblem, target: CpuTarget) -> tuple[float, tuple[int, int]]:
    costs = [(rotate_cycles(problem, target, *tile), tile) for tile in rotate_tiles(problem)]
    return min((cycles, tile) for cycles, tile in costs if cycles is not None)


@lru_cache(maxsize=1024)
def _best_broadcast_tile(
    problem: BroadcastProblem, target: CpuTarget
) -> tuple[float, tuple[int, int]]:
    costs = [
        (broadcast_cycles(problem, target, *tile), tile)
        for tile in broadcast_tiles(problem, target)
    ]
    return min((cycles, tile) for cycles, tile in costs if cycles is not None)


def broadcast_problem(op: ConvolutionOp, target: CpuTarget) -> BroadcastProblem:
    """What the broadcast scheme's cost depends on."""
    rows, columns = axes_of(op)
    outputs, group_inputs = op.filter_type.get_shape()[:2]
    channels = op.input_type.get_shape()[1]
    lanes = target.lanes
    read = InputChannels.of(channels, outputs, op.group_count, lanes)
    one_range = read.count == channels or group_inputs % lanes == 0
    return BroadcastProblem(
        rows,
        columns,
        read.count,
        -(-outputs // lanes),
        is_collapsible(rows, columns),
        reads_blocks(op) and one_range,
    )


@dataclass(frozen=True)
class ChooseTilesPass(ModulePass):
    """Give every convolution that has no schedule its register tile.

    Why: the tile decides whether a kernel reaches the machine's peak: too small and the latency of
    the FMA or the loads bound it, too large and it spills.
    Preconditions: convolutions are specialised and have their layouts. A schedule that is there,
    written by hand, is left alone.
    Options: `target`, the name of a target or the path of a target file.

    Before:
    ```mlir
    func.func @main(%x : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>> {
      %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>
      func.return %y : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>
    }
    ```
    After, for target=x86-64-v4:
    ```mlir
    func.func @main(%x : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>> {
      %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} schedule = #conv.tile<rotate, rows = 4, columns = 4> : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>
      func.return %y : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>
    }
    ```
    """  # noqa: E501

    name = "conv-choose-tiles"

    target: str = "host"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        target = cpu_target(self.target)
        for convolution in op.walk():
            if not isinstance(convolution, ConvolutionOp) or convolution.schedule is not None:
                continue
            tile, cycles = choose_tile(convolution, target)
            convolution.schedule = tile
            microseconds = cycles / target.frequency_ghz / 1e3
            message = f"{tile}: {microseconds:.1f} us for one image (model, {target.name})"
            remarks.analysis(self.name, convolution, message)
