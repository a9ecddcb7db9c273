"""Each operator that convopt imports from PyTorch, against eager, over drawn shapes."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
graphs = pytest.importorskip("convopt.testing.torch_graphs")
nn, functional = torch.nn, torch.nn.functional

TOLERANCE = 1e-5
SIZES = st.integers(1, 9)
FEW = settings(max_examples=12, deadline=None)


class Function(nn.Module):
    """A function as a module; tensors among its fixed arguments are buffers."""

    def __init__(self, function, *fixed):
        super().__init__()
        self.function = function
        self.names = [f"fixed{index}" for index in range(len(fixed))]
        for name, value in zip(self.names, fixed, strict=True):
            self.register_buffer(name, value)

    def forward(self, *inputs):
        return self.function(*inputs, *(getattr(self, name) for name in self.names))


def tensor(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def check(module, *inputs):
    module = module if isinstance(module, nn.Module) else Function(module)
    with torch.no_grad():
        expected = module.eval()(*inputs)
    expected = expected if isinstance(expected, tuple) else (expected,)
    found = graphs.run_imported(module, *inputs)
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        assert np.linalg.norm(one - other.numpy()) <= TOLERANCE * np.linalg.norm(other.numpy())


def refused(module, *inputs):
    module = module if isinstance(module, nn.Module) else Function(module)
    return graphs.refusals(module.eval(), *inputs)


@FEW
@given(st.data())
def test_convolution(data):
    groups = data.draw(st.integers(1, 4))
    inputs, outputs = (groups * data.draw(st.integers(1, 3)) for _ in range(2))
    pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel, stride, dilation = (data.draw(pairs) for _ in range(3))
    padding = data.draw(
        st.one_of(st.tuples(st.integers(0, 2), st.integers(0, 2)), st.just("valid"))
    )
    size = data.draw(st.tuples(st.integers(5, 9), st.integers(5, 9)))
    extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    pads = (0, 0) if padding == "valid" else padding
    assume(all(s + 2 * p >= e for s, p, e in zip(size, pads, extent, strict=True)))
    layer = nn.Conv2d(
        inputs, outputs, kernel, stride, padding, dilation, groups, bias=data.draw(st.booleans())
    )
    check(layer, tensor(data.draw(st.integers(1, 2)), inputs, *size))


@FEW
@given(st.tuples(st.integers(1, 5), st.integers(1, 5)), st.tuples(st.integers(1, 3), SIZES))
def test_convolution_of_the_same_size(kernel, dilation):
    check(nn.Conv2d(2, 3, kernel, padding="same", dilation=dilation), tensor(1, 2, 6, 7))


@pytest.mark.parametrize(
    ("layer", "shape", "reason"),
    [
        (nn.ConvTranspose2d(2, 3, 3), (1, 2, 5, 5), "expected a convolution, found a transposed"),
        (nn.Conv1d(2, 3, 3), (1, 2, 5), "expected a 2-D convolution"),
        (nn.Conv3d(2, 3, 3), (1, 2, 5, 5, 5), "expected a 2-D convolution"),
    ],
)
def test_convolutions_of_other_kinds_are_left(layer, shape, reason):
    assert refused(layer, tensor(*shape))["aten.convolution.default"].startswith(reason)


def test_a_filter_that_is_an_input_is_left():
    found = refused(functional.conv2d, tensor(1, 2, 5, 5), tensor(3, 2, 3, 3))
    assert found["aten.convolution.default"] == "filter 'arg1_1' is not constant"


@FEW
@given(st.integers(1, 6), st.booleans(), st.floats(1e-5, 0.1))
def test_batch_norm(channels, affine, epsilon):
    layer = nn.BatchNorm2d(channels, eps=epsilon, affine=affine)
    for each in layer.buffers():
        if each.dtype == torch.float32:
            nn.init.uniform_(each, 0.5, 1.5)
    for each in layer.parameters():
        nn.init.normal_(each)
    check(layer, tensor(2, channels, 3, 4))


def test_batch_norm_of_this_batch_is_left():
    layer = nn.BatchNorm2d(3, track_running_stats=False)
    assert "aten._native_batch_norm_legit.no_stats" in refused(layer, tensor(2, 3, 4, 4))


class ChannelNorm(nn.Module):
    """The layer norm of ConvNeXt."""

    def __init__(self, channels, affine=True):
        super().__init__()
        self.norm = nn.LayerNorm(channels, eps=1e-6, elementwise_affine=affine)
        for each in self.norm.parameters():
            nn.init.normal_(each)

    def forward(self, x):
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


@FEW
@given(st.integers(2, 20), st.booleans(), SIZES, SIZES)
def test_layer_norm_of_channels(channels, affine, height, width):
    check(ChannelNorm(channels, affine), tensor(2, channels, height, width) + 3)


@FEW
@given(st.integers(1, 4), st.integers(1, 3), st.booleans(), SIZES)
def test_group_norm(groups, channels, affine, height):
    layer = nn.GroupNorm(groups, groups * channels, affine=affine)
    for each in layer.parameters():
        nn.init.normal_(each)
    check(layer, tensor(2, groups * channels, height, 7) + 3)


def test_layer_norm_of_other_axes_is_left():
    found = refused(nn.LayerNorm(6), tensor(2, 3, 4, 6))
    assert found["aten.native_layer_norm.default"].startswith("expected a norm over the channels")


ACTIVATIONS = [
    nn.ReLU(),
    nn.ReLU6(),
    nn.Hardtanh(-2.0, 0.5),
    nn.Sigmoid(),
    nn.Tanh(),
    nn.SiLU(),
    nn.Hardswish(),
    nn.Hardsigmoid(),
    nn.Mish(),
    nn.GELU(),
    nn.GELU("tanh"),
    nn.LeakyReLU(0.2),
    nn.ELU(0.7),
    nn.SELU(),
    nn.CELU(1.3),
    nn.PReLU(3),
    nn.PReLU(),
    nn.Softmax(1),
    nn.Softmax(-1),
    nn.Identity(),
    nn.Dropout(0.3),
]


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=str)
def test_activation(layer):
    check(nn.Sequential(layer), 3 * tensor(2, 3, 4, 5))


POSITIVE = {torch.sqrt, torch.rsqrt, torch.reciprocal}
UNARY = [
    torch.neg,
    torch.abs,
    torch.exp,
    torch.erf,
    *sorted(POSITIVE, key=str),
    lambda x: x.clamp(-0.5),
    lambda x: x.clamp(max=0.5),
    lambda x: x.clamp(-0.5, 0.5),
    lambda x: x**2,
    lambda x: x**3,
    lambda x: x.abs() ** 0.5,
    lambda x: 2 - x,
    lambda x: x / 3,
    lambda x: 1 / (x.abs() + 1),
    lambda x: torch.add(x, x, alpha=3),
    lambda x: torch.sub(x, 2, alpha=0.5),
    lambda x: x * torch.tensor(2.0),
    lambda x: torch.maximum(x, -x) + torch.minimum(x, x * x),
]


@pytest.mark.parametrize("function", UNARY)
def test_arithmetic_of_one(function):
    x = tensor(2, 3, 4, 5)
    check(function, x.abs() + 0.1 if function in POSITIVE else x)


@pytest.mark.parametrize("exponent", [4, -1, 1.5])
def test_other_powers_are_left(exponent):
    (reason,) = refused(lambda x: x**exponent, tensor(2, 3)).values()
    assert reason.startswith(("expected an exponent out of 0.5, 2, 3", "convopt has no"))


@FEW
@given(st.data(), st.sampled_from([torch.add, torch.sub, torch.mul, torch.maximum]))
def test_arithmetic_that_broadcasts(data, function):
    full = data.draw(st.lists(SIZES, min_size=2, max_size=4))
    other = [data.draw(st.sampled_from([1, size])) for size in full]
    other = other[data.draw(st.integers(0, len(full) - 1)) :]
    check(function, tensor(*full), tensor(*other, seed=1))
    check(Function(lambda x, y: function(y, x), tensor(*other, seed=1)), tensor(*full))


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


@FEW
@given(st.integers(1, 16), SIZES, SIZES, st.booleans())
def test_linear(rows, inputs, outputs, bias):
    check(nn.Linear(inputs, outputs, bias=bias), tensor(rows, inputs))


class ChannelsLastBlock(nn.Module):
    """The block of ConvNeXt with linear layers, which work on [N, H, W, C]."""

    def __init__(self, channels):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.expand, self.project = nn.Linear(channels, 20), nn.Linear(20, channels, bias=False)
        self.scale = nn.Parameter(torch.randn(channels))

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.project(functional.gelu(self.expand(y))) * self.scale
        return x + y.permute(0, 3, 1, 2)


@FEW
@given(st.integers(1, 2), st.integers(1, 9), SIZES, SIZES)
def test_linear_layers_of_feature_maps(batch, channels, height, width):
    block = ChannelsLastBlock(channels)
    check(block, tensor(batch, channels, height, width))
    imported = graphs.aten_graph(block, tensor(batch, channels, height, width)).imported()
    names = [op.name for op in imported.module.walk()]
    assert "conv.transpose" not in names
    assert names.count("conv.conv2d") == 5


def test_rows_of_other_lengths_are_no_pixels():
    class Rows(nn.Module):
        def __init__(self, order, shape):
            super().__init__()
            self.linear = nn.Linear(shape[-1], 4)
            self.order, self.shape = order, shape

        def forward(self, x):
            return self.linear(x.permute(self.order).reshape(self.shape))

    x = tensor(1, 3, 2, 4)
    for order, shape in (
        ((0, 1, 2, 3), (6, 4)),
        ((0, 2, 3, 1), (4, 6)),
        ((0, 2, 3, 1), (2, 4, 3)),
        ((0, 3, 2, 1), (8, 3)),
    ):
        check(Rows(order, shape), x)


def test_linear_of_many_rows_is_left():
    (reason,) = refused(nn.Linear(3, 4), tensor(17, 3)).values()
    assert reason == "expected a matrix of at most 16 rows, found 17"


@FEW
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.integers(1, 3))
def test_upsampling_by_copies(height, width, rows, columns):
    x = tensor(1, 2, height, width)
    check(lambda x: functional.interpolate(x, scale_factor=(rows, columns)), x)
    check(lambda x: functional.interpolate(x, size=(height * rows, width * columns)), x)


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


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16, torch.int32])
def test_other_types_are_left(dtype):
    (reason,) = refused(lambda x: x + x, torch.ones(2, 3, dtype=dtype)).values()
    assert reason.endswith(f"is {str(dtype).removeprefix('torch.')}, expected float32")


def test_tensors_without_elements_are_left():
    (reason,) = refused(lambda x: x + x, torch.ones(2, 0, 3)).values()
    assert reason.endswith("has no elements, its shape is [2, 0, 3]")


def test_what_is_computed_of_parameters_is_constant():
    weights = tensor(4, 3, 3, 3)

    def standardized(x, w):
        mean, deviation = w.mean((1, 2, 3), keepdim=True), w.std((1, 2, 3), keepdim=True)
        return functional.conv2d(x, (w - mean) / deviation)

    check(Function(standardized, weights), tensor(1, 3, 5, 6))
