"""What linalg on tensors means, by its definition: loops, indexing maps and bodies, in float64.

Independent of how linalg is raised. Slow: for small tensors.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects import arith, math, tensor
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, ModuleOp, TensorType
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.dialects.linalg.attrs import IteratorType
from xdsl.dialects.linalg.ops import BroadcastOp, IndexOp, YieldOp
from xdsl.ir import Operation, SSAValue
from xdsl.ir.affine import AffineMap
from xdsl.traits import SymbolTable

Array = npt.NDArray[Any]
Values = dict[SSAValue, Array]


def run_linalg(module: ModuleOp, inputs: Sequence[Array], function: str = "main") -> list[Array]:
    """The results of a function of linalg and tensor operations."""
    func = SymbolTable.lookup_symbol(module, function)
    assert isinstance(func, FuncOp)
    values: Values = dict(zip(func.args, inputs, strict=True))
    for op in func.body.block.ops:
        if isinstance(op, ReturnOp):
            return [values[value] for value in op.operands]
        values.update(zip(op.results, _results(op, values), strict=True))
    raise AssertionError("expected func.return at the end")


def _results(op: Operation, values: Values) -> list[Array]:
    if isinstance(op, LinalgStructuredOperation):
        return _run_loops(op, values)
    operands = [values[operand] for operand in op.operands]
    shape = op.results[0].type.get_shape() if isinstance(op.results[0].type, TensorType) else ()
    match op:
        case arith.ConstantOp():
            return [_constant(op, shape)]
        case tensor.EmptyOp():
            return [np.full(shape, np.nan)]
        case tensor.ExpandShapeOp() | tensor.CollapseShapeOp():
            return [operands[0].reshape(shape)]
        case tensor.ConcatOp():
            return [np.concatenate(operands, op.dim.value.data)]
        case tensor.PadOp():
            return [_padded(op, values)]
        case BroadcastOp():
            added = tuple(op.dimensions.get_values())
            return [np.broadcast_to(np.expand_dims(operands[0], added), shape)]
        case _:
            raise AssertionError(f"expected an operation that has a definition here, found {op}")


def _constant(op: arith.ConstantOp, shape: tuple[int, ...]) -> Array:
    if isinstance(op.value, DenseIntOrFPElementsAttr):
        return np.array(op.value.get_values()).reshape(shape)
    return np.array(op.value.value.data)  # type: ignore[union-attr]


def _padded(op: tensor.PadOp, values: Values) -> Array:
    amounts = zip(op.static_low.get_values(), op.static_high.get_values(), strict=True)
    end = op.region.block.last_op
    assert end is not None
    return np.pad(values[op.source], list(amounts), constant_values=values[end.operands[0]])


def _run_loops(op: LinalgStructuredOperation, values: Values) -> list[Array]:
    """Every step of the loops that reduce, one after the other; the others at once."""
    sizes = op.get_static_loop_ranges()
    maps = [each.data for each in op.get_indexing_maps()]
    reduces = [kind.data == IteratorType.REDUCTION for kind in op.get_iterator_types()]
    kept = [loop for loop, is_reduced in enumerate(reduces) if not is_reduced]
    grid = np.indices([sizes[loop] for loop in kept])
    inputs = [values[operand] for operand in op.inputs]
    outputs = [np.array(values[operand]) for operand in op.outputs]
    for step in product(*(range(size) if reduces[i] else [0] for i, size in enumerate(sizes))):
        position = [
            grid[kept.index(loop)] if loop in kept else step[loop] for loop in range(len(sizes))
        ]
        places = [_place(map_, position) for map_ in maps]
        arguments = [
            array[place] if array.ndim else array
            for array, place in zip([*inputs, *outputs], places, strict=True)
        ]
        yielded = _run_body(op, arguments, position, values)
        for output, place, value in zip(outputs, places[len(inputs) :], yielded, strict=True):
            output[place] = value
    return outputs


def _place(map_: AffineMap, position: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(expression.eval(position, []) for expression in map_.results)


def _run_body(
    op: LinalgStructuredOperation,
    arguments: Sequence[Array],
    position: Sequence[Any],
    outer: Values,
) -> list[Array]:
    block = op.body.block
    values: Values = {**outer, **dict(zip(block.args, arguments, strict=True))}
    for each in block.ops:
        operands = [values[operand] for operand in each.operands]
        match each:
            case YieldOp():
                return operands
            case IndexOp():
                values[each.result] = np.asarray(position[each.dim.value.data])
            case arith.CmpfOp():
                values[each.result] = _COMPARISONS[each.predicate.value.data](*operands)
            case _:
                values[each.results[0]] = _FUNCTIONS[type(each)](*operands)
    raise AssertionError("expected linalg.yield at the end")


_COMPARISONS: Mapping[int, Callable[..., Array]] = {
    2: np.greater,
    4: np.less,
    9: np.greater,
    11: np.less,
}
"""By predicate: ogt, olt, ugt, ult; of numbers alone."""

_FUNCTIONS: Mapping[type[Operation], Callable[..., Array]] = {
    arith.AddfOp: np.add,
    arith.SubfOp: np.subtract,
    arith.MulfOp: np.multiply,
    arith.DivfOp: np.divide,
    arith.NegfOp: np.negative,
    arith.MaximumfOp: np.maximum,
    arith.MinimumfOp: np.minimum,
    arith.AddiOp: np.add,
    arith.SubiOp: np.subtract,
    arith.MuliOp: np.multiply,
    arith.MinSIOp: np.minimum,
    arith.MaxSIOp: np.maximum,
    arith.IndexCastOp: np.asarray,
    arith.SIToFPOp: np.asarray,
    arith.SelectOp: np.where,
    math.ExpOp: np.exp,
    math.TanhOp: np.tanh,
}
