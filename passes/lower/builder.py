"""Writing level 4 kernels: nested loops over static memrefs, vectors in SSA values.

Index arithmetic folds while it is written: an `Index` is a Python int or an SSA value, so constants
never become operations. Operations are made with `Op.create`, which skips the argument checks of
the public constructors: a network has tens of thousands of them.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from xdsl.dialects import arith, func, llvm, math, memref, scf, vector
from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    DictionaryAttr,
    FloatAttr,
    FunctionType,
    IndexType,
    IntegerAttr,
    MemRefType,
    StringAttr,
    UnitAttr,
    VectorType,
    f32,
    i1,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from convopt.convdialect.ops.fence import FenceOp
from convopt.convdialect.ops.prefetch import PrefetchOp
from convopt.passes.geometry.axis_tiles import TileClass

Index: TypeAlias = int | SSAValue
INDEX = IndexType()


def f32_memref(*shape: int) -> MemRefType[Attribute]:
    """A row-major fp32 buffer."""
    return MemRefType(f32, shape)


class KernelBuilder:
    """Builds one private function without results; `arguments` are its block arguments."""

    def __init__(self, argument_types: Sequence[Attribute], lanes: int):
        self.lanes = lanes
        self.vector_type = VectorType(f32, [lanes])
        self._entry = Block(arg_types=argument_types)
        self._block = self._entry
        self._last_constant: Operation | None = None
        self._indices: dict[int, SSAValue] = {}
        self._floats: dict[tuple[float, Attribute], SSAValue] = {}
        self._lane_numbers: SSAValue | None = None
        self._computed: list[dict[tuple[type[Operation], Index, Index], SSAValue]] = [{}]

    @property
    def arguments(self) -> Sequence[SSAValue]:
        return self._entry.args

    def finish(self, name: str, attributes: dict[str, Attribute]) -> func.FuncOp:
        """Close the function; its buffers never alias, which the backend is told."""
        self._block.add_op(func.ReturnOp())
        types = [argument.type for argument in self._entry.args]
        noalias = DictionaryAttr({"llvm.noalias": UnitAttr()})
        plain = DictionaryAttr({})
        return func.FuncOp.create(
            properties={
                "sym_name": StringAttr(name),
                "function_type": FunctionType.from_lists(types, []),
                "sym_visibility": StringAttr("private"),
                "arg_attrs": ArrayAttr(
                    [noalias if isinstance(t, MemRefType) else plain for t in types]
                ),
            },
            attributes=attributes,
            regions=[Region(self._entry)],
        )

    # -- operations and constants

    def emit(self, op: Operation) -> SSAValue:
        self._block.add_op(op)
        return op.results[0]

    def _constant(self, value: Attribute, of_type: Attribute) -> SSAValue:
        op = arith.ConstantOp.create(properties={"value": value}, result_types=[of_type])
        if self._last_constant is not None:
            self._entry.insert_op_after(op, self._last_constant)
        elif self._entry.first_op is not None:
            self._entry.insert_op_before(op, self._entry.first_op)
        else:
            self._entry.add_op(op)
        self._last_constant = op
        return op.results[0]

    def value(self, index: Index) -> SSAValue:
        """The SSA value of an index; constants stand once at the function's start."""
        if not isinstance(index, int):
            return index
        if index not in self._indices:
            self._indices[index] = self._constant(IntegerAttr(index, INDEX), INDEX)
        return self._indices[index]

    def scalar(self, number: float) -> SSAValue:
        key = (number, f32)
        if key not in self._floats:
            self._floats[key] = self._constant(FloatAttr(number, f32), f32)
        return self._floats[key]

    def splat(self, number: float) -> SSAValue:
        """A vector with `number` in every lane."""
        key = (number, self.vector_type)
        if key not in self._floats:
            dense = DenseIntOrFPElementsAttr.from_list(self.vector_type, [number])
            self._floats[key] = self._constant(dense, self.vector_type)
        return self._floats[key]

    def lane_numbers(self) -> SSAValue:
        """A vector that holds the number of each lane."""
        if self._lane_numbers is None:
            numbers = [float(lane) for lane in range(self.lanes)]
            dense = DenseIntOrFPElementsAttr.from_list(self.vector_type, numbers)
            self._lane_numbers = self._constant(dense, self.vector_type)
        return self._lane_numbers

    # -- index arithmetic

    def add(self, a: Index, b: Index) -> Index:
        if isinstance(a, int) and isinstance(b, int):
            return a + b
        if b == 0:
            return a
        if a == 0:
            return b
        return self._binary(arith.AddiOp, a, b)

    def mul(self, a: Index, b: int) -> Index:
        if isinstance(a, int):
            return a * b
        if b == 1:
            return a
        return 0 if b == 0 else self._binary(arith.MuliOp, a, b)

    def div(self, a: Index, b: int) -> Index:
        """Quotient of a non-negative index, rounded down."""
        if isinstance(a, int):
            return a // b
        return a if b == 1 else self._binary(arith.DivUIOp, a, b)

    def rem(self, a: Index, b: int) -> Index:
        """Remainder of a non-negative index."""
        if isinstance(a, int):
            return a % b
        return 0 if b == 1 else self._binary(arith.RemUIOp, a, b)

    def divmod(self, a: Index, b: int) -> tuple[Index, Index]:
        return self.div(a, b), self.rem(a, b)

    def minimum_index(self, a: Index, b: Index) -> Index:
        """The smaller of two signed indices."""
        if isinstance(a, int) and isinstance(b, int):
            return min(a, b)
        return self._binary(arith.MinSIOp, a, b)

    def maximum_index(self, a: Index, b: Index) -> Index:
        """The larger of two signed indices."""
        if isinstance(a, int) and isinstance(b, int):
            return max(a, b)
        return self._binary(arith.MaxSIOp, a, b)

    def _binary(self, op: type[Operation], a: Index, b: Index) -> SSAValue:
        """The operation's value, computed once in the loops around."""
        key = (op, a, b)
        for known in self._computed:
            if key in known:
                return known[key]
        operands = [self.value(a), self.value(b)]
        result = self.emit(op.create(operands=operands, result_types=[INDEX]))
        self._computed[-1][key] = result
        return result

    def opaque(self, index: Index) -> Index:
        """The same index, but LLVM does not see how it was made.

        It then cannot reckon one address from another that is far away. On AArch64 neighbouring
        vectors are loaded in pairs if they are less than a kilobyte from a common address.
        """
        if isinstance(index, int):
            return index
        integer = self.emit(arith.IndexCastOp.create(operands=[index], result_types=[i64]))
        same = self.emit(llvm.InlineAsmOp("", "=r,0", [integer], [i64]))
        return self.emit(arith.IndexCastOp.create(operands=[same], result_types=[INDEX]))

    def index_to_float(self, index: Index) -> SSAValue:
        if isinstance(index, int):
            return self.scalar(float(index))
        integer = self.emit(arith.IndexCastOp.create(operands=[index], result_types=[i64]))
        return self.emit(arith.SIToFPOp.create(operands=[integer], result_types=[f32]))

    # -- loops

    def loop(
        self,
        begin: Index,
        end: Index,
        step: int,
        carried: Sequence[SSAValue],
        body: Callable[[Index, Sequence[SSAValue]], Sequence[SSAValue]],
    ) -> Sequence[SSAValue]:
        """`for i in begin..end step`; `body(i, values)` gives the values of the next iteration.

        A loop known to run once is its body, one known to be empty is nothing.
        """
        if isinstance(begin, int) and isinstance(end, int):
            if begin >= end:
                return carried
            if begin + step >= end:
                return body(begin, carried)
        types = [value.type for value in carried]
        block = Block(arg_types=[INDEX, *types])
        bounds = [self.value(begin), self.value(end), self.value(step)]
        op = scf.ForOp.create(
            operands=[*bounds, *carried], result_types=types, regions=[Region(block)]
        )
        self._block.add_op(op)
        outer, self._block = self._block, block
        self._computed.append({})
        results = body(block.args[0], block.args[1:])
        self._computed.pop()
        self._block.add_op(scf.YieldOp.create(operands=results))
        self._block = outer
        return op.results

    def each(self, begin: Index, end: Index, body: Callable[[Index], None], step: int = 1) -> None:
        """A loop that carries no values."""

        def without_values(index: Index, _: Sequence[SSAValue]) -> Sequence[SSAValue]:
            body(index)
            return ()

        self.loop(begin, end, step, (), without_values)

    def each_tile(
        self, tiles: TileClass, begin: Index, end: Index, body: Callable[[Index], None]
    ) -> None:
        """The tiles of a class whose numbers are in [begin, end): each by its first output.

        A static range is the whole axis.
        """
        if isinstance(begin, int):
            self.each(tiles.start, tiles.stop, body, step=tiles.size)
            return
        low = self.maximum_index(begin, tiles.number)
        high = self.minimum_index(end, tiles.number + tiles.count)
        offset = tiles.start - tiles.number * tiles.size

        def tile(number: Index) -> None:
            body(self.add(self.mul(number, tiles.size), offset))

        self.each(low, high, tile)

    # -- memory

    def load(self, buffer: SSAValue, *indices: Index) -> SSAValue:
        """One vector of `lanes` consecutive floats."""
        operands = [buffer, *map(self.value, indices)]
        return self.emit(vector.LoadOp.create(operands=operands, result_types=[self.vector_type]))

    def store(self, value: SSAValue, buffer: SSAValue, *indices: Index) -> None:
        operands = [value, buffer, *map(self.value, indices)]
        self._block.add_op(vector.StoreOp.create(operands=operands))

    def load_scalar(self, buffer: SSAValue, *indices: Index) -> SSAValue:
        operands = [buffer, *map(self.value, indices)]
        return self.emit(memref.LoadOp.create(operands=operands, result_types=[f32]))

    def store_scalar(self, value: SSAValue, buffer: SSAValue, *indices: Index) -> None:
        operands = [value, buffer, *map(self.value, indices)]
        self._block.add_op(memref.StoreOp.create(operands=operands))

    def load_splat(self, buffer: SSAValue, *indices: Index) -> SSAValue:
        """One float in every lane."""
        return self.broadcast(self.load_scalar(buffer, *indices))

    def load_pair_splat(self, buffer: SSAValue, *indices: Index) -> SSAValue:
        """Two consecutive floats in every two lanes."""
        operands = [buffer, *map(self.value, indices)]
        pair = VectorType(f32, [2])
        loaded = self.emit(vector.LoadOp.create(operands=operands, result_types=[pair]))
        return self.shuffle(loaded, [0, 1] * (self.lanes // 2))

    def load_repeated(self, buffer: SSAValue, times: int, *indices: Index) -> SSAValue:
        """`lanes` / `times` consecutive floats, each in `times` neighbouring lanes."""
        if times == 1:
            return self.load(buffer, *indices)
        if times == self.lanes:
            return self.load_splat(buffer, *indices)
        operands = [buffer, *map(self.value, indices)]
        part = VectorType(f32, [self.lanes // times])
        loaded = self.emit(vector.LoadOp.create(operands=operands, result_types=[part]))
        return self.shuffle(loaded, [lane // times for lane in range(self.lanes)])

    def prefetch(self, buffer: SSAValue, *indices: Index, write: bool) -> None:
        self._block.add_op(PrefetchOp(buffer, list(map(self.value, indices)), write=write))

    def fence(self) -> None:
        """Loads stay on their side of this place."""
        self._block.add_op(FenceOp())

    # -- vectors

    def broadcast(self, value: SSAValue) -> SSAValue:
        return self.emit(
            vector.BroadcastOp.create(operands=[value], result_types=[self.vector_type])
        )

    def fma(self, a: SSAValue, b: SSAValue, accumulator: SSAValue) -> SSAValue:
        """a * b + accumulator, rounded once; a product where the sum begins with zero."""
        if accumulator is self._floats.get((0.0, self.vector_type)):
            return self.mulf(a, b)
        return self.emit(
            vector.FMAOp.create(operands=[a, b, accumulator], result_types=[self.vector_type])
        )

    def shuffle(
        self, value: SSAValue, lanes: Sequence[int], further: SSAValue | None = None
    ) -> SSAValue:
        """Lane `l` of the result is lane `lanes[l]` of `value`, followed by those of `further`."""
        mask = DenseArrayBase.from_list(i64, lanes)
        return self.emit(
            vector.ShuffleOp.create(
                operands=[value, further or value],
                properties={"mask": mask},
                result_types=[self.vector_type],
            )
        )

    def splat_lane(self, value: SSAValue, lane: int) -> SSAValue:
        """One lane in every lane: an operand of the indexed FMA on NEON."""
        position = DenseArrayBase.from_list(i64, [lane])
        scalar = self.emit(
            vector.ExtractOp.create(
                operands=[value],
                properties={"static_position": position},
                result_types=[f32],
            )
        )
        return self.broadcast(scalar)

    def float_op(self, op: type[Operation], *operands: SSAValue) -> SSAValue:
        """An arith or math operation on floats or vectors, of its first operand's type."""
        return self.emit(op.create(operands=operands, result_types=[operands[0].type]))

    def scalar_op(self, op: Operation, operands: Sequence[SSAValue]) -> SSAValue:
        """An operation of a scalar region on floats or vectors."""
        result = operands[-1].type
        if isinstance(op, arith.CmpfOp):
            is_vector = isinstance(result, VectorType)
            result = VectorType(i1, [self.lanes]) if is_vector else i1
        properties = {"predicate": op.predicate} if isinstance(op, arith.CmpfOp) else {}
        return self.emit(
            type(op).create(operands=operands, properties=properties, result_types=[result])
        )

    def addf(self, a: SSAValue, b: SSAValue) -> SSAValue:
        return self.float_op(arith.AddfOp, a, b)

    def mulf(self, a: SSAValue, b: SSAValue) -> SSAValue:
        return self.float_op(arith.MulfOp, a, b)

    def divf(self, a: SSAValue, b: SSAValue) -> SSAValue:
        return self.float_op(arith.DivfOp, a, b)

    def subf(self, a: SSAValue, b: SSAValue) -> SSAValue:
        return self.float_op(arith.SubfOp, a, b)

    def maximum(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """The larger; of a number and NaN the number."""
        return self.float_op(arith.MaxnumfOp, a, b)

    def exp(self, a: SSAValue) -> SSAValue:
        return self.float_op(math.ExpOp, a)
