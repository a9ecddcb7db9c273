"""`convopt.torch.depthwise_conv2d` and its gradients against PyTorch's in float64."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")

from convopt.errors import ConvoptError  # noqa: E402
from convopt.torch import depthwise_conv2d  # noqa: E402

functional = torch.nn.functional
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def relative_error(found, expected):
    norm = torch.linalg.vector_norm
    return float(norm(found - expected) / norm(expected)) if expected.any() else 0.0


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(1, 2),
    st.integers(2, 40),
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    pairs,
    st.tuples(*[st.integers(0, 3)] * 4),
    pairs,
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.booleans(),
)
def test_gradients(batch, channels, kernel, stride, padding, dilation, more, has_bias):
    extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    shape = (batch, channels, extents[0] + more[0], extents[1] + more[1])
    x = torch.randn(shape, requires_grad=True)
    w = torch.randn(channels, 1, *kernel, requires_grad=True)
    b = torch.randn(channels, requires_grad=True) if has_bias else None
    y = depthwise_conv2d(x, w, b, stride=stride, padding=padding, dilation=dilation)
    grad = torch.randn_like(y)
    y.backward(grad)
    exact = [each.detach().double().requires_grad_() for each in (x, w, b) if each is not None]
    top, left, bottom, right = padding
    padded = functional.pad(exact[0], (left, right, top, bottom))
    expected = functional.conv2d(
        padded, exact[1], *exact[2:], stride=stride, dilation=dilation, groups=channels
    )
    expected.backward(grad.double())
    assert relative_error(y, expected) < 1e-5
    for found, wanted in zip((x, w, b), exact, strict=False):
        assert relative_error(found.grad, wanted.grad) < 1e-5


def test_weights_may_change_between_calls():
    x, w = torch.randn(1, 16, 9, 9), torch.randn(16, 1, 3, 3)
    for _ in range(2):
        expected = functional.conv2d(x, w, padding=1, groups=16)
        assert relative_error(depthwise_conv2d(x, w, padding=1), expected) < 1e-5
        w.mul_(-2)


def test_other_memory_formats():
    x = torch.randn(2, 16, 9, 9).to(memory_format=torch.channels_last).requires_grad_()
    w = torch.randn(1, 3, 3, 16).permute(3, 0, 1, 2).requires_grad_()
    y = depthwise_conv2d(x, w)
    y.sum().backward()
    assert relative_error(y, functional.conv2d(x, w, groups=16)) < 1e-5
    assert x.grad is not None
    assert w.grad is not None


def test_only_the_gradients_that_are_wanted():
    x, w = torch.randn(1, 16, 9, 9), torch.randn(16, 1, 3, 3, requires_grad=True)
    depthwise_conv2d(x, w).sum().backward()
    assert x.grad is None
    assert w.grad is not None
    assert not depthwise_conv2d(x, w.detach()).requires_grad


def test_no_gradients_of_gradients():
    x = torch.randn(1, 16, 9, 9, requires_grad=True)
    y = depthwise_conv2d(x, torch.randn(16, 1, 3, 3)).square().sum()
    (grad,) = torch.autograd.grad(y, x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad.sum().backward()


X, W = torch.randn(1, 16, 9, 9), torch.randn(16, 1, 3, 3)
WRONG = {
    "rank": (lambda: depthwise_conv2d(X[0], W), "input: expected [N, C, H, W] of at least 2"),
    "dtype": (lambda: depthwise_conv2d(X.double(), W), "input: expected float32 on cpu, found f"),
    "filter": (lambda: depthwise_conv2d(X, W[:, 0]), "weight: expected [C, 1, KH, KW], found [16"),
    "filters": (lambda: depthwise_conv2d(X, W[:8]), "weight: expected 16 filters, one a channel"),
    "bias": (lambda: depthwise_conv2d(X, W, W[:3, 0, 0, 0]), "bias: expected [16], found [3]"),
    "stride": (lambda: depthwise_conv2d(X, W, stride=0), "stride: expected a number or two of at"),
    "padding": (lambda: depthwise_conv2d(X, W, padding=(1, 2, 3)), "padding: expected a number,"),
    "size": (
        lambda: depthwise_conv2d(X[..., :2], W),
        "expected a padded input width of at least 3 (the kernel's extent), found 2",
    ),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_wrong_arguments(call, message):
    with pytest.raises(ConvoptError) as error:
        call()
    assert str(error.value).startswith(message)
