"""Training through `torch.compile(model, backend="convopt")`: gradients are those of float64."""

import copy

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
report_module = pytest.importorskip("convopt.torch.report")
checks = pytest.importorskip("convopt.testing.torch_training")
nn, functional = torch.nn, torch.nn.functional
Layer, Residual = checks.Layer, checks.Residual
check, compiled, assert_near = checks.check, checks.compiled, checks.assert_near


def test_both_directions_are_one_function_each():
    report = check(Residual(), torch.randn(2, 3, 17, 18))
    forward, backward = report.taken
    assert [len(each.convolutions) for each in (forward, backward)] == [4, 4]
    assert report.taken_macs == report.macs


ACTIVATIONS = {
    "relu": functional.relu,
    "hardswish": functional.hardswish,
    "hardsigmoid": functional.hardsigmoid,
    "silu": functional.silu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_activations(activation):
    model = nn.Sequential(Layer(3, 8, 3, activation), Layer(8, 6, 1, activation))
    report = check(model, 3 * torch.randn(2, 3, 9, 8))
    assert len(report.taken) == 2


KINDS = {
    "pointwise, stride 2": (Layer(20, 12, 1, stride=2), 20),
    "dense": (Layer(5, 18, (3, 2), padding=(1, 0), dilation=(2, 1)), 5),
    "dense, stride 2": (Layer(18, 7, 5, stride=2, padding=2), 18),
    "depthwise, 5x5, stride 2": (Layer(20, 20, 5, stride=2, padding=2, groups=20), 20),
    "depthwise, multiplier": (Layer(10, 20, 3, padding=1, groups=10), 10),
    "groups of 4": (Layer(16, 16, 3, padding=1, groups=4), 16),
    "groups of 4, stride 2": (Layer(16, 16, 3, padding=1, groups=4, stride=2), 16),
    "groups of 6": (Layer(18, 12, 3, groups=3), 18),
}


@pytest.mark.parametrize(("layer", "channels"), KINDS.values(), ids=KINDS)
def test_kinds_of_convolutions(layer, channels):
    report = check(layer, torch.randn(2, channels, 11, 12))
    assert report.taken_macs == report.macs > 0


def test_without_batch_norm():
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 4, 1))
    check(model, torch.randn(1, 3, 8, 8))


@pytest.mark.parametrize("offset", [10.0, 300.0])
def test_batch_norm_far_from_zero(offset):
    """Where the running mean, still zero, says nothing of the batch's mean. Convolutions that
    begin with their bias round more often than eager's."""
    layer, x = Layer(3, 8, 3), torch.randn(4, 3, 9, 9)
    layer.conv.bias = nn.Parameter(torch.full((8,), offset))
    expected = copy.deepcopy(layer).double()(x.double())

    def error(found):
        return float((found - expected).norm() / expected.norm())

    allowed = 10 * error(copy.deepcopy(layer)(x)) + 1e-6
    assert error(compiled(layer)(x)) < allowed


def test_steps_follow_the_parameters():
    torch.manual_seed(1)
    model = Residual(functional.relu)
    function, other = compiled(model), copy.deepcopy(model)
    optimizers = [torch.optim.SGD(each.parameters(), lr=0.05) for each in (model, other)]
    x, y = torch.randn(8, 3, 16, 16), torch.randint(0, 5, (8,))
    losses = ([], [])
    for _ in range(10):
        for each, optimizer, kept in zip((function, other), optimizers, losses, strict=True):
            optimizer.zero_grad()
            loss = functional.cross_entropy(each(x), y)
            loss.backward()
            optimizer.step()
            kept.append(float(loss))
    assert losses[0][-1] < losses[0][0]
    assert losses[0] == pytest.approx(losses[1], abs=1e-3)


def test_changes_that_leave_no_trace():
    model = nn.Conv2d(3, 4, 3)
    function, x = compiled(model), torch.randn(1, 3, 6, 6)
    function(x).sum().backward()
    model.weight.data.mul_(2)
    torch.testing.assert_close(function(x), model(x), rtol=1e-4, atol=1e-5)


def test_what_is_left_between_two_sets():
    report = check(checks.Interrupted(), torch.randn(2, 3, 9, 9))
    assert len(report.taken) == 4
    assert "aten.cumsum.default" in {each.operator for each in report.left}


def test_frozen_layers():
    model = Residual()
    for parameter in model.stem.parameters():
        parameter.requires_grad_(False)
    function, exact = compiled(model), copy.deepcopy(model).double()
    x = torch.randn(2, 3, 9, 9)
    function(x).sum().backward()
    exact(x.double()).sum().backward()
    assert model.stem.conv.weight.grad is None
    assert_near(model.expand.conv.weight.grad, exact.expand.conv.weight.grad, 1e-4, "expand")


def test_inference_after_training():
    model = Residual()
    function, x = compiled(model), torch.randn(2, 3, 16, 16)
    function(x).sum().backward()
    model.eval()
    with torch.no_grad():
        torch.testing.assert_close(function(x), model(x), rtol=1e-4, atol=1e-5)
