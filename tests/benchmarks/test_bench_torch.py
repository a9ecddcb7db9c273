"""PyTorch models side by side: who takes part, what convopt's share is, what is said about it."""

import csv
from importlib.util import find_spec
from pathlib import Path

import pytest

from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.torch_models.records import FIELDS, records
from convopt.benchmarks.torch_models.results import CONVOPT, Entry, TorchResult
from convopt.benchmarks.torch_models.tables import notes, torch_table
from convopt.cli.start import convopt_bench
from convopt.errors import ConvoptError

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
comparison = pytest.importorskip("convopt.benchmarks.torch_models.comparison")
contenders = pytest.importorskip("convopt.benchmarks.torch_models.contenders")
convolution_time = pytest.importorskip("convopt.benchmarks.torch_models.convolution_time")
sources = pytest.importorskip("convopt.benchmarks.torch_models.sources")
nn = torch.nn


class Steady:
    """A machine whose clock never changes."""

    def peak_gflops(self) -> float:
        return 100.0


class Wrong(nn.Module):
    def forward(self, x):
        return x if torch.compiler.is_compiling() else 2 * x


@pytest.fixture
def small():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 4, 1)).eval()
    return sources.TorchModel("small", module, torch.randn(1, 3, 8, 8))


@pytest.fixture(autouse=True)
def restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path))
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def chosen(*names):
    return [one for one in contenders.CONTENDERS if one.name in names]


def test_a_comparison(small):
    everyone = chosen(CONVOPT, "eager", "eager-nhwc")
    result = comparison.compare(small, everyone, 1, 2, Steady())
    assert [one.contender for one in result.entries] == [CONVOPT, "eager", "eager-nhwc"]
    assert result.macs == result.taken_macs == 36 * (8 * 27 + 4 * 8)
    assert (result.time_share, result.sets) == (1.0, 1)
    for entry in result.entries:
        assert entry.error <= 1e-5
        assert entry.timing.min_seconds > 0
        assert result.times_convopt(entry) > 0
    assert result.times_convopt(result.entry(CONVOPT)) == 1.0


def test_a_wrong_result_is_not_timed(small):
    wrong = sources.TorchModel("wrong", Wrong(), small.image)
    result = comparison.compare(wrong, chosen(CONVOPT, "eager"), 1, 2, Steady())
    assert result.entry(CONVOPT).timing is None
    assert result.entry(CONVOPT).note.startswith("wrong: relative error 5.0e-01")
    assert result.entry("eager").timing is not None
    assert notes([result]) == [f"convopt, wrong: {result.entry(CONVOPT).note}"]


def test_who_breaks_down_is_named(small):
    broken = contenders.Contender("broken", "no-such-backend")
    result = comparison.compare(small, [*chosen(CONVOPT), broken], 1, 2, Steady())
    assert result.entry("broken").note.startswith("failed: InvalidBackend")


def test_seconds_of_convolutions(small):
    seconds = convolution_time.convolution_seconds(small.module, small.image)
    assert set(seconds) == {"0", "2"}
    assert all(one > 0 for one in seconds.values())
    assert convolution_time.share_of({"a": 3.0, "b": 1.0}, {"a"}) == 0.75
    assert convolution_time.share_of({}, {"a"}) == 0.0


def test_frozen_weights_are_an_option_of_inductor():
    frozen = chosen("inductor-frozen")[0]
    with frozen.settings():
        assert torch._inductor.config.freezing
    assert not torch._inductor.config.freezing


def test_models_are_equal_and_hide_nothing():
    one, other = (sources.torch_model("mobilenet_v2", 32) for _ in range(2))
    assert torch.equal(one.image, other.image)
    assert one.image.shape == (1, 3, 32, 32)
    for mine, yours in zip(one.module.parameters(), other.module.parameters(), strict=True):
        assert torch.equal(mine, yours)
        assert len(mine.unique()) > 1
    assert sum(each.numel() for each in one.module.parameters()) == 3_504_872  # the paper's 3.4 M


def test_unknown_models(monkeypatch):
    monkeypatch.setattr(sources, "find_spec", lambda _: None)
    with pytest.raises(ConvoptError, match=r"expected the package timm for 'resnet50', found no"):
        sources.torch_model("resnet50")


@pytest.mark.skipif(find_spec("timm") is None, reason="needs timm: pip install 'convopt[networks]'")
def test_models_that_timm_does_not_know():
    with pytest.raises(ConvoptError, match=r"or a model of timm, found 'no_such_model'"):
        sources.torch_model("no_such_model")


def result_of(**times):
    entries = [
        Entry(name, 1e-6, Timing(1.5 * ms / 1e3, ms / 1e3, 0.0, 0.0, 100.0, 3), 2.0)
        for name, ms in times.items()
    ]
    return TorchResult("net", 1, 4_000_000, 3_000_000, 0.9, 2, tuple(entries))


def test_the_table_and_records():
    from rich.console import Console

    result = result_of(convopt=2.0, inductor=5.0)
    console = Console(width=200)
    with console.capture() as captured:
        console.print(torch_table([result]))
    shown = captured.get()
    assert "90% (75%)" in shown
    assert "5.000 (7.500) 2.50x" in shown
    first, second = records(result)
    assert tuple(first) == FIELDS
    assert second["times_convopt"] == second["median_times_convopt"] == 2.5


def test_the_command(small, monkeypatch, capsys, tmp_path):
    from convopt.benchmarks.command import torch_run

    monkeypatch.setattr(torch_run, "torch_model", lambda name, size: small)
    monkeypatch.setattr(torch_run, "pin", lambda count: (0,))
    file = tmp_path / "found.csv"
    arguments = ["torch", "small", "--contenders", "eager", "--rounds", "1", "--csv", str(file)]
    assert convopt_bench(arguments) == 0
    assert "100% (100%)" in capsys.readouterr().out
    assert [row["contender"] for row in csv.DictReader(file.open())] == [CONVOPT, "eager"]


def test_unknown_contenders(capsys):
    assert convopt_bench(["torch", "--contenders", "tvm"]) == 2
    assert "expected contenders out of inductor, inductor-nhwc" in capsys.readouterr().err
