"""What is known while raising: constants of any type, and arithmetic on them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects import arith, math
from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    NoneAttr,
    TensorType,
)
from xdsl.ir import Attribute, Operation, SSAValue

Array = npt.NDArray[Any]

_DTYPES: Mapping[str, str] = {
    "f16": "<f2",
    "f32": "<f4",
    "f64": "<f8",
    "i1": "?",
    "i8": "i1",
    "i16": "<i2",
    "i32": "<i4",
    "i64": "<i8",
    "index": "<i8",
}


def dtype_of(element: Attribute) -> np.dtype[Any] | None:
    """How NumPy calls an element type, or None."""
    name = _DTYPES.get(str(element))
    return None if name is None else np.dtype(name)


def constant_array(value: SSAValue) -> Array | None:
    """The number or the elements that an `arith.constant` holds (read-only), or None."""
    if not isinstance(value.owner, arith.ConstantOp):
        return None
    attribute = value.owner.value
    if isinstance(attribute, FloatAttr | IntegerAttr):
        dtype = dtype_of(attribute.type)
        return None if dtype is None else np.array(attribute.value.data).astype(dtype)
    if isinstance(attribute, DenseIntOrFPElementsAttr):
        return _elements(attribute)
    return None


def _elements(attribute: DenseIntOrFPElementsAttr) -> Array | None:
    tensor = attribute.type
    if not isinstance(tensor, TensorType) or not isinstance(tensor.encoding, NoneAttr):
        return None
    element = tensor.element_type
    dtype = dtype_of(element)
    if dtype is None:
        return None
    stored = np.dtype("i1") if element == IntegerType(1) else dtype
    data = np.frombuffer(attribute.data.data, stored).astype(dtype, copy=False)
    shape = tensor.get_shape()
    return np.broadcast_to(data[0], shape) if data.size == 1 else data.reshape(shape)


def computed(op: Operation, operands: list[Array]) -> Array | None:
    """What an operation on scalars makes of known operands, element by element; None if unknown.

    Integers are those of the type of the result, and wrap around.
    """
    function = _FUNCTIONS.get(type(op))
    dtype = dtype_of(op.results[0].type)
    if function is None or dtype is None:
        return None
    with np.errstate(all="ignore"):
        return np.asarray(function(*operands)).astype(dtype)


def relation_of(op: arith.CmpfOp | arith.CmpiOp) -> str | None:
    """`gt`, `ge`, `lt`, `le`, `eq` or `ne`; None for other comparisons and unsigned integers."""
    predicate = op.predicate.value.data
    if isinstance(op, arith.CmpfOp):
        relation = arith.CMPF_COMPARISON_OPERATIONS[predicate][1:]
    else:
        relation = arith.CMPI_COMPARISON_OPERATIONS[predicate].removeprefix("s")
    return relation if relation in _RELATIONS else None


def compared(op: arith.CmpfOp | arith.CmpiOp, left: Array, right: Array) -> Array | None:
    """The truth of a comparison of known operands, or None."""
    relation = relation_of(op)
    if relation is None:
        return None
    holds = np.asarray(_RELATIONS[relation](left, right))
    if isinstance(op, arith.CmpiOp):
        return holds
    is_unordered = np.isnan(left) | np.isnan(right)
    if arith.CMPF_COMPARISON_OPERATIONS[op.predicate.value.data].startswith("u"):
        return np.asarray(holds | is_unordered)
    return np.asarray(holds & ~is_unordered)


_RELATIONS: Mapping[str, Callable[[Array, Array], Any]] = {
    "gt": np.greater,
    "ge": np.greater_equal,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
}


def _truncated_quotient(left: Array, right: Array) -> Array:
    """Towards zero, as MLIR divides; the quotient by zero is zero, where MLIR leaves it open."""
    divisor = np.where(right == 0, 1, right)
    quotient = np.abs(left) // np.abs(divisor) * np.sign(left) * np.sign(divisor)
    return np.where(right == 0, 0, quotient)


def _same(operand: Array) -> Array:
    return operand


_FUNCTIONS: Mapping[type[Operation], Callable[..., Any]] = {
    arith.AddiOp: np.add,
    arith.SubiOp: np.subtract,
    arith.MuliOp: np.multiply,
    arith.DivSIOp: _truncated_quotient,
    arith.MinSIOp: np.minimum,
    arith.MaxSIOp: np.maximum,
    arith.AndIOp: np.bitwise_and,
    arith.OrIOp: np.bitwise_or,
    arith.IndexCastOp: _same,
    arith.ExtSIOp: _same,
    arith.TruncIOp: _same,
    arith.SIToFPOp: _same,
    arith.FPToSIOp: np.trunc,
    arith.ExtFOp: _same,
    arith.TruncFOp: _same,
    arith.AddfOp: np.add,
    arith.SubfOp: np.subtract,
    arith.MulfOp: np.multiply,
    arith.DivfOp: np.divide,
    arith.NegfOp: np.negative,
    arith.MaximumfOp: np.maximum,
    arith.MinimumfOp: np.minimum,
    arith.MaxnumfOp: np.fmax,
    arith.MinnumfOp: np.fmin,
    arith.SelectOp: np.where,
    math.AbsFOp: np.abs,
    math.AbsIOp: np.abs,
    math.CeilOp: np.ceil,
    math.ExpOp: np.exp,
    math.FloorOp: np.floor,
    math.SqrtOp: np.sqrt,
}
