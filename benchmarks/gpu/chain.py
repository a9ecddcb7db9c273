"""Convolutions that each read what the one before makes, as an ONNX model for a batch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convopt.benchmarks.layer import Layer, LayerData

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

OPSET = 20
"""The first that has Gelu."""
IR_VERSION = 9
_CONSTANTS = {"zero": 0.0, "six": 6.0}
_ACTIVATIONS = {
    "relu": ("Relu", ()),
    "relu6": ("Clip", tuple(_CONSTANTS)),
    "gelu": ("Gelu", ()),
}


@dataclass(frozen=True)
class Stage:
    """A convolution with bias. `activation`: relu, relu6, gelu or none (empty)."""

    layer: Layer
    activation: str


@dataclass(frozen=True)
class Chain:
    """The stages in order."""

    stages: tuple[Stage, ...]

    def model(self, batch: int) -> "ModelProto":
        """Input `x`, output `y`, random weights, `weights_N` and `bias_N`."""
        from onnx import TensorProto, helper, numpy_helper

        nodes: list[NodeProto] = []
        arrays: dict[str, Any] = {
            name: np.array(value, np.float32) for name, value in _CONSTANTS.items()
        }
        value = "x"
        for number, stage in enumerate(self.stages):
            data = LayerData.random(stage.layer, number)
            arrays |= {f"weights_{number}": data.weights, f"bias_{number}": data.bias}
            nodes.append(_convolution(stage.layer, value, number))
            if stage.activation:
                kind, more = _ACTIVATIONS[stage.activation]
                inputs = [nodes[-1].output[0], *more]
                nodes.append(helper.make_node(kind, inputs, [f"{stage.activation}_{number}"]))
            value = nodes[-1].output[0]
        nodes[-1].output[0] = "y"
        used = {name for node in nodes for name in node.input}
        first, last = self.stages[0].layer, self.stages[-1].layer
        shapes = {"x": (batch, *first.input_shape[1:]), "y": (batch, *last.output_shape[1:])}
        x, y = (
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in shapes.items()
        )
        constants = [numpy_helper.from_array(a, name) for name, a in arrays.items() if name in used]
        graph = helper.make_graph(nodes, "chain", [x], [y], constants)
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def _convolution(layer: Layer, value: str, number: int) -> "NodeProto":
    from onnx import helper

    return helper.make_node(
        *("Conv", [value, f"weights_{number}", f"bias_{number}"], [f"conv_{number}"]),
        name=layer.name,
        kernel_shape=[layer.kh, layer.kw],
        strides=[layer.stride_h, layer.stride_w],
        pads=list(layer.padding),
        dilations=[layer.dilation, layer.dilation],
        group=layer.groups,
    )
