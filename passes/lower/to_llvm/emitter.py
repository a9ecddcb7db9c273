"""Writing llvm dialect operations into nested loops.

Operations are made with `Op.create` and shared attributes: the public constructors check and build
the same attributes again, which costs several times as much for the tens of thousands of a network.
"""

from collections.abc import Hashable, Sequence
from functools import lru_cache

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    DenseArrayBase,
    IntegerAttr,
    IntegerType,
    VectorType,
    i1,
    i8,
    i32,
    i64,
)
from xdsl.dialects.utils import FastMathFlag
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from convopt.passes.lower.to_llvm.affine import Affine

POINTER = llvm.LLVMPointerType()
NO_FAST_MATH = {"fastmathFlags": llvm.FastMathAttr(None)}
REASSOCIATE = llvm.FastMathAttr([FastMathFlag.REASSOC])
SIGNED_LESS = IntegerAttr(llvm.ICmpPredicateFlag.SLT.to_int(), i64)
NOT_EQUAL = IntegerAttr(llvm.ICmpPredicateFlag.NE.to_int(), i64)

_NO_SIGNED_WRAP = {"overflowFlags": IntegerAttr(1, 32)}
_NO_BUNDLES = DenseArrayBase.from_list(i32, ())
_VARIABLE_GEP: dict[str, Attribute] = {
    "rawConstantIndices": DenseArrayBase.from_list(i32, [llvm.GEP_USE_SSA_VAL]),
    "elem_type": i8,
    "noWrapFlags": IntegerAttr(0, 32),
}


@lru_cache(maxsize=16384)
def _constant_gep(offset: int) -> dict[str, Attribute]:
    return {**_VARIABLE_GEP, "rawConstantIndices": DenseArrayBase.from_list(i32, [offset])}


@lru_cache(maxsize=4096)
def _mask(lanes: tuple[int, ...]) -> dict[str, Attribute]:
    return {"mask": DenseArrayBase.from_list(i32, lanes)}


class Emitter:
    """The blocks of one function while they are written.

    `depth` counts the loops around the current block. What depends only on values of outer loops is
    written in front of the inner loop, and remembered there for everything that it dominates.
    """

    def __init__(self, argument_types: Sequence[Attribute]):
        self.entry = Block(arg_types=argument_types)
        self.region = Region(self.entry)
        self.block = self.entry
        self.depth = 0
        self._depths: dict[SSAValue, int] = {}
        self._known: list[dict[Hashable, SSAValue]] = [{}]
        self._loop_entries: list[Operation] = []
        self._constants: dict[tuple[int, Attribute], SSAValue] = {}
        self._last_constant: Operation | None = None

    # -- blocks and loops

    def enter_loop(self, header: Operation, body: Block) -> None:
        """End the current block with `header`, a branch; go on in the loop's body."""
        self.block.add_op(header)
        self._loop_entries.append(header)
        self._known.append({})
        self.depth += 1
        self.start(body)
        for argument in body.args:
            self._depths[argument] = self.depth

    def leave_loop(self, latch: Operation, after: Block) -> None:
        """End the loop's body with `latch`; go on after the loop."""
        self.block.add_op(latch)
        self._loop_entries.pop()
        self._known.pop()
        self.depth -= 1
        self.start(after)
        for argument in after.args:
            self._depths[argument] = self.depth

    def start(self, block: Block) -> None:
        self.region.add_block(block)
        self.block = block

    # -- operations

    def emit(self, op: Operation) -> SSAValue:
        """Write an operation with one result here."""
        self.block.add_op(op)
        result = op.results[0]
        self._depths[result] = self.depth
        return result

    def emit_outside(self, op: Operation, depth: int) -> SSAValue:
        """Write an operation inside only `depth` of the loops around this place."""
        if depth == self.depth:
            return self.emit(op)
        entry = self._loop_entries[depth]
        block = entry.parent
        assert block is not None
        block.insert_op_before(op, entry)
        result = op.results[0]
        self._depths[result] = depth
        return result

    def depth_of(self, value: SSAValue) -> int:
        """How many of the loops around this place `value` changes in; 0: none."""
        return self._depths.get(value, 0)

    def constant(self, value: int, of_type: IntegerType = i64) -> SSAValue:
        """An integer constant; all constants stand at the function's start."""
        known = self._constants.get((value, of_type))
        if known is None:
            known = self.constant_attribute(IntegerAttr(value, of_type), of_type)
            self._constants[value, of_type] = known
        return known

    def constant_attribute(self, value: Attribute, of_type: Attribute) -> SSAValue:
        op = llvm.ConstantOp.create(properties={"value": value}, result_types=[of_type])
        return self._emit_at_start(op)

    def undefined(self, of_type: Attribute) -> SSAValue:
        known = self._known[0].get(of_type)
        if known is None:
            known = self._emit_at_start(llvm.UndefOp.create(result_types=[of_type]))
            self._known[0][of_type] = known
        return known

    def _emit_at_start(self, op: Operation) -> SSAValue:
        if self._last_constant is not None:
            self.entry.insert_op_after(op, self._last_constant)
        elif self.entry.first_op is not None:
            self.entry.insert_op_before(op, self.entry.first_op)
        else:
            self.entry.add_op(op)
        self._last_constant = op
        return op.results[0]

    # -- vectors

    def shuffle(
        self, first: SSAValue, second: SSAValue, lanes: Sequence[int], result_type: Attribute
    ) -> SSAValue:
        """Lanes of two vectors side by side."""
        return self.emit(
            llvm.ShuffleVectorOp.create(
                operands=[first, second],
                properties=_mask(tuple(lanes)),
                result_types=[result_type],
            )
        )

    def lane(self, vector: SSAValue, number: int, scalar_type: Attribute) -> SSAValue:
        """One lane as a number (xDSL's llvm dialect has no extractelement)."""
        one = self.shuffle(vector, vector, [number], VectorType(scalar_type, [1]))
        return self.emit(llvm.BitcastOp.create(operands=[one], result_types=[scalar_type]))

    # -- index values

    def integer(self, op: type[Operation], left: SSAValue, right: SSAValue) -> SSAValue:
        """A 64-bit operation that cannot trap, once for all places it dominates."""
        depth = max(self.depth_of(left), self.depth_of(right))
        key = (op, left, right)
        known = self._known[depth].get(key)
        if known is None:
            properties = _NO_SIGNED_WRAP if issubclass(op, llvm.ArithmeticBinOpOverflow) else {}
            new = op.create(operands=[left, right], properties=properties, result_types=[i64])
            known = self._known[depth][key] = self.emit_outside(new, depth)
        return known

    def select(self, predicate: IntegerAttr, left: SSAValue, right: SSAValue) -> SSAValue:
        """`left` if `left predicate right`, else `right`: a minimum or a maximum."""
        depth = max(self.depth_of(left), self.depth_of(right))
        key = (predicate, left, right)
        known = self._known[depth].get(key)
        if known is None:
            test = self.emit_outside(compare(predicate, left, right), depth)
            new = llvm.SelectOp.create(
                operands=[test, left, right], properties=NO_FAST_MATH, result_types=[i64]
            )
            known = self._known[depth][key] = self.emit_outside(new, depth)
        return known

    def value(self, index: Affine) -> SSAValue:
        """Code for an index."""
        total: SSAValue | None = None
        for term, coefficient in sorted(index.terms.items(), key=self._depth_of_item):
            scaled = term
            if coefficient != 1:
                scaled = self.integer(llvm.MulOp, term, self.constant(coefficient))
            total = scaled if total is None else self.integer(llvm.AddOp, total, scaled)
        if total is None:
            return self.constant(index.constant)
        if index.constant:
            total = self.integer(llvm.AddOp, total, self.constant(index.constant))
        return total

    # -- addresses

    def address(self, base: SSAValue, offset: Affine) -> SSAValue:
        """`base` plus an offset in bytes.

        The terms are added from the outermost to the innermost, so that the sum of the outer ones
        is shared and stands in front of the inner loops. Partial sums may lie outside the buffer,
        hence no `inbounds`.
        """
        terms = offset.terms
        ordered = (
            sorted(terms.items(), key=self._depth_of_item) if len(terms) > 1 else terms.items()
        )
        for term, coefficient in ordered:
            base = self._step(base, term, coefficient)
        if not offset.constant:
            return base
        known = self._known[self.depth]
        key = (base, offset.constant)
        address = known.get(key)
        if address is None:
            address = known[key] = self.emit(self._shifted(base, offset.constant))
        return address

    def _step(self, base: SSAValue, term: SSAValue, coefficient: int) -> SSAValue:
        depth = max(self.depth_of(base), self.depth_of(term))
        key = (base, term, coefficient)
        known = self._known[depth].get(key)
        if known is None:
            scaled = term
            if coefficient != 1:
                scaled = self.integer(llvm.MulOp, term, self.constant(coefficient))
            op = _variable_gep(base, scaled)
            known = self._known[depth][key] = self.emit_outside(op, depth)
        return known

    def _shifted(self, base: SSAValue, offset: int) -> Operation:
        if not -(2**31) < offset < 2**31:  # constant indices of a gep have 32 bits
            return _variable_gep(base, self.constant(offset))
        return llvm.GEPOp.create(
            operands=[base], properties=_constant_gep(offset), result_types=[POINTER]
        )

    def _depth_of_item(self, item: tuple[SSAValue, int]) -> int:
        return self._depths.get(item[0], 0)


def _variable_gep(base: SSAValue, offset: SSAValue) -> Operation:
    return llvm.GEPOp.create(
        operands=[base, offset], properties=_VARIABLE_GEP, result_types=[POINTER]
    )


def compare(predicate: IntegerAttr, left: SSAValue, right: SSAValue) -> Operation:
    return llvm.ICmpOp.create(
        operands=[left, right], properties={"predicate": predicate}, result_types=[i1]
    )


def intrinsic(
    name: Attribute,
    operands: Sequence[SSAValue],
    result_types: Sequence[Attribute],
    fast_math: llvm.FastMathAttr = NO_FAST_MATH["fastmathFlags"],
) -> Operation:
    """A call of an LLVM intrinsic by its full, mangled name."""
    return llvm.CallIntrinsicOp.create(
        operands=operands,
        properties={
            "intrin": name,
            "fastmathFlags": fast_math,
            "op_bundle_sizes": _NO_BUNDLES,
            "operandSegmentSizes": DenseArrayBase.from_list(i32, [len(operands), 0]),
        },
        result_types=result_types,
    )
