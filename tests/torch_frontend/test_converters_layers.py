"""Layers with parameters that convopt imports, against eager PyTorch, over drawn shapes."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
graphs = pytest.importorskip("convopt.testing.torch_graphs")
nn, functional = torch.nn, torch.nn.functional
check, refused, tensor = graphs.check, graphs.refused, graphs.tensor

SIZES = st.integers(1, 9)
FEW = settings(max_examples=12, deadline=None)


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


def test_what_is_computed_of_parameters_is_constant():
    weights = tensor(4, 3, 3, 3)

    def standardized(x, w):
        mean, deviation = w.mean((1, 2, 3), keepdim=True), w.std((1, 2, 3), keepdim=True)
        return functional.conv2d(x, (w - mean) / deviation)

    check(graphs.Function(standardized, weights), tensor(1, 3, 5, 6))


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
