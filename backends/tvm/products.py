"""Products of filters and pixels, by the arithmetic that their threads use."""

from typing import Protocol

from convopt.backends.tvm.factors import Factors
from convopt.backends.tvm.matrix_product import MatrixProduct
from convopt.backends.tvm.product import Product
from convopt.backends.tvm.sinks import Sink
from convopt.backends.tvm.writer import KernelWriter
from convopt.passes.geometry.blocks.threads import ProductThreads


class WrittenProduct(Protocol):
    """A product in the midst of a kernel."""

    def clear(self) -> None:
        """All sums become zero."""

    def accumulate(self, factors: Factors) -> None:
        """Add the products of a step."""

    def finish(self, sink: Sink) -> None:
        """Hand the sums on. With slices they are added up first, through shared memory: a barrier
        has to stand between the last use of the staged regions and this."""


def write_product(writer: KernelWriter, threads: ProductThreads, sums: str) -> WrittenProduct:
    """Name the thread's part of a product; its sums are called `sums`."""
    if threads.is_matrix:
        return MatrixProduct.write(writer, threads, sums)
    return Product.write(writer, threads, sums)
