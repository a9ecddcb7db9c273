"""What is known about the values of one function while it is rewritten."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from xdsl.dialects.builtin import IndexType, MemRefType, i64
from xdsl.ir import Attribute, Operation, SSAValue

from convopt.convdialect.errors import ConvoptError
from convopt.passes.lower.to_llvm.affine import Affine, merged
from convopt.passes.lower.to_llvm.emitter import POINTER, Emitter

_ELEMENT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Buffer:
    """A row-major memref: a pointer, a byte offset, and its strides in bytes."""

    pointer: SSAValue
    offset: Affine
    strides: tuple[int, ...]


@dataclass(slots=True)
class State:
    """New values of the old function's values.

    An index is a sum (`indices`), a memref is a pointer with an offset (`buffers`), everything else
    is a value (`values`). `lanes` holds single lanes taken from a vector: most are broadcast, which
    is one shuffle of the vector.
    """

    emitter: Emitter
    lower_block: Callable[[Any], None]
    values: dict[SSAValue, SSAValue] = field(default_factory=dict)
    indices: dict[SSAValue, Affine] = field(default_factory=dict)
    buffers: dict[SSAValue, Buffer] = field(default_factory=dict)
    lanes: dict[SSAValue, tuple[SSAValue, int]] = field(default_factory=dict)

    def bind(self, old: SSAValue, new: SSAValue) -> None:
        """`new` stands for `old`, an argument or the result of a loop."""
        if isinstance(old.type, IndexType):
            self.indices[old] = Affine(0, {new: 1})
        elif isinstance(old.type, MemRefType):
            self.buffers[old] = Buffer(new, Affine(), byte_strides(old.type))
        else:
            self.values[old] = new

    def new_value(self, old: SSAValue) -> SSAValue:
        """The value that stands for `old`; code is written for a sum, a buffer or a lane."""
        known = self.values.get(old)
        if known is not None:
            return known
        index = self.indices.get(old)
        if index is not None:
            return self.emitter.value(index)
        buffer = self.buffers.get(old)
        if buffer is not None:
            return self.emitter.address(buffer.pointer, buffer.offset)
        vector, number = self.lanes[old]
        return self.emitter.lane(vector, number, old.type)

    def address(self, buffer: SSAValue, indices: tuple[SSAValue, ...]) -> SSAValue:
        """The address of one element; ConvoptError unless it has 32 bits (accesses say align 4)."""
        known = self.buffers[buffer]
        if known.strides and known.strides[-1] != _ELEMENT_BYTES:
            raise ConvoptError(
                f"conv-loops-to-llvm: expected accesses to 32-bit elements, found {buffer.type}"
            )
        constant, terms = known.offset.constant, known.offset.terms
        for old, stride in zip(indices, known.strides, strict=True):
            index = self.indices[old]
            constant += stride * index.constant
            if index.terms:
                terms = merged(terms, index.terms, stride)
        return self.emitter.address(known.pointer, Affine(constant, terms))


Handler: TypeAlias = Callable[[State, Any], None]


def new_type(old: Attribute) -> Attribute:
    """The llvm type of a level 4 type."""
    if isinstance(old, IndexType):
        return i64
    return POINTER if isinstance(old, MemRefType) else old


def byte_strides(memref_type: MemRefType[Attribute]) -> tuple[int, ...]:
    """Bytes between neighbours along each axis of a row-major buffer."""
    element = memref_type.element_type
    bits = getattr(element, "bitwidth", None)
    if bits is None:
        raise ConvoptError(f"expected a memref of numbers, found {memref_type}")
    strides: list[int] = []
    stride = bits // 8
    for size in reversed(memref_type.get_shape()):
        strides.append(stride)
        stride *= size
    return tuple(reversed(strides))


def unsupported(op: Operation, expected: str) -> ConvoptError:
    return ConvoptError(f"conv-loops-to-llvm: {op.name}: expected {expected}")
