"""What the kernel plans of operations that are not convolutions have in common."""

from collections.abc import Callable, Sequence
from functools import partial

from xdsl.ir import Attribute, Operation, SSAValue

from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import block_of, physical_shape, tensor_of
from convopt.passes.lower.builder import KernelBuilder
from convopt.passes.lower.kernel_names import KernelName, digest_of
from convopt.passes.lower.kernel_plan import KernelPlan, Operand
from convopt.passes.lower.packing import pack_blocked

Write = Callable[[KernelBuilder], None]


def shape_of(value: SSAValue) -> tuple[int, ...]:
    """The logical shape."""
    return tuple(tensor_of(value).get_shape())


def op_plan(
    kind: str,
    op: Operation,
    target: CpuTarget,
    types: Sequence[Attribute],
    extent: int,
    write: Write,
    *,
    window: str = "",
    detail: str = "",
) -> KernelPlan:
    """A plan whose operands are the op's; constants are packed by their layout."""
    result = tensor_of(op.results[0])
    block = block_of(result)
    shape = shape_of(op.results[0])
    properties = sorted((key, str(value)) for key, value in op.properties.items())
    detail = repr(([str(value.type) for value in op.operands], properties, detail))
    return KernelPlan(
        KernelName(
            kind,
            shape[1:] if len(shape) == 4 else shape,
            block if block > 1 else None,
            digest_of(detail),
            window,
        ),
        tuple(packed_by_layout(value, target) for value in op.operands),
        tuple(types),
        extent,
        write,
        detail,
    )


def packed_by_layout(value: SSAValue, target: CpuTarget) -> Operand:
    """An operand that is packed as its type says."""
    if block_of(tensor_of(value)) > 1:
        return Operand(value, partial(pack_blocked, lanes=target.lanes))
    return Operand(value, lambda array: array)


def blocked_images(value: SSAValue) -> tuple[int, ...]:
    """(N * blocks, H, W, lanes) of a blocked tensor."""
    batch, blocks, *rest = physical_shape(tensor_of(value))
    return (batch * blocks, *rest)


def require_blocked(op: Operation) -> None:
    """Raise ConvoptError unless all tensors lie in channel blocks."""
    for value in (*op.operands, *op.results):
        if block_of(tensor_of(value)) == 1:
            raise ConvoptError(
                f"expected {op.name} in channel blocks (conv-assign-layouts), found {value.type}"
            )
