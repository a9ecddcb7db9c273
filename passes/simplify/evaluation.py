"""Computing operations of constants at compile time."""

from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import ModuleOp, NoneAttr, TensorType
from xdsl.interpreter import Interpreter
from xdsl.ir import Operation

from convopt.convdialect.constants import constant, constant_value
from convopt.convdialect.element_types import element_of
from convopt.convdialect.reference.interpreter import ConvFunctions

Arrays = tuple[npt.NDArray[Any], ...]


def new_interpreter(module: ModuleOp) -> Interpreter:
    """One that computes operations of the conv dialect in float64."""
    interpreter = Interpreter(module)
    interpreter.register_implementations(ConvFunctions(np.float64))
    return interpreter


def constant_operands(op: Operation) -> Arrays | None:
    """The operands of an operation of plain result, all f32 constants, in float64; else None."""
    arrays = [constant_value(operand) for operand in op.operands]
    known = tuple(array.astype(np.float64) for array in arrays if array is not None)
    result = op.results[0].type
    if len(known) < len(arrays) or not isinstance(result, TensorType):
        return None
    return known if result.encoding == NoneAttr() else None


def evaluated(op: Operation, operands: Arrays, interpreter: Interpreter) -> ConstantOp:
    """The constant that an operation makes, rounded once to the element type of its result."""
    result = op.results[0].type
    assert isinstance(result, TensorType)
    (value,) = interpreter.run_op(op, operands)
    return constant(value, element=element_of(result))
