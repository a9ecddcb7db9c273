import pytest
from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.ops.convolution import Conv2DOp, DepthwiseOp, PointwiseOp
from convopt.convdialect.ops.pooling import GlobalPoolOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.passes.remarks import location_of
from convopt.passes.rewriting import ops_of_type
from convopt.passes.simplify.epilogues import bias_epilogue
from convopt.passes.simplify.fuse_epilogues import FuseEpiloguesPass
from convopt.passes.simplify.fuse_input_scales import FuseInputScalesPass
from convopt.passes.simplify.specialize import SpecializePass
from convopt.testing.passes import largest_difference, op_names, run_passes
from convopt.testing.tensor_function import TensorFunction

SHAPE = (2, 4, 5, 6)
SCALE = (2, 4, 1, 1)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("kind", [PointwiseOp, Conv2DOp])
def test_becomes_the_scale_and_all_else_is_kept(kind: type[Conv2DOp], swapped: bool) -> None:
    f = TensorFunction(SHAPE, SCALE)
    x, scale = f.arguments
    scaled = f.product(scale, x) if swapped else f.product(x, scale)
    epilogue = build_region(2, lambda v, b: activations.relu(b, b.add(v[0], v[1])))
    conv = kind(
        scaled,
        f.random_constant(3, 4, 1, 1),
        stride=(2, 1),
        extras=[f.random_constant(3)],
        epilogue=epilogue,
    )
    before = f.module(f.add(conv))
    after, (remark,) = run_passes(before, FuseInputScalesPass())
    assert op_names(after) == ["conv.pointwise"]
    (fused,) = ops_of_type(after, PointwiseOp)
    assert fused.has_epilogue
    assert location_of(fused) == "node 0 + node 1"
    assert remark.kind == "passed"
    assert largest_difference(before, after) < 1e-12


def test_squeeze_and_excite_block() -> None:
    f = TensorFunction((2, 4, 6, 6))
    x = f.map(activations.hard_swish, f.conv(f.arguments[0], 8, (3, 3), groups=4))
    squeezed = f.map(activations.relu, f.conv(f.add(GlobalPoolOp(x, PoolKind.AVERAGE)), 2))
    excited = f.map(activations.hard_sigmoid, f.conv(squeezed, 8))
    before = f.module(f.conv(f.product(x, excited), 5))
    after, _ = run_passes(before, FuseEpiloguesPass(), SpecializePass(), FuseInputScalesPass())
    assert op_names(after) == [
        "conv.depthwise",
        "conv.global_pool",
        "conv.pointwise",
        "conv.pointwise",
        "conv.pointwise",
    ]
    assert largest_difference(before, after) < 1e-12


def more_than_a_product(f: TensorFunction) -> SSAValue:
    x, scale = f.arguments
    return f.conv(f.map(lambda b, v, s: activations.relu(b, b.mul(v, s)), x, scale), 3)


def sum_of_scale(f: TensorFunction) -> SSAValue:
    return f.conv(f.sum(*f.arguments), 3)


def square(f: TensorFunction) -> SSAValue:
    return f.conv(f.map(lambda b, v, s: b.mul(v, v), *f.arguments), 3)


def depthwise(f: TensorFunction) -> SSAValue:
    weights = f.random_constant(4, 1, 3, 3)
    return f.add(DepthwiseOp(f.product(*f.arguments), weights))


def dense(f: TensorFunction) -> SSAValue:
    return f.conv(f.product(*f.arguments), 3, (3, 3))


def padded(f: TensorFunction) -> SSAValue:
    return f.conv(f.product(*f.arguments), 3, padding=(0, 1, 0, 0))


def grouped(f: TensorFunction) -> SSAValue:
    return f.conv(f.product(*f.arguments), 4, groups=2)


def activation(f: TensorFunction) -> SSAValue:
    return f.map(activations.relu, f.product(*f.arguments))


def two_readers(f: TensorFunction) -> SSAValue:
    scaled = f.product(*f.arguments)
    return f.sum(f.conv(scaled, 4), scaled)


def input_and_residual(f: TensorFunction) -> SSAValue:
    scaled = f.product(*f.arguments)
    return f.conv(scaled, 4, extras=[scaled], epilogue=bias_epilogue())


def residual(f: TensorFunction) -> SSAValue:
    scaled = f.product(*f.arguments)
    return f.conv(f.arguments[0], 4, extras=[scaled], epilogue=bias_epilogue())


def scaled_already(f: TensorFunction) -> SSAValue:
    weights = f.random_constant(3, 4, 1, 1)
    return f.add(PointwiseOp(f.product(*f.arguments), weights, scale=f.arguments[1]))


GUARDS = {
    more_than_a_product: "the operation does more than multiply",
    sum_of_scale: "the operation does more than multiply",
    square: "the operation does more than multiply",
    depthwise: "conv.depthwise reads the scaled tensor, not a pointwise convolution",
    dense: "conv.conv2d reads the scaled tensor, not a pointwise convolution",
    padded: "conv.conv2d reads the scaled tensor, not a pointwise convolution",
    grouped: "conv.conv2d reads the scaled tensor, not a pointwise convolution",
    activation: "conv.elementwise reads the scaled tensor, not a pointwise convolution",
    two_readers: "2 operations read the scaled tensor",
    input_and_residual: "the convolution reads the scaled tensor more than once",
    residual: "the convolution does not read the scaled tensor as its input",
    scaled_already: "the convolution has a scale already",
}


@pytest.mark.parametrize("write", GUARDS, ids=lambda write: write.__name__)
def test_guards(write) -> None:  # type: ignore[no-untyped-def]
    f = TensorFunction(SHAPE, SCALE)
    before = f.module(write(f))
    after, (remark,) = run_passes(before, FuseInputScalesPass())
    assert after.is_structurally_equivalent(before)
    assert remark.kind == "missed"
    assert remark.message == GUARDS[write]


@pytest.mark.parametrize("scale", [(1, 4, 1, 1), (4, 1, 1), (2, 1, 1, 1), (2, 1, 5, 6), SHAPE])
def test_other_shapes_are_no_scales(scale: tuple[int, ...]) -> None:
    f = TensorFunction(SHAPE, scale)
    before = f.module(f.conv(f.product(*f.arguments), 3))
    after, remarks = run_passes(before, FuseInputScalesPass())
    assert after.is_structurally_equivalent(before)
    assert remarks == []


def test_three_operands_are_no_scaling() -> None:
    f = TensorFunction(SHAPE, SCALE)
    x, scale = f.arguments
    product = f.map(lambda b, u, v, w: b.mul(ScalarBuilder.mul(b, u, v), w), x, scale, scale)
    before = f.module(f.conv(product, 3))
    assert run_passes(before, FuseInputScalesPass())[0].is_structurally_equivalent(before)
