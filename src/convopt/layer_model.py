"""One convolution as a model of level 1."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from xdsl.dialects import func
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp, StringAttr, TensorType, f32
from xdsl.ir import Block, Region, SSAValue
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect import activations
from convopt.convdialect.constants import constant
from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.errors import ConvoptError
from convopt.layer_signature import LayerSignature
from convopt.model import CompiledSegment, Model, Partition, TensorSpec

_BUILDERS: dict[str, Callable[[ScalarBuilder, SSAValue], SSAValue]] = {
    "relu": activations.relu,
    "relu6": partial(activations.clip, low=0.0, high=6.0),
    "hard_sigmoid": partial(activations.hard_sigmoid, alpha=1.0 / 6.0),
    "hard_swish": activations.hard_swish,
    "sigmoid": activations.sigmoid,
    "silu": activations.silu,
    "tanh": activations.tanh,
}


def layer_model(
    signature: LayerSignature,
    weights: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32] | None,
) -> Model:
    """The model `y = activation(convolution(x) + bias)`.

    Raises ConvoptError for shapes and parameters that do not fit together.
    """
    block = Block(arg_types=[TensorType(f32, signature.input_shape)])
    constants = [constant(np.ascontiguousarray(one)) for one in (weights, bias) if one is not None]
    extras = constants[1:]
    try:
        convolution = Conv2DOp(
            block.args[0],
            constants[0],
            stride=signature.stride,
            padding=signature.padding,
            dilation=signature.dilation,
            groups=signature.groups,
            extras=extras,
            epilogue=build_region(1 + len(extras), partial(_epilogue, signature.activation)),
        )
        block.add_ops([*constants, convolution, func.ReturnOp(convolution.result)])
        function = func.FuncOp(
            "main",
            ([value.type for value in block.args], [convolution.result.type]),
            Region(block),
            arg_attrs=_named("x"),
            res_attrs=_named("y"),
        )
        module = ModuleOp([function])
        module.verify()
    except VerifyException as error:
        raise ConvoptError(f"conv2d: {error}") from error
    return Model(
        "conv2d",
        (TensorSpec("x", signature.input_shape),),
        (TensorSpec("y", tuple(convolution.result_type.get_shape())),),
        (CompiledSegment(module, ("x",), ("y",)),),
        Partition(1),
    )


def _epilogue(
    activation: str | tuple[float, float] | None,
    arguments: Sequence[SSAValue],
    b: ScalarBuilder,
) -> SSAValue:
    value = b.add(*arguments) if len(arguments) == 2 else arguments[0]
    if activation is None:
        return value
    if isinstance(activation, str):
        return _BUILDERS[activation](b, value)
    return activations.clip(b, value, *activation)


def _named(name: str) -> ArrayAttr[DictionaryAttr]:
    return ArrayAttr([DictionaryAttr({"conv.name": StringAttr(name)})])
