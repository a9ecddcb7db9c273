from collections.abc import Callable

import numpy as np
import pytest
from xdsl.ir import Operation, SSAValue

from convopt.convdialect import activations, reference
from convopt.convdialect.attributes import PoolKind, ResizeCoordinates, ResizeMode
from convopt.convdialect.constants import constant
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import blocked, float_tensor
from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    ReshapeOp,
    TransposeOp,
)
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.passes.remarks import location_of
from convopt.passes.rewriting import ops_of_type
from convopt.passes.simplify.fold_constants import FoldConstantsPass
from convopt.passes.simplify.fuse_epilogues import FuseEpiloguesPass
from convopt.testing.passes import largest_difference, op_names, run_passes
from convopt.testing.tensor_function import TensorFunction, float_shape

SHAPE = (1, 4, 3, 5)

Make = Callable[[SSAValue], Operation]


def test_chain_of_constants_becomes_one() -> None:
    f = TensorFunction(SHAPE)
    weights = f.add(TransposeOp(f.random_constant(4, 6), (1, 0)))
    weights = f.add(ReshapeOp(f.map(activations.silu, weights), (6, 4, 1, 1)))
    weights = f.add(ConcatOp([weights, f.random_constant(2, 4, 1, 1)], 0))
    before = f.module(f.add(Conv2DOp(f.arguments[0], weights)))
    after, _ = run_passes(before, FoldConstantsPass())
    assert op_names(after) == ["conv.conv2d"]
    assert str(after).count("arith.constant") == 1
    (conv,) = ops_of_type(after, Conv2DOp)
    assert location_of(conv.filter.owner) == "node 3"  # type: ignore[arg-type]
    assert largest_difference(before, after) < 1e-6


def test_whole_convolution_of_constants_is_computed() -> None:
    f = TensorFunction()
    x = f.random_constant(*SHAPE)
    pooled = f.add(GlobalPoolOp(f.conv(x, 2, (3, 3)), PoolKind.AVERAGE))
    before = f.module(f.batch_norm(pooled))
    after, _ = run_passes(before, FoldConstantsPass())
    assert op_names(after) == []
    assert largest_difference(before, after) < 1e-6


def test_large_constants_are_not_made() -> None:
    f = TensorFunction()
    before = f.module(f.add(PadOp(f.random_constant(1, 1, 2, 2), (1, 1, 1, 1))))
    after, (remark,) = run_passes(before, FoldConstantsPass(max_elements=15))
    assert after.is_structurally_equivalent(before)
    assert remark.message == "a constant of 16 elements exceeds 15"
    assert op_names(run_passes(before, FoldConstantsPass(max_elements=16))[0]) == []


def test_option_is_checked() -> None:
    with pytest.raises(ConvoptError, match="expected max-elements of at least 1, found 0"):
        FoldConstantsPass(max_elements=0)


def test_one_argument_keeps_the_operation() -> None:
    f = TensorFunction(SHAPE)
    before = f.module(f.sum(f.arguments[0], f.random_constant(4, 1, 1)))
    after, remarks = run_passes(before, FoldConstantsPass())
    assert after.is_structurally_equivalent(before)
    assert remarks == []


IDENTITIES: dict[str, Make] = {
    "reshape": lambda x: ReshapeOp(x, SHAPE),
    "transpose": lambda x: TransposeOp(x, (0, 1, 2, 3)),
    "elementwise": lambda x: ElementwiseOp([x], build_region(1, lambda a, b: a[0])),
    "second": lambda x: ElementwiseOp([x, x], build_region(2, lambda a, b: a[1])),
    "pad": lambda x: PadOp(x, (0, 0, 0, 0), 3.0),
    "concat": lambda x: ConcatOp([x], 1),
    "shuffle of one group": lambda x: ChannelShuffleOp(x, 1),
    "shuffle of single channels": lambda x: ChannelShuffleOp(x, 4),
    "layout": lambda x: ConvertLayoutOp(x, float_tensor(SHAPE)),
    "pool": lambda x: PoolOp(x, PoolKind.MAX, (1, 1)),
    "nearest": lambda x: ResizeOp(x, (3, 5), ResizeMode.NEAREST, ResizeCoordinates.ASYMMETRIC),
    "linear": lambda x: ResizeOp(x, (3, 5), ResizeMode.LINEAR, ResizeCoordinates.ALIGN_CORNERS),
}


@pytest.mark.parametrize("make", IDENTITIES.values(), ids=IDENTITIES)
def test_identities_vanish(make: Make) -> None:
    f = TensorFunction(SHAPE)
    same = f.add(make(f.map(activations.relu, f.arguments[0])))
    before = f.module(f.map(activations.tanh, same))
    after, (remark,) = run_passes(before, FoldConstantsPass())
    assert op_names(after) == ["conv.elementwise"] * 2
    assert remark.message.endswith(", which does nothing")
    assert largest_difference(before, after) == 0


ALMOST_IDENTITIES: dict[str, Make] = {
    "transpose": lambda x: TransposeOp(x, (0, 1, 3, 2)),
    "broadcast": lambda x: ElementwiseOp([x, _ones()], build_region(2, lambda a, b: a[0])),
    "other operand": lambda x: ElementwiseOp([x], build_region(1, lambda a, b: b.neg(a[0]))),
    "pad": lambda x: PadOp(x, (0, 0, 0, 1)),
    "concat": lambda x: ConcatOp([x, x], 1),
    "shuffle": lambda x: ChannelShuffleOp(x, 2),
    "pool with stride": lambda x: PoolOp(x, PoolKind.MAX, (1, 1), (1, 2)),
    "pool of one row": lambda x: PoolOp(x, PoolKind.AVERAGE, (2, 1), padding=(1, 0, 0, 0)),
    "resize": lambda x: ResizeOp(x, (3, 6), ResizeMode.LINEAR, ResizeCoordinates.HALF_PIXEL),
    "layout": lambda x: ConvertLayoutOp(x, blocked(float_tensor(SHAPE), 4)),
}


def _ones() -> SSAValue:
    return constant(np.ones((2, 1, 1, 1))).result


@pytest.mark.parametrize("make", ALMOST_IDENTITIES.values(), ids=ALMOST_IDENTITIES)
def test_what_only_looks_like_an_identity_stays(make: Make) -> None:
    f = TensorFunction(SHAPE)
    op = make(f.arguments[0])
    for operand in op.operands[1:]:
        if isinstance(operand.owner, Operation) and operand.owner.parent is None:
            f.block.add_op(operand.owner)
    before = f.module(f.add(op))
    after, _ = run_passes(before, FoldConstantsPass())
    assert after.is_structurally_equivalent(before)


def test_transposes_of_single_rows_only_vanish_when_the_shape_stays() -> None:
    f = TensorFunction((1, 1, 3))
    (x,) = f.arguments
    before = f.module(f.add(TransposeOp(x, (1, 0, 2))), f.add(TransposeOp(x, (0, 2, 1))))
    after, _ = run_passes(before, FoldConstantsPass())
    assert op_names(after) == ["conv.transpose"]
    assert largest_difference(before, after) == 0


def test_reshapes_in_a_row_are_one() -> None:
    f = TensorFunction(SHAPE)
    first = f.add(ReshapeOp(f.arguments[0], (4, 15)))
    before = f.module(f.add(ReshapeOp(f.add(ReshapeOp(first, (60,))), (2, 30))))
    after, _ = run_passes(before, FoldConstantsPass())
    assert op_names(after) == ["conv.reshape"]
    assert location_of(ops_of_type(after, ReshapeOp)[0]) == "node 0 + node 1 + node 2"
    assert largest_difference(before, after) == 0


def test_reshape_and_back_is_nothing() -> None:
    f = TensorFunction(SHAPE)
    flat = f.add(ReshapeOp(f.arguments[0], (60,)))
    before = f.module(f.map(activations.relu, f.add(ReshapeOp(flat, SHAPE))))
    assert op_names(run_passes(before, FoldConstantsPass())[0]) == ["conv.elementwise"]


def test_transposes_in_a_row_compose_in_the_right_order() -> None:
    f = TensorFunction((2, 3, 4, 5))
    once = f.add(TransposeOp(f.arguments[0], (1, 2, 3, 0)))
    before = f.module(f.add(TransposeOp(once, (2, 1, 0, 3))))
    after, _ = run_passes(before, FoldConstantsPass())
    (transpose,) = ops_of_type(after, TransposeOp)
    assert transpose.permutation.get_values() == (3, 2, 1, 0)
    assert largest_difference(before, after) == 0


def test_intermediate_reshape_with_another_reader_stays() -> None:
    f = TensorFunction(SHAPE)
    flat = f.add(ReshapeOp(f.arguments[0], (60,)))
    before = f.module(f.add(ReshapeOp(flat, (30, 2))), flat)
    after, _ = run_passes(before, FoldConstantsPass())
    assert op_names(after) == ["conv.reshape"] * 2
    assert largest_difference(before, after) == 0


def test_reshapes_of_layouts_are_not_combined() -> None:
    f = TensorFunction(SHAPE)
    packed = f.add(ConvertLayoutOp(f.arguments[0], blocked(float_tensor(SHAPE), 4)))
    before = f.module(f.add(ReshapeOp(f.add(ReshapeOp(packed, (60,))), (2, 30))))
    after, _ = run_passes(before, FoldConstantsPass())
    assert largest_difference(before, after) == 0
    assert op_names(after)[0] == "conv.convert_layout"


def test_unused_operations_go_with_their_operands() -> None:
    f = TensorFunction(SHAPE)
    f.batch_norm(f.conv(f.arguments[0], 3))
    before = f.module(f.arguments[0])
    after, _ = run_passes(before, FoldConstantsPass())
    assert op_names(after) == []
    assert "arith.constant" not in str(after)


def test_folded_numbers_are_rounded_once() -> None:
    f = TensorFunction()
    third = f.map(lambda b, x: b.div(x, b.constant(3.0)), f.constant([1.0, 2.0]))
    after, _ = run_passes(f.module(third), FoldConstantsPass())
    (result,) = reference.run(after, [])
    np.testing.assert_array_equal(result, np.float32(np.array([1.0, 2.0]) / np.float32(3.0)))


def fully_connected(f: TensorFunction, x: SSAValue, outputs: int) -> SSAValue:
    """What a frontend makes of a matrix product: [N, C] to [N, outputs]."""
    batch, channels = float_shape(x)
    pixel = f.add(ReshapeOp(x, (batch, channels, 1, 1)))
    return f.add(ReshapeOp(f.conv(pixel, outputs), (batch, outputs)))


def test_bias_and_activation_move_to_a_fully_connected_layer() -> None:
    f = TensorFunction((3, 5))
    hidden = f.sum(f.random_constant(4), fully_connected(f, f.arguments[0], 4))
    shifted = f.map(lambda b, v: activations.clip(b, v, 0.0, 6.0), f.sum(hidden, f.constant(3.0)))
    hidden = f.map(ScalarBuilder.div, f.product(hidden, shifted), f.constant([[6.0]]))
    before = f.module(f.sum(fully_connected(f, hidden, 2), f.random_constant(1, 2)))
    after, _ = run_passes(before, FoldConstantsPass(), FuseEpiloguesPass(), FoldConstantsPass())
    assert op_names(after) == ["conv.reshape", "conv.conv2d", "conv.conv2d", "conv.reshape"]
    assert largest_difference(before, after) < 1e-12


STAYS_AFTER_RESHAPE: dict[str, Callable[[TensorFunction, SSAValue], SSAValue]] = {
    "other reshape": lambda f, x: f.map(activations.relu, f.add(ReshapeOp(x, (1, 4, 3)))),
    "unknown operand": lambda f, x: f.sum(f.add(ReshapeOp(x, (3, 4))), f.arguments[1]),
    "broadcast": lambda f, x: f.sum(f.add(ReshapeOp(x, (3, 4))), f.random_constant(2, 3, 4)),
    "other shape before": lambda f, x: f.sum(
        f.add(ReshapeOp(x, (3, 4))), f.add(ReshapeOp(f.arguments[2], (3, 4)))
    ),
}


@pytest.mark.parametrize("write", STAYS_AFTER_RESHAPE.values(), ids=STAYS_AFTER_RESHAPE)
def test_what_stays_after_a_reshape(
    write: Callable[[TensorFunction, SSAValue], SSAValue],
) -> None:
    f = TensorFunction((3, 4, 1, 1), (3, 4), (4, 3))
    before = f.module(write(f, f.arguments[0]))
    after, _ = run_passes(before, FoldConstantsPass())
    assert after.is_structurally_equivalent(before)
