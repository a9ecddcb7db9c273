"""What stands between convolutions: each operation against the reference, many in one text."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from convopt.backends.tvm.network import build_network
from convopt.comparison import relative_error
from convopt.convdialect import activations
from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.structure import ChannelShuffleOp, ConcatOp, PadOp, TransposeOp
from convopt.convdialect.reference import run
from convopt.convdialect.shapes import Window
from convopt.testing.cuda.network_run import run_network
from convopt.testing.passes import random_inputs
from convopt.testing.tensor_function import TensorFunction


@pytest.fixture
def check(h200):
    """Compares a function's results, on the CPU with every access looked at, with float64."""

    def compare(function: TensorFunction, *results) -> None:
        module = function.module(*results)
        inputs = [array.astype(np.float32) for array in random_inputs(module)]
        expected = run(module, inputs)
        network = build_network(module, h200, "tested")
        assert len(network.program.launches) == len(results)
        for reverse in (False, True):
            found = run_network(network, inputs, reverse=reverse, checked=True).outputs
            for number, (one, wanted) in enumerate(zip(found, expected, strict=True)):
                assert relative_error(one, wanted) < 1e-5, number

    return compare


def test_elementwise_operations(check):
    function = TensorFunction((2, 5, 3, 7), (2, 5, 3, 7), (1, 5, 1, 1), (3, 1), (7,), (2, 1, 3, 7))
    x, *others = function.arguments
    results = [function.sum(x, each) for each in others]
    results += [function.product(each, x) for each in others[1:]]  # the first one is broadcast, too
    for activation in (activations.hard_swish, activations.silu, activations.tanh):
        results.append(function.map(activation, x))
    results.append(function.map(lambda b, v: activations.clip(b, v, -0.5, 6.0), x))
    results.append(function.map(lambda b, p, q, r: b.add(b.mul(p, q), r), x, others[0], others[1]))
    check(function, *results)


def test_scalar_operations(check):
    """Every one that a region can hold."""
    function = TensorFunction((1, 3, 4, 5), (3, 1, 1))

    def all_of_them(b, x, y):
        positive = b.abs(b.sub(b.neg(b.maximum(x, y)), b.constant(0.5)))
        return b.div(b.tanh(b.sqrt(positive)), b.add(b.exp(b.minimum(x, y)), b.mul(x, x)))

    check(function, function.map(all_of_them, *function.arguments))


def test_concatenation(check):
    function = TensorFunction((2, 3, 4, 5), (2, 1, 4, 5), (2, 3, 2, 5), (2, 3, 4, 9), (1, 3, 4, 5))
    x, channels, rows, columns, images = function.arguments
    results = [
        function.add(ConcatOp(inputs, axis))
        for axis, inputs in enumerate(
            [(x, images, x), (channels, x, channels), (x, rows, x), (columns, x)]
        )
    ]
    check(function, *results)


def test_what_moves_elements(check):
    function = TensorFunction((2, 12, 3, 5), (4, 3))
    x, matrix = function.arguments
    results = [
        function.add(PadOp(x, (1, 2, 3, 0))),
        function.add(PadOp(x, (0, 0, 0, 4), 1.5)),
        function.add(PadOp(x, (2, 0, 0, 0), float("-inf"))),
        *(function.add(ChannelShuffleOp(x, groups)) for groups in (2, 3, 4)),
        *(function.add(TransposeOp(x, order)) for order in [(0, 2, 3, 1), (3, 1, 0, 2)]),
        function.add(TransposeOp(matrix, (1, 0))),
    ]
    check(function, *results)


@pytest.mark.parametrize("shape", [(2, 5, 3, 7), (1, 8, 8, 8), (1, 19, 13, 11), (1, 3, 1, 1)])
def test_global_pooling(shape, check):
    function = TensorFunction(shape)
    check(function, *(function.add(GlobalPoolOp(*function.arguments, kind)) for kind in PoolKind))


@st.composite
def pools(draw):
    """(kind, window, whether padding counts); no window lies in the padding alone."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = tuple(draw(st.integers(0, k - 1)) for k in (*kernel, *kernel))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    dilation = (1, 1) if any(padding) else draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    window = Window(kernel, stride, padding, dilation)
    kind = draw(st.sampled_from(PoolKind))
    return kind, window, kind is PoolKind.AVERAGE and draw(st.booleans())


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(drawn=st.lists(pools(), min_size=4, max_size=4, unique=True))
def test_pooling(drawn, check):
    function = TensorFunction((2, 3, 11, 8))
    (x,) = function.arguments
    results = []
    for kind, window, count in drawn:
        shape = (window.kernel, window.stride, window.padding, window.dilation)
        results.append(function.add(PoolOp(x, kind, *shape, count_include_pad=count)))
    check(function, *results)


def test_dilated_pooling_with_padding(check):
    function = TensorFunction((1, 3, 9, 10))
    (x,) = function.arguments
    window = ((3, 3), (2, 1), (2, 1, 1, 2), (2, 2))
    average = PoolKind.AVERAGE
    check(
        function,
        function.add(PoolOp(x, PoolKind.MAX, *window)),
        function.add(PoolOp(x, average, *window)),
        function.add(PoolOp(x, average, *window, count_include_pad=True)),
    )
