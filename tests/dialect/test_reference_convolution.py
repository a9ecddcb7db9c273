"""The reference convolution against onnxruntime's, over random parameters."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.constants import constant
from convopt.convdialect.layouts import float_tensor
from convopt.convdialect.ops.convolution import (
    Conv2DOp,
    ConvolutionOp,
    DepthwiseOp,
    GroupedOp,
    PointwiseOp,
)
from convopt.convdialect.reference import run
from convopt.convdialect.regions import build_region

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Case:
    """Sizes of a convolution whose kernel fits."""

    batch: int
    groups: int
    inputs: int  # channels per group
    outputs: int  # channels per group
    size: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    dilation: tuple[int, int]

    def arrays(self) -> tuple[Array, Array]:
        rng = np.random.default_rng(abs(hash(self)))
        x = rng.standard_normal((self.batch, self.groups * self.inputs, *self.size))
        w = rng.standard_normal((self.groups * self.outputs, self.inputs, *self.kernel))
        return x.astype(np.float32), w.astype(np.float32)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    few = st.integers(1, 4)
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    dilation = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    return Case(
        batch=draw(st.integers(1, 3)),
        groups=draw(few),
        inputs=draw(few),
        outputs=draw(few),
        size=(extents[0] + draw(st.integers(0, 6)), extents[1] + draw(st.integers(0, 6))),
        kernel=kernel,
        stride=draw(st.tuples(few, few)),
        padding=draw(st.tuples(*[st.integers(0, 3)] * 4)),
        dilation=dilation,
    )


def onnx_convolution(case: Case, x: Array, w: Array) -> Array:
    node = onnx.helper.make_node(
        "Conv",
        ["x", "w"],
        ["y"],
        strides=case.stride,
        pads=case.padding,
        dilations=case.dilation,
        group=case.groups,
    )
    tensors = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in (("x", x.shape), ("w", w.shape), ("y", None))
    ]
    graph = onnx.helper.make_graph([node], "conv", tensors[:2], tensors[2:])
    opsets = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return np.asarray(session.run(None, {"x": x, "w": w})[0])


def run_convolution(kind: type[ConvolutionOp], x: Array, w: Array, **options: Any) -> Array:
    """The result of one convolution; extras and scale are given as arrays."""
    function = FuncOp("main", ([float_tensor(x.shape)], []))
    with ImplicitBuilder(function.body.block):
        extras = [constant(extra).result for extra in options.pop("extras", ())]
        scale = options.pop("scale", None)
        values: dict[str, SSAValue] = {} if scale is None else {"scale": constant(scale).result}
        weights = constant(w).result
        op: Any = kind
        result = op(function.args[0], weights, extras=extras, **values, **options).result
        ReturnOp(result)
    function.update_function_type()
    module = ModuleOp([function])
    module.verify()
    return run(module, [x])[0]


@settings(max_examples=60, deadline=None)
@given(cases())
def test_grouped_convolution_is_onnx_conv(case: Case) -> None:
    x, w = case.arrays()
    expected = onnx_convolution(case, x, w)
    options: dict[str, Any] = {
        "stride": case.stride,
        "padding": case.padding,
        "dilation": case.dilation,
    }
    for kind in (Conv2DOp, GroupedOp):
        found = run_convolution(kind, x, w, groups=case.groups, **options)
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    if case.inputs == 1:
        found = run_convolution(DepthwiseOp, x, w, **options)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
def test_pointwise_multiplies_its_input_by_the_scale(stride: tuple[int, int]) -> None:
    case = Case(2, 1, 5, 7, (6, 6), (1, 1), stride, (0, 0, 0, 0), (1, 1))
    x, w = case.arrays()
    scale = np.linspace(0.5, 2.0, 10, dtype=np.float32).reshape(2, 5, 1, 1)
    expected = onnx_convolution(case, x * scale, w)
    found = run_convolution(PointwiseOp, x, w, stride=stride, scale=scale)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_epilogue_takes_channels_and_a_residual() -> None:
    case = Case(2, 1, 3, 4, (4, 4), (3, 3), (1, 1), (1, 1, 1, 1), (1, 1))
    x, w = case.arrays()
    bias = np.array([1.0, -2.0, 3.0, -4.0], dtype=np.float32)
    residual = np.random.default_rng(0).standard_normal((2, 4, 4, 4)).astype(np.float32)
    epilogue = build_region(
        3, lambda args, b: activations.relu(b, b.add(b.add(args[0], args[1]), args[2]))
    )
    found = run_convolution(
        Conv2DOp, x, w, padding=case.padding, extras=[bias, residual], epilogue=epilogue
    )
    convolved = onnx_convolution(case, x, w)
    expected = np.maximum(convolved + bias[:, None, None] + residual, 0)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_constructor_infers_shape_and_properties() -> None:
    x = constant(np.zeros((1, 4, 9, 9))).result
    w = constant(np.zeros((8, 1, 3, 3))).result
    op = DepthwiseOp(x, w, stride=(2, 2), padding=(1, 1, 1, 1))
    op.verify()
    assert op.result_type == float_tensor((1, 8, 5, 5))
    assert (op.group_count, op.multiplier) == (4, 2)
    assert op.macs == 8 * 5 * 5 * 9
    assert op.window.output_size(9, 9) == (5, 5)
    assert not op.has_epilogue
