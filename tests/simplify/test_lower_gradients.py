"""Backward data as a convolution: the same result for every stride, padding, dilation, group."""

from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp

from convopt.convdialect.layouts import float_tensor
from convopt.convdialect.ops.gradients import BackwardDataOp
from convopt.convdialect.shapes import Window
from convopt.passes.simplify.lower_gradients import LowerGradientsPass
from convopt.testing.passes import largest_difference, op_names, run_passes

few, pads = st.integers(1, 3), st.integers(0, 4)
windows = st.builds(
    Window,
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(few, few),
    st.tuples(pads, pads, pads, pads),
    st.tuples(few, few),
)


def backward_data(
    window: Window, groups: int, channels: tuple[int, int], more: tuple[int, int]
) -> ModuleOp:
    """`channels` of inputs and outputs per group; the image is `more` than the kernel spans."""
    inputs, outputs = channels
    size = (window.extent[0] + more[0], window.extent[1] + more[1])
    grad = float_tensor((2, groups * outputs, *window.output_size(*size)))
    filters = float_tensor((groups * outputs, inputs, *window.kernel))
    main = FuncOp("main", ([grad, filters], []))
    with ImplicitBuilder(main.body) as (dy, w):
        options = {
            "stride": window.stride,
            "padding": window.padding,
            "dilation": window.dilation,
            "groups": groups,
        }
        ReturnOp(BackwardDataOp(dy, w, size, **options))  # type: ignore[arg-type]
    main.update_function_type()
    return ModuleOp([main])


@settings(deadline=None, max_examples=60)
@given(windows, few, st.tuples(few, few), st.tuples(pads, pads))
def test_results_stay(
    window: Window, groups: int, channels: tuple[int, int], more: tuple[int, int]
) -> None:
    before = backward_data(window, groups, channels, more)
    after, _ = run_passes(before, LowerGradientsPass())
    is_depthwise = channels == (1, 1) and groups > 1
    assert ("conv.backward_data" in op_names(after)) == is_depthwise
    assert largest_difference(before, after) < 1e-12


def test_a_small_kernel_moves_results_apart() -> None:
    module = backward_data(Window((1, 1), (2, 2)), 1, (2, 3), (4, 4))
    after, _ = run_passes(module, LowerGradientsPass())
    assert op_names(after) == ["conv.transpose_filter", "conv.conv2d", "conv.dilate"]
