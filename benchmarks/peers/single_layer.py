"""A layer as a module whose tensors lie in channel blocks."""

from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType
from xdsl.rewriter import Rewriter

from convopt.benchmarks.layer import Layer, LayerData
from convopt.convdialect.layouts import blocked, tensor_of
from convopt.layer_model import layer_model
from convopt.layer_signature import LayerSignature
from convopt.model import Model

IMAGE_CHANNELS = 4
"""Dense layers of so few input channels read plain NCHW in any case: they come first in a network,
and read its image."""


def single_layer(data: LayerData, lanes: int, activation: str | None = None) -> Model:
    """The layer with its bias, at level 1; argument and result in blocks of `lanes` channels.

    Plain for `lanes` 1.
    """
    layer = data.layer
    model = layer_model(_signature(layer, activation), data.weights, data.bias)
    (function,) = (op for op in model.module.ops if isinstance(op, func.FuncOp))
    argument = function.body.block.args[0]
    if not reads_image(layer):
        Rewriter.replace_value_with_new_type(argument, blocked(tensor_of(argument), lanes))
    returned = function.body.block.last_op
    assert isinstance(returned, func.ReturnOp)
    (result,) = returned.operands
    function.function_type = FunctionType.from_lists(
        [argument.type], [blocked(tensor_of(result), lanes)]
    )
    return model


def reads_image(layer: Layer) -> bool:
    """Whether the layer's input stays plain NCHW."""
    return layer.groups == 1 and layer.cin <= IMAGE_CHANNELS


def _signature(layer: Layer, activation: str | None) -> LayerSignature:
    """Target and threads play no part in the module."""
    return LayerSignature(
        layer.input_shape,
        layer.filter_shape,
        has_bias=True,
        stride=(layer.stride_h, layer.stride_w),
        padding=layer.padding,
        dilation=(layer.dilation, layer.dilation),
        groups=layer.groups,
        activation=activation,
        target="",
        threads=1,
    )
