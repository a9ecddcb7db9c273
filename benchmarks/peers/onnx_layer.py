"""A layer, and a module of layers, as ONNX models, for peers that read such."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from convopt.benchmarks.layer import Array, Layer, LayerData
from convopt.benchmarks.module import RELU6_BOUND, ModuleData

if TYPE_CHECKING:
    from onnx import NodeProto

OPSET = 17
IR_VERSION = 8
INPUT, OUTPUT = "x", "y"

_LOW, _HIGH = "zero", "six"

Shape = tuple[int, ...]


def onnx_layer(data: LayerData) -> bytes:
    """The convolution with its bias, NCHW: input `x`, output `y`."""
    layer = data.layer
    node = _convolution(layer, [INPUT, "weights", "bias"], OUTPUT)
    constants = {"weights": data.weights, "bias": data.bias}
    return _model([node], layer.input_shape, layer.output_shape, constants)


def onnx_module(data: ModuleData) -> bytes:
    """Convolutions with bias, ReLU6 as Clip, and the addition, NCHW: input `x`, output `y`."""
    from onnx import helper

    module = data.module
    nodes: list[NodeProto] = []
    constants = {_LOW: np.array(0, np.float32), _HIGH: np.array(RELU6_BOUND, np.float32)}
    value = INPUT
    for number, (stage, layer) in enumerate(zip(module.stages, data.layers, strict=True)):
        weights, bias = f"weights_{number}", f"bias_{number}"
        constants |= {weights: layer.weights, bias: layer.bias}
        nodes.append(_convolution(stage.layer, [value, weights, bias], f"conv_{number}"))
        if stage.has_relu6:
            inputs = [nodes[-1].output[0], _LOW, _HIGH]
            nodes.append(helper.make_node("Clip", inputs, [f"clip_{number}"]))
        value = nodes[-1].output[0]
    if module.adds_input:
        nodes.append(helper.make_node("Add", [value, INPUT], ["sum"]))
    nodes[-1].output[0] = OUTPUT
    return _model(nodes, module.input_shape, module.output_shape, constants)


def _convolution(layer: Layer, inputs: Sequence[str], output: str) -> "NodeProto":
    from onnx import helper

    return helper.make_node(
        *("Conv", inputs, [output]),
        kernel_shape=[layer.kh, layer.kw],
        strides=[layer.stride_h, layer.stride_w],
        pads=list(layer.padding),
        dilations=[layer.dilation, layer.dilation],
        group=layer.groups,
    )


def _model(
    nodes: Sequence["NodeProto"],
    input_shape: Shape,
    output_shape: Shape,
    constants: Mapping[str, Array],
) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        nodes,
        "layers",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, input_shape)],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, output_shape)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    return bytes(model.SerializeToString())
