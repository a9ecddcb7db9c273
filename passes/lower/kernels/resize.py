"""Resizing of blocked tensors; source coordinates are exact ratios of integers."""

from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder


@dataclass(frozen=True)
class SourceCoordinate:
    """The source coordinate of output o is (o * step + offset) / divisor, clamped to the image."""

    inputs: int
    outputs: int
    step: int
    offset: int
    divisor: int

    @staticmethod
    def of(inputs: int, outputs: int, coordinates: str) -> "SourceCoordinate":
        """`coordinates` as in ONNX Resize: half_pixel, asymmetric or align_corners."""
        if coordinates == "half_pixel":
            return SourceCoordinate(inputs, outputs, 2 * inputs, inputs - outputs, 2 * outputs)
        if coordinates == "asymmetric":
            return SourceCoordinate(inputs, outputs, inputs, 0, outputs)
        return SourceCoordinate(inputs, outputs, inputs - 1, 0, max(outputs - 1, 1))

    def numerator(self, b: KernelBuilder, output: Index) -> Index:
        return b.add(b.mul(output, self.step), self.offset)

    def nearest(self, b: KernelBuilder, output: Index, *, round_half_down: bool) -> Index:
        """Rounded down, or to the nearest with halves down."""
        position = self.numerator(b, output)
        if not round_half_down:
            return b.minimum_index(b.div(position, self.divisor), self.inputs - 1)
        # ceil(p / d - 1/2) = floor((2 p - d + 2 d - 1) / 2 d) for integers p, d
        doubled = b.add(b.mul(position, 2), self.divisor - 1)
        rounded = b.div(b.maximum_index(doubled, 0), 2 * self.divisor)
        return b.minimum_index(rounded, self.inputs - 1)

    def linear(self, b: KernelBuilder, output: Index) -> tuple[Index, Index, SSAValue]:
        """Both neighbours and the weight of the second."""
        largest = (self.inputs - 1) * self.divisor
        position = self.numerator(b, output)
        position = b.minimum_index(b.maximum_index(position, 0), largest)
        first, rest = b.divmod(position, self.divisor)
        second = b.minimum_index(b.add(first, 1), self.inputs - 1)
        return first, second, b.mulf(b.index_to_float(rest), b.scalar(1.0 / self.divisor))


def write_resize(
    b: KernelBuilder,
    rows: SourceCoordinate,
    columns: SourceCoordinate,
    *,
    linear: bool,
    round_half_down: bool,
) -> None:
    """[images, H, W, lanes] -> [images, OH, OW, lanes]; the parallel index is (image, block)."""
    source, output, begin, end = b.arguments

    def nearest_pixel(image: Index, row: Index, column: Index) -> None:
        at_row = rows.nearest(b, row, round_half_down=round_half_down)
        at_column = columns.nearest(b, column, round_half_down=round_half_down)
        b.store(b.load(source, image, at_row, at_column, 0), output, image, row, column, 0)

    def between(a: SSAValue, c: SSAValue, weight: SSAValue) -> SSAValue:
        return b.fma(b.subf(c, a), weight, a)

    def linear_pixel(image: Index, row: Index, column: Index) -> None:
        top, bottom, down = rows.linear(b, row)
        left, right, across = columns.linear(b, column)
        vertical, horizontal = b.broadcast(down), b.broadcast(across)
        upper, lower = (
            between(
                b.load(source, image, at, left, 0), b.load(source, image, at, right, 0), horizontal
            )
            for at in (top, bottom)
        )
        b.store(between(upper, lower, vertical), output, image, row, column, 0)

    pixel = linear_pixel if linear else nearest_pixel

    def whole(image: Index) -> None:
        b.each(
            0,
            rows.outputs,
            lambda row: b.each(0, columns.outputs, lambda column: pixel(image, row, column)),
        )

    b.each(begin, end, whole)
