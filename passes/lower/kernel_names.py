"""Kernel names that decode: one printer and one parser.

`f32_dw3x3s1_144x56x56_nchw16c_2x7_9f3a21` is an fp32 depthwise 3x3 convolution of stride 1 whose
result has 144 channels of 56 x 56 in blocks of 16, with a register tile of 2 rows and 7 columns.
The last part tells apart what the rest does not say: epilogue, padding, dilation, batch.
"""

import hashlib
import re
from dataclasses import dataclass

_PATTERN = re.compile(
    r"(?P<element>f32|f16|i8)_(?P<kind>[a-z_]+?)(?P<window>\d+x\d+s\d+(?:x\d+)?(?:g\d+)?)?_(?P<shape>\d+(?:x\d+)*|scalar)"
    r"_(?P<layout>nchw\d+c|plain)(?:_(?P<tile>\d+x\d+))?_(?P<digest>[0-9a-f]{6})"
)


@dataclass(frozen=True)
class KernelName:
    """`window` is like 3x3s1, 3x3s2x1 or 3x3s1g32; `tile` rows x columns or pixels x vectors."""

    kind: str
    shape: tuple[int, ...]
    lanes: int | None
    digest: str
    window: str = ""
    tile: tuple[int, int] | None = None
    element: str = "f32"

    def __str__(self) -> str:
        shape = "x".join(map(str, self.shape)) or "scalar"
        layout = "plain" if self.lanes is None else f"nchw{self.lanes}c"
        tile = "" if self.tile is None else f"_{self.tile[0]}x{self.tile[1]}"
        return f"{self.element}_{self.kind}{self.window}_{shape}_{layout}{tile}_{self.digest}"


def parse_kernel_name(text: str) -> KernelName | None:
    """The name's parts, or None for a function that is no kernel."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    shape, layout, tile = match["shape"], match["layout"], match["tile"]
    rows_columns = tuple(map(int, tile.split("x"))) if tile else None
    return KernelName(
        match["kind"],
        () if shape == "scalar" else tuple(map(int, shape.split("x"))),
        None if layout == "plain" else int(layout[4:-1]),
        match["digest"],
        match["window"] or "",
        None if rows_columns is None else (rows_columns[0], rows_columns[1]),
        match["element"],
    )


def digest_of(text: str) -> str:
    """Six hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def window_text(kernel: tuple[int, int], stride: tuple[int, int], groups: int = 1) -> str:
    """Like 3x3s1, or 3x3s2x1g8 with unequal strides and groups."""
    strides = str(stride[0]) if stride[0] == stride[1] else f"{stride[0]}x{stride[1]}"
    grouped = f"g{groups}" if groups > 1 else ""
    return f"{kernel[0]}x{kernel[1]}s{strides}{grouped}"
