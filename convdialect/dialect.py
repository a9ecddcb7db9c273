"""The conv dialect as xDSL registers it."""

from xdsl.ir import Dialect

from convopt.convdialect.attributes import (
    LayoutAttr,
    LayoutKindAttr,
    PoolKindAttr,
    ResizeCoordinatesAttr,
    ResizeModeAttr,
)
from convopt.convdialect.gradient_schedules import GradientSchemeAttr, GradientTileAttr
from convopt.convdialect.ops.cast import CastOp
from convopt.convdialect.ops.convolution import Conv2DOp, DepthwiseOp, GroupedOp, PointwiseOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.convdialect.ops.normalization import BatchNormOp, SoftmaxOp
from convopt.convdialect.ops.parameter import ParameterOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.prefetch import PrefetchOp
from convopt.convdialect.ops.reduction import ChannelSumsOp, TakeImageOp
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    ReshapeOp,
    TransposeOp,
)
from convopt.convdialect.ops.transposed import DilateOp, TransposeFilterOp
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.schedules import (
    BandAttr,
    BlockAttr,
    ParallelAttr,
    PrefetchAttr,
    TileAttr,
    TileSchemeAttr,
)

Conv = Dialect(
    "conv",
    [
        BackwardDataOp,
        BatchNormOp,
        CastOp,
        ChannelSumsOp,
        ChannelShuffleOp,
        ConcatOp,
        Conv2DOp,
        ConvertLayoutOp,
        DepthwiseOp,
        DilateOp,
        ElementwiseOp,
        FusedOp,
        GlobalPoolOp,
        GroupedOp,
        PadOp,
        ParameterOp,
        PointwiseOp,
        PoolOp,
        PrefetchOp,
        ReshapeOp,
        ResizeOp,
        SoftmaxOp,
        TakeImageOp,
        TransposeFilterOp,
        TransposeOp,
        WeightGradientOp,
        YieldOp,
    ],
    [
        BandAttr,
        BlockAttr,
        GradientSchemeAttr,
        GradientTileAttr,
        LayoutAttr,
        LayoutKindAttr,
        ParallelAttr,
        PoolKindAttr,
        PrefetchAttr,
        ResizeCoordinatesAttr,
        ResizeModeAttr,
        TileAttr,
        TileSchemeAttr,
    ],
)
