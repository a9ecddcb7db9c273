"""Where the tensors of a network live once it is a list of kernel calls.

Some ops move nothing: a reshape, or a change of layout where both layouts are the same bytes. Their
results are aliases of the operand, and all aliases share the storage of their root.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
import numpy.typing as npt
from xdsl.dialects.arith import ConstantOp
from xdsl.ir import Block, Operation, OpResult, SSAValue

from convopt.convdialect.constants import constant_value
from convopt.convdialect.layouts import block_of, physical_shape, tensor_of
from convopt.convdialect.ops.parameter import ParameterOp
from convopt.convdialect.ops.structure import ConvertLayoutOp, ReshapeOp
from convopt.convdialect.ops.transposed import TransposeFilterOp
from convopt.convdialect.reference.gradients import transpose_filter

_MOVE_ELEMENTS = (ReshapeOp, ConvertLayoutOp, TransposeFilterOp)


def elements(value: SSAValue) -> int:
    """Floats that the tensor takes in memory, channel tail included."""
    return prod(physical_shape(tensor_of(value)))


def is_alias(op: Operation) -> bool:
    """Whether the op's result is the operand's bytes, or their beginning."""
    if isinstance(op, ReshapeOp):
        return True
    if not isinstance(op, ConvertLayoutOp):
        return False
    batch, channels, height, width = tensor_of(op.input).get_shape()
    if height * width != 1:
        return False
    block = max(block_of(tensor_of(op.input)), block_of(tensor_of(op.result)))
    to_plain = block_of(tensor_of(op.result)) == 1
    return channels % block == 0 or (to_plain and batch == 1)


def root_of(value: SSAValue) -> SSAValue:
    """The value whose storage `value` shares."""
    while isinstance(value, OpResult) and is_alias(value.op):
        value = value.op.operands[0]
    return value


def constant_array(value: SSAValue) -> npt.NDArray[np.float32] | None:
    """The logical array of a constant, also behind reshapes and layout conversions."""
    if not isinstance(value, OpResult):
        return None
    if isinstance(value.op, ConstantOp):
        return constant_value(value)
    if not isinstance(value.op, ReshapeOp | ConvertLayoutOp):
        return None
    array = constant_array(value.op.operands[0])
    return None if array is None else array.reshape(tensor_of(value).get_shape())


def is_constant(value: SSAValue) -> bool:
    """Whether the value is known when compiling, or is a parameter: without looking at elements."""
    if parameter_of(value) is not None:
        return True
    while isinstance(value, OpResult) and isinstance(value.op, ReshapeOp | ConvertLayoutOp):
        value = value.op.operands[0]
    return isinstance(value, OpResult) and isinstance(value.op, ConstantOp)


def parameter_of(value: SSAValue) -> ParameterOp | None:
    """The parameter whose elements a value has in some order, if it is one."""
    while isinstance(value, OpResult) and isinstance(value.op, _MOVE_ELEMENTS):
        value = value.op.operands[0]
    if isinstance(value, OpResult) and isinstance(value.op, ParameterOp):
        return value.op
    return None


def parameter_elements(value: SSAValue) -> npt.NDArray[np.int32]:
    """Of each element of a value that a parameter is moved to, its number there, from 1 on."""
    assert isinstance(value, OpResult)
    if isinstance(value.op, ParameterOp):
        return np.arange(1, prod(value.op.shape) + 1, dtype=np.int32).reshape(value.op.shape)
    moved = parameter_elements(value.op.operands[0])
    if isinstance(value.op, TransposeFilterOp):
        return transpose_filter(moved, value.op.groups)
    return moved.reshape(tensor_of(value).get_shape())


def kernel_operations(block: Block) -> list[Operation]:
    """What becomes kernel calls, in order: a result depends on it, and it computes something."""
    last = block.last_op
    assert last is not None
    needed = {value.owner for value in last.operands}
    live: list[Operation] = []
    for op in reversed(list(block.ops)[:-1]):
        if op in needed:
            live.append(op)
            needed.update(operand.owner for operand in op.operands)
    return [op for op in reversed(live) if not is_alias(op) and not is_constant(op.results[0])]


def results_copied(returned: Sequence[SSAValue]) -> list[int]:
    """Indices of results that no kernel writes in place."""
    in_place = results_written_in_place(returned)
    return [index for index, value in enumerate(returned) if in_place.get(root_of(value)) != index]


def results_written_in_place(returned: Sequence[SSAValue]) -> dict[SSAValue, int]:
    """Roots that kernels write straight into the caller's result buffers: root -> result index.

    Not possible for what is no kernel's result, is returned twice, or needs a channel tail.
    """
    bound: dict[SSAValue, int] = {}
    for index, value in enumerate(returned):
        root = root_of(value)
        is_computed = isinstance(root, OpResult) and not is_constant(root)
        if is_computed and root not in bound and elements(root) == elements(value):
            bound[root] = index
    return bound
