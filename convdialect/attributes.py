"""Attributes of the conv dialect: layouts and the small enumerations of its ops."""

from xdsl.dialects.builtin import IntAttr
from xdsl.dialects.utils.enum_attribute import EnumAttribute
from xdsl.ir import Attribute, ParametrizedAttribute, SpacedOpaqueSyntaxAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.str_enum import StrEnum


class LayoutKind(StrEnum):
    """How the elements of a rank 4 tensor lie in memory."""

    NCHW = "nchw"
    """Row-major, the same as a tensor type without an encoding."""
    NCHWC = "nchwc"
    """Blocks of channels: (N, ceil(C / block), H, W, block)."""


class PoolKind(StrEnum):
    """What pooling makes of the elements of a window."""

    MAX = "max"
    AVERAGE = "average"


class ResizeMode(StrEnum):
    """How resize makes an output element from the input."""

    NEAREST = "nearest"
    LINEAR = "linear"


class ResizeCoordinates(StrEnum):
    """Which input coordinate an output coordinate stands for."""

    HALF_PIXEL = "half_pixel"
    ASYMMETRIC = "asymmetric"
    ALIGN_CORNERS = "align_corners"


@irdl_attr_definition
class LayoutKindAttr(EnumAttribute[LayoutKind], SpacedOpaqueSyntaxAttribute):
    name = "conv.layout_kind"


@irdl_attr_definition
class PoolKindAttr(EnumAttribute[PoolKind], SpacedOpaqueSyntaxAttribute):
    name = "conv.pool_kind"


@irdl_attr_definition
class ResizeModeAttr(EnumAttribute[ResizeMode], SpacedOpaqueSyntaxAttribute):
    name = "conv.resize_mode"


@irdl_attr_definition
class ResizeCoordinatesAttr(EnumAttribute[ResizeCoordinates], SpacedOpaqueSyntaxAttribute):
    name = "conv.resize_coordinates"


@irdl_attr_definition
class LayoutAttr(ParametrizedAttribute):
    """Encoding of a rank 4 tensor type: `#conv.layout<nchw>` or `#conv.layout<nchwc, 16>`.

    The shape of the type stays logical (N, C, H, W).
    """

    name = "conv.layout"

    kind_attr: LayoutKindAttr
    block: IntAttr

    def __init__(self, kind: LayoutKind, block: int = 1) -> None:
        super().__init__(LayoutKindAttr(kind), IntAttr(block))

    @property
    def kind(self) -> LayoutKind:
        return self.kind_attr.data

    def verify(self) -> None:
        block = self.block.data
        if self.kind == LayoutKind.NCHW and block != 1:
            raise VerifyException(f"expected layout nchw without a channel block, found {block}")
        if self.kind == LayoutKind.NCHWC and block < 2:
            raise VerifyException(
                f"expected layout nchwc with a channel block of at least 2, found {block}"
            )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> list[Attribute]:
        with parser.in_angle_brackets():
            kind = parser.parse_str_enum(LayoutKind)
            block = 1
            if parser.parse_optional_punctuation(","):
                block = parser.parse_integer(allow_boolean=False, context_msg=" for the block")
        return [LayoutKindAttr(kind), IntAttr(block)]

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(self.kind.value)
            if self.block.data != 1:
                printer.print_string(f", {self.block.data}")
