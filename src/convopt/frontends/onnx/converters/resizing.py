"""Resize and Upsample, where conv.resize has the same effect."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from xdsl.ir import SSAValue

from convopt.convdialect.attributes import ResizeCoordinates, ResizeMode
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.resampling import nearest_sources, source_coordinate
from convopt.frontends.onnx.builder import Unsupported, shape_of
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters.table import converts

HALF = Fraction(1, 2)

COORDINATE_TOLERANCE = Fraction(1, 1 << 16)
"""Scales are f32: 1.8 is not exactly the 9 / 5 of the sizes."""


@dataclass(frozen=True)
class Axis:
    """Sizes of one spatial axis, and the scale that coordinates are computed with."""

    input_size: int
    output_size: int
    scale: Fraction


Coordinate: TypeAlias = Callable[[int, Axis], Fraction]
"""The input coordinate that an output position stands for."""

ONNX_COORDINATES: dict[str, Coordinate] = {
    "half_pixel": lambda x, axis: (x + HALF) / axis.scale - HALF,
    "half_pixel_symmetric": lambda x, axis: _symmetric(x, axis),
    "pytorch_half_pixel": lambda x, axis: (
        (x + HALF) / axis.scale - HALF if axis.output_size > 1 else Fraction(0)
    ),
    "align_corners": lambda x, axis: Fraction(
        x * (axis.input_size - 1), max(axis.output_size - 1, 1)
    ),
    "asymmetric": lambda x, axis: x / axis.scale,
}

ONNX_ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "round_prefer_floor": lambda x: ceil(x - HALF),
    "round_prefer_ceil": lambda x: floor(x + HALF),
    "floor": floor,
    "ceil": ceil,
}


def _symmetric(x: int, axis: Axis) -> Fraction:
    """half_pixel, with what rounding the output size took away split between both ends."""
    adjustment = axis.output_size / (axis.scale * axis.input_size)
    offset = Fraction(axis.input_size, 2) * (1 - adjustment)
    return offset + (x + HALF) / axis.scale - HALF


@converts("Resize")
def resize(context: NodeContext) -> SSAValue:
    if context.attribute("antialias", 0) and context.attribute("mode") != "nearest":
        raise Unsupported("expected antialias = 0, found 1")
    if context.opset < 11:
        return _resample(context, _scales(context, 1), "asymmetric", "floor")
    has_sizes = context.has(3)
    if has_sizes and context.attribute("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise Unsupported("expected sizes that stretch, found a kept aspect ratio")
    return _resample(
        context,
        None if has_sizes else _scales(context, 2),
        context.attribute("coordinate_transformation_mode", "half_pixel"),
        context.attribute("nearest_mode", "round_prefer_floor"),
    )


@converts("Upsample")
def upsample(context: NodeContext) -> SSAValue:
    return _resample(context, _scales(context, 1), "asymmetric", "floor")


def _scales(context: NodeContext, index: int) -> list[Fraction]:
    """The scale of each of the four axes, 1 where `axes` leaves it out."""
    is_input = context.opset >= 9
    found = context.constant(index, "scales") if is_input else context.attribute("scales")
    scales = [Fraction(1)] * 4
    axes = context.attribute("axes", range(4))
    for axis, scale in zip(axes, found, strict=True):
        scales[axis] = Fraction(float(scale))
    return scales


def _resample(
    context: NodeContext, scales: list[Fraction] | None, coordinates: str, rounding: str
) -> SSAValue:
    value = context.feature_map()
    shape, result = shape_of(value), context.result_shape()
    if shape[:2] != result[:2]:
        raise Unsupported("expected a resize of height and width, found one of other axes")
    transform = ONNX_COORDINATES.get(coordinates)
    if transform is None:
        raise Unsupported(f"coordinate_transformation_mode '{coordinates}' is not supported")
    axes = [
        Axis(shape[i], result[i], Fraction(result[i], shape[i]) if scales is None else scales[i])
        for i in (2, 3)
    ]
    mode = context.attribute("mode", "nearest")
    if mode == "nearest":
        found = _same_nearest(axes, transform, ONNX_ROUNDINGS[rounding])
        kind = ResizeMode.NEAREST
    elif mode in ("linear", "bilinear"):
        found = _same_linear(axes, transform)
        kind = ResizeMode.LINEAR
    else:
        raise Unsupported(f"expected mode nearest or linear, found '{mode}'")
    if found is None:
        detail = f", {rounding}" if mode == "nearest" else ""
        raise Unsupported(
            f"{mode} with {coordinates}{detail} from {axes[0].input_size}x{axes[1].input_size} to "
            f"{axes[0].output_size}x{axes[1].output_size} is none of convopt's kinds"
        )
    return context.emit(ResizeOp(value, (result[2], result[3]), kind, found))


def _same_nearest(
    axes: list[Axis], transform: Coordinate, rounding: Callable[[Fraction], int]
) -> ResizeCoordinates | None:
    """The coordinates of conv.resize that copy the same elements, if there are any."""
    wanted = [
        [
            min(max(rounding(transform(position, axis)), 0), axis.input_size - 1)
            for position in range(axis.output_size)
        ]
        for axis in axes
    ]
    for candidate in (ResizeCoordinates.ASYMMETRIC, ResizeCoordinates.HALF_PIXEL):
        if wanted == [nearest_sources(a.input_size, a.output_size, candidate) for a in axes]:
            return candidate
    return None


def _same_linear(axes: list[Axis], transform: Coordinate) -> ResizeCoordinates | None:
    """The coordinates of conv.resize that mix the same elements alike, if there are any."""
    for candidate in ResizeCoordinates:
        if all(_same_coordinates(axis, transform, candidate) for axis in axes):
            return candidate
    return None


def _same_coordinates(axis: Axis, transform: Coordinate, candidate: ResizeCoordinates) -> bool:
    return all(
        abs(_clamped(transform(position, axis), axis) - _clamped(theirs, axis))
        <= COORDINATE_TOLERANCE
        for position, theirs in enumerate(
            source_coordinate(position, axis.input_size, axis.output_size, candidate)
            for position in range(axis.output_size)
        )
    )


def _clamped(coordinate: Fraction, axis: Axis) -> Fraction:
    return min(max(coordinate, Fraction(0)), Fraction(axis.input_size - 1))
