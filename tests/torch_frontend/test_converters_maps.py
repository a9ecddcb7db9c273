"""Windows, reductions and moves of feature maps that convopt imports, against eager PyTorch."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
graphs = pytest.importorskip("convopt.testing.torch_graphs")
nn, functional = torch.nn, torch.nn.functional
check, refused, tensor = graphs.check, graphs.refused, graphs.tensor

SIZES = st.integers(1, 9)
FEW = settings(max_examples=12, deadline=None)


@FEW
@given(st.data(), st.booleans())
def test_pooling(data, ceil_mode):
    pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
    kernel, stride = data.draw(pairs), data.draw(pairs)
    padding = tuple(data.draw(st.integers(0, size // 2)) for size in kernel)
    x = tensor(2, 3, data.draw(st.integers(5, 9)), data.draw(st.integers(5, 9)))
    check(nn.MaxPool2d(kernel, stride, padding, ceil_mode=ceil_mode), x)
    check(nn.AvgPool2d(kernel, stride, padding, ceil_mode, count_include_pad=False), x)
    check(nn.AvgPool2d(kernel, stride, padding, ceil_mode=False), x)


def test_pooling_with_dilation_and_default_stride():
    check(nn.MaxPool2d(2, dilation=2, stride=1), tensor(1, 2, 7, 8))
    check(nn.AvgPool2d(2), tensor(1, 2, 6, 8))


@pytest.mark.parametrize(
    ("layer", "operator", "reason"),
    [
        (nn.MaxPool2d(2, return_indices=True), "max_pool2d_with_indices", "further results"),
        (nn.AvgPool2d(2, divisor_override=3), "avg_pool2d", "divisor_override"),
        (nn.AvgPool2d(4, 2, 1, True, True), "avg_pool2d", "ceil_mode or count_include_pad"),
        (nn.AdaptiveAvgPool2d(4), "_adaptive_avg_pool2d", "sizes that divide 7x7"),
    ],
)
def test_pooling_of_other_kinds_is_left(layer, operator, reason):
    assert reason in refused(layer, tensor(1, 2, 7, 7))[f"aten.{operator}.default"]


REDUCTIONS = [
    nn.AdaptiveAvgPool2d(1),
    nn.AdaptiveAvgPool2d((2, 3)),
    nn.AdaptiveMaxPool2d((2, 3)),
    lambda x: x.mean((2, 3)),
    lambda x: x.mean((-1, -2), keepdim=True),
    lambda x: x.amax((2, 3), keepdim=True),
]


@pytest.mark.parametrize("function", REDUCTIONS)
def test_reduction_of_images(function):
    check(function, tensor(2, 3, 4, 6))


@pytest.mark.parametrize("axes", [(1,), (0, 2, 3), (3,)])
def test_reductions_of_other_axes_are_left(axes):
    (reason,) = refused(lambda x: x.mean(axes), tensor(2, 3, 4, 6)).values()
    assert reason.startswith("expected the axes 2 and 3")


@FEW
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.integers(1, 3))
def test_upsampling_by_copies(height, width, rows, columns):
    x = tensor(1, 2, height, width)
    check(lambda x: functional.interpolate(x, scale_factor=(rows, columns)), x)
    check(lambda x: functional.interpolate(x, size=(height * rows, width * columns)), x)


MOVES = [
    lambda x: x.view(2, -1),
    lambda x: x.reshape(6, 4, 5).reshape(2, 3, 20),
    lambda x: torch.flatten(x, 1),
    lambda x: x[:, :, None],
    lambda x: x.unsqueeze(0).squeeze(0),
    lambda x: x.permute(0, 2, 3, 1),
    lambda x: x.permute(0, 2, 3, 1).permute(0, 3, 1, 2),
    lambda x: x.permute(1, 0, 3, 2).contiguous().permute(2, 0, 3, 1),
    lambda x: x.transpose(1, -1),
    lambda x: x.expand(2, 3, 4, 5) + 1,
    lambda x: torch.cat([x, 2 * x], 1),
    lambda x: torch.cat([x, x, x], -1),
    lambda x: functional.pad(x, (1, 2)),
    lambda x: functional.pad(x, (1, 2, 0, 3), value=2.5),
    lambda x: functional.channel_shuffle(x.reshape(1, 6, 4, 5), 3),
    lambda x: x.to(memory_format=torch.channels_last) + 1,
]


@pytest.mark.parametrize("function", MOVES)
def test_moving_elements(function):
    check(function, tensor(2, 3, 4, 5))


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x: functional.pad(x, (-1, 2)), "expected pads of at least 0"),
        (lambda x: functional.pad(x, (0, 0, 0, 0, 1, 0)), "found it on batch or channels"),
        (lambda x: x.as_strided((2, 3), (1, 2)), "expected row-major strides"),
        (lambda x: x.mean((2, 3), keepdim=True).expand(2, 3, 4, 5).contiguous(), "same shape"),
    ],
)
def test_moves_of_other_kinds_are_left(function, reason):
    assert reason in "; ".join(refused(function, tensor(2, 3, 4, 5)).values())


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        (lambda x: x[:, :, torch.tensor([[0], [3]]), torch.tensor([4, 1, 0])], "copy the nearest"),
        (lambda x: x[:, torch.tensor([1, 0])], "expected indices of rows and columns"),
        (lambda x: x[:, :, torch.tensor([0, 1]), torch.tensor([0, 1])], "whole rows and whole col"),
    ],
)
def test_other_indices_are_left(index, reason):
    assert reason in "; ".join(refused(index, tensor(1, 2, 4, 5)).values())


def test_indices_that_are_an_input_are_left():
    found = refused(lambda x, i: x[:, :, i], tensor(1, 2, 4, 5), torch.tensor([1, 0]))
    assert "expected indices that are constant" in found.values()
