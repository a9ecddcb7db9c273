"""`torch.compile(model, backend="convopt")`: what it takes, and that results are eager's."""

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
nn = torch.nn
report = pytest.importorskip("convopt.torch.report")


class Block(nn.Module):
    """Pointwise, depthwise, pointwise and what stands between them."""

    def __init__(self, channels: int = 8) -> None:
        super().__init__()
        self.expand = nn.Conv2d(channels, 24, 1, bias=False)
        self.norm = nn.BatchNorm2d(24)
        self.depthwise = nn.Conv2d(24, 24, 3, padding=1, groups=24)
        self.project = nn.Conv2d(24, channels, 1)
        nn.init.normal_(self.norm.running_mean)
        nn.init.uniform_(self.norm.running_var, 0.5, 2.0)

    def forward(self, x):
        y = nn.functional.relu6(self.norm(self.expand(x)))
        return x + self.project(nn.functional.hardswish(self.depthwise(y)))


def check(model, *inputs, tolerance=1e-5, **options):
    """Compiles a model, compares it with eager, returns the compiled one and the reports."""
    compiled = torch.compile(model, backend="convopt", options=options)
    with torch.no_grad(), report.collect() as reports:
        expected, found = model(*inputs), compiled(*inputs)
    assert_same(found, expected, tolerance)
    return compiled, reports


def assert_same(found, expected, tolerance=1e-5):
    if isinstance(expected, torch.Tensor):
        assert found.dtype == expected.dtype
        assert found.stride() == expected.stride()
        assert (found - expected).norm() <= tolerance * expected.norm()
        return
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert_same(one, other, tolerance)


def test_a_chain_of_convolutions_becomes_one_function():
    _, (only,) = check(Block().eval(), torch.randn(2, 8, 9, 7))
    (taken,) = only.taken
    assert [name.partition("/")[0] for name in taken.convolutions] == [
        "expand",
        "depthwise",
        "project",
    ]
    assert only.rest == "nothing"
    assert only.left == ()
    assert only.macs == only.taken_macs == 2 * 9 * 7 * (8 * 24 * 2 + 24 * 9)
