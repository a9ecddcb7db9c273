"""The reference gradients against PyTorch's in float64, over random parameters."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp

from convopt.comparison import relative_error
from convopt.convdialect.layouts import float_tensor
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.convdialect.reference import run
from convopt.convdialect.shapes import Window

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Case:
    """Channels are per group."""

    batch: int
    groups: int
    inputs: int
    outputs: int
    size: tuple[int, int]
    window: Window

    def arrays(self) -> tuple[Array, Array, Array]:
        """Input, filter, gradient of the result."""
        rng = np.random.default_rng(abs(hash(self)))
        outputs = self.groups * self.outputs
        return (
            rng.standard_normal((self.batch, self.groups * self.inputs, *self.size)),
            rng.standard_normal((outputs, self.inputs, *self.window.kernel)),
            rng.standard_normal((self.batch, outputs, *self.window.output_size(*self.size))),
        )

    def of_torch(self) -> tuple[Array, Array]:
        """Gradients with regard to input and filter."""
        x, w, dy = map(torch.from_numpy, self.arrays())
        x.requires_grad_()
        w.requires_grad_()
        top, left, bottom, right = self.window.padding
        padded = torch.nn.functional.pad(x, (left, right, top, bottom))
        window = self.window
        y = torch.nn.functional.conv2d(
            padded, w, stride=window.stride, dilation=window.dilation, groups=self.groups
        )
        y.backward(dy)
        return x.grad.numpy(), w.grad.numpy()


@st.composite
def cases(draw: st.DrawFn) -> Case:
    few, pads = st.integers(1, 3), st.integers(0, 3)
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    window = Window(
        kernel,
        draw(st.tuples(few, few)),
        draw(st.tuples(pads, pads, pads, pads)),
        draw(st.tuples(few, few)),
    )
    extents = window.extent
    size = (extents[0] + draw(st.integers(0, 6)), extents[1] + draw(st.integers(0, 6)))
    return Case(draw(few), draw(few), draw(few), draw(few), size, window)


def evaluate(case: Case) -> tuple[Array, Array]:
    """Both gradients by the reference semantics."""
    x, w, dy = case.arrays()
    types = [float_tensor(array.shape) for array in (x, w, dy)]
    options = {
        "stride": case.window.stride,
        "padding": case.window.padding,
        "dilation": case.window.dilation,
        "groups": case.groups,
    }
    main = FuncOp("main", (types, []))
    with ImplicitBuilder(main.body) as (image, filters, grad):
        data = BackwardDataOp(grad, filters, case.size, **options)
        weights = WeightGradientOp(image, grad, case.window.kernel, **options)
        ReturnOp(data, weights)
    main.update_function_type()
    module = ModuleOp([main])
    module.verify()
    by_data, by_weights = run(module, [x, w, dy])
    return by_data, by_weights.reshape(w.shape)


@settings(deadline=None, max_examples=60)
@given(cases())
def test_gradients(case: Case) -> None:
    for found, expected in zip(evaluate(case), case.of_torch(), strict=True):
        assert found.shape == expected.shape
        assert relative_error(found, expected) < 1e-12 or not expected.any()
