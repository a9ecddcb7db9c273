"""Schedules as attributes: register tiles, bands of rows, blocks of GPU threads."""

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


class TileScheme(StrEnum):
    """What the accumulators of a register tile hold."""

    ROTATE = "rotate"
    """One vector of output channels a pixel; inputs are read as vectors and rotated within a
    group between passes. With one channel a group this is the depthwise kernel."""
    STRIP = "strip"
    """Depthwise, one vector of channels a pixel: walks down a strip of columns and keeps all output
    rows that an input row touches."""
    BROADCAST = "broadcast"
    """Pixels times vectors of output channels; inputs are read as scalars and broadcast."""
    PAIRS = "pairs"
    """Pixels times all output channels, which fill half vectors; input channels are read and
    broadcast in pairs, even ones' sums in even lanes and odd ones' in odd lanes."""


class Prefetch(StrEnum):
    """Which memory a kernel asks for ahead of its use."""

    NONE = "none"
    INPUT = "input"
    OUTPUT = "output"
    WEIGHTS = "weights"


class Parallel(StrEnum):
    """What threads divide among them."""

    BLOCKS = "blocks"
    """Images and blocks of output channels."""
    PIXELS = "pixels"
    """Output rows; with a 1x1 kernel, pixels."""


@irdl_attr_definition
class TileSchemeAttr(EnumAttribute[TileScheme], SpacedOpaqueSyntaxAttribute):
    name = "conv.tile_scheme"


@irdl_attr_definition
class PrefetchAttr(EnumAttribute[Prefetch], SpacedOpaqueSyntaxAttribute):
    name = "conv.prefetch_kind"


@irdl_attr_definition
class ParallelAttr(EnumAttribute[Parallel], SpacedOpaqueSyntaxAttribute):
    name = "conv.parallel"


@irdl_attr_definition
class TileAttr(ParametrizedAttribute):
    """Register tile of a convolution: `#conv.tile<rotate, rows = 2, columns = 7>`.

    `rows` x `columns` output pixels, `vectors` vectors of output channels; ones are not printed.
    `prefetch = output` and `parallel = pixels` follow where they are not `none` and `blocks`.
    """

    name = "conv.tile"

    scheme_attr: TileSchemeAttr
    rows: IntAttr
    columns: IntAttr
    vectors: IntAttr
    prefetch_attr: PrefetchAttr
    parallel_attr: ParallelAttr

    def __init__(
        self,
        scheme: TileScheme,
        rows: int = 1,
        columns: int = 1,
        vectors: int = 1,
        prefetch: Prefetch = Prefetch.NONE,
        parallel: Parallel = Parallel.BLOCKS,
    ) -> None:
        super().__init__(
            TileSchemeAttr(scheme),
            IntAttr(rows),
            IntAttr(columns),
            IntAttr(vectors),
            PrefetchAttr(prefetch),
            ParallelAttr(parallel),
        )

    @property
    def scheme(self) -> TileScheme:
        return self.scheme_attr.data

    @property
    def prefetch(self) -> Prefetch:
        return self.prefetch_attr.data

    @property
    def parallel(self) -> Parallel:
        return self.parallel_attr.data

    @property
    def extents(self) -> dict[str, int]:
        """The three sizes by name, in printing order."""
        return {
            "rows": self.rows.data,
            "columns": self.columns.data,
            "vectors": self.vectors.data,
        }

    def verify(self) -> None:
        verify_extents(self.name, self.extents)
        known = _PREFETCHES[self.scheme]
        if self.prefetch not in known:
            raise VerifyException(
                f"{self.name}: expected prefetch {' or '.join(known)} in scheme {self.scheme}, "
                f"found {self.prefetch}"
            )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> list[Attribute]:
        settings: dict[str, Attribute] = {
            "rows": IntAttr(1),
            "columns": IntAttr(1),
            "vectors": IntAttr(1),
            "prefetch": PrefetchAttr(Prefetch.NONE),
            "parallel": ParallelAttr(Parallel.BLOCKS),
        }
        with parser.in_angle_brackets():
            scheme = parser.parse_str_enum(TileScheme)
            if parser.parse_optional_punctuation(","):
                settings |= parse_settings(parser, _TILE_READERS)
        return [TileSchemeAttr(scheme), *settings.values()]

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(self.scheme.value)
            for name, value in self.extents.items():
                if value != 1:
                    printer.print_string(f", {name} = {value}")
            if self.prefetch is not Prefetch.NONE:
                printer.print_string(f", prefetch = {self.prefetch.value}")
            if self.parallel is not Parallel.BLOCKS:
                printer.print_string(f", parallel = {self.parallel.value}")


_TILE_READERS: dict[str, Reader] = {
    "rows": extent("rows"),
    "columns": extent("columns"),
    "vectors": extent("vectors"),
    "prefetch": lambda parser: PrefetchAttr(parser.parse_str_enum(Prefetch)),
    "parallel": lambda parser: ParallelAttr(parser.parse_str_enum(Parallel)),
}
_PREFETCHES = {
    TileScheme.ROTATE: (Prefetch.NONE, Prefetch.INPUT, Prefetch.OUTPUT),
    TileScheme.STRIP: (Prefetch.NONE,),
    TileScheme.BROADCAST: (Prefetch.NONE, Prefetch.WEIGHTS, Prefetch.INPUT),
    TileScheme.PAIRS: (Prefetch.NONE, Prefetch.INPUT),
}


@irdl_attr_definition
class BandAttr(ParametrizedAttribute):
    """Schedule of a fused module: `#conv.band<rows = 2>`, output rows computed at a time."""

    name = "conv.band"

    rows: IntAttr

    def __init__(self, rows: int) -> None:
        super().__init__(IntAttr(rows))

    def verify(self) -> None:
        verify_extents(self.name, {"rows": self.rows.data})

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> list[Attribute]:
        with parser.in_angle_brackets():
            settings = parse_settings(parser, {"rows": extent("rows")})
        return [settings["rows"]]

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(f"rows = {self.rows.data}")


@irdl_attr_definition
class BlockAttr(ParametrizedAttribute):
    """Schedule on a GPU: `#conv.block<filters = 64, rows = 6, columns = 7, thread_filters = 4>`.

    A block of threads makes `filters` output channels of `rows` x `columns` output pixels. A thread
    keeps `thread_filters` x `thread_pixels` sums in registers. Reductions are streamed through
    shared memory, `channels` input channels at a time, whose products `slices` groups of threads
    divide among them and add up at the end. With two `buffers`, the next channels arrive while
    these are worked on. With `matrix` the sums are made by tensor cores, f32 ones of factors
    rounded to tf32, and it is a warp that keeps `thread_filters` x `thread_pixels` of them.
    Settings of value 1 are not printed, apart from the first three.
    """

    name = "conv.block"

    filters: IntAttr
    rows: IntAttr
    columns: IntAttr
    thread_filters: IntAttr
    thread_pixels: IntAttr
    channels: IntAttr
    slices: IntAttr
    buffers: IntAttr
    matrix_attr: BoolAttr

    def __init__(
        self,
        filters: int,
        rows: int,
        columns: int,
        thread_filters: int = 1,
        thread_pixels: int = 1,
        channels: int = 1,
        slices: int = 1,
        buffers: int = 1,
        matrix: bool = False,
    ) -> None:
        sizes = (filters, rows, columns, thread_filters, thread_pixels, channels, slices, buffers)
        super().__init__(*map(IntAttr, sizes), BoolAttr.from_bool(matrix))

    @property
    def matrix(self) -> bool:
        return bool(self.matrix_attr.value.data)

    @property
    def extents(self) -> dict[str, int]:
        """All settings by name, in printing order."""
        return {name: attribute.data for name, attribute in self._settings().items()}

    def _settings(self) -> dict[str, IntAttr]:
        sizes = cast(tuple[IntAttr, ...], self.parameters[:-1])
        return dict(zip(_BLOCK_SETTINGS, sizes, strict=True))

    def verify(self) -> None:
        verify_extents(self.name, self.extents)
        if self.buffers.data > 2:
            raise VerifyException(
                f"{self.name}: expected 'buffers' of 1 or 2, found {self.buffers.data}"
            )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> list[Attribute]:
        with parser.in_angle_brackets():
            readers = {name: extent(name) for name in _BLOCK_SETTINGS}
            settings = parse_settings(parser, {**readers, "matrix": flag})
        sizes = [settings.get(name, IntAttr(1)) for name in _BLOCK_SETTINGS]
        return [*sizes, settings.get("matrix", BoolAttr.from_bool(False))]

    def print_parameters(self, printer: Printer) -> None:
        shown = {
            name: size
            for name, size in self.extents.items()
            if size != 1 or name in _BLOCK_SETTINGS[:3]
        }
        with printer.in_angle_brackets():
            printer.print_string(", ".join(f"{name} = {size}" for name, size in shown.items()))
            if self.matrix:
                printer.print_string(", matrix = true")


_BLOCK_SETTINGS = (
    "filters",
    "rows",
    "columns",
    "thread_filters",
    "thread_pixels",
    "channels",
    "slices",
    "buffers",
)
