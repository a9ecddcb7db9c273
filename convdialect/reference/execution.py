"""Running a module in the reference interpreter."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.dialects.func import FuncOp
from xdsl.interpreter import Interpreter
from xdsl.interpreters.func import FuncFunctions
from xdsl.traits import SymbolTable

from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.reference.interpreter import ConvFunctions

Array = npt.NDArray[Any]


def run(
    module: ModuleOp,
    inputs: Sequence[Array],
    function: str = "main",
    dtype: npt.DTypeLike = np.float64,
) -> list[Array]:
    """The results of `function` for `inputs`, computed in `dtype`.

    Inputs have the logical (NCHW) shapes of the function's arguments and are converted to `dtype`.
    Raises ConvoptError when the function is missing or the inputs do not fit.
    """
    func = SymbolTable.lookup_symbol(module, function)
    if not isinstance(func, FuncOp):
        raise ConvoptError(f"expected a function @{function} in the module, found none")
    if len(inputs) != len(func.args):
        raise ConvoptError(f"expected {len(func.args)} inputs, found {len(inputs)}")
    for index, (argument, array) in enumerate(zip(func.args, inputs, strict=True)):
        if isinstance(argument.type, TensorType) and argument.type.get_shape() != array.shape:
            raise ConvoptError(
                f"input {index}: expected shape {argument.type.get_shape()}, found {array.shape}"
            )
    interpreter = Interpreter(module)
    interpreter.register_implementations(FuncFunctions())
    interpreter.register_implementations(ConvFunctions(dtype))
    converted = tuple(np.asarray(array, dtype=dtype) for array in inputs)
    return list(interpreter.call_op(func, converted))
