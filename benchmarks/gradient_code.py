"""From a layer to the code of one of its gradients alone, in convopt's own layout."""

from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import SSAValue

from convopt.backends.targets import cpu_target
from convopt.benchmarks.gradient import Gradient, GradientData
from convopt.benchmarks.layer import Array
from convopt.benchmarks.layer_code import LayerCode, code_of, laid_out
from convopt.convdialect.constants import constant
from convopt.convdialect.layouts import blocked, float_tensor, tensor_of
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.convdialect.ops.structure import ConvertLayoutOp


def gradient_code(data: GradientData, target: str) -> LayerCode:
    """Code whose entry reads and writes channel blocks; the filter is a constant.

    The result has the data's `stored_shape`. `target` is the name of a target, or the path of a
    target file.
    """
    module = laid_out(single_gradient(data, cpu_target(target).lanes), target)
    return code_of(module, target)


def single_gradient(data: GradientData, lanes: int) -> ModuleOp:
    """The gradient at level 1; arguments and result in blocks of `lanes` channels."""

    def in_blocks(array: Array) -> TensorType:
        return blocked(float_tensor(array.shape), lanes)

    main = FuncOp("main", ([in_blocks(array) for array in data.activations], []))
    with ImplicitBuilder(main.body) as arguments:
        result = _gradient(data, arguments)
        ReturnOp(ConvertLayoutOp(result, blocked(tensor_of(result), lanes)))
    main.update_function_type()  # type: ignore[no-untyped-call]
    module = ModuleOp([main])
    module.verify()
    return module


def _gradient(data: GradientData, arguments: tuple[SSAValue, ...]) -> SSAValue:
    """Of what `activations` are."""
    layer, window = data.layer, data.window
    if data.gradient is Gradient.DATA:
        (grad,) = arguments
        return BackwardDataOp(
            grad,
            constant(data.weights),
            (layer.hin, layer.win),
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=layer.groups,
        ).result
    x, grad = arguments
    return WeightGradientOp(
        x,
        grad,
        window.kernel,
        stride=window.stride,
        padding=window.padding,
        dilation=window.dilation,
        groups=layer.groups,
    ).result
