from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.ir import Operation, SSAValue

from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.ops.convolution import Conv2DOp, DepthwiseOp, PointwiseOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.structure import PadOp
from convopt.passes.remarks import location_of
from convopt.passes.rewriting import ops_of_type
from convopt.passes.simplify.epilogues import bias_epilogue
from convopt.passes.simplify.merge_padding import MergePaddingPass
from convopt.testing.passes import largest_difference, op_names, run_passes
from convopt.testing.tensor_function import TensorFunction

PADDING = (1, 0, 2, 3)
SHAPE = (2, 4, 7, 6)
amounts = st.tuples(*[st.integers(0, 3)] * 4)


@settings(max_examples=25, deadline=None)
@given(outer=amounts, inner=amounts, stride=st.integers(1, 3), dilation=st.integers(1, 2))
def test_padding_adds_up(
    outer: tuple[int, int, int, int],
    inner: tuple[int, int, int, int],
    stride: int,
    dilation: int,
) -> None:
    f = TensorFunction(SHAPE)
    padded = f.add(PadOp(f.arguments[0], outer))
    options = {"stride": (stride, 1), "padding": inner, "dilation": (1, dilation), "groups": 2}
    before = f.module(f.conv(padded, 6, (3, 2), **options))
    after, _ = run_passes(before, MergePaddingPass())
    assert op_names(after) == ["conv.conv2d"]
    assert largest_difference(before, after) < 1e-12


def test_depthwise_takes_padding_and_both_locations() -> None:
    f = TensorFunction(SHAPE)
    padded = f.add(PadOp(f.arguments[0], PADDING))
    before = f.module(f.add(DepthwiseOp(padded, f.random_constant(8, 1, 3, 3))))
    after, remarks = run_passes(before, MergePaddingPass())
    (conv,) = ops_of_type(after, DepthwiseOp)
    assert conv.window.padding == PADDING
    assert location_of(conv) == "node 0 + node 1"
    assert [str(each) for each in remarks] == [
        "node 0 + node 1: passed: conv-merge-padding: took over the padding [1, 0, 2, 3]"
    ]
    assert largest_difference(before, after) < 1e-12


def test_pads_in_a_row_are_merged_together() -> None:
    f = TensorFunction(SHAPE)
    padded = f.add(PadOp(f.add(PadOp(f.arguments[0], (1, 0, 0, 0))), (0, 2, 0, 1)))
    before = f.module(f.conv(padded, 4, (3, 3)))
    after, _ = run_passes(before, MergePaddingPass())
    assert op_names(after) == ["conv.conv2d"]
    assert largest_difference(before, after) < 1e-12


def test_each_user_takes_its_own_padding_and_the_pad_stays_for_the_others() -> None:
    f = TensorFunction(SHAPE)
    padded = f.add(PadOp(f.arguments[0], PADDING))
    results = [f.conv(padded, 4, (3, 3)), f.conv(padded, 2, (2, 2), padding=(1, 1, 1, 1))]
    results.append(f.add(GlobalPoolOp(padded, PoolKind.MAX)))
    before = f.module(*results)
    after, remarks = run_passes(before, MergePaddingPass())
    assert op_names(after) == ["conv.pad", "conv.conv2d", "conv.conv2d", "conv.global_pool"]
    assert [conv.window.padding for conv in ops_of_type(after, Conv2DOp)] == [
        PADDING,
        (2, 1, 3, 4),
    ]
    (missed,) = [each.message for each in remarks if each.kind == "missed"]
    assert missed == "conv.global_pool reads the padded tensor"
    assert largest_difference(before, after) < 1e-12


@pytest.mark.parametrize("value", [1.0, -1.0, float("nan"), float("-inf")])
def test_other_values_stay(value: float) -> None:
    f = TensorFunction(SHAPE)
    before = f.module(f.conv(f.add(PadOp(f.arguments[0], PADDING, value)), 4, (3, 3)))
    after, (remark,) = run_passes(before, MergePaddingPass())
    assert after.is_structurally_equivalent(before)
    assert remark.kind == "missed"
    assert f"value is {value:g}" in remark.message


def pool(kind: PoolKind, **options: object) -> Callable[[SSAValue], Operation]:
    return lambda x: PoolOp(x, kind, (3, 3), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        pool(PoolKind.AVERAGE),
        pool(PoolKind.AVERAGE, count_include_pad=True),
        pool(PoolKind.AVERAGE, count_include_pad=True, padding=(1, 1, 0, 0)),
    ],
)
def test_average_pool_that_counts_zeros_takes_padding(
    make: Callable[[SSAValue], Operation],
) -> None:
    f = TensorFunction(SHAPE)
    before = f.module(f.add(make(f.add(PadOp(f.arguments[0], (1, 0, 1, 1))))))
    after, _ = run_passes(before, MergePaddingPass())
    assert op_names(after) == ["conv.pool"]
    assert largest_difference(before, after) < 1e-12


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (pool(PoolKind.MAX), "a maximum pool does not pad with zeros"),
        (pool(PoolKind.AVERAGE, padding=(1, 0, 0, 0)), "does not count its own padding"),
        (pool(PoolKind.AVERAGE, stride=(3, 3)), "would hold padding only"),
    ],
)
def test_other_pools_leave_the_pad(make: Callable[[SSAValue], Operation], reason: str) -> None:
    f = TensorFunction((1, 2, 3, 3))
    before = f.module(f.add(make(f.add(PadOp(f.arguments[0], (3, 0, 0, 0))))))
    after, (remark,) = run_passes(before, MergePaddingPass())
    assert after.is_structurally_equivalent(before)
    assert reason in remark.message


def test_pointwise_has_no_padding() -> None:
    f = TensorFunction(SHAPE)
    padded = f.add(PadOp(f.arguments[0], PADDING))
    before = f.module(f.add(PointwiseOp(padded, f.random_constant(3, 4, 1, 1))))
    after, (remark,) = run_passes(before, MergePaddingPass())
    assert after.is_structurally_equivalent(before)
    assert remark.message == "conv.pointwise has no padding"


def test_padded_residual_stays() -> None:
    f = TensorFunction((1, 4, 5, 5), (1, 2, 7, 7))
    x, y = f.arguments
    padded = f.add(PadOp(x, (1, 1, 1, 1)))
    conv = Conv2DOp(y, f.random_constant(4, 2, 1, 1), extras=[padded], epilogue=bias_epilogue())
    before = f.module(f.add(conv))
    after, (remark,) = run_passes(before, MergePaddingPass())
    assert after.is_structurally_equivalent(before)
    assert remark.message == "conv.conv2d reads the padded tensor"
