"""Elementwise kernels: a scalar region over broadcast operands, in plain or blocked layout."""

from collections.abc import Sequence
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
    """The parallel index is the first axis, or vectors of the only one."""
    *operands, output, begin, end = b.arguments
    lanes = b.lanes

    def at(flags: Sequence[bool], position: Sequence[Index]) -> list[Index]:
        return [0 if flag else i for i, flag in zip(position, flags, strict=True)]

    def vector_at(position: Sequence[Index]) -> None:
        def operand(index: int) -> SSAValue:
            flags = shape.broadcast[index]
            load = b.load_splat if flags[-1] else b.load
            return load(operands[index], *at(flags, position))

        known: dict[SSAValue, SSAValue] = {
            argument: operand(i) for i, argument in enumerate(body.args)
        }
        result = inline_scalar_block(b, body, known, b.splat)
        b.store(result, output, *position)

    def scalar_at(position: Sequence[Index]) -> None:
        def operand(index: int) -> SSAValue:
            return b.load_scalar(operands[index], *at(shape.broadcast[index], position))

        known: dict[SSAValue, SSAValue] = {
            argument: operand(i) for i, argument in enumerate(body.args)
        }
        b.store_scalar(inline_scalar_block(b, body, known, b.scalar), output, *position)

    vectors, tail = divmod(shape.sizes[-1], lanes)

    def innermost(outer: list[Index]) -> None:
        b.each(0, vectors, lambda i: vector_at([*outer, b.mul(i, lanes)]))
        b.each(vectors * lanes, vectors * lanes + tail, lambda i: scalar_at([*outer, i]))

    def nest(outer: list[Index]) -> None:
        if len(outer) == len(shape.sizes) - 1:
            innermost(outer)
            return
        b.each(0, shape.sizes[len(outer)], lambda i: nest([*outer, i]))

    if len(shape.sizes) > 1:
        b.each(begin, end, lambda i: nest([i]))
        return
    whole = b.minimum_index(end, vectors) if tail else end
    b.each(begin, whole, lambda i: vector_at([b.mul(i, lanes)]))
    if tail:
        # The last parallel index stands for the elements that fill no vector.
        b.each(
            b.maximum_index(begin, vectors),
            end,
            lambda _: b.each(vectors * lanes, shape.sizes[0], lambda i: scalar_at([i])),
        )
