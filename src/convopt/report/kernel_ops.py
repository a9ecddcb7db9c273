"""Which operations of a planned function become kernel calls, and who reads whose result."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import BlockArgument, Operation, SSAValue

from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.errors import ConvoptError
from convopt.passes.lower.storage import is_alias, is_constant, results_written_in_place, root_of
from convopt.passes.remarks import location_of


@dataclass(frozen=True)
class PlannedFunction:
    """A function's kernel calls in order.

    `copies` are indices of returned values that no kernel writes in place: they are copied at the
    end.
    """

    function: FuncOp
    kernels: tuple[Operation, ...]
    returned: tuple[SSAValue, ...]
    copies: tuple[int, ...]


def planned_function(module: ModuleOp) -> PlannedFunction:
    """The function of a module at level 3. Raises ConvoptError for one that is not planned."""
    function = next(op for op in module.ops if isinstance(op, FuncOp) and op.body.blocks)
    last = function.body.block.last_op
    assert last is not None
    returned = tuple(last.operands)
    live = _live_ops(function, returned)
    kernels = [op for op in live if not is_alias(op) and not is_constant(op.results[0])]
    for op in kernels:
        _check_planned(op)
    in_place = results_written_in_place(returned)
    copies = [
        index for index, value in enumerate(returned) if in_place.get(root_of(value)) != index
    ]
    return PlannedFunction(function, tuple(kernels), returned, tuple(copies))


def operands_of_stage(op: FusedOp, stage: ConvolutionOp) -> list[SSAValue]:
    """What a stage reads from outside its module."""
    block = op.body.block
    return [
        op.inputs[operand.index]
        for operand in stage.operands
        if isinstance(operand, BlockArgument) and operand.block is block
    ]


def _live_ops(function: FuncOp, returned: tuple[SSAValue, ...]) -> list[Operation]:
    """All operations that a result depends on, in order."""
    needed = {value.owner for value in returned}
    live: list[Operation] = []
    for op in reversed(list(function.body.block.ops)[:-1]):
        if op in needed:
            live.append(op)
            needed.update(operand.owner for operand in op.operands)
    return live[::-1]


def _check_planned(op: Operation) -> None:
    if op.dialect_name() != "conv":
        raise ConvoptError(f"{location_of(op)}: expected conv operations, found {op.name}")
    for each in op.walk():
        if isinstance(each, ConvolutionOp | FusedOp) and each.schedule is None:
            raise ConvoptError(
                f"{location_of(each)}: expected a planned module, found {each.name} without a "
                "schedule (the pipelines simplify and plan make one)"
            )
