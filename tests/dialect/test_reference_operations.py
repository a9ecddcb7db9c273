"""The reference semantics of everything but convolutions, against onnxruntime."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from xdsl.dialects.builtin import ModuleOp, UnitAttr
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Operation, Region, SSAValue

from convopt.convdialect.attributes import PoolKind, ResizeCoordinates, ResizeMode
from convopt.convdialect.constants import constant
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import blocked, float_tensor
from convopt.convdialect.ops.convolution import DepthwiseOp, PointwiseOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.normalization import BatchNormOp, SoftmaxOp
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
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.reference import run
from convopt.convdialect.regions import build_region
from convopt.convdialect.schedules import BandAttr

Array = npt.NDArray[Any]


def random(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


def arguments(*arrays: Array) -> FuncOp:
    return FuncOp("main", ([float_tensor(array.shape) for array in arrays], []))


def result_of(function: FuncOp, op: Operation, *arrays: Array) -> Array:
    """What `op`, whose operands are the function's arguments, makes of the arrays."""
    function.body.block.add_ops([op, ReturnOp(op.results[0])])
    function.update_function_type()
    module = ModuleOp([function])
    module.verify()
    return run(module, arrays)[0]


def of_one(make: Any, array: Array) -> Array:
    function = arguments(array)
    return result_of(function, make(function.args[0]), array)


def onnx_result(operator: str, arrays: Sequence[Array | None], **attributes: Any) -> Array:
    """What onnxruntime makes of one node; an input that is None is left out."""
    names = ["" if array is None else f"x{i}" for i, array in enumerate(arrays)]
    feeds = {name: array for name, array in zip(names, arrays, strict=True) if array is not None}
    node = onnx.helper.make_node(operator, names, ["y"], **attributes)
    inputs = [
        onnx.helper.make_tensor_value_info(
            name, onnx.helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
        )
        for name, array in feeds.items()
    ]
    output = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)
    graph = onnx.helper.make_graph([node], operator, inputs, [output])
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9
    )
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return np.asarray(session.run(None, feeds)[0])


def assert_close(found: Array, expected: Array) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [
        ((3, 3), (2, 2), (1, 1, 1, 1)),
        ((2, 3), (1, 2), (0, 1, 1, 2)),
        ((1, 1), (3, 1), (0, 0, 0, 0)),
    ],
)
@pytest.mark.parametrize("dilation", [(1, 1), (2, 1)])
def test_max_pool(
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int, int, int],
    dilation: tuple[int, int],
) -> None:
    x = random(2, 3, 7, 8) - 5
    found = of_one(lambda v: PoolOp(v, PoolKind.MAX, kernel, stride, padding, dilation), x)
    expected = onnx_result(
        "MaxPool", [x], kernel_shape=kernel, strides=stride, pads=padding, dilations=dilation
    )
    assert_close(found, expected)


@pytest.mark.parametrize("count_include_pad", [False, True])
def test_average_pool(count_include_pad: bool) -> None:
    x = random(2, 3, 7, 8)
    found = of_one(
        lambda v: PoolOp(
            v,
            PoolKind.AVERAGE,
            (3, 2),
            (2, 1),
            (1, 1, 2, 0),
            count_include_pad=count_include_pad,
        ),
        x,
    )
    expected = onnx_result(
        "AveragePool",
        [x],
        kernel_shape=(3, 2),
        strides=(2, 1),
        pads=(1, 1, 2, 0),
        count_include_pad=int(count_include_pad),
    )
    assert_close(found, expected)


def test_ceil_mode_is_more_padding_at_the_end() -> None:
    x = random(1, 2, 6, 6)
    found = of_one(lambda v: PoolOp(v, PoolKind.AVERAGE, (3, 3), (2, 2), (0, 0, 1, 1)), x)
    expected = onnx_result("AveragePool", [x], kernel_shape=(3, 3), strides=(2, 2), ceil_mode=1)
    assert_close(found, expected)


def test_global_pools() -> None:
    x = random(2, 3, 4, 5)
    assert_close(
        of_one(lambda v: GlobalPoolOp(v, PoolKind.AVERAGE), x),
        onnx_result("GlobalAveragePool", [x]),
    )
    assert_close(
        of_one(lambda v: GlobalPoolOp(v, PoolKind.MAX), x), onnx_result("GlobalMaxPool", [x])
    )


def test_batch_norm() -> None:
    arrays = [random(2, 3, 4, 5), random(3), random(3) + 1, random(3), np.abs(random(3)) + 0.5]
    function = arguments(*arrays)
    x, scale, shift, mean, variance = function.args
    op = BatchNormOp(x, scale, shift, mean, variance, epsilon=1e-3)
    found = result_of(function, op, *arrays)
    assert_close(found, onnx_result("BatchNormalization", arrays, epsilon=1e-3))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax(axis: int) -> None:
    x = random(2, 5, 3) * 50
    assert_close(of_one(lambda v: SoftmaxOp(v, axis), x), onnx_result("Softmax", [x], axis=axis))


@pytest.mark.parametrize("size", [(8, 12), (3, 4), (7, 5), (1, 9)])
@pytest.mark.parametrize(
    ("mode", "coordinates"),
    [
        (ResizeMode.NEAREST, ResizeCoordinates.HALF_PIXEL),
        (ResizeMode.NEAREST, ResizeCoordinates.ASYMMETRIC),
        (ResizeMode.LINEAR, ResizeCoordinates.HALF_PIXEL),
        (ResizeMode.LINEAR, ResizeCoordinates.ASYMMETRIC),
        (ResizeMode.LINEAR, ResizeCoordinates.ALIGN_CORNERS),
    ],
)
def test_resize(mode: ResizeMode, coordinates: ResizeCoordinates, size: tuple[int, int]) -> None:
    x = random(2, 3, 4, 6)
    found = of_one(lambda v: ResizeOp(v, size, mode, coordinates), x)
    rounding = "floor" if coordinates == ResizeCoordinates.ASYMMETRIC else "round_prefer_floor"
    expected = onnx_result(
        "Resize",
        [x, None, None, np.array([2, 3, *size])],
        mode=mode.value,
        coordinate_transformation_mode=coordinates.value,
        nearest_mode=rounding,
    )
    assert_close(found, expected)


def test_pad() -> None:
    x = random(1, 2, 3, 4)
    found = of_one(lambda v: PadOp(v, (1, 0, 2, 3), 1.5), x)
    pads = np.array([0, 0, 1, 0, 0, 0, 2, 3])
    assert_close(found, onnx_result("Pad", [x, pads, np.array(1.5, np.float32)]))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_concat(axis: int) -> None:
    x, y = random(2, 3, 4), random(2, 3, 4) * 2
    function = arguments(x, y)
    found = result_of(function, ConcatOp(function.args, axis), x, y)
    assert_close(found, onnx_result("Concat", [x, y], axis=axis))


def test_reshape_and_transpose() -> None:
    x = random(2, 3, 4)
    assert_close(
        of_one(lambda v: ReshapeOp(v, (4, 6)), x), onnx_result("Reshape", [x, np.array([4, 6])])
    )
    assert_close(
        of_one(lambda v: TransposeOp(v, (2, 0, 1)), x),
        onnx_result("Transpose", [x], perm=(2, 0, 1)),
    )


def test_channel_shuffle_is_reshape_transpose_reshape() -> None:
    x = random(2, 6, 3, 2)
    groups = 3
    expected = x.reshape(2, groups, 2, 3, 2).transpose(0, 2, 1, 3, 4).reshape(x.shape)
    found = of_one(lambda v: ChannelShuffleOp(v, groups), x)
    assert_close(found, expected)
    for j in range(2):
        for g in range(groups):
            assert_close(found[:, j * groups + g], x[:, g * 2 + j])


def test_elementwise_broadcasts() -> None:
    x, y = random(2, 3, 4), random(3, 1)
    function = arguments(x, y)
    body = build_region(2, lambda args, b: b.sub(b.mul(args[0], args[1]), b.constant(1.0)))
    assert_close(result_of(function, ElementwiseOp(function.args, body), x, y), x * y - 1)


def test_layout_conversion_changes_no_value() -> None:
    x = random(1, 5, 2, 2)
    function = arguments(x)
    to_blocks = ConvertLayoutOp(function.args[0], blocked(float_tensor(x.shape), 4))
    function.body.block.add_op(to_blocks)
    back = ConvertLayoutOp(to_blocks, float_tensor(x.shape))
    assert_close(result_of(function, back, x), x)


def test_fused_runs_its_region() -> None:
    x, d, p = random(1, 3, 5, 5), random(3, 1, 3, 3), random(2, 3, 1, 1)

    def stages(x: SSAValue, d: SSAValue, p: SSAValue) -> list[Operation]:
        depthwise = DepthwiseOp(x, d)
        return [depthwise, PointwiseOp(depthwise, p)]

    apart = arguments(x, d, p)
    first, last = stages(*apart.args)
    apart.body.block.add_op(first)
    expected = result_of(apart, last, x, d, p)

    together = arguments(x, d, p)
    body = Region(arguments(x, d, p).body.detach_block(0))
    ops = stages(*body.block.args)
    body.block.add_ops([*ops, YieldOp(ops[-1])])
    fused = FusedOp(together.args, body, float_tensor(expected.shape), BandAttr(1))
    np.testing.assert_array_equal(result_of(together, fused, x, d, p), expected)


def test_run_computes_in_the_dtype_asked_for() -> None:
    x = random(1, 2, 2, 2)
    function = arguments(x)
    weights = constant(random(2, 2, 1, 1))
    function.body.block.add_op(weights)
    op = PointwiseOp(function.args[0], weights)
    function.body.block.add_ops([op, ReturnOp(op.result)])
    function.update_function_type()
    module = ModuleOp([function])
    assert run(module, [x], dtype=np.float32)[0].dtype == np.float32
    assert run(module, [x])[0].dtype == np.float64


def test_run_names_what_does_not_fit() -> None:
    function = arguments(random(1, 2))
    function.body.block.add_op(ReturnOp(function.args[0]))
    function.update_function_type()
    module = ModuleOp([function], {"note": UnitAttr()})
    with pytest.raises(ConvoptError, match="expected a function @other in the module, found none"):
        run(module, [random(1, 2)], function="other")
    with pytest.raises(ConvoptError, match="expected 1 inputs, found 0"):
        run(module, [])
    with pytest.raises(ConvoptError, match=r"input 0: expected shape \(1, 2\), found \(2, 1\)"):
        run(module, [random(2, 1)])
