"""Operations built in Python: inferred types, locations, and what generic passes do with them."""

from collections.abc import Callable

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import (
    IndexType,
    MemRefType,
    ModuleOp,
    NameLoc,
    NoneAttr,
    StringAttr,
    f32,
)
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.attributes import PoolKind, ResizeCoordinates, ResizeMode
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import blocked, float_tensor
from convopt.convdialect.ops.convolution import Conv2DOp, DepthwiseOp, GroupedOp, PointwiseOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.normalization import BatchNormOp, SoftmaxOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.prefetch import PrefetchOp
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    ReshapeOp,
    TransposeOp,
)
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.regions import build_region
from convopt.convdialect.schedules import TileAttr, TileScheme

HERE = NameLoc(StringAttr("node"), NoneAttr())
MAP = float_tensor((1, 4, 6, 6))
BLOCKED = blocked(MAP, 4)


def value(*shape: int) -> SSAValue:
    return Block(arg_types=[float_tensor(shape)]).args[0]


def blocked_map() -> SSAValue:
    return Block(arg_types=[BLOCKED]).args[0]


def identity() -> Region:
    return build_region(1, lambda args, b: args[0])


def fused_body() -> Region:
    block = Block(arg_types=[MAP])
    block.add_op(YieldOp(block.args[0]))
    return Region(block)


BUILDERS: dict[str, tuple[Callable[[], Operation], ConvTensor]] = {
    "conv2d": (
        lambda: Conv2DOp(blocked_map(), value(8, 4, 3, 3), stride=(2, 1), location=HERE),
        float_tensor((1, 8, 2, 4)),
    ),
    "grouped": (
        lambda: GroupedOp(value(1, 4, 6, 6), value(8, 2, 1, 1), groups=2, location=HERE),
        float_tensor((1, 8, 6, 6)),
    ),
    "depthwise": (
        lambda: DepthwiseOp(
            value(1, 4, 6, 6),
            value(4, 1, 3, 3),
            padding=(1, 1, 1, 1),
            schedule=TileAttr(TileScheme.ROTATE, rows=2),
            result_type=BLOCKED,
            location=HERE,
        ),
        BLOCKED,
    ),
    "pointwise": (
        lambda: PointwiseOp(
            value(1, 4, 6, 6), value(2, 4, 1, 1), scale=value(1, 4, 1, 1), location=HERE
        ),
        float_tensor((1, 2, 6, 6)),
    ),
    "elementwise": (
        lambda: ElementwiseOp([value(1, 4, 6, 6)], identity(), location=HERE),
        MAP,
    ),
    "fused": (lambda: FusedOp([value(1, 4, 6, 6)], fused_body(), MAP, location=HERE), MAP),
    "batch_norm": (
        lambda: BatchNormOp(
            blocked_map(), value(4), value(4), value(4), value(4), 1e-5, location=HERE
        ),
        MAP,
    ),
    "softmax": (lambda: SoftmaxOp(blocked_map(), -3, location=HERE), MAP),
    "pool": (
        lambda: PoolOp(blocked_map(), PoolKind.MAX, (2, 3), (2, 2), location=HERE),
        float_tensor((1, 4, 3, 2)),
    ),
    "global_pool": (
        lambda: GlobalPoolOp(blocked_map(), PoolKind.AVERAGE, location=HERE),
        float_tensor((1, 4, 1, 1)),
    ),
    "pad": (
        lambda: PadOp(blocked_map(), (1, 2, 3, 4), location=HERE),
        float_tensor((1, 4, 10, 12)),
    ),
    "concat": (
        lambda: ConcatOp([value(1, 4, 6, 6), value(1, 2, 6, 6)], -3, location=HERE),
        float_tensor((1, 6, 6, 6)),
    ),
    "reshape": (
        lambda: ReshapeOp(value(1, 4, 6, 6), (4, 36), location=HERE),
        float_tensor((4, 36)),
    ),
    "transpose": (
        lambda: TransposeOp(value(1, 4, 6, 5), (0, 2, 3, 1), location=HERE),
        float_tensor((1, 6, 5, 4)),
    ),
    "channel_shuffle": (lambda: ChannelShuffleOp(blocked_map(), 2, location=HERE), MAP),
    "convert_layout": (lambda: ConvertLayoutOp(value(1, 4, 6, 6), BLOCKED, location=HERE), BLOCKED),
    "resize": (
        lambda: ResizeOp(
            blocked_map(),
            (3, 9),
            ResizeMode.LINEAR,
            ResizeCoordinates.HALF_PIXEL,
            location=HERE,
        ),
        float_tensor((1, 4, 3, 9)),
    ),
}


@pytest.mark.parametrize(("build", "expected"), BUILDERS.values(), ids=BUILDERS.keys())
def test_constructor(build: Callable[[], Operation], expected: ConvTensor) -> None:
    op = build()
    op.verify()
    assert op.results[0].type == expected
    assert op.location == HERE


def test_softmax_and_concat_count_axes_from_the_end() -> None:
    assert SoftmaxOp(value(2, 3, 4), -1).axis == 2
    assert ConcatOp([value(2, 3)], -2).axis == 0


def test_prefetch() -> None:
    block = Block(arg_types=[MemRefType(f32, [4, 4]), IndexType()])
    memref, index = block.args
    op = PrefetchOp(memref, [index, index], write=True, location=HERE)
    op.verify()
    assert op.write
    assert op.location == HERE
    assert not PrefetchOp(memref, [index, index]).write


def test_constructors_refuse_what_has_no_shape() -> None:
    scalar = Block(arg_types=[f32]).args[0]
    with pytest.raises(
        VerifyException, match="input: expected an f32, f16 or i8 tensor, found f32"
    ):
        SoftmaxOp(scalar, 0)
    with pytest.raises(VerifyException, match="filter: expected rank 4, found tensor<4xf32>"):
        Conv2DOp(value(1, 4, 6, 6), value(4))
    with pytest.raises(ConvoptError, match="expected a padded input height of at least 7"):
        Conv2DOp(value(1, 4, 6, 6), value(4, 4, 7, 7))
    with pytest.raises(ConvoptError, match="expected shapes that broadcast together"):
        ElementwiseOp([value(2), value(3)], identity())


def test_equal_constants_stay_inside_their_regions(parse: Callable[[str], ModuleOp]) -> None:
    region = "{ ^bb0(%a: f32): %c = arith.constant 1.0 : f32 conv.yield %c : f32 }"
    module = parse(
        f"""
        func.func @main(%x: tensor<2xf32>, %y: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {{
          %outer = arith.constant 1.0 : f32
          %0 = conv.elementwise(%x) {region} : tensor<2xf32> -> tensor<2xf32>
          %1 = conv.elementwise(%y) {region} : tensor<2xf32> -> tensor<2xf32>
          func.return %0, %1 : tensor<2xf32>, tensor<2xf32>
        }}
        """
    )
    CommonSubexpressionElimination().apply(Context(), module)
    module.verify()
    bodies = [op.body.block for op in module.walk() if isinstance(op, ElementwiseOp)]
    assert [len(list(body.ops)) for body in bodies] == [2, 2]
