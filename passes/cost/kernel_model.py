"""A planned convolution or fused module as the memory model sees it."""

from typing import NamedTuple

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, Region

from convopt.backends.targets import CpuTarget
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.schedules import Prefetch, TileAttr, TileScheme
from convopt.passes.cost.broadcast_cost import BroadcastProblem
from convopt.passes.cost.by_pixel_cost import ByPixelProblem, holds_weights
from convopt.passes.cost.memory_access.accesses import Phase
from convopt.passes.cost.memory_access.asking_ahead import stage_times
from convopt.passes.cost.memory_access.cpu_kernel import (
    BroadcastTile,
    CpuKernel,
    EpilogueWork,
    LastTouch,
    RegisterTile,
    RotateTile,
    StripTile,
)
from convopt.passes.cost.memory_access.fused_phases import kernel_phase, module_phases
from convopt.passes.geometry.bands import ring_rows
from convopt.passes.geometry.convolution import convolution_of
from convopt.passes.geometry.epilogue_start import start_of
from convopt.passes.geometry.schemes import axes_of, reads_blocks

OPERATIONS_OF_EXP = 12
OPERATIONS_OF_TANH = 16
OPERATIONS_OF_DIVISION = 8
"""Instructions for the FMA ports that one vector takes, as conv-expand-math writes them."""

_OPERATIONS: dict[type[Operation], int] = {
    YieldOp: 0,
    arith.ConstantOp: 0,
    arith.DivfOp: OPERATIONS_OF_DIVISION,
    math.ExpOp: OPERATIONS_OF_EXP,
    math.TanhOp: OPERATIONS_OF_TANH,
}


class PlannedKernel(NamedTuple):
    """The stages of a kernel, one for a convolution on its own; `band`: rows of a fused module.

    `asking`: the stage that asks for the next band's input.
    """

    stages: tuple[CpuKernel, ...]
    band: int | None = None
    asking: int | None = None

    @property
    def ring_bytes(self) -> int:
        """Intermediate rows that a thread keeps."""
        if self.band is None:
            return 0
        rows = ring_rows(tuple(stage.conv.rows for stage in self.stages), self.band)
        stored = zip(self.stages[:-1], rows, strict=True)
        return sum(stage.output_bytes(count) for stage, count in stored)

    def in_network(self, network_bytes: float) -> LastTouch:
        """Where the operands lie when a network runs.

        The layer before made the input, weights were read one run of the network ago. A kernel that
        is the network finds everything as it left it.
        """
        first, last = self.stages[0], self.stages[-1]
        near = (
            first.input_bytes(first.conv.rows.inputs)
            + sum(stage.weight_bytes for stage in self.stages)
            + last.output_bytes(last.conv.rows.outputs)
        )
        return LastTouch(near, max(near, network_bytes), near, near)

    def phases(self, since: LastTouch) -> list[Phase]:
        """A phase a stage."""
        if self.band is None:
            return [kernel_phase("", self.stages[0], since)]
        return module_phases(self.stages, self.band, since)

    def seconds(self, since: LastTouch, target: CpuTarget) -> float:
        """Predicted, on one core."""
        times = stage_times(self.phases(since), self.asking, target)
        return sum(time.seconds for time in times)


def kernel_of(op: ConvolutionOp, target: CpuTarget, tile: TileAttr | None = None) -> CpuKernel:
    """One image of a convolution with the given tile, else with its schedule's."""
    schedule = tile or op.tile
    assert schedule is not None
    conv = convolution_of(op)
    return CpuKernel(
        conv,
        _tile_of(op, schedule, target),
        target.lanes,
        _epilogue_of(op),
        asks_for_weights=schedule.prefetch is Prefetch.WEIGHTS,
    )


def network_bytes_of(module: ModuleOp, target: CpuTarget) -> float:
    """Bytes that a planned network touches from one run to the next, about: all weights, and what
    the largest layer reads and writes."""
    kernels = [
        CpuKernel(convolution_of(op), BroadcastTile(1, 1), target.lanes)
        for op in module.walk()
        if isinstance(op, ConvolutionOp)
    ]
    weights = sum(kernel.weight_bytes for kernel in kernels)
    largest = max((each.working_set_bytes - each.weight_bytes for each in kernels), default=0)
    return weights + largest


def planned_kernel_of(op: ConvolutionOp | FusedOp, target: CpuTarget) -> PlannedKernel:
    """An operation that has its schedule, and its stages theirs."""
    if isinstance(op, ConvolutionOp):
        return PlannedKernel((kernel_of(op, target),))
    assert op.schedule is not None
    stages = [each for each in op.body.block.ops if isinstance(each, ConvolutionOp)]
    kernels = tuple(kernel_of(stage, target) for stage in stages)
    asking = [n for n, stage in enumerate(stages) if _prefetch_of(stage) is Prefetch.INPUT]
    return PlannedKernel(kernels, op.schedule.rows.data, asking[0] if asking else None)


def operations_in(region: Region) -> int:
    """Instructions for the FMA ports that one vector takes on its way through a scalar region."""
    return sum(_OPERATIONS.get(type(each), 1) for each in region.walk())


def _prefetch_of(op: ConvolutionOp) -> Prefetch:
    assert op.tile is not None
    return op.tile.prefetch


def _tile_of(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> RegisterTile:
    rows, columns = axes_of(op)
    if tile.scheme is TileScheme.STRIP:
        return StripTile(tile.columns.data)
    if tile.scheme is TileScheme.ROTATE:
        size = (tile.rows.data, tile.columns.data)
        problem = ByPixelProblem(rows, columns, op.filter_type.get_shape()[1])
        return RotateTile(*size, holds_weights(problem, target, *size))
    outputs, channels = op.result_type.get_shape()[1], op.input_type.get_shape()[1]
    problem_of_image = BroadcastProblem(
        rows, columns, channels, outputs, op.group_count, reads_blocks(op)
    )
    if tile.scheme is TileScheme.PAIRS:
        vectors = problem_of_image.output_vectors(target)
        return BroadcastTile(tile.columns.data, vectors, pairs=True)
    vectors = tile.vectors.data
    loads_vectors = problem_of_image.indexes_lanes(target, vectors)
    return BroadcastTile(tile.columns.data, vectors, loads_vectors)


def _epilogue_of(op: ConvolutionOp) -> EpilogueWork:
    """Work on every output vector."""
    per_channel = [len(tensor_of(extra).get_shape()) == 1 for extra in op.extras]
    starts = start_of(op.epilogue, per_channel) is not None
    return EpilogueWork(
        operations=operations_in(op.epilogue) - starts,
        starts=starts,
        channel_operands=sum(per_channel) - starts,
        tensor_operands=len(per_channel) - sum(per_channel),
    )
