"""What the backend is not made for: eager's result, or a clear error."""

import logging
import subprocess
import sys

import pytest

import convopt

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
checks = pytest.importorskip("convopt.testing.torch_checks")
others = pytest.importorskip("convopt.torch.others")
backend = pytest.importorskip("convopt.torch.backend")
nn = torch.nn
check, Block = checks.check, checks.Block
X = torch.randn(2, 8, 6, 5)


def eager(model, **options):
    return torch.compile(model, backend="convopt", options={"rest": "eager", **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"thread": 2}, "expected options out of threads, rest, cache, found 'thread'; did you"),
        ({"threads": 0}, "threads: expected a number of at least 1 or None, found 0"),
        ({"threads": True}, "threads: expected a number of at least 1 or None, found True"),
        ({"rest": "onnx"}, "rest: expected one of inductor, eager, found 'onnx'"),
        ({"cache": 1}, "cache: expected True or False, found 1"),
    ],
)
def test_options(options, message):
    compiled = torch.compile(Block(), backend="convopt", options=options)
    with pytest.raises(torch._dynamo.exc.BackendCompilerFailed) as error, torch.no_grad():
        compiled(X)
    assert message in str(error.value)


def test_modes():
    compiled = torch.compile(Block(), backend="convopt", mode="max-autotune")
    with pytest.raises(torch._dynamo.exc.BackendCompilerFailed) as error, torch.no_grad():
        compiled(X)
    assert "expected options, not a mode, found mode='max-autotune'" in str(error.value)
    with torch.no_grad():
        torch.compile(Block(), backend="convopt", mode="default")(X)


def test_batches_of_different_sizes():
    model = Block().eval()
    compiled = eager(model)
    with torch.no_grad(), convopt.torch.collect() as reports:
        for batch in (1, 2, 3, 4):
            x = torch.randn(batch, 8, 6, 5)
            checks.assert_same(compiled(x), model(x))
    first, second = reports
    assert first.macs == first.taken_macs > 0
    assert second.notes == (
        "expected static shapes, found dynamic ones: torch.compile(..., dynamic=False)",
    )


def test_batches_of_different_sizes_without_dynamic_shapes():
    model = Block().eval()
    compiled = torch.compile(model, backend="convopt", dynamic=False)
    with torch.no_grad(), convopt.torch.collect() as reports:
        for batch in (1, 2):
            x = torch.randn(batch, 8, 6, 5)
            checks.assert_same(compiled(x), model(x))
    assert [len(each.taken) for each in reports] == [1, 1]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_types(dtype):
    model = Block().eval().to(dtype)
    _, (report,) = check(model, X.to(dtype), tolerance=0.05)
    assert report.taken == ()


def test_autocast():
    model = Block().eval()
    compiled = eager(model)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        checks.assert_same(compiled(X), model(X), 0.05)


def test_gradients():
    model, reference = Block(), Block()
    reference.load_state_dict(model.state_dict())
    eager(model)(X).square().sum().backward()
    reference(X).square().sum().backward()
    for one, other in zip(model.parameters(), reference.parameters(), strict=True):
        checks.assert_same(one.grad, other.grad, 1e-4)


def test_an_input_that_requires_a_gradient():
    model = Block().eval().requires_grad_(False)
    compiled = eager(model)
    x = X.clone().requires_grad_()
    compiled(x).sum().backward()
    found, x.grad = x.grad, None
    model(x).sum().backward()
    checks.assert_same(found, x.grad)
    with torch.no_grad():
        result = compiled(x)
    assert not result.requires_grad
    checks.assert_same(result, model(x).detach())


def test_frozen_parameters_need_no_context():
    model = Block().eval().requires_grad_(False)
    with convopt.torch.collect() as reports:
        checks.assert_same(eager(model)(X), model(X))
    assert reports[0].taken


def test_inference_mode():
    model = Block().eval()
    compiled = eager(model)
    with torch.inference_mode(), convopt.torch.collect() as reports:
        for _ in range(2):
            checks.assert_same(compiled(X), model(X))
    assert reports[0].taken


def test_parameters_made_in_inference_mode_are_no_constants():
    """PyTorch does not count their changes."""
    with torch.inference_mode():
        model = Block().eval()
        compiled = eager(model)
        checks.assert_same(compiled(X), model(X))
        model.depthwise.weight.mul_(2)
        checks.assert_same(compiled(X), model(X))


def test_batch_norm_in_training_changes_its_statistics():
    model, reference = Block(), Block()
    reference.load_state_dict(model.state_dict())
    compiled = eager(model)
    with torch.no_grad():
        for _ in range(2):
            checks.assert_same(compiled(X), reference(X))
    checks.assert_same(model.norm.running_mean, reference.norm.running_mean)


def test_dropout_in_training_is_random():
    class Random(Block):
        def forward(self, x):
            return nn.functional.dropout(super().forward(x), 0.5, training=True)

    compiled = eager(Random().eval())
    with torch.no_grad():
        assert not torch.equal(compiled(X), compiled(X))


def test_a_filter_that_is_an_argument():
    def function(x, w):
        return nn.functional.conv2d(x, w)

    compiled = torch.compile(function, backend="convopt", options={"rest": "eager"})
    for _ in range(2):
        x, w = torch.randn(1, 3, 6, 6), torch.randn(4, 3, 3, 3)
        checks.assert_same(compiled(x, w), function(x, w))


def test_static_memory_of_a_user_is_no_constant():
    class Scaled(Block):
        def __init__(self):
            super().__init__()
            self.register_buffer("scale", torch.ones(8, 1, 1))
            torch._dynamo.mark_static_address(self.scale)

        def forward(self, x):
            return super().forward(x) * self.scale

    model = Scaled().eval()
    compiled, (report,) = check(model, X)
    assert report.taken
    for _ in range(3):
        model.scale.mul_(2)
        with torch.no_grad():
            checks.assert_same(compiled(X), model(X))


def test_one_tensor_as_two_arguments():
    class Both(Block):
        def forward(self, x, y):
            y.add_(1)
            return super().forward(x)

    model = Both().eval()
    compiled = eager(model)
    mine, theirs = X.clone(), X.clone()
    with torch.no_grad():
        for _ in range(2):
            checks.assert_same(compiled(mine, mine), model(theirs, theirs))


def test_inductor_that_fails(monkeypatch):
    def fail(*_):
        raise RuntimeError("no C++ compiler\nat all")

    monkeypatch.setattr(others, "lookup_backend", lambda _: fail)

    class Tail(Block):
        def forward(self, x):
            return torch.cumsum(super().forward(x), 1)

    model = Tail().eval()
    compiled = torch.compile(model, backend="convopt")
    with torch.no_grad(), convopt.torch.collect() as reports:
        checks.assert_same(compiled(X), model(X))
    assert reports[0].taken
    assert reports[0].rest == "eager"
    assert reports[0].notes == ("inductor failed: RuntimeError: no C++ compiler",)


def test_a_fault_of_convopt_is_no_users(monkeypatch, caplog):
    def fail(*_):
        raise AssertionError("a fault")

    monkeypatch.setattr(backend, "compile_inference", fail)
    model = Block().eval()
    with torch.no_grad(), convopt.torch.collect() as reports, caplog.at_level(logging.WARNING):
        checks.assert_same(eager(model)(X), model(X))
    assert reports[0].notes == ("convopt failed: AssertionError: a fault",)
    assert "convopt failed" in caplog.text


def test_a_set_that_the_compiler_refuses_is_left(monkeypatch):
    division = pytest.importorskip("convopt.torch.division")
    build = division.build_segment

    def refuse(model, **named):
        if len(model.inputs[0].shape) == 4 and model.inputs[0].shape[1] == 3:
            raise division.ConvoptError("expected other channels, found 3")
        return build(model, **named)

    monkeypatch.setattr(division, "build_segment", refuse)

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 2, 3)

        def forward(self, x):
            return self.b(torch.cumsum(self.a(x), 1))

    _, (report,) = check(Two(), torch.randn(1, 3, 5, 5))
    assert [each.convolutions for each in report.taken] == [("b/convolution_1",)]
    assert report.left[0].reason == "expected other channels, found 3"
    assert 0 < report.taken_macs < report.macs


def test_without_torch_one_clear_line(monkeypatch):
    code = """
import sys
sys.modules["torch"] = None
import convopt
try:
    convopt.torch.explain
except convopt.ConvoptError as error:
    print(error)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("expected the package torch for convopt.torch, found none; pip")


def test_convopt_does_not_import_torch():
    code = "import sys, convopt.torch, convopt.compiler; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
