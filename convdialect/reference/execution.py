"""Running a module in the reference interpreter."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp, TensorType, i8
from xdsl.dialects.func import FuncOp
from xdsl.interpreter import Interpreter
from xdsl.interpreters.func import FuncFunctions
from xdsl.traits import SymbolTable

from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.reference.interpreter import ConvFunctions
from convopt.convdialect.reference.storage import Storage

Array = npt.NDArray[Any]


def run(
    module: ModuleOp,
    inputs: Sequence[Array],
    function: str = "main",
    dtype: npt.DTypeLike = np.float64,
    parameters: Sequence[Array] = (),
) -> list[Array]:
    """The results of `function` for `inputs`, computed in `dtype`.

    Inputs have the logical (NCHW) shapes of the function's arguments; those of f32 are converted
    to `dtype`, those of f16 to float16, those of i8 must be int8. Results are of the same dtypes.
    f16 is summed in `dtype` and rounded once a tensor, i8 is summed in int32.
    `parameters` are those of the module by number.
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
        if tensor_of(argument).element_type == i8 and array.dtype != np.int8:
            raise ConvoptError(f"input {index}: expected dtype int8, found {array.dtype}")
    interpreter = Interpreter(module)
    interpreter.register_implementations(FuncFunctions())
    interpreter.register_implementations(ConvFunctions(dtype, parameters))
    storage = Storage(np.dtype(dtype))
    converted = tuple(
        storage.stored(np.asarray(array), tensor_of(argument))
        for argument, array in zip(func.args, inputs, strict=True)
    )
    return list(interpreter.call_op(func, converted))
