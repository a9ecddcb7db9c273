"""From the segments of a planned model to the kernels of a report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.ir import Operation, SSAValue

from convopt.backends.targets import CpuTarget
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.model import CompiledSegment, Model, OnnxSegment
from convopt.passes.cost.kernel_model import network_bytes_of
from convopt.passes.lower.storage import root_of
from convopt.passes.remarks import Remark, location_of
from convopt.report import names
from convopt.report.costs import (
    copy_bytes,
    copy_costs,
    operand_bytes,
    planned_costs,
    stages_of,
    unfused_costs,
)
from convopt.report.kernel_ops import PlannedFunction, operands_of_stage, planned_function
from convopt.report.records import MODEL_INPUTS, Costs, Kernel, Layer
from convopt.report.remark_rows import remarks_on
from convopt.runtime.profile import roofline_milliseconds


@dataclass(frozen=True)
class KernelTable:
    """Kernels in order of execution; `makers` tells which kernel makes a tensor of the model."""

    kernels: tuple[Kernel, ...]
    makers: Mapping[str, int]


def kernel_table(model: Model, target: CpuTarget, remarks: Sequence[Remark]) -> KernelTable:
    """All kernels of a model whose compiled segments are at level 3.

    Raises ConvoptError for a segment that is not planned.
    """
    functions = [
        planned_function(segment.module) if isinstance(segment, CompiledSegment) else None
        for segment in model.segments
    ]
    network = sum(
        network_bytes_of(segment.module, target)
        for segment in model.segments
        if isinstance(segment, CompiledSegment)
    )
    rows = _Rows(target, network, remarks, {spec.name: MODEL_INPUTS for spec in model.inputs})
    for segment, function in zip(model.segments, functions, strict=True):
        if isinstance(segment, OnnxSegment):
            rows.add_onnx(segment)
        elif function is not None:
            rows.add_function(segment, function)
    return KernelTable(tuple(rows.kernels), rows.makers)


@dataclass
class _Rows:
    """Grows by one kernel after the other."""

    target: CpuTarget
    network: float
    remarks: Sequence[Remark]
    makers: dict[str, int]
    kernels: list[Kernel] = field(default_factory=list)

    def add_onnx(self, segment: OnnxSegment) -> None:
        """One row for all nodes that onnxruntime runs together."""
        plural = "s" * (len(segment.nodes) != 1)
        layer = Layer(
            name=f"{len(segment.nodes)} node{plural}: {', '.join(segment.nodes)}",
            kind=names.ONNXRUNTIME,
            shapes=((), ()),
            macs=0,
            bytes=0,
            tile="",
            schedule="",
            reads=tuple(sorted({self.makers[name] for name in segment.input_names})),
            costs=Costs(),
        )
        number = self._add(layer, 0.0, remarks=(segment.reason,), in_onnxruntime=True)
        self.makers.update(dict.fromkeys(segment.output_names, number))

    def add_function(self, segment: CompiledSegment, planned: PlannedFunction) -> None:
        """A row for each kernel, and for each copy into a result."""
        numbers: dict[SSAValue, int] = {
            argument: self.makers[name]
            for argument, name in zip(
                planned.function.body.block.args, segment.input_names, strict=True
            )
        }
        for op in planned.kernels:
            numbers[op.results[0]] = self._add_op(op, numbers)
        made = [_number_of(value, numbers) for value in planned.returned]
        for index in planned.copies:
            made[index] = self._add_copy(planned.returned[index], numbers)
        self.makers.update(zip(segment.output_names, made, strict=True))

    def _add_op(self, op: Operation, numbers: Mapping[SSAValue, int]) -> int:
        costs = planned_costs(op, self.target, self.network)
        whole = _layer(op, op.operands, sum(costs, Costs()), numbers)
        remarks = remarks_on(whole.name, self.remarks)
        if not isinstance(op, FusedOp):
            return self._add(whole, self._least_seconds(whole), remarks=remarks)
        stages = tuple(
            _layer(stage, operands_of_stage(op, stage), cost, numbers)
            for stage, cost in zip(stages_of(op), costs, strict=True)
        )
        return self._add(
            whole,
            self._least_seconds(whole),
            module=f"M{1 + sum(bool(kernel.module) for kernel in self.kernels)}",
            stages=stages,
            unfused=unfused_costs(op, self.target, self.network),
            remarks=remarks,
        )

    def _add_copy(self, value: SSAValue, numbers: Mapping[SSAValue, int]) -> int:
        shape = tuple(tensor_of(value).get_shape())
        layer = Layer(
            name="copy to a result",
            kind=names.COPY,
            shapes=(shape, shape),
            macs=0,
            bytes=copy_bytes(value),
            tile="",
            schedule="",
            reads=_reads([value], numbers),
            costs=copy_costs(value, self.target, self.network),
        )
        return self._add(layer, self._least_seconds(layer))

    def _least_seconds(self, layer: Layer) -> float:
        return 1e-3 * roofline_milliseconds(layer.macs, layer.bytes, self.target)

    def _add(
        self,
        layer: Layer,
        least_seconds: float,
        *,
        module: str = "",
        stages: tuple[Layer, ...] = (),
        unfused: Costs | None = None,
        remarks: tuple[str, ...] = (),
        in_onnxruntime: bool = False,
    ) -> int:
        number = len(self.kernels) + 1
        self.kernels.append(
            Kernel(
                number,
                layer,
                least_seconds,
                module,
                stages,
                unfused,
                remarks=remarks,
                in_onnxruntime=in_onnxruntime,
            )
        )
        return number


def _layer(
    op: Operation, outside: Iterable[SSAValue], costs: Costs, numbers: Mapping[SSAValue, int]
) -> Layer:
    """`outside`: operands that are made by other kernels, or constant."""
    return Layer(
        name=location_of(op),
        kind=names.kind_of(op),
        shapes=(_shape(op.operands[0]), _shape(op.results[0])),
        macs=_macs(op),
        bytes=operand_bytes(op),
        tile=names.tile_text(op),
        schedule=names.schedule_text(op),
        reads=_reads(outside, numbers),
        costs=costs,
    )


def _shape(value: SSAValue) -> tuple[int, ...]:
    return tuple(tensor_of(value).get_shape())


def _macs(op: Operation) -> int:
    if isinstance(op, ConvolutionOp):
        return op.macs
    return sum(stage.macs for stage in stages_of(op)) if isinstance(op, FusedOp) else 0


def _reads(values: Iterable[SSAValue], numbers: Mapping[SSAValue, int]) -> tuple[int, ...]:
    """The kernels that make the values; constants are made by none."""
    roots = map(root_of, values)
    return tuple(sorted({numbers[root] for root in roots if root in numbers}))


def _number_of(value: SSAValue, numbers: Mapping[SSAValue, int]) -> int:
    """Its kernel's; constants and arguments that are returned have none, until they are copied."""
    return numbers.get(root_of(value), MODEL_INPUTS)
