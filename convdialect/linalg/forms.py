"""How the named operations of MLIR's linalg arrange their axes, as data.

An axis is a letter; one that is not there has size one:

| letter | means |
|---|---|
| n | image |
| g | group |
| c | input channel of a group |
| f | output channel of a group |
| h, w | row and column: of the image in inputs and results, of the kernel in filters |

Depthwise convolutions have groups and no input channels. Matrix products are convolutions of single
pixels, a batch of them one of groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SPATIAL = "hw"


@dataclass(frozen=True)
class ConvolutionForm:
    """The axes of the operands and the result of a named convolution, in order."""

    input: str
    filter: str
    result: str

    @property
    def spatial(self) -> str:
        """The axes that strides and dilations are given for, in order."""
        return "".join(axis for axis in SPATIAL if axis in self.input)


@dataclass(frozen=True)
class PoolingForm:
    """The axes of the input and the result of a named pooling, in order; and what it computes.

    Its second operand says the size of the window by its shape alone.
    """

    input: str
    is_maximum: bool

    @property
    def spatial(self) -> str:
        """The axes of the window, which strides and dilations are given for, in order."""
        return "".join(axis for axis in SPATIAL if axis in self.input)


CONVOLUTIONS: Mapping[str, ConvolutionForm] = {
    "linalg.conv_1d_ncw_fcw": ConvolutionForm("ncw", "fcw", "nfw"),
    "linalg.conv_1d_nwc_wcf": ConvolutionForm("nwc", "wcf", "nwf"),
    "linalg.conv_2d_nchw_fchw": ConvolutionForm("nchw", "fchw", "nfhw"),
    "linalg.conv_2d_nhwc_fhwc": ConvolutionForm("nhwc", "fhwc", "nhwf"),
    "linalg.conv_2d_nhwc_hwcf": ConvolutionForm("nhwc", "hwcf", "nhwf"),
    "linalg.conv_2d_ngchw_fgchw": ConvolutionForm("ngchw", "fgchw", "ngfhw"),
    "linalg.conv_2d_ngchw_gfchw": ConvolutionForm("ngchw", "gfchw", "ngfhw"),
    "linalg.conv_2d_nhwgc_gfhwc": ConvolutionForm("nhwgc", "gfhwc", "nhwgf"),
    "linalg.depthwise_conv_1d_ncw_cw": ConvolutionForm("ngw", "gw", "ngw"),
    "linalg.depthwise_conv_1d_nwc_wc": ConvolutionForm("nwg", "wg", "nwg"),
    "linalg.depthwise_conv_1d_nwc_wcm": ConvolutionForm("nwg", "wgf", "nwgf"),
    "linalg.depthwise_conv_2d_nchw_chw": ConvolutionForm("nghw", "ghw", "nghw"),
    "linalg.depthwise_conv_2d_nhwc_hwc": ConvolutionForm("nhwg", "hwg", "nhwg"),
    "linalg.depthwise_conv_2d_nhwc_hwcm": ConvolutionForm("nhwg", "hwgf", "nhwgf"),
}

MATRIX_PRODUCTS: Mapping[str, ConvolutionForm] = {
    "linalg.matmul": ConvolutionForm("nc", "cf", "nf"),
    "linalg.matmul_transpose_a": ConvolutionForm("cn", "cf", "nf"),
    "linalg.matmul_transpose_b": ConvolutionForm("nc", "fc", "nf"),
    "linalg.vecmat": ConvolutionForm("c", "cf", "f"),
    "linalg.batch_matmul": ConvolutionForm("gnc", "gcf", "gnf"),
    "linalg.batch_matmul_transpose_a": ConvolutionForm("gcn", "gcf", "gnf"),
    "linalg.batch_matmul_transpose_b": ConvolutionForm("gnc", "gfc", "gnf"),
}

POOLINGS: Mapping[str, PoolingForm] = {
    "linalg.pooling_nchw_max": PoolingForm("nchw", is_maximum=True),
    "linalg.pooling_nchw_sum": PoolingForm("nchw", is_maximum=False),
    "linalg.pooling_nhwc_max": PoolingForm("nhwc", is_maximum=True),
    "linalg.pooling_nhwc_sum": PoolingForm("nhwc", is_maximum=False),
    "linalg.pooling_ncw_max": PoolingForm("ncw", is_maximum=True),
    "linalg.pooling_ncw_sum": PoolingForm("ncw", is_maximum=False),
    "linalg.pooling_nwc_max": PoolingForm("nwc", is_maximum=True),
    "linalg.pooling_nwc_sum": PoolingForm("nwc", is_maximum=False),
}
