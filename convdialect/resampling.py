"""Which input elements an output element of `conv.resize` is made of, along one axis.

Coordinates are computed exactly, as fractions, and clamped to the input; the definitions are those
of ONNX Resize with the scale taken as output size / input size.
"""

from fractions import Fraction
from math import ceil, floor

from convopt.convdialect.attributes import ResizeCoordinates


def source_coordinate(
    position: int, input_size: int, output_size: int, coordinates: ResizeCoordinates
) -> Fraction:
    """The input coordinate that an output position stands for; may lie outside the input."""
    match coordinates:
        case ResizeCoordinates.HALF_PIXEL:
            return Fraction((2 * position + 1) * input_size - output_size, 2 * output_size)
        case ResizeCoordinates.ASYMMETRIC:
            return Fraction(position * input_size, output_size)
        case ResizeCoordinates.ALIGN_CORNERS:
            return Fraction(position * (input_size - 1), max(output_size - 1, 1))


def nearest_sources(input_size: int, output_size: int, coordinates: ResizeCoordinates) -> list[int]:
    """For each output position the input index that it copies.

    half_pixel rounds to the nearest index, halves down; asymmetric rounds down.
    """
    exact = [
        source_coordinate(position, input_size, output_size, coordinates)
        for position in range(output_size)
    ]
    if coordinates == ResizeCoordinates.HALF_PIXEL:
        rounded = [ceil(coordinate - Fraction(1, 2)) for coordinate in exact]
    else:
        rounded = [floor(coordinate) for coordinate in exact]
    return [min(max(index, 0), input_size - 1) for index in rounded]


def linear_sources(
    input_size: int, output_size: int, coordinates: ResizeCoordinates
) -> list[tuple[int, int, float]]:
    """For each output position (low index, high index, weight of high); low weighs the rest."""
    sources = []
    for position in range(output_size):
        exact = source_coordinate(position, input_size, output_size, coordinates)
        clamped = min(max(exact, Fraction(0)), Fraction(input_size - 1))
        low = floor(clamped)
        sources.append((low, min(low + 1, input_size - 1), float(clamped - low)))
    return sources
