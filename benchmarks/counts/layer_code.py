"""From a layer to the AArch64 code of its convolution alone, in convopt's own layout."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp
from xdsl.rewriter import Rewriter

from convopt.backends.llvm import emit_assembly, emit_object
from convopt.backends.llvm.interface import Interface
from convopt.backends.targets import CpuTarget
from convopt.benchmarks.layer import Array, LayerData
from convopt.convdialect.attributes import TileAttr
from convopt.convdialect.layouts import blocked, tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.emission import Code
from convopt.layer_model import layer_model
from convopt.layer_signature import LayerSignature
from convopt.mlir_text import new_context
from convopt.model import CompiledSegment
from convopt.pass_manager import run_passes
from convopt.pass_pipeline import named_pipeline, passes_named

SYMBOL = "layer"

ChooseTile = Callable[[ConvolutionOp], TileAttr]


@dataclass(frozen=True)
class LayerCode:
    """The code of one convolution with bias, whose entry reads and writes channel blocks."""

    tile: TileAttr
    interface: Interface
    object_code: bytes
    assembly: str
    weights: Array


def laid_out(data: LayerData, target: CpuTarget) -> ModuleOp:
    """The layer at level 3 without a register tile; arguments and results are in own layout."""
    module = _own_layout_model(data, target)
    passes = (
        *named_pipeline("simplify"),
        *passes_named(["conv-assign-layouts"], target=target.name),
    )
    run_passes(module, passes, new_context())
    return module


def layer_code(data: LayerData, target: CpuTarget, tile: TileAttr | None = None) -> LayerCode:
    """Code for a target, with the register tile that is given or the one that convopt chooses."""
    module = laid_out(data, target)
    convolution = the_convolution(module)
    convolution.schedule = tile
    context = new_context()
    run_passes(module, passes_named(["conv-choose-tiles"], target=target.name), context)
    chosen = convolution.schedule
    assert chosen is not None
    for pipeline in ("lower", "codegen"):
        run_passes(module, named_pipeline(pipeline, target=target.name), context)
    code = Code(module, target, SYMBOL)
    text = code.llvm_text()
    return LayerCode(
        chosen,
        code.interface(),
        emit_object(text, target),
        emit_assembly(text, target),
        np.frombuffer(code.weights(), np.float32),
    )


def the_convolution(module: ModuleOp) -> ConvolutionOp:
    """The only convolution of a module."""
    (convolution,) = (op for op in module.walk() if isinstance(op, ConvolutionOp))
    return convolution


def to_blocks(x: Array, lanes: int) -> Array:
    """[N, C, H, W] as [N, ceil(C / lanes), H, W, lanes]; zeros behind the last channel."""
    batch, channels, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, -channels % lanes), (0, 0), (0, 0)))
    blocks = padded.reshape(batch, -1, lanes, height, width)
    return np.ascontiguousarray(blocks.transpose(0, 1, 3, 4, 2))


def from_blocks(y: Array, channels: int) -> Array:
    """The inverse of `to_blocks`, for an array of `channels` channels."""
    batch, _, height, width, _ = y.shape
    return y.transpose(0, 1, 4, 2, 3).reshape(batch, -1, height, width)[:, :channels]


def reads_plain(data: LayerData, target: CpuTarget) -> bool:
    """Whether the layer reads NCHW: an image of fewer channels than a block has lanes."""
    return data.layer.cin < target.lanes


def _own_layout_model(data: LayerData, target: CpuTarget) -> ModuleOp:
    """The layer at level 1, in a function whose type says channel blocks."""
    layer = data.layer
    signature = LayerSignature(
        layer.input_shape,
        layer.filter_shape,
        True,
        (layer.stride_h, layer.stride_w),
        layer.padding,
        (layer.dilation, layer.dilation),
        layer.groups,
        None,
        target.name,
        1,
    )
    (segment,) = layer_model(signature, data.weights, data.bias).segments
    assert isinstance(segment, CompiledSegment)
    module = segment.module
    (function,) = (op for op in module.ops if isinstance(op, func.FuncOp))
    (argument,) = function.args
    (result,) = (op.result for op in module.walk() if isinstance(op, ConvolutionOp))
    for value in (result,) if reads_plain(data, target) else (argument, result):
        Rewriter.replace_value_with_new_type(value, blocked(tensor_of(value), target.lanes))
    (argument,) = function.args
    outputs = [op.operands[0].type for op in function.body.ops if isinstance(op, func.ReturnOp)]
    function.function_type = FunctionType.from_lists([argument.type], outputs)
    module.verify()
    return module
