"""Kernel plans of fused modules."""

from collections.abc import Iterator, Sequence

from xdsl.dialects.builtin import MemRefType
from xdsl.ir import Attribute, BlockArgument, SSAValue

from convopt.backends.targets import CpuTarget
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.schedules import Prefetch, TileAttr
from convopt.passes.geometry.bands import ring_rows
from convopt.passes.geometry.schemes import axes_of
from convopt.passes.lower.builder import KernelBuilder, f32_memref
from convopt.passes.lower.fused_checks import checked_stages
from convopt.passes.lower.kernel_names import KernelName, digest_of, window_text
from convopt.passes.lower.kernel_plan import KernelPlan, Operand
from convopt.passes.lower.kernels.feature_map import FeatureMap
from convopt.passes.lower.kernels.fused import FusedKernel, InputAhead, RowKernel
from convopt.passes.lower.kernels.strip import StripKernel
from convopt.passes.lower.plan_convolution import KIND_NAMES, detail_of
from convopt.passes.lower.plan_stage import plan_stage


def plan_fused(op: FusedOp, target: CpuTarget) -> KernelPlan:
    """The kernel of a fused module with a schedule, its stages with theirs.

    Operands are those of the stages in their order, without the intermediates, which are rings.
    """
    stages = checked_stages(op, target)
    assert op.schedule is not None
    plans = [plan_stage(stage, _tile(stage), target, by_rows=True) for stage in stages]
    axes = tuple(axes_of(stage)[0] for stage in stages)
    band, batch = op.schedule.rows.data, stages[0].input_type.get_shape()[0]
    rings = ring_rows(axes, band)
    outside = dict(zip(op.body.block.args, op.inputs, strict=True))

    def write(builder: KernelBuilder) -> None:
        source, *rest, begin, end = builder.arguments
        arguments = iter(rest)
        weights = [_take(arguments, len(plan.others)) for plan in plans]
        result, *scratch = arguments
        between = [FeatureMap(*each) for each in zip(scratch, rings, strict=True)]
        maps = [FeatureMap(source), *between, FeatureMap(result)]
        kernels: list[RowKernel] = []
        for number, plan in enumerate(plans):
            kernel = plan.kernel(builder, maps[number], weights[number], maps[number + 1])
            assert not isinstance(kernel, StripKernel)
            kernels.append(kernel)
        ahead = _input_ahead(stages, FeatureMap(source), target.lanes)
        FusedKernel(builder, kernels, axes, band, batch, ahead).write(begin, end)

    operands = [plans[0].source, *(other for plan in plans for other in plan.others)]
    name, detail = _kernel_name(op, stages, target.lanes)
    return KernelPlan(
        name,
        tuple(_from_outside(operand, outside) for operand in operands),
        (
            plans[0].input_type,
            *(each for plan in plans for each in plan.other_types),
            plans[-1].output_type,
        ),
        -(-axes[-1].outputs // band),
        write,
        detail,
        sum(stage.macs for stage in stages),
        tuple(
            _ring_type(stage, rows, target.lanes)
            for stage, rows in zip(stages, rings, strict=False)
        ),
    )


def _tile(stage: ConvolutionOp) -> TileAttr:
    assert stage.tile is not None
    return stage.tile


def _input_ahead(
    stages: Sequence[ConvolutionOp], source: FeatureMap, lanes: int
) -> InputAhead | None:
    asking = [n for n, stage in enumerate(stages) if _tile(stage).prefetch is Prefetch.INPUT]
    if not asking:
        return None
    _, channels, _, columns = stages[0].input_type.get_shape()
    return InputAhead(asking[0], source, -(-channels // lanes), columns)


def _take(arguments: Iterator[SSAValue], count: int) -> list[SSAValue]:
    return [next(arguments) for _ in range(count)]


def _from_outside(operand: Operand, outside: dict[BlockArgument, SSAValue]) -> Operand:
    """The operand of a stage as the module's."""
    assert isinstance(operand.value, BlockArgument)
    return Operand(outside[operand.value], operand.pack, operand.constant)


def _ring_type(stage: ConvolutionOp, rows: int, lanes: int) -> MemRefType[Attribute]:
    _, channels, _, columns = stage.result_type.get_shape()
    return f32_memref(1, -(-channels // lanes), rows, columns, lanes)


def _kernel_name(
    op: FusedOp, stages: Sequence[ConvolutionOp], lanes: int
) -> tuple[KernelName, str]:
    """Like pwdwpw3x3s1: the kinds, the window that is not 1x1, and band rows x columns."""
    detail = repr((op.schedule, [detail_of(stage, _tile(stage)) for stage in stages]))
    windows = [stage.window for stage in stages if stage.window.kernel != (1, 1)]
    window = windows[0] if windows else stages[0].window
    result = op.result_type.get_shape()
    assert op.schedule is not None
    name = KernelName(
        "".join(KIND_NAMES[stage.name] for stage in stages),
        tuple(result[1:]),
        lanes,
        digest_of(detail),
        window_text(window.kernel, window.stride),
        (op.schedule.rows.data, result[3]),
    )
    return name, detail
