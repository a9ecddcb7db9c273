"""A case as a module: its layers in a chain, each with bias and ReLU, in channel blocks."""

from collections.abc import Sequence

from xdsl.dialects import func
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp, StringAttr
from xdsl.ir import Block, Region, SSAValue

from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.peers.single_layer import reads_image
from convopt.convdialect import activations
from convopt.convdialect.constants import constant
from convopt.convdialect.layouts import blocked, float_tensor, tensor_of
from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.regions import ScalarBuilder, build_region


def chain(layers: Sequence[Layer], lanes: int) -> ModuleOp:
    """Level 1; the entry's argument and result lie in blocks of `lanes` channels, an image not.

    Every layer reads what the one before makes. Weights are random.
    """
    argument = float_tensor(layers[0].input_shape)
    if not reads_image(layers[0]):
        argument = blocked(argument, lanes)
    block = Block(arg_types=[argument])
    value: SSAValue = block.args[0]
    for layer in layers:
        value = _append(block, value, layer)
    block.add_op(func.ReturnOp(value))
    function = func.FuncOp(
        "main",
        ([argument], [blocked(tensor_of(value), lanes)]),
        Region(block),
        arg_attrs=_named("x"),
        res_attrs=_named("y"),
    )
    return ModuleOp([function])


def _append(block: Block, value: SSAValue, layer: Layer) -> SSAValue:
    data = LayerData.random(layer)
    weights, bias = constant(data.weights), constant(data.bias)
    convolution = Conv2DOp(
        value,
        weights.result,
        stride=(layer.stride_h, layer.stride_w),
        padding=layer.padding,
        dilation=(layer.dilation, layer.dilation),
        groups=layer.groups,
        extras=[bias.result],
        epilogue=build_region(2, _bias_and_relu),
    )
    block.add_ops([weights, bias, convolution])
    return convolution.result


def _bias_and_relu(arguments: Sequence[SSAValue], b: ScalarBuilder) -> SSAValue:
    return activations.relu(b, b.add(*arguments))


def _named(name: str) -> ArrayAttr[DictionaryAttr]:
    return ArrayAttr([DictionaryAttr({"conv.name": StringAttr(name)})])
