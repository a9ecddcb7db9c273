"""A layer as an ONNX model, for peers that read such."""

from convopt.benchmarks.layer import LayerData

OPSET = 17
IR_VERSION = 8
INPUT, OUTPUT = "x", "y"


def onnx_layer(data: LayerData) -> bytes:
    """The convolution with its bias, NCHW: input `x`, output `y`."""
    from onnx import TensorProto, helper, numpy_helper

    layer = data.layer
    node = helper.make_node(
        *("Conv", [INPUT, "weights", "bias"], [OUTPUT]),
        kernel_shape=[layer.kh, layer.kw],
        strides=[layer.stride_h, layer.stride_w],
        pads=list(layer.padding),
        dilations=[layer.dilation, layer.dilation],
        group=layer.groups,
    )
    graph = helper.make_graph(
        [node],
        "layer",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, layer.input_shape)],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, layer.output_shape)],
        [
            numpy_helper.from_array(data.weights, "weights"),
            numpy_helper.from_array(data.bias, "bias"),
        ],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    return bytes(model.SerializeToString())
