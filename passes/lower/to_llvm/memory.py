"""Loads, stores, views, prefetches and fences."""

from typing import Any

from xdsl.dialects import llvm, memref, vector
from xdsl.dialects.builtin import IntegerAttr, MemRefType, NoneAttr, StringAttr, i32, i64
from xdsl.ir import Attribute

from convopt.convdialect.ops.fence import FenceOp
from convopt.convdialect.ops.prefetch import PrefetchOp
from convopt.passes.lower.to_llvm.emitter import intrinsic
from convopt.passes.lower.to_llvm.state import Buffer, Handler, State, byte_strides, unsupported

_ELEMENT_ALIGNED: dict[str, Attribute] = {
    "alignment": IntegerAttr(4, i64),
    "ordering": IntegerAttr(0, i64),
}
"""Vectors start at any float: without this, LLVM takes them to be aligned to their size."""

_PREFETCH = StringAttr("llvm.prefetch.p0")


def _load(state: State, op: vector.LoadOp | memref.LoadOp) -> None:
    buffer, *indices = op.operands
    result = op.results[0]
    state.values[result] = state.emitter.emit(
        llvm.LoadOp.create(
            operands=[state.address(buffer, tuple(indices))],
            properties=_ELEMENT_ALIGNED,
            result_types=[result.type],
        )
    )


def _store(state: State, op: vector.StoreOp | memref.StoreOp) -> None:
    value, buffer, *indices = op.operands
    new_value = state.new_value(value)
    state.emitter.block.add_op(
        llvm.StoreOp.create(
            operands=[new_value, state.address(buffer, tuple(indices))],
            properties=_ELEMENT_ALIGNED,
        )
    )


def _view(state: State, op: memref.ViewOp) -> None:
    source, shift, *sizes = op.operands
    if sizes:
        raise unsupported(op, "a view of static shape")
    result_type = op.result.type
    assert isinstance(result_type, MemRefType)
    known = state.buffers[source]
    state.buffers[op.result] = Buffer(
        known.pointer, known.offset + state.indices[shift], byte_strides(result_type)
    )


def _reinterpret_cast(state: State, op: memref.ReinterpretCastOp) -> None:
    result_type = op.result.type
    assert isinstance(result_type, MemRefType)
    if len(op.operands) > 1 or not isinstance(result_type.layout, NoneAttr):
        raise unsupported(op, "a row-major view of static shape")
    if any(op.static_offsets.get_values()):
        raise unsupported(op, "offset 0")
    known = state.buffers[op.operands[0]]
    state.buffers[op.result] = Buffer(known.pointer, known.offset, byte_strides(result_type))


def _prefetch(state: State, op: PrefetchOp) -> None:
    buffer, *indices = op.operands
    emitter = state.emitter
    address = state.address(buffer, tuple(indices))
    write, keep, data = (emitter.constant(value, i32) for value in (int(op.write), 3, 1))
    emitter.block.add_op(intrinsic(_PREFETCH, [address, write, keep, data], []))


def _fence(state: State, op: FenceOp) -> None:
    state.emitter.block.add_op(FenceOp())


HANDLERS: dict[type[Any], Handler] = {
    FenceOp: _fence,
    vector.LoadOp: _load,
    memref.LoadOp: _load,
    vector.StoreOp: _store,
    memref.StoreOp: _store,
    memref.ViewOp: _view,
    memref.ReinterpretCastOp: _reinterpret_cast,
    PrefetchOp: _prefetch,
}
