"""Families of kernels that share a colour."""

from convopt.report.names import MODULE, ONNXRUNTIME
from convopt.report.records import Kernel, Layer

FAMILIES = {
    "pointwise": "pointwise",
    "depthwise": "depthwise",
    "convolution": "other convolutions",
    "fused": "fused module",
    "tensor": "no convolution",
    "onnxruntime": "in onnxruntime",
}
"""What they are called in a legend."""

_BY_FIRST_WORD = {
    "pointwise": "pointwise",
    "depthwise": "depthwise",
    "grouped": "convolution",
    "conv2d": "convolution",
    MODULE: "fused",
    ONNXRUNTIME: "onnxruntime",
}


def family_of(kernel: Kernel) -> str:
    return layer_family(kernel.layer)


def layer_family(layer: Layer) -> str:
    return _BY_FIRST_WORD.get(layer.kind.partition(" ")[0], "tensor")
