"""Resize and Upsample, where conv.resize has the same effect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from convopt.convdialect.attributes import ResizeCoordinates, ResizeMode
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.resampling import source_coordinate
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.resizing import nearest_kind
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters.table import converts

Coordinates: TypeAlias = npt.NDArray[np.floating[Any]]
"""Input coordinates, one an output position of an axis."""

HALF = np.float32(0.5)

COORDINATE_TOLERANCE = 1e-4
"""How far two coordinates may differ and still mix the same elements alike, in elements."""


@dataclass(frozen=True)
class Axis:
    """Sizes of one spatial axis, and the scale that coordinates are computed with.

    Coordinates are computed in f32, as onnxruntime does: nearest depends on it at ties.
    """

    input_size: int
    output_size: int
    scale: np.float32

    @property
    def positions(self) -> Coordinates:
        """All output positions."""
        return np.arange(self.output_size, dtype=np.float32)


def _half_pixel(axis: Axis) -> Coordinates:
    return (axis.positions + HALF) / axis.scale - HALF


def _symmetric(axis: Axis) -> Coordinates:
    """half_pixel, with what rounding the output size took away split between both ends."""
    adjustment = np.float32(axis.output_size) / (axis.scale * np.float32(axis.input_size))
    return np.float32(axis.input_size) * HALF * (1 - adjustment) + _half_pixel(axis)


def _pytorch_half_pixel(axis: Axis) -> Coordinates:
    return _half_pixel(axis) if axis.output_size > 1 else np.zeros(1, np.float32)


def _align_corners(axis: Axis) -> Coordinates:
    return axis.positions * np.float32(axis.input_size - 1) / max(axis.output_size - 1, 1)


def _asymmetric(axis: Axis) -> Coordinates:
    return axis.positions / axis.scale


ONNX_COORDINATES: dict[str, Callable[[Axis], Coordinates]] = {
    "half_pixel": _half_pixel,
    "half_pixel_symmetric": _symmetric,
    "pytorch_half_pixel": _pytorch_half_pixel,
    "align_corners": _align_corners,
    "asymmetric": _asymmetric,
}

ONNX_ROUNDINGS: dict[str, Callable[[Coordinates], Coordinates]] = {
    "round_prefer_floor": lambda x: np.ceil(x - HALF),
    "round_prefer_ceil": lambda x: np.floor(x + HALF),
    "floor": np.floor,
    "ceil": np.ceil,
}


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


def _scales(context: NodeContext, index: int) -> list[np.float32]:
    """The scale of each of the four axes, 1 where `axes` leaves it out."""
    is_input = context.opset >= 9
    found = context.constant(index, "scales") if is_input else context.attribute("scales")
    scales = [np.float32(1)] * 4
    for axis, scale in zip(context.attribute("axes", range(4)), found, strict=True):
        scales[axis] = np.float32(scale)
    return scales


def _resample(
    context: NodeContext, scales: list[np.float32] | None, coordinates: str, rounding: str
) -> SSAValue:
    value = context.feature_map()
    shape, result = shape_of(value), context.result_shape()
    if shape[:2] != result[:2]:
        raise Unsupported("expected a resize of height and width, found one of other axes")
    if coordinates not in ONNX_COORDINATES:
        raise Unsupported(f"coordinate_transformation_mode '{coordinates}' is not supported")
    axes = [
        Axis(shape[i], result[i], np.float32(result[i] / shape[i]) if scales is None else scales[i])
        for i in (2, 3)
    ]
    wanted = [_clamped(ONNX_COORDINATES[coordinates](axis), axis) for axis in axes]
    mode = context.attribute("mode", "nearest")
    if mode == "nearest":
        found = nearest_kind(
            [(axis.input_size, axis.output_size) for axis in axes],
            [ONNX_ROUNDINGS[rounding](each) for each in wanted],
        )
        kind = ResizeMode.NEAREST
    elif mode in ("linear", "bilinear"):
        found = _same_linear(axes, wanted)
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


def _clamped(coordinates: Coordinates, axis: Axis) -> Coordinates:
    return np.clip(coordinates, 0, axis.input_size - 1)


def _same_linear(axes: list[Axis], wanted: list[Coordinates]) -> ResizeCoordinates | None:
    """The coordinates of conv.resize that mix the same elements alike, if there are any."""
    for candidate in ResizeCoordinates:
        differences = [
            np.abs(each - _clamped(_exact_coordinates(axis, candidate), axis)).max()
            for axis, each in zip(axes, wanted, strict=True)
        ]
        if max(differences) <= COORDINATE_TOLERANCE:
            return candidate
    return None


def _exact_coordinates(axis: Axis, candidate: ResizeCoordinates) -> Coordinates:
    exact = [
        source_coordinate(position, axis.input_size, axis.output_size, candidate)
        for position in range(axis.output_size)
    ]
    return np.array([float(each) for each in exact])
