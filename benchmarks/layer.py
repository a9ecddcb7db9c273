"""One convolution of a layer table, and the data it is measured with."""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.errors import ConvoptError

Array = npt.NDArray[np.float32]

KINDS = ("dw", "pw", "grp", "dense")

_PADS = ("pad_top", "pad_left", "pad_bottom", "pad_right")
_TEXTS = ("network", "kind")


@dataclass(frozen=True)
class Layer:
    """A distinct convolution of a network; `count` says how often it occurs there.

    `kind`: dw (depthwise), pw (dense 1x1), grp (grouped, any kernel), dense. Sizes in elements.
    Making one raises ConvoptError for numbers that describe no convolution, or one of another kind.
    """

    network: str
    kind: str
    cin: int
    hin: int
    win: int
    cout: int
    kh: int
    kw: int
    stride_h: int
    stride_w: int
    pad_top: int
    pad_left: int
    pad_bottom: int
    pad_right: int
    dilation: int
    groups: int
    count: int

    def __post_init__(self) -> None:
        self._check_sizes()
        self._check_geometry()
        self._check_kind()

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """N, C, H, W."""
        return (1, self.cin, self.hin, self.win)

    @property
    def filter_shape(self) -> tuple[int, int, int, int]:
        """O, I per group, KH, KW."""
        return (self.cout, self.cin // self.groups, self.kh, self.kw)

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        """N, C, H, W."""
        rows = self.hin + self.pad_top + self.pad_bottom - self.dilation * (self.kh - 1) - 1
        columns = self.win + self.pad_left + self.pad_right - self.dilation * (self.kw - 1) - 1
        return (1, self.cout, rows // self.stride_h + 1, columns // self.stride_w + 1)

    @property
    def padding(self) -> tuple[int, int, int, int]:
        """Top, left, bottom, right."""
        return (self.pad_top, self.pad_left, self.pad_bottom, self.pad_right)

    @property
    def macs(self) -> int:
        """Multiply-adds, those with padding included."""
        _, channels, rows, columns = self.output_shape
        return rows * columns * channels * (self.cin // self.groups) * self.kh * self.kw

    @property
    def bytes(self) -> int:
        """Input, weights, bias and output once."""
        shapes = (self.input_shape, self.filter_shape, (self.cout,), self.output_shape)
        return FLOAT_BYTES * sum(int(np.prod(shape)) for shape in shapes)

    @property
    def name(self) -> str:
        """Like `grp3 128->128 @56 s1 g32`: kind, kernel, channels, input size, stride, groups."""
        kernel = str(self.kh) if self.kh == self.kw else f"{self.kh}x{self.kw}"
        size = str(self.hin) if self.hin == self.win else f"{self.hin}x{self.win}"
        stride = (
            str(self.stride_h)
            if self.stride_h == self.stride_w
            else f"{self.stride_h}x{self.stride_w}"
        )
        groups = f" g{self.groups}" if self.kind == "grp" else ""
        return f"{self.kind}{kernel} {self.cin}->{self.cout} @{size} s{stride}{groups}"

    def _check_sizes(self) -> None:
        for field in fields(self):
            if field.name in _TEXTS:
                continue
            value, least = getattr(self, field.name), 0 if field.name in _PADS else 1
            if value < least:
                raise ConvoptError(f"{field.name}: expected at least {least}, found {value}")

    def _check_geometry(self) -> None:
        for name in ("cin", "cout"):
            channels = getattr(self, name)
            if channels % self.groups:
                raise ConvoptError(
                    f"groups: expected a divisor of {name} {channels}, found {self.groups}"
                )
        rows = self.hin + self.pad_top + self.pad_bottom
        columns = self.win + self.pad_left + self.pad_right
        for name, kernel, padded in (("kh", self.kh, rows), ("kw", self.kw, columns)):
            extent = self.dilation * (kernel - 1) + 1
            if extent > padded:
                raise ConvoptError(
                    f"{name}: expected a kernel within the padded input of {padded}, found one of "
                    f"{extent}"
                )

    def _check_kind(self) -> None:
        if self.kind not in KINDS:
            raise ConvoptError(f"kind: expected one of {', '.join(KINDS)}, found '{self.kind}'")
        expected = {
            "dw": ("a group for each input channel", self.groups == self.cin),
            "pw": ("one group and a 1x1 kernel", (self.groups, self.kh, self.kw) == (1, 1, 1)),
            "grp": ("more than one group", self.groups > 1),
            "dense": ("one group", self.groups == 1),
        }
        words, is_met = expected[self.kind]
        if not is_met:
            raise ConvoptError(
                f"kind {self.kind}: expected {words}, found {self.groups} groups of "
                f"{self.cin} channels and a {self.kh}x{self.kw} kernel"
            )


@dataclass(frozen=True)
class LayerData:
    """A layer with random numbers: `x` NCHW, `weights` OIHW, `bias` [O]."""

    layer: Layer
    x: Array
    weights: Array
    bias: Array

    @staticmethod
    def random(layer: Layer, seed: int = 0) -> "LayerData":
        """Standard normal input and bias; weights that keep the output near one."""
        rng = np.random.default_rng(seed)
        fan_in = int(np.prod(layer.filter_shape[1:]))
        return LayerData(
            layer,
            rng.standard_normal(layer.input_shape, np.float32),
            rng.standard_normal(layer.filter_shape, np.float32) / np.float32(np.sqrt(fan_in)),
            rng.standard_normal(layer.cout, np.float32),
        )

    @cached_property
    def reference(self) -> npt.NDArray[np.float64]:
        """The result in float64, NCHW."""
        return convolved(self, self.x.astype(np.float64))


def convolved(data: LayerData, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What the layer's weights and bias make of `x`, in float64, NCHW."""
    layer = data.layer
    top, left, bottom, right = layer.padding
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right))).reshape(
        layer.groups, layer.cin // layer.groups, layer.hin + top + bottom, -1
    )
    filters = data.weights.astype(np.float64).reshape(
        layer.groups, layer.cout // layer.groups, *layer.filter_shape[1:]
    )
    _, _, rows, columns = layer.output_shape
    shape = (layer.groups, layer.cout // layer.groups, rows * columns)
    result = np.zeros(shape)
    for kh in range(layer.kh):
        for kw in range(layer.kw):
            first_row, first_column = kh * layer.dilation, kw * layer.dilation
            window = padded[
                :,
                :,
                first_row : first_row + (rows - 1) * layer.stride_h + 1 : layer.stride_h,
                first_column : first_column + (columns - 1) * layer.stride_w + 1 : layer.stride_w,
            ]
            result += filters[..., kh, kw] @ window.reshape(layer.groups, -1, rows * columns)
    return result.reshape(layer.output_shape) + data.bias[:, None, None]
