"""Writing the entry function: kernel calls over the caller's buffers, weights and workspace."""

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.dialects import arith, func, memref
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    LocationAttr,
    MemRefType,
    StringAttr,
    SymbolRefAttr,
    UnitAttr,
    i8,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.lower.builder import INDEX, f32_memref

BARRIER = "convopt_barrier"
BARRIER_BYTES = 64
"""Bytes at the start of the workspace that hold the barrier's state."""


def bytes_memref(size: int) -> MemRefType[Attribute]:
    return MemRefType(i8, [size])


class EntryBuilder:
    """Builds `@main(inputs, outputs, weights, workspace, thread, threads)`."""

    def __init__(
        self,
        inputs: Sequence[tuple[str, Sequence[int]]],
        outputs: Sequence[tuple[str, Sequence[int]]],
        weights_bytes: int,
    ):
        tensors = [*inputs, *outputs]
        types = [
            *(f32_memref(*shape) for _, shape in tensors),
            bytes_memref(weights_bytes),
            bytes_memref(BARRIER_BYTES),
            INDEX,
            INDEX,
        ]
        roles = ["input"] * len(inputs) + ["output"] * len(outputs)
        roles += ["weights", "workspace", "thread", "threads"]
        names = [name for name, _ in tensors] + roles[-4:]
        self._argument_attributes = [
            DictionaryAttr({"conv.name": StringAttr(name), "conv.role": StringAttr(role)})
            for name, role in zip(names, roles, strict=True)
        ]
        self.block = Block(arg_types=types)
        arguments = self.block.args
        self.tensors = list(arguments[: len(tensors)])
        self.inputs = self.tensors[: len(inputs)]
        self.outputs = self.tensors[len(inputs) :]
        self.weights, self.workspace, self.thread, self.threads = arguments[len(tensors) :]
        self._constants: dict[int, SSAValue] = {}
        self._shares: dict[int, tuple[SSAValue, SSAValue]] = {}
        self._location: LocationAttr | None = None
        self._barrier_state: SSAValue | None = None
        self.calls = 0

    def at(self, location: LocationAttr) -> None:
        """Further operations belong to this place of the model."""
        self._location = location

    def _emit(self, op: Operation) -> SSAValue:
        if self._location is not None:
            op.location = self._location
        self.block.add_op(op)
        return op.results[0]

    def index(self, value: int) -> SSAValue:
        if value not in self._constants:
            op = arith.ConstantOp.from_int_and_width(value, INDEX)
            first = self.block.first_op
            if first is None:
                self.block.add_op(op)
            else:
                self.block.insert_op_before(op, first)
            self._constants[value] = op.result
        return self._constants[value]

    def allocate(self, floats: int) -> SSAValue:
        """A buffer of the arena, not yet placed."""
        return self._emit(memref.AllocOp([], [], bytes_memref(floats * FLOAT_BYTES)))

    def scratch(self, wanted: MemRefType[Attribute]) -> SSAValue:
        """A buffer that each thread has of its own for one kernel call, not yet placed."""
        size = FLOAT_BYTES * prod(wanted.get_shape())
        return self.view(self._emit(memref.AllocaOp.get(i8, shape=[size])), 0, wanted)

    def view(self, buffer: SSAValue, offset: int, wanted: Attribute) -> SSAValue:
        """Bytes, or a tensor of the caller, as a buffer of floats of another shape."""
        if buffer.type == wanted:
            return buffer
        assert isinstance(wanted, MemRefType)
        assert isinstance(buffer.type, MemRefType)
        if buffer.type.element_type == i8:
            return self._emit(memref.ViewOp(buffer, self.index(offset), [], wanted))
        shape = wanted.get_shape()
        strides = [int(np.prod(shape[axis + 1 :], dtype=int)) for axis in range(len(shape))]
        return self._emit(
            memref.ReinterpretCastOp.from_dynamic(buffer, [0], list(shape), strides, wanted)
        )

    def call(self, kernel: str, buffers: Sequence[SSAValue], extent: int) -> None:
        """Call a kernel for this thread's share of its parallel indices."""
        if self.calls:
            self._barrier()
        self.calls += 1
        begin, end = self._share(extent)
        op = func.CallOp(SymbolRefAttr(kernel), [*buffers, begin, end], [])
        if self._location is not None:
            op.location = self._location
        self.block.add_op(op)

    def _barrier(self) -> None:
        if self._barrier_state is None:
            state_type = bytes_memref(BARRIER_BYTES)
            self._barrier_state = self._emit(
                memref.ViewOp(self.workspace, self.index(0), [], state_type)
            )
        operands = [self._barrier_state, self.thread, self.threads]
        self.block.add_op(func.CallOp(SymbolRefAttr(BARRIER), operands, []))

    def _share(self, extent: int) -> tuple[SSAValue, SSAValue]:
        """[extent * thread / threads, extent * (thread + 1) / threads)."""
        if extent not in self._shares:
            whole, one = self.index(extent), self.index(1)
            bounds = []
            for number in (self.thread, self._emit(arith.AddiOp(self.thread, one))):
                scaled = self._emit(arith.MuliOp(number, whole))
                bounds.append(self._emit(arith.DivUIOp(scaled, self.threads)))
            self._shares[extent] = (bounds[0], bounds[1])
        return self._shares[extent]

    def finish(self) -> func.FuncOp:
        self.block.add_op(func.ReturnOp())
        types = [argument.type for argument in self.block.args]
        return func.FuncOp.create(
            properties={
                "sym_name": StringAttr("main"),
                "function_type": FunctionType.from_lists(types, []),
                "arg_attrs": ArrayAttr(self._argument_attributes),
            },
            attributes={"conv.entry": UnitAttr()},
            regions=[Region(self.block)],
        )


def barrier_declaration() -> func.FuncOp:
    """The barrier's declaration; backends define it."""
    types = [bytes_memref(BARRIER_BYTES), INDEX, INDEX]
    return func.FuncOp.external(BARRIER, types, [])
