"""What is said about graphs: reports, remarks, the log, `convopt.torch.explain`."""

import logging

import pytest

import convopt
from convopt.passes import remarks

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
checks = pytest.importorskip("convopt.testing.torch_checks")
nn = torch.nn
X = torch.randn(1, 8, 5, 4)
GLOBAL = checks.Block().eval()


class Net(nn.Module):
    """A block, something that convopt cannot do twice, and a transposed convolution."""

    def __init__(self):
        super().__init__()
        self.block, self.up = checks.Block(), nn.ConvTranspose2d(8, 4, 3)

    def forward(self, x):
        x = torch.cumsum(torch.cumsum(self.block(x), 1), 2)
        return self.up(x)


def compile_once(model):
    with torch.no_grad():
        torch.compile(model, backend="convopt", options={"rest": "eager", "cache": False})(X)


def test_explain():
    model = Net().eval()
    found = convopt.torch.explain(model, X, options={"rest": "eager"})
    (report,) = found.graphs
    taken, left = 20 * (2 * 8 * 24 + 24 * 9), 20 * 8 * 4 * 9
    assert (report.taken_macs, report.macs) == (taken, taken + left)
    assert found.share == taken / (taken + left)
    lines = str(found).splitlines()
    assert lines[0] == f"1 graph, {found.share:.0%} of the convolutions' multiply-adds"
    assert lines[1].startswith("7 of 10 nodes in 1 set, ")
    assert lines[2].startswith("  taken: block.expand/convolution to block.project/convolution_2: ")
    assert lines[3].startswith("  left: aten.convolution.default 'up/convolution_3': expected a co")
    assert lines[4].startswith("  left: 2 x aten.cumsum.default 'cumsum': convopt has no such ope")


def test_explaining_twice_says_the_same():
    model = checks.Block().eval()
    first, second = (convopt.torch.explain(model, X) for _ in range(2))
    assert first == second
    assert first.share == 1.0


def test_a_model_without_convolutions():
    found = convopt.torch.explain(nn.ReLU(), X, options={"rest": "eager"})
    assert found.share == 0.0
    assert "no convolution that convopt compiles" in str(found)


def test_remarks_come_with_those_of_passes():
    with remarks.collect() as found:
        compile_once(Net().eval())
    mine = [each for each in found if each.pass_name == "torch"]
    assert [(each.kind.value, each.location) for each in mine] == [
        ("passed", "block.expand/convolution to block.project/convolution_2"),
        ("missed", "cumsum"),
        ("missed", "cumsum_1"),
        ("missed", "up/convolution_3"),
    ]
    assert any("block.depthwise/convolution_1" in each.location for each in found[:-4])


def test_the_log(caplog):
    with caplog.at_level(logging.INFO, "convopt.torch"):
        compile_once(Net().eval())
    assert "left: 2 x aten.cumsum.default" in caplog.text


def test_collectors_nest():
    with convopt.torch.collect() as outer:
        with convopt.torch.collect() as inner:
            compile_once(checks.Block().eval())
        assert (len(outer), len(inner)) == (0, 1)


def test_places_in_a_global_model():
    found = convopt.torch.explain(lambda x: GLOBAL(x), X, options={"rest": "eager"})
    assert found.graphs[0].taken[0].convolutions[0] == "expand/convolution"
