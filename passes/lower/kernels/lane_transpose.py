"""Transposing a square of floats in vector registers, with shuffles that are single instructions.

A square of V rows takes log2(V) rounds of V shuffles. Each round is a perfect shuffle of all rows
laid end to end: it rotates the bits of an element's position by one, so that after log2(V) of them
row and column have changed places.
"""

from collections.abc import Sequence

from xdsl.dialects import vector
from xdsl.dialects.builtin import DenseArrayBase, i64
from xdsl.ir import SSAValue

from convopt.passes.lower.builder import KernelBuilder

PART_LANES = 4
"""Floats in 128 bits: x86 moves single floats only inside such parts of its wider registers."""


def transposed(b: KernelBuilder, rows: Sequence[SSAValue]) -> list[SSAValue]:
    """`lanes` vectors in, `lanes` out: lane r of result c is lane c of row r.

    First squares inside the parts (unpcklps and unpckhps, zip1 and zip2), then whole parts between
    the rows (shuff32x4, vinsertf128 and vperm2f128).
    """
    part = min(PART_LANES, b.lanes)
    parts = b.lanes // part
    squares: list[SSAValue] = []
    for first in range(0, b.lanes, part):
        square = list(rows[first : first + part])
        for _ in range(part.bit_length() - 1):
            square = _interleave_floats(b, square)
        squares += square
    results = [rows[0]] * b.lanes
    for i in range(part):
        column = squares[i::part]
        for _ in range(parts.bit_length() - 1):
            column = _separate_parts(b, column)
        results[i::part] = column
    return results


def _interleave_floats(b: KernelBuilder, rows: Sequence[SSAValue]) -> list[SSAValue]:
    """Inside every part, the lower and the upper halves of rows half the square apart."""
    part, half = len(rows), len(rows) // 2
    results: list[SSAValue] = []
    for first, second in zip(rows[:half], rows[half:], strict=True):
        for start in (0, half):
            lanes = [
                at + start + i + operand * b.lanes
                for at in range(0, b.lanes, part)
                for i in range(half)
                for operand in range(2)
            ]
            results.append(shuffled_pair(b, first, second, lanes))
    return results


def _separate_parts(b: KernelBuilder, rows: Sequence[SSAValue]) -> list[SSAValue]:
    """The even parts of all pairs of neighbouring rows, then the odd ones."""
    part = b.lanes // len(rows)
    results: list[SSAValue] = []
    for parity in range(2):
        lanes = [at + i for at in range(parity * part, 2 * b.lanes, 2 * part) for i in range(part)]
        results += [
            shuffled_pair(b, first, second, lanes)
            for first, second in zip(rows[::2], rows[1::2], strict=True)
        ]
    return results


def shuffled_pair(
    b: KernelBuilder, first: SSAValue, second: SSAValue, lanes: Sequence[int]
) -> SSAValue:
    """Lanes of two vectors side by side."""
    return b.emit(
        vector.ShuffleOp.create(
            operands=[first, second],
            properties={"mask": DenseArrayBase.from_list(i64, lanes)},
            result_types=[b.vector_type],
        )
    )
