"""A layer, and a module of layers, as LiteRT flatbuffers, NHWC in and out."""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.module import ModuleData

_SCHEMA_VERSION = 3
_IDENTIFIER = b"TFL3"


class _Model:
    """Tensors, buffers and operators in the order in which they come."""

    def __init__(self) -> None:
        self.tensors: list[Any] = []
        self.buffers: list[Any] = [schema.BufferT()]  # the first is empty: of what is computed
        self.codes: list[Any] = []
        self.operators: list[Any] = []

    def tensor(self, name: str, shape: Sequence[int], data: Any = None) -> int:
        kind = schema.TensorType.INT32 if _is_integer(data) else schema.TensorType.FLOAT32
        buffer = 0
        if data is not None:
            buffer = len(self.buffers)
            self.buffers.append(
                schema.BufferT(data=np.ascontiguousarray(data).reshape(-1).view(np.uint8))
            )
        self.tensors.append(
            schema.TensorT(shape=list(shape), type=kind, buffer=buffer, name=name.encode())
        )
        return len(self.tensors) - 1

    def operator(
        self, code: int, inputs: Sequence[int], output: int, kind: int, options: Any
    ) -> None:
        self.codes.append(schema.OperatorCodeT(deprecatedBuiltinCode=code, builtinCode=code))
        self.operators.append(
            schema.OperatorT(
                opcodeIndex=len(self.codes) - 1,
                inputs=list(inputs),
                outputs=[output],
                builtinOptionsType=kind,
                builtinOptions=options,
            )
        )

    def content(self, first: int, last: int) -> bytes:
        graph = schema.SubGraphT(
            tensors=self.tensors, inputs=[first], outputs=[last], operators=self.operators
        )
        model = schema.ModelT(
            version=_SCHEMA_VERSION,
            operatorCodes=self.codes,
            subgraphs=[graph],
            buffers=self.buffers,
        )
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), file_identifier=_IDENTIFIER)
        return bytes(builder.Output())


def litert_layer(data: LayerData) -> bytes:
    """The convolution with its bias."""
    model = _Model()
    first = model.tensor("x", _nhwc(data.layer.input_shape))
    return model.content(first, _append(model, first, data, has_relu6=False))


def litert_module(data: ModuleData) -> bytes:
    """The convolutions with bias and ReLU6, and the addition."""
    module, model = data.module, _Model()
    first = value = model.tensor("x", _nhwc(module.input_shape))
    for stage, layer in zip(module.stages, data.layers, strict=True):
        value = _append(model, value, layer, stage.has_relu6)
    if module.adds_input:
        total = model.tensor("sum", _nhwc(module.output_shape))
        kind, options = schema.BuiltinOptions.AddOptions, schema.AddOptionsT()
        model.operator(schema.BuiltinOperator.ADD, [value, first], total, kind, options)
        value = total
    return model.content(first, value)


def _append(model: _Model, x: int, data: LayerData, has_relu6: bool) -> int:
    """The convolution of `x` with its bias.

    Padding that is neither "same" nor none is a node of its own, which XNNPACK takes into the
    convolution.
    """
    layer = data.layer
    padding = _padding_mode(layer)
    if padding is None:
        padding = schema.Padding.VALID
        top, left, bottom, right = layer.padding
        sizes = np.array([[0, 0], [top, bottom], [left, right], [0, 0]], np.int32)
        shape = (1, layer.hin + top + bottom, layer.win + left + right, layer.cin)
        padded = model.tensor("padded", shape)
        model.operator(
            schema.BuiltinOperator.PAD,
            [x, model.tensor("sizes", sizes.shape, sizes)],
            padded,
            schema.BuiltinOptions.PadOptions,
            schema.PadOptionsT(),
        )
        x = padded
    code, kind, options, weights = _convolution(data)
    options.padding = padding
    options.strideH, options.strideW = layer.stride_h, layer.stride_w
    options.dilationHFactor = options.dilationWFactor = layer.dilation
    if has_relu6:
        options.fusedActivationFunction = schema.ActivationFunctionType.RELU6
    result = model.tensor("y", _nhwc(layer.output_shape))
    inputs = [
        x,
        model.tensor("weights", weights.shape, weights),
        model.tensor("bias", data.bias.shape, data.bias),
    ]
    model.operator(code, inputs, result, kind, options)
    return result


def _convolution(data: LayerData) -> tuple[int, int, Any, Any]:
    """Operator, kind of its options, the options, and weights as it wants them."""
    if data.layer.groups == data.layer.cin:
        # 1 H W O: the channel multiplier runs faster than the channel, as in OIHW.
        multiplier = data.layer.cout // data.layer.cin
        return (
            schema.BuiltinOperator.DEPTHWISE_CONV_2D,
            schema.BuiltinOptions.DepthwiseConv2DOptions,
            schema.DepthwiseConv2DOptionsT(depthMultiplier=multiplier),
            data.weights.transpose(1, 2, 3, 0),
        )
    # Groups follow from the channels of the weights: O H W I.
    return (
        schema.BuiltinOperator.CONV_2D,
        schema.BuiltinOptions.Conv2DOptions,
        schema.Conv2DOptionsT(),
        data.weights.transpose(0, 2, 3, 1),
    )


def _padding_mode(layer: Layer) -> int | None:
    """VALID, or SAME where that means the layer's padding; None where neither does."""
    if not any(layer.padding):
        return int(schema.Padding.VALID)
    top, bottom = _same_padding(layer.hin, layer.kh, layer.stride_h, layer.dilation)
    left, right = _same_padding(layer.win, layer.kw, layer.stride_w, layer.dilation)
    return int(schema.Padding.SAME) if layer.padding == (top, left, bottom, right) else None


def _same_padding(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Before and after, so that ceil(size / stride) results come out."""
    results = -(-size // stride)
    total = max((results - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def _nhwc(shape: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    n, c, h, w = shape
    return n, h, w, c


def _is_integer(data: Any) -> bool:
    return data is not None and data.dtype == np.int32
