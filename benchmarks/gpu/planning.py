"""The ways in which a case is computed: as planned, apart, fused, and with schedules drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from convopt.backends.targets import GpuTarget
from convopt.benchmarks.gpu.halves import with_f16_borders
from convopt.benchmarks.gpu.sampling import drawn_sizes
from convopt.by_target import planning_passes
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.schedules import BlockAttr
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.mlir_text import new_context
from convopt.pass_manager import run_passes
from convopt.passes.cost.gpu.predicted_time import predicted_seconds
from convopt.passes.cost.gpu.traffic import kernel_traffic
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.of_operations import elementwise_operands, kernel_of
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.plan.fuse_modules import FuseModulesPass
from convopt.precision import F16, F32

PLANNED, APART, FUSED, SAMPLE = "planned", "apart", "fused", "sample"


@dataclass(frozen=True)
class PlannedVariant:
    """A module at level 3."""

    name: str
    module: ModuleOp
    precision: str = F32


@dataclass(frozen=True)
class Reckoned:
    """What the models say of a convolution or module of convolutions. `bytes` are moved, of which
    `written` are the result."""

    schedule: str
    bytes: int
    written: int
    seconds: float


def plan_variants(
    module: ModuleOp, target: GpuTarget, target_name: str, kind: str, samples: int
) -> list[PlannedVariant]:
    """As planned; apart where that is another thing; a pair that is planned apart, fused, too.

    `module` is as it was loaded. `samples`: schedules that are drawn, for pairs.
    """
    planned = _planned(module, target_name)
    found = [PlannedVariant(PLANNED, planned)]
    apart = fused = planned
    if _is_fused(planned):
        apart = _planned(module, target_name, may_fuse=False)
        found.append(PlannedVariant(APART, apart))
    elif kind == "pair":
        fused = _planned(module, target_name, must_fuse=True)
        if _is_fused(fused):
            found.append(PlannedVariant(FUSED, fused))
    return [*found, *_drawn([fused, apart], target, samples if kind == "pair" else 0)]


def plan_precision(module: ModuleOp, target_name: str, precision: str) -> PlannedVariant:
    """As planned, in another precision; with f16, input and result are f16, too."""
    passes = planning_passes(target_name, precision)
    copy = module.clone()
    run_passes(copy, with_f16_borders(passes) if precision == F16 else passes, new_context())
    return PlannedVariant(PLANNED, copy, precision)


def reckon(module: ModuleOp, target: GpuTarget) -> list[Reckoned]:
    """Of every convolution and module, in order of execution."""
    return [_reckoned(op, target) for op in _planned_ops(module)]


def _planned(
    module: ModuleOp, target_name: str, *, may_fuse: bool = True, must_fuse: bool = False
) -> ModuleOp:
    copy = module.clone()
    passes = [
        replace(step, max_stages=step.max_stages if may_fuse else 1, force="*" if must_fuse else "")
        if isinstance(step, FuseModulesPass)
        else step
        for step in planning_passes(target_name)
    ]
    run_passes(copy, passes, new_context())
    return copy


def _is_fused(module: ModuleOp) -> bool:
    return any(isinstance(op, FusedOp) for op in module.walk())


def _planned_ops(module: ModuleOp) -> Iterator[ConvolutionOp | FusedOp]:
    for function in module.body.block.ops:
        assert isinstance(function, func.FuncOp)
        for op in function.body.block.ops:
            if isinstance(op, ConvolutionOp | FusedOp):
                yield op


def _stages(op: Operation) -> list[ConvolutionOp]:
    return [each for each in op.walk() if isinstance(each, ConvolutionOp)]


def _kernel(op: ConvolutionOp | FusedOp) -> BlockKernel:
    assert isinstance(op.schedule, BlockAttr)
    kernel = kernel_of(_stages(op), BlockSizes.of(op.schedule))
    assert kernel is not None
    return kernel


def _reckoned(op: ConvolutionOp | FusedOp, target: GpuTarget) -> Reckoned:
    kernel = _kernel(op)
    traffic = kernel_traffic(kernel, elementwise_operands(_stages(op)[-1]))
    seconds = predicted_seconds(kernel, traffic, target, is_cold=False)
    schedule = f"{kernel.kind.value} {op.schedule}"
    return Reckoned(schedule, traffic.bytes, FLOAT_BYTES * traffic.output, seconds)


def _drawn(modules: Sequence[ModuleOp], target: GpuTarget, count: int) -> Iterator[PlannedVariant]:
    """By turns of the modules, each with other schedules."""
    distinct = list(dict.fromkeys(modules))
    drawn = [_schedules(module, target, -(-count // len(distinct))) for module in distinct]
    for number in range(count):
        which = number % len(distinct)
        module = distinct[which].clone()
        for op, sizes in zip(_planned_ops(module), drawn[which], strict=True):
            if sizes:
                op.schedule = sizes[number // len(distinct) % len(sizes)].attribute
        yield PlannedVariant(f"{SAMPLE} {number:02}", module)


def _schedules(module: ModuleOp, target: GpuTarget, count: int) -> list[list[BlockSizes]]:
    return [drawn_sizes(_kernel(op), target, count) for op in _planned_ops(module)]
