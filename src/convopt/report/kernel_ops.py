"""Which operations of a planned function become kernel calls, and who reads whose result."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.dialects.func import FuncOp
from xdsl.ir import BlockArgument, Operation, SSAValue

from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.errors import ConvoptError
from convopt.passes.lower.storage import kernel_operations, results_copied
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
    function = _only_function(module)
    last = function.body.block.last_op
    assert last is not None
    returned = tuple(last.operands)
    kernels = tuple(kernel_operations(function.body.block))
    for op in kernels:
        _check_planned(op)
    return PlannedFunction(function, kernels, returned, tuple(results_copied(returned)))


def operands_of_stage(op: FusedOp, stage: ConvolutionOp) -> list[SSAValue]:
    """What a stage reads from outside its module."""
    block = op.body.block
    return [
        op.inputs[operand.index]
        for operand in stage.operands
        if isinstance(operand, BlockArgument) and operand.block is block
    ]


def _only_function(module: ModuleOp) -> FuncOp:
    """Level 3 has one function, of tensors, without branches; kernels are functions at level 4."""
    functions = [op for op in module.ops if isinstance(op, FuncOp)]
    if len(functions) != 1 or len(functions[0].body.blocks) != 1:
        raise ConvoptError(
            f"expected a planned module of one function without branches, found {len(functions)} "
            "functions"
        )
    for type_ in functions[0].function_type.inputs:
        if not isinstance(type_, TensorType):
            raise ConvoptError(f"expected a planned module on tensors, found {type_}")
    return functions[0]


def _check_planned(op: Operation) -> None:
    if op.dialect_name() != "conv":
        raise ConvoptError(f"{location_of(op)}: expected conv operations, found {op.name}")
    for each in op.walk():
        if isinstance(each, ConvolutionOp | FusedOp) and each.schedule is None:
            raise ConvoptError(
                f"{location_of(each)}: expected a planned module, found {each.name} without a "
                "schedule (the pipelines simplify and plan make one)"
            )
