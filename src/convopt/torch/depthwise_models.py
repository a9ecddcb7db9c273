"""A depthwise layer and its gradients as models of level 1, with parameters for filter and bias."""

from collections.abc import Callable, Mapping

from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import SSAValue

from convopt.convdialect.layouts import float_tensor
from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.convdialect.ops.parameter import ParameterOp
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.convdialect.regions import build_region
from convopt.convdialect.shapes import Window
from convopt.frontends.mlir import model_of_module
from convopt.model import Model

Shape = tuple[int, ...]
ModelOf = Callable[[Shape, Window, bool], Model]
"""Of the input's shape, the window, and whether there is a bias."""


def _forward(shape: Shape, window: Window, has_bias: bool) -> Model:
    epilogue = build_region(2, lambda values, b: b.add(*values)) if has_bias else None

    def body(x: SSAValue) -> SSAValue:
        bias = [ParameterOp(1, float_tensor((shape[1],)))] if has_bias else []
        return Conv2DOp(
            x,
            _filter(shape, window),
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=shape[1],
            extras=bias,
            epilogue=epilogue,
        ).result

    return _model([shape], body)


def _backward_data(shape: Shape, window: Window, has_bias: bool) -> Model:
    def body(grad: SSAValue) -> SSAValue:
        return BackwardDataOp(
            grad,
            _filter(shape, window),
            (shape[2], shape[3]),
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=shape[1],
        ).result

    return _model([_grad_shape(shape, window)], body)


def _weight_gradient(shape: Shape, window: Window, has_bias: bool) -> Model:
    def body(x: SSAValue, grad: SSAValue) -> SSAValue:
        gradient = WeightGradientOp(
            x,
            grad,
            window.kernel,
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=shape[1],
        )
        return ReshapeOp(gradient, (shape[1], 1, *window.kernel)).result

    return _model([shape, _grad_shape(shape, window)], body)


def _grad_shape(shape: Shape, window: Window) -> Shape:
    return (*shape[:2], *window.output_size(shape[2], shape[3]))


def _filter(shape: Shape, window: Window) -> ParameterOp:
    return ParameterOp(0, float_tensor((shape[1], 1, *window.kernel)))


def _model(inputs: list[Shape], body: Callable[..., SSAValue]) -> Model:
    main = FuncOp("main", ([float_tensor(shape) for shape in inputs], []))
    with ImplicitBuilder(main.body) as arguments:
        ReturnOp(body(*arguments))
    main.update_function_type()  # type: ignore[no-untyped-call]
    return model_of_module(ModuleOp([main]), "depthwise")


MODELS: Mapping[str, ModelOf] = {
    "forward": _forward,
    "backward_data": _backward_data,
    "weight_gradient": _weight_gradient,
}
