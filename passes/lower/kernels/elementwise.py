"""Elementwise kernels: a scalar region over broadcast operands, in plain or blocked layout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.ir import Attribute, Block, SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder, f32_memref
from convopt.passes.lower.epilogue import inline_scalar_block


@dataclass(frozen=True)
class ElementwiseShape:
    """Sizes of the output's axes, and for each operand which axes it is broadcast along.

    Blocked tensors end in an axis of `lanes` elements; an operand broadcast along it stores a
    whole vector, of which lane 0 counts.
    """

    sizes: tuple[int, ...]
    broadcast: tuple[tuple[bool, ...], ...]
    blocked: bool

    @staticmethod
    def of(
        output: Sequence[int], operands: Sequence[Sequence[int]], lanes: int | None
    ) -> "ElementwiseShape":
        """From logical shapes; `lanes` is the channel block, None in plain layout.

        Neighbouring axes along which each operand is either whole or broadcast become one axis.
        """
        rank = len(output)
        padded = [[1] * (rank - len(shape)) + list(shape) for shape in operands]
        flags = [
            [s == 1 and o != 1 for s, o in zip(shape, output, strict=True)] for shape in padded
        ]
        sizes = list(output)
        if lanes is not None:
            sizes = [output[0], -(-output[1] // lanes), *output[2:], lanes]
            flags = [[*flag, flag[1]] for flag in flags]
        kept = 1 if lanes is not None else 0
        merged_sizes, merged = [sizes[0]], [[flag[0]] for flag in flags]
        for axis in range(1, len(sizes)):
            is_lane_axis = kept and axis == len(sizes) - 1
            alike = all(m[-1] == flag[axis] for m, flag in zip(merged, flags, strict=True))
            if alike and not is_lane_axis:
                merged_sizes[-1] *= sizes[axis]
                continue
            merged_sizes.append(sizes[axis])
            for m, flag in zip(merged, flags, strict=True):
                m.append(flag[axis])
        return ElementwiseShape(
            tuple(merged_sizes), tuple(map(tuple, merged)), blocked=lanes is not None
        )

    def parallel_extent(self, lanes: int) -> int:
        return self.sizes[0] if len(self.sizes) > 1 else -(-self.sizes[0] // lanes)

    def is_same_from(self, operand: int, axis: int) -> bool:
        """Whether an operand's vectors are the same along an axis and all after it."""
        *flags, of_lanes = self.broadcast[operand]
        return all(flags[axis:]) and (of_lanes or self.blocked)

    def argument_types(self) -> list[Attribute]:
        """Operands, then the output."""
        types: list[Attribute] = []
        for flags in self.broadcast:
            dims = [1 if flag else size for size, flag in zip(self.sizes, flags, strict=True)]
            if self.blocked:
                dims[-1] = self.sizes[-1]
            types.append(f32_memref(*dims))
        return [*types, f32_memref(*self.sizes)]


def write_elementwise(b: KernelBuilder, shape: ElementwiseShape, body: Block) -> None:
    """The parallel index is the first axis, or vectors of the only one.

    What is the same for all that an inner loop does is loaded before it.
    """
    *operands, output, begin, end = b.arguments
    lanes, innermost_axis = b.lanes, len(shape.sizes) - 1

    def load(number: int, position: Sequence[Index], scalar: bool = False) -> SSAValue:
        flags = shape.broadcast[number]
        place = [0 if flag else i for i, flag in zip(position, flags, strict=True)]
        if scalar:
            return b.load_scalar(operands[number], *place)
        return (b.load_splat if flags[-1] else b.load)(operands[number], *place)

    def vector_at(position: Sequence[Index], loaded: Mapping[int, SSAValue]) -> None:
        known: dict[SSAValue, SSAValue] = {
            argument: loaded[number] if number in loaded else load(number, position)
            for number, argument in enumerate(body.args)
        }
        b.store(inline_scalar_block(b, body, known, b.splat), output, *position)

    def scalar_at(position: Sequence[Index]) -> None:
        known: dict[SSAValue, SSAValue] = {
            argument: load(number, position, scalar=True)
            for number, argument in enumerate(body.args)
        }
        b.store_scalar(inline_scalar_block(b, body, known, b.scalar), output, *position)

    vectors, tail = divmod(shape.sizes[-1], lanes)

    def innermost(outer: Sequence[Index], loaded: Mapping[int, SSAValue]) -> None:
        b.each(0, vectors, lambda i: vector_at([*outer, b.mul(i, lanes)], loaded))
        b.each(vectors * lanes, vectors * lanes + tail, lambda i: scalar_at([*outer, i]))

    def nest(outer: Sequence[Index], loaded: Mapping[int, SSAValue]) -> None:
        axis = len(outer)
        if axis == innermost_axis:
            innermost(outer, loaded)
            return
        here = {
            number: load(number, [*outer, *[0] * (innermost_axis + 1 - axis)])
            for number in range(len(operands))
            if number not in loaded and shape.is_same_from(number, axis)
        }
        b.each(0, shape.sizes[axis], lambda i: nest([*outer, i], {**loaded, **here}))

    if innermost_axis:
        b.each(begin, end, lambda i: nest([i], {}))
        return
    whole = b.minimum_index(end, vectors) if tail else end
    b.each(begin, whole, lambda i: vector_at([b.mul(i, lanes)], {}))
    if tail:
        # The last parallel index stands for the elements that fill no vector.
        b.each(
            b.maximum_index(begin, vectors),
            end,
            lambda _: b.each(vectors * lanes, shape.sizes[0], lambda i: scalar_at([i])),
        )
