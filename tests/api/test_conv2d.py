"""`convopt.conv2d`: one layer as a function call, against NumPy in float64."""

import re

import numpy as np
import pytest

import convopt
from convopt import layer

RANDOM = np.random.default_rng(3)


def array(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


def convolution(x, weights, stride, padding, dilation, groups):
    """The definition, tap by tap, in float64."""
    top, left, bottom, right = padding
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (top, bottom), (left, right)))
    outputs, group_inputs, rows, columns = weights.shape
    height = (padded.shape[2] - dilation[0] * (rows - 1) - 1) // stride[0] + 1
    width = (padded.shape[3] - dilation[1] * (columns - 1) - 1) // stride[1] + 1
    result = np.zeros((x.shape[0], outputs, height, width))
    for output in range(outputs):
        first = output // (outputs // groups) * group_inputs
        for row in range(rows):
            for column in range(columns):
                top_row, left_column = row * dilation[0], column * dilation[1]
                taps = padded[
                    :,
                    first : first + group_inputs,
                    top_row : top_row + stride[0] * (height - 1) + 1 : stride[0],
                    left_column : left_column + stride[1] * (width - 1) + 1 : stride[1],
                ]
                weight = weights[output, :, row, column].astype(np.float64)
                result[:, output] += np.einsum("nchw,c->nhw", taps, weight)
    return result


@pytest.mark.parametrize(
    ("shape", "filters", "options", "full"),
    [
        ((1, 32, 9, 8), (32, 1, 3, 3), {"groups": 32, "padding": 1},
         ((1, 1), (1, 1, 1, 1), (1, 1))),
        ((2, 6, 9, 8), (8, 3, 3, 3), {"groups": 2, "stride": 2}, ((2, 2), (0, 0, 0, 0), (1, 1))),
        ((1, 5, 9, 8), (7, 5, 1, 1), {"stride": (2, 1)}, ((2, 1), (0, 0, 0, 0), (1, 1))),
        ((1, 4, 9, 8), (4, 4, 5, 1), {"padding": (2, 0)}, ((1, 1), (2, 0, 2, 0), (1, 1))),
        ((1, 4, 9, 8), (8, 1, 3, 3), {"groups": 4, "padding": (0, 1, 2, 0), "dilation": (1, 2)},
         ((1, 1), (0, 1, 2, 0), (1, 2))),
    ],
)  # fmt: skip
def test_parameters(shape, filters, options, full):
    x, weights, bias = array(*shape), array(*filters), array(filters[0])
    stride, padding, dilation = full
    found = convopt.conv2d(x, weights, bias, **options)
    expected = convolution(x, weights, stride, padding, dilation, options.get("groups", 1))
    expected += bias[:, None, None]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


FUNCTIONS = {
    None: lambda v: v,
    "relu": lambda v: np.maximum(v, 0),
    "relu6": lambda v: np.clip(v, 0, 6),
    "hard_sigmoid": lambda v: np.clip(v / 6 + 0.5, 0, 1),
    "hard_swish": lambda v: v * np.clip(v / 6 + 0.5, 0, 1),
    "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "silu": lambda v: v / (1 + np.exp(-v)),
    "tanh": np.tanh,
    (-1, 2.5): lambda v: np.clip(v, -1, 2.5),
}


@pytest.mark.parametrize("activation", FUNCTIONS, ids=str)
@pytest.mark.parametrize("has_bias", [True, False], ids=["bias", "no bias"])
def test_activations(activation, has_bias):
    x, weights, bias = array(1, 4, 6, 6), array(4, 1, 3, 3), array(4) if has_bias else None
    found = convopt.conv2d(x, weights, bias, groups=4, activation=activation)
    sums = convolution(x, weights, (1, 1), (0, 0, 0, 0), (1, 1), 4)
    sums += 0 if bias is None else bias[:, None, None]
    np.testing.assert_allclose(found, FUNCTIONS[activation](sums), rtol=1e-4, atol=1e-5)


def test_every_named_activation_is_tested():
    assert {name for name in FUNCTIONS if isinstance(name, str)} == set(layer.ACTIVATIONS)


def test_new_weights_count():
    x = array(1, 4, 6, 6)
    for _ in range(2):
        weights = array(4, 1, 3, 3)
        found = convopt.conv2d(x, weights, groups=4)
        expected = convolution(x, weights, (1, 1), (0, 0, 0, 0), (1, 1), 4)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
        weights *= 2  # changed in place: not the layer that was compiled
        again = convopt.conv2d(x, weights, groups=4)
        np.testing.assert_allclose(again, 2 * expected, rtol=1e-4, atol=1e-5)


def test_a_layer_is_compiled_once(monkeypatch):
    x, weights = array(1, 4, 6, 6), array(4, 1, 3, 3)
    first = convopt.conv2d(x, weights, groups=4)
    monkeypatch.setattr(layer, "_build", None)
    assert (convopt.conv2d(x, weights, groups=4) == first).all()


def test_old_layers_are_forgotten(monkeypatch):
    monkeypatch.setattr(layer, "_KEPT_LAYERS", 2)
    layer._layers.clear()
    x = array(1, 4, 6, 6)
    for _ in range(4):
        convopt.conv2d(x, array(4, 1, 3, 3), groups=4)
    assert len(layer._layers) == 2


def test_arrays_that_lie_badly_work():
    x, weights = array(1, 4, 6, 6), array(4, 1, 3, 3)
    expected = convopt.conv2d(x, weights, groups=4)
    spoilt = (np.asfortranarray(x), np.asfortranarray(weights))
    assert (convopt.conv2d(*spoilt, groups=4) == expected).all()


X, W = array(1, 4, 6, 6), array(4, 1, 3, 3)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((X.tolist(), W), {}, "x: expected a NumPy array, found list"),
        ((X.astype(np.float64), W), {}, "x: expected float32, found float64"),
        ((X[0], W), {}, "x: expected 4 dimensions of at least 1, found 4x6x6"),
        ((X, W, W), {}, "bias: expected 1 dimensions of at least 1, found 4x1x3x3"),
        ((X, W), {}, "conv2d: "),
        ((X, W), {"groups": 0}, "groups: expected a number of at least 1, found 0"),
        ((X, W), {"groups": 3}, "conv2d: "),
        ((X, W, array(5)), {"groups": 4}, "conv2d: "),
        ((X, array(4, 1, 9, 9)), {"groups": 4}, "expected"),
        (
            (X, W),
            {"stride": 0},
            "stride: expected a number of at least 1 or (height, width), found 0",
        ),
        ((X, W), {"stride": (1, 2, 3)}, "stride: expected a number"),
        ((X, W), {"dilation": 1.5}, "dilation: expected a number"),
        (
            (X, W),
            {"padding": -1},
            "padding: expected a number of at least 0, (height, width) or (top,",
        ),
        ((X, W), {"padding": (1, 2, 3)}, "padding: expected a number of at least 0"),
        ((X, W), {"activation": "rleu"}, "found 'rleu'; did you mean 'relu'?"),
        ((X, W), {"activation": (2, 1)}, "activation: expected None, a name or the bounds"),
        ((X, W), {"groups": 4, "target": "hots"}, "did you mean host"),
    ],
)
def test_mistakes_are_named(arguments, options, message):
    with pytest.raises(convopt.ConvoptError, match=re.escape(message)):
        convopt.conv2d(*arguments, **options)
