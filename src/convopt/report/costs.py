"""Costs of planned operations by the memory model, with the weights cold, as in a network."""

from collections.abc import Iterable
from dataclasses import replace
from math import prod

from xdsl.ir import Operation, SSAValue

from convopt.backends.targets import CpuTarget
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.kernel_model import (
    PlannedKernel,
    kernel_of,
    operations_in,
    planned_kernel_of,
)
from convopt.passes.cost.memory_access.accesses import (
    Access,
    Operand,
    Phase,
    combined,
    total_of,
    traffic_beyond,
)
from convopt.passes.cost.memory_access.predicted_time import USABLE, predicted_seconds
from convopt.passes.lower.storage import elements, is_constant
from convopt.passes.plan.candidates import best_schedule
from convopt.report.records import Costs, TrafficBytes


def operand_bytes(op: Operation) -> int:
    """Operands and result as they are stored, once."""
    return FLOAT_BYTES * sum(map(elements, (*op.operands, *op.results)))


def stages_of(op: FusedOp) -> list[ConvolutionOp]:
    """The convolutions of a module, in order."""
    return [each for each in op.body.block.ops if isinstance(each, ConvolutionOp)]


def planned_costs(op: Operation, target: CpuTarget, network: float) -> list[Costs]:
    """As the op is planned: an entry for each stage of a fused module, else one."""
    if isinstance(op, ConvolutionOp | FusedOp):
        phases = _batch_phases(planned_kernel_of(op, target), network)
    else:
        phases = [_tensor_phase(op, target, network)]
    return [_costs([phase], target) for phase in phases]


def unfused_costs(op: FusedOp, target: CpuTarget, network: float) -> Costs:
    """The stages as kernels of their own, each with its best schedule; what one makes for the next
    is intermediate."""
    stages = stages_of(op)
    total = Costs()
    for number, stage in enumerate(stages):
        tile, _ = best_schedule(stage, target)
        kernel = PlannedKernel((kernel_of(stage, target, tile),))
        reads = Operand.INTERMEDIATE if number else Operand.INPUT
        writes = Operand.OUTPUT if number == len(stages) - 1 else Operand.INTERMEDIATE
        total += _costs(_batch_phases(kernel, network, reads, writes), target)
    return total


def copy_bytes(value: SSAValue) -> int:
    """Read and written."""
    return 2 * FLOAT_BYTES * elements(value)


def copy_costs(value: SSAValue, target: CpuTarget, network: float) -> Costs:
    """A result that is copied to where the caller wants it."""
    near, vectors = copy_bytes(value), -(-elements(value) // target.lanes)
    written = Access(Operand.OUTPUT, elements(value), near, is_store=True)
    accesses = (_operand_access(value, near, network), written)
    return _costs([Phase("", 0, 0, vectors, vectors, accesses)], target)


def _costs(phases: Iterable[Phase], target: CpuTarget) -> Costs:
    phases = list(phases)
    return Costs(
        predicted_seconds(phases, target),
        TrafficBytes.of(traffic_beyond(phases, USABLE * target.l1_bytes)),
        TrafficBytes.of(traffic_beyond(phases, USABLE * target.l2_bytes)),
    )


def _batch_phases(
    kernel: PlannedKernel,
    network: float,
    reads: Operand = Operand.INPUT,
    writes: Operand = Operand.OUTPUT,
) -> list[Phase]:
    """A phase a stage, over all images of a batch.

    Kernels run image after image: the second one finds the weights as the first one left them, and
    activations were touched as long ago as all images take.
    """
    images = kernel.stages[0].conv.batch
    one = kernel.in_network(network)
    since = replace(
        one,
        input=images * one.input,
        output=images * one.output,
        extras=images * one.extras,
        reads=reads,
        writes=writes,
    )
    cold = kernel.phases(since)
    if images == 1:
        return cold
    warm = kernel.phases(replace(since, weights=one.input))
    return [
        total_of(once.name, [once, *[again] * (images - 1)])
        for once, again in zip(cold, warm, strict=True)
    ]


def _tensor_phase(op: Operation, target: CpuTarget, network: float) -> Phase:
    """What is no convolution: operands are read and the result is written once.

    Work for the ports is counted where it is more than moving: regions and pooling windows.
    """
    near = operand_bytes(op)
    vectors = -(-elements(op.results[0]) // target.lanes)
    taps = _window_taps(op)
    operations = operations_in(op.body) if isinstance(op, ElementwiseOp) else taps
    read = sum(map(elements, op.operands))
    accesses = [_operand_access(value, near, network) for value in op.operands]
    return Phase(
        name="",
        fmas=0,
        other_operations=operations * vectors,
        loads=max(taps * vectors, read // target.lanes),
        stores=vectors,
        accesses=combined(
            [*accesses, Access(Operand.OUTPUT, elements(op.results[0]), near, is_store=True)]
        ),
    )


def _operand_access(value: SSAValue, near: float, network: float) -> Access:
    if is_constant(value):
        return Access(Operand.WEIGHTS, elements(value), network)
    return Access(Operand.INPUT, elements(value), near)


def _window_taps(op: Operation) -> int:
    """Elements that make one of the result; 0 where nothing is computed."""
    if isinstance(op, PoolOp):
        return prod(op.window.kernel)
    if isinstance(op, GlobalPoolOp):
        return prod(tensor_of(op.input).get_shape()[2:])
    return 0
