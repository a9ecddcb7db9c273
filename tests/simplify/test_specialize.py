import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.convolution import Conv2DOp, ConvolutionOp
from convopt.convdialect.regions import build_region
from convopt.convdialect.schedules import TileAttr, TileScheme
from convopt.passes.remarks import location_of
from convopt.passes.rewriting import ops_of_type
from convopt.passes.simplify.specialize import SpecializePass
from convopt.testing.passes import largest_difference, op_names, run_passes
from convopt.testing.tensor_function import TensorFunction

CASES = {
    # input shape, output channels, kernel, options -> name
    "pointwise": ((1, 4, 5, 5), 6, (1, 1), {}, "conv.pointwise"),
    "pointwise with stride": ((1, 4, 5, 5), 6, (1, 1), {"stride": (2, 3)}, "conv.pointwise"),
    "pointwise with dilation": ((1, 4, 5, 5), 6, (1, 1), {"dilation": (2, 2)}, "conv.pointwise"),
    "fully connected": ((2, 9, 1, 1), 3, (1, 1), {}, "conv.pointwise"),
    "single channel": ((1, 1, 5, 5), 1, (1, 1), {}, "conv.pointwise"),
    "padded 1x1": ((1, 4, 5, 5), 6, (1, 1), {"padding": (0, 0, 0, 1)}, "conv.conv2d"),
    "dense": ((1, 4, 5, 5), 6, (3, 3), {"padding": (1, 1, 1, 1)}, "conv.conv2d"),
    "dense over the whole map": ((1, 4, 5, 5), 6, (5, 5), {}, "conv.conv2d"),
    "dense of one channel": ((1, 1, 5, 5), 6, (3, 3), {}, "conv.conv2d"),
    "dense on one pixel": ((1, 4, 1, 1), 6, (3, 3), {"padding": (1, 1, 1, 1)}, "conv.conv2d"),
    "depthwise": ((1, 4, 5, 5), 4, (3, 3), {"groups": 4}, "conv.depthwise"),
    "multiplier": ((1, 4, 5, 5), 12, (3, 1), {"groups": 4, "stride": (2, 1)}, "conv.depthwise"),
    "depthwise 1x1": ((1, 4, 5, 5), 4, (1, 1), {"groups": 4}, "conv.depthwise"),
    "padded depthwise 1x1": (
        (1, 4, 5, 5),
        4,
        (1, 1),
        {"groups": 4, "padding": (1, 1, 1, 1)},
        "conv.depthwise",
    ),
    "grouped": ((1, 4, 5, 5), 6, (3, 3), {"groups": 2, "dilation": (2, 1)}, "conv.grouped"),
    "grouped 1x1": ((1, 4, 5, 5), 6, (1, 1), {"groups": 2}, "conv.grouped"),
    "padded grouped 1x1": (
        (1, 4, 5, 5),
        6,
        (1, 1),
        {"groups": 2, "padding": (1, 0, 0, 0)},
        "conv.grouped",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_kind_by_channels_kernel_and_padding(case) -> None:  # type: ignore[no-untyped-def]
    shape, channels, kernel, options, expected = case
    f = TensorFunction(shape)
    before = f.module(f.conv(f.arguments[0], channels, kernel, **options))
    after, (remark,) = run_passes(before, SpecializePass())
    assert op_names(after) == [expected]
    assert remark.location == "node 0"
    assert remark.kind == ("analysis" if expected == "conv.conv2d" else "passed")
    assert largest_difference(before, after) < 1e-12


@settings(max_examples=30, deadline=None)
@given(
    groups=st.integers(1, 4),
    inputs=st.integers(1, 3),
    outputs=st.integers(1, 3),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    padding=st.tuples(*[st.integers(0, 2)] * 4),
)
def test_any_convolution_computes_the_same(
    groups: int,
    inputs: int,
    outputs: int,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: tuple[int, int, int, int],
) -> None:
    f = TensorFunction((2, groups * inputs, 5, 4))
    options = {"stride": stride, "dilation": dilation, "padding": padding, "groups": groups}
    try:
        result = f.conv(f.arguments[0], groups * outputs, kernel, **options)
    except ConvoptError:
        assume(False)
    before = f.module(result)
    after, _ = run_passes(before, SpecializePass())
    assert largest_difference(before, after) < 1e-12


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_epilogue_schedule_attributes_and_location_are_kept(groups: int) -> None:
    f = TensorFunction((1, 4, 5, 5))
    (x,) = f.arguments
    epilogue = build_region(3, lambda v, b: b.sub(b.mul(v[0], v[1]), v[2]))
    extras = [f.random_constant(4), x]
    schedule = TileAttr(TileScheme.BROADCAST, columns=3)
    conv = f.conv(x, 4, groups=groups, extras=extras, epilogue=epilogue, schedule=schedule)
    conv.owner.attributes["note"] = schedule  # type: ignore[union-attr]
    before = f.module(conv)
    after, _ = run_passes(before, SpecializePass())
    (special,) = ops_of_type(after, ConvolutionOp)
    assert not isinstance(special, Conv2DOp)
    assert special.schedule == schedule
    assert special.attributes == {"note": schedule}
    assert location_of(special) == "node 0"
    assert largest_difference(before, after) < 1e-12


def test_special_kinds_are_left_alone() -> None:
    f = TensorFunction((1, 4, 5, 5))
    before = f.module(f.conv(f.conv(f.arguments[0], 4, groups=4), 8))
    once, _ = run_passes(before, SpecializePass())
    twice, remarks = run_passes(once, SpecializePass())
    assert twice.is_structurally_equivalent(once)
    assert remarks == []
