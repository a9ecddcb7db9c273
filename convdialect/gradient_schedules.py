"""Schedules of weight gradients as attributes."""

from typing import cast

from xdsl.dialects.builtin import BoolAttr, IntAttr
from xdsl.dialects.utils.enum_attribute import EnumAttribute
from xdsl.ir import Attribute, ParametrizedAttribute, SpacedOpaqueSyntaxAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.str_enum import StrEnum

from convopt.convdialect.schedule_settings import (
    Reader,
    extent,
    flag,
    parse_settings,
    verify_extents,
)
from convopt.convdialect.schedules import Prefetch, PrefetchAttr


class GradientScheme(StrEnum):
    """How a weight gradient's products are made; its accumulators are vectors of results."""

    GRAD = "grad"
    """Lane by lane, depthwise and within small groups: a vector of the gradient stays while all
    taps take it."""
    INPUT = "input"
    """The same, but a vector of the input stays while all taps and pixels of the tile take it."""
    STRIP = "strip"
    """The same down a strip of columns, where every vector of both is loaded once."""
    BROADCAST = "broadcast"
    """Input channels times vectors of output channels; inputs are read as scalars and broadcast."""


@irdl_attr_definition
class GradientSchemeAttr(EnumAttribute[GradientScheme], SpacedOpaqueSyntaxAttribute):
    name = "conv.gradient_scheme"


@irdl_attr_definition
class GradientTileAttr(ParametrizedAttribute):
    """Register tile of a weight gradient: `#conv.gradient_tile<grad, rows = 2, columns = 7>`.

    `rows` x `columns` pixels of the gradient, with `broadcast` that many columns at a time and so
    many rows before the sums are added to the result. Kernel rows are divided among `passes`, and
    pixels take turns with `sets` of accumulators. `broadcast` has accumulators for `channels` input
    channels, `vectors` of output channels and `taps` kernel columns. With `flush`, sums are added
    to the result after each row of tiles, or each strip, and else at the end. Settings of value 1,
    `false` and `none` are not printed.
    """

    name = "conv.gradient_tile"

    scheme_attr: GradientSchemeAttr
    rows: IntAttr
    columns: IntAttr
    passes: IntAttr
    sets: IntAttr
    channels: IntAttr
    vectors: IntAttr
    taps: IntAttr
    flush_attr: BoolAttr
    prefetch_attr: PrefetchAttr

    def __init__(
        self,
        scheme: GradientScheme,
        rows: int = 1,
        columns: int = 1,
        passes: int = 1,
        sets: int = 1,
        channels: int = 1,
        vectors: int = 1,
        taps: int = 1,
        flush: bool = False,
        prefetch: Prefetch = Prefetch.NONE,
    ) -> None:
        sizes = (rows, columns, passes, sets, channels, vectors, taps)
        super().__init__(
            GradientSchemeAttr(scheme),
            *map(IntAttr, sizes),
            BoolAttr.from_bool(flush),
            PrefetchAttr(prefetch),
        )

    @property
    def scheme(self) -> GradientScheme:
        return self.scheme_attr.data

    @property
    def flush(self) -> bool:
        return bool(self.flush_attr.value.data)

    @property
    def prefetch(self) -> Prefetch:
        return self.prefetch_attr.data

    @property
    def extents(self) -> dict[str, int]:
        """The sizes by name, in printing order."""
        sizes = cast(tuple[IntAttr, ...], self.parameters[1:-2])
        return {name: size.data for name, size in zip(_SIZES, sizes, strict=True)}

    def verify(self) -> None:
        verify_extents(self.name, self.extents)
        known = _SETTINGS[self.scheme]
        given = [name for name, size in self.extents.items() if size != 1]
        given += ["flush"] if self.flush else []
        given += ["prefetch"] if self.prefetch is not Prefetch.NONE else []
        for name in given:
            if name not in known:
                raise VerifyException(
                    f"{self.name}: expected {' or '.join(known)} in scheme {self.scheme}, "
                    f"found {name}"
                )
        if self.prefetch not in (Prefetch.NONE, Prefetch.INPUT):
            raise VerifyException(
                f"{self.name}: expected prefetch none or input, found {self.prefetch}"
            )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> list[Attribute]:
        settings: dict[str, Attribute] = {
            **{name: IntAttr(1) for name in _SIZES},
            "flush": BoolAttr.from_bool(False),
            "prefetch": PrefetchAttr(Prefetch.NONE),
        }
        with parser.in_angle_brackets():
            scheme = parser.parse_str_enum(GradientScheme)
            if parser.parse_optional_punctuation(","):
                settings |= parse_settings(parser, _READERS)
        return [GradientSchemeAttr(scheme), *settings.values()]

    def print_parameters(self, printer: Printer) -> None:
        shown = [f"{name} = {size}" for name, size in self.extents.items() if size != 1]
        shown += ["flush = true"] if self.flush else []
        shown += [f"prefetch = {self.prefetch}"] if self.prefetch is not Prefetch.NONE else []
        with printer.in_angle_brackets():
            printer.print_string(", ".join([self.scheme.value, *shown]))


_SIZES = ("rows", "columns", "passes", "sets", "channels", "vectors", "taps")
_READERS: dict[str, Reader] = {
    **{name: extent(name) for name in _SIZES},
    "flush": flag,
    "prefetch": lambda parser: PrefetchAttr(parser.parse_str_enum(Prefetch)),
}
_BY_LANE = ("rows", "columns", "passes", "sets", "flush", "prefetch")
_SETTINGS = {
    GradientScheme.GRAD: _BY_LANE,
    GradientScheme.INPUT: _BY_LANE,
    GradientScheme.STRIP: ("columns", "passes", "sets", "flush"),
    GradientScheme.BROADCAST: ("rows", "columns", "channels", "vectors", "taps"),
}
