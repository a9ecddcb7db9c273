"""A module of layers for convopt, whose input and output lie in channel blocks."""

from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp
from xdsl.rewriter import Rewriter

from convopt.benchmarks.module import ModuleData
from convopt.benchmarks.peers.onnx_layer import onnx_module
from convopt.compiler import load
from convopt.convdialect.layouts import blocked, tensor_of
from convopt.convdialect.ops.structure import ConvertLayoutOp
from convopt.model import Model

FUSING = "conv-fuse-modules"
"""The pass without which every layer is a kernel of its own."""


def blocked_module(data: ModuleData, lanes: int) -> Model:
    """At level 1; argument and result in blocks of `lanes` channels, plain for `lanes` 1."""
    return load(onnx_module(data)).changed(lambda module: _block_ends(module, lanes))


def _block_ends(module: ModuleOp, lanes: int) -> None:
    """A conversion behind the argument goes when layouts are assigned; results leave in the layout
    that the function's type declares."""
    (function,) = (op for op in module.ops if isinstance(op, func.FuncOp))
    block = function.body.block
    plain = tensor_of(block.args[0])
    argument = Rewriter.replace_value_with_new_type(block.args[0], blocked(plain, lanes))
    entering = ConvertLayoutOp(argument, plain)
    argument.replace_uses_with_if(entering.result, lambda use: use.operation is not entering)
    assert block.first_op is not None
    block.insert_op_before(entering, block.first_op)
    returned = block.last_op
    assert isinstance(returned, func.ReturnOp)
    (result,) = returned.operands
    function.function_type = FunctionType.from_lists(
        [argument.type], [blocked(tensor_of(result), lanes)]
    )
