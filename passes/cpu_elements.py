"""What the code generators for CPUs take: tensors of f32."""

from collections.abc import Iterator

from xdsl.dialects.builtin import ModuleOp, TensorType, f32
from xdsl.ir import Attribute, Operation

from convopt.convdialect.errors import ConvoptError
from convopt.passes.remarks import location_of


def check_cpu_elements(module: ModuleOp) -> None:
    """Raises ConvoptError for the first operation with a tensor of anything but f32."""
    for op in module.walk():
        for each in _types(op):
            if isinstance(each, TensorType) and each.element_type != f32:
                raise ConvoptError(
                    f"{location_of(op)}: expected f32 for a CPU target, found {each.element_type}"
                )


def _types(op: Operation) -> Iterator[Attribute]:
    for region in op.regions:
        for block in region.blocks:
            yield from block.arg_types
    yield from op.operand_types
    yield from op.result_types
