"""Softmax along one axis of a plain tensor."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder


def write_softmax(b: KernelBuilder, size: int, inner: int) -> None:
    """[outer, size, inner] along the middle axis; the parallel index is the outer axis.

    The largest value is subtracted first, so that no exponential overflows.
    """
    source, output, begin, end = b.arguments

    def column(outer: Index, at: Index) -> None:
        def largest(i: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
            return [b.maximum(carried[0], b.load_scalar(source, outer, i, at))]

        def exponential(i: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
            value = b.exp(b.subf(b.load_scalar(source, outer, i, at), top))
            b.store_scalar(value, output, outer, i, at)
            return [b.addf(carried[0], value)]

        def normalise(i: Index) -> None:
            value = b.divf(b.load_scalar(output, outer, i, at), total)
            b.store_scalar(value, output, outer, i, at)

        (top,) = b.loop(1, size, 1, [b.load_scalar(source, outer, 0, at)], largest)
        (total,) = b.loop(0, size, 1, [b.scalar(0.0)], exponential)
        b.each(0, size, normalise)

    b.each(begin, end, lambda outer: b.each(0, inner, lambda at: column(outer, at)))
