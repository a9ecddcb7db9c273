"""`conv.resize`: feature maps of another height and width."""

from xdsl.dialects.builtin import LocationAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.attributes import (
    ResizeCoordinates,
    ResizeCoordinatesAttr,
    ResizeMode,
    ResizeModeAttr,
)
from convopt.convdialect.element_types import FLOATS
from convopt.convdialect.layouts import reshaped
from convopt.convdialect.ops.simple import SimpleOp
from convopt.convdialect.shapes import Pair
from convopt.convdialect.verification import check_result, checked_tensor


@irdl_op_definition
class ResizeOp(SimpleOp):
    """Resamples an NCHW tensor to the height and width of the result.

    The scale of an axis is exactly its output size over its input size. Coordinates outside are
    clamped. Nearest rounds half_pixel coordinates to the nearest (halves down) and asymmetric ones
    down. resampling.py has the arithmetic.

    `conv.resize linear half_pixel %x : tensor<1x3x4x4xf32> -> tensor<1x3x8x8xf32>`
    """

    name = "conv.resize"

    mode_attr = prop_def(ResizeModeAttr, prop_name="mode")
    coordinates_attr = prop_def(ResizeCoordinatesAttr, prop_name="coordinates")

    def __init__(
        self,
        input: SSAValue | Operation,
        size: Pair,
        mode: ResizeMode,
        coordinates: ResizeCoordinates,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input", rank=4)
        result_type = reshaped(input_type, (*input_type.get_shape()[:2], *size))
        properties: dict[str, Attribute] = {
            "mode": ResizeModeAttr(mode),
            "coordinates": ResizeCoordinatesAttr(coordinates),
        }
        self._build(input, result_type, properties, location)

    @property
    def mode(self) -> ResizeMode:
        return self.mode_attr.data

    @property
    def coordinates(self) -> ResizeCoordinates:
        return self.coordinates_attr.data

    @property
    def size(self) -> Pair:
        """Output height and width."""
        _, _, height, width = self.result_type.get_shape()
        return height, width

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", rank=4, elements=FLOATS)
        checked_tensor(self.result, "result", rank=4)
        check_result(self.result, input_type, (*input_type.get_shape()[:2], *self.size))
        if self.mode == ResizeMode.NEAREST and self.coordinates == ResizeCoordinates.ALIGN_CORNERS:
            raise VerifyException(
                "coordinates: expected half_pixel or asymmetric with nearest, found align_corners"
            )

    def _print_kind(self, printer: Printer) -> None:
        printer.print_string(f" {self.mode.value} {self.coordinates.value}")

    @classmethod
    def _parse_kind(cls, parser: Parser) -> dict[str, Attribute]:
        return {
            "mode": ResizeModeAttr(parser.parse_str_enum(ResizeMode)),
            "coordinates": ResizeCoordinatesAttr(parser.parse_str_enum(ResizeCoordinates)),
        }
