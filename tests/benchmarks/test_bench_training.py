"""Training side by side: everyone makes the same steps, and what is said about them."""

import json
import math
import sys
from pathlib import Path

import pytest

from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.torch_models.results import CONVOPT, EAGER
from convopt.benchmarks.training.records import records
from convopt.benchmarks.training.results import Entry, Taken, TrainingResult, greatest_distance
from convopt.benchmarks.training.tables import lines, training_table
from convopt.benchmarks.training.task import Task
from convopt.cli.start import convopt_bench

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
comparison = pytest.importorskip("convopt.benchmarks.training.comparison")
contenders = pytest.importorskip("convopt.benchmarks.torch_models.contenders")
images = pytest.importorskip("convopt.benchmarks.training.images")
learner = pytest.importorskip("convopt.benchmarks.training.learner")
network = pytest.importorskip("convopt.benchmarks.training.network")
nn = torch.nn

TASK = Task(steps=3, batch=4, size=8, classes=3, learning_rate=0.1, seed=0, threads=1)


class Steady:
    """A machine whose clock never changes."""

    def peak_gflops(self) -> float:
        return 100.0


@pytest.fixture(autouse=True)
def restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The process is not pinned, and how fast the machine's memory is plays no part."""
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("convopt.benchmarks.command.training_run.pin", lambda count, core: (0,))
    monkeypatch.setattr("convopt.benchmarks.limits.machine._physical_bytes", lambda: 1 << 27)
    monkeypatch.setattr("convopt.benchmarks.limits.machine._SWEEPS", 1)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def small(monkeypatch):
    """A network that compiles at once in place of MobileNetV2."""

    def made(task, generator):
        torch.manual_seed(task.seed)
        convolution = nn.Conv2d(3, 8, 3, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(288, 3))

    monkeypatch.setattr(comparison, "network", made)
    return made(TASK, None)


def chosen(*names):
    return contenders.named(names, contenders.TRAINED)


def drawn(task):
    return images.batches(task, torch.Generator().manual_seed(task.seed))


def trained(everyone, task=TASK):
    training = comparison.Training(task, everyone, Steady())
    for number in range(task.steps):
        training.round(number)
    return training.result()


def test_the_command(capsys, tmp_path):
    file = tmp_path / "found.json"
    sizes = ["--steps", "2", "--batch", "2", "--size", "32"]
    words = ["training", "--contenders", "eager-nhwc,eager", *sizes, "--json", str(file)]
    assert convopt_bench(words) == 0
    out = capsys.readouterr().out
    rows = {row["contender"]: row for row in json.loads(file.read_text())["rows"]}
    assert list(rows) == [EAGER, "eager-nhwc"]
    eager, other = rows.values()
    assert (eager["steps"], eager["batch"], eager["size"]) == (2, 2, 32)
    assert (eager["classes"], eager["learning_rate"], eager["threads"]) == (10, 3e-4, 1)
    assert len(eager["losses"]) == len(other["losses"]) == 2
    assert eager["losses"][0] != eager["losses"][1]
    assert eager["samples"] == 1
    assert eager["min_ms"] > 0
    assert eager["times_convopt"] is None
    assert eager["deviation_from_eager"] == 0.0
    pairs = zip(eager["losses"], other["losses"], strict=True)
    assert other["deviation_from_eager"] == max(abs(one - two) for one, two in pairs)
    assert "training MobileNetV2, 2 steps, batch 2, 32x32, fp32, 1 thread" in out
    assert all(f"{loss:.4f}" in out for row in rows.values() for loss in row["losses"])
    assert f"{eager['min_ms']:.1f} ({eager['median_ms']:.1f})" in out
    assert f"core 0, code for host, torch {torch.__version__}" in out
    assert "convopt runs" not in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--contenders", "eager,tvm"], "inductor-nhwc, eager, eager-nhwc, found 'tvm'"),
        (
            ["--contenders", "inductor-frozen"],
            "expected contenders out of convopt, inductor, induc",
        ),
        (["--contenders", ","], "expected at least one contender, found none"),
        (["--steps", "0"], "--steps: expected a number of at least 1, found '0'"),
        (["--size", "-32"], "--size: expected a number of at least 1, found '-32'"),
        (["--size", "0"], "--size: expected a number of at least 1, found '0'"),
        (["--batch", "1", "--size", "32"], "a batch of at least 2 for images of up to 32 pixels"),
        (["--learning-rate", "0"], "--learning-rate: expected a number above 0, found '0'"),
        (["--learning-rate", "nan"], "expected a number above 0, found 'nan'"),
        (["--learning-rate", "fast"], "expected a number above 0, found 'fast'"),
        (["--seed", "-1"], "expected a number from 0 to 2^64 - 1, found '-1'"),
        (["--seed", str(1 << 64)], "expected a number from 0 to 2^64 - 1, found '1844"),
        (["--threads", "2", "--core", "0"], "expected one thread for --core, found 2"),
    ],
)
def test_mistakes_are_one_line(capsys, monkeypatch, words, message):
    monkeypatch.setattr(comparison, "Training", None)  # what is not noticed trains for minutes
    assert convopt_bench(["training", *words]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1


def test_without_torch(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert convopt_bench(["training"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("convopt-bench: error: not installed: pip install torch")
    assert len(err.splitlines()) == 1


def test_an_interrupted_run_reports_the_steps_it_has(capsys, monkeypatch, tmp_path, small):
    class Interrupted(learner.Learner):
        def step(self, number):
            if number == 2:
                raise KeyboardInterrupt
            return super().step(number)

    monkeypatch.setattr(comparison, "Learner", Interrupted)
    file = tmp_path / "found.json"
    words = ["training", "--contenders", "eager", "--size", "8", "--classes", "3"]
    assert convopt_bench([*words, "--json", str(file)]) == 130
    (row,) = json.loads(file.read_text())["rows"]
    assert len(row["losses"]) == 2
    assert f"{row['losses'][-1]:.4f}" in capsys.readouterr().out


def test_everyone_makes_the_same_steps(small):
    result = trained(chosen(CONVOPT, "eager", "eager-nhwc"))
    assert [one.contender for one in result.entries] == [CONVOPT, "eager", "eager-nhwc"]
    for entry in result.entries:
        assert entry.note == ""
        assert len(entry.losses) == 3
        assert len(set(entry.losses)) == 3
        assert entry.first_seconds > 0
        assert 1 <= entry.timing.samples <= 2
        assert result.deviation(entry) <= 1e-5
    # forward and the filter's gradient: images need none
    assert result.taken.convolutions == result.taken.all_convolutions == 2
    assert result.taken.macs == result.taken.all_macs == 2 * 4 * 36 * 8 * 27
    assert result.taken.notes == ()


def test_who_breaks_down_is_named_and_the_others_go_on(small):
    calls = []

    def breaking(module, inputs, **options):
        calls.append(module)
        raise ValueError("no such thing\nat all")

    broken = contenders.Contender("broken", breaking)
    result = trained([broken, *chosen("eager")])
    failed = result.entry("broken")
    assert len(calls) == 1
    assert failed.note.startswith("failed: BackendCompilerFailed")
    assert len(failed.note.splitlines()) == 1
    assert (failed.losses, failed.timing, result.deviation(failed)) == ((), None, None)
    assert len(result.entry("eager").losses) == 3
    assert lines(result) == [f"broken: {failed.note}"]


def test_steps_are_gradient_descent_on_a_copy(small):
    before = {name: value.clone() for name, value in small.named_parameters()}
    batches = drawn(TASK)
    own = learner.Learner(chosen("eager")[0], small, batches, 0.1)
    found = [own.step(number).item() for number in (0, 1, len(batches) + 2)]
    assert all(torch.equal(value, before[name]) for name, value in small.named_parameters())
    expected = []
    for batch in batches[:3]:
        loss = nn.functional.cross_entropy(small(batch.images), batch.labels)
        expected.append(loss.item())
        gradients = torch.autograd.grad(loss, list(small.parameters()))
        with torch.no_grad():
            for value, gradient in zip(small.parameters(), gradients, strict=True):
                value -= 0.1 * gradient
    assert found == pytest.approx(expected, abs=1e-6)


def test_images_and_filters_are_in_the_contenders_memory_format():
    formats = []

    class Spy(nn.Conv2d):
        def forward(self, x):
            formats.append([each.is_contiguous() for each in (x, self.weight)])
            return super().forward(x)

    module = nn.Sequential(Spy(3, 3, 8), nn.Flatten())
    for one in chosen("eager", "eager-nhwc"):
        learner.Learner(one, module, drawn(TASK), 0.1).step(0)
    assert formats == [[True, True], [False, False]]


def test_images_of_a_class_have_something_in_common():
    task = Task(1, 60, 8, 3, 0.1, 5, 1)
    first, second, *more = drawn(task)
    assert len(more) == images.BATCHES - 2
    assert first.images.shape == (60, 3, 8, 8)
    assert not torch.equal(first.images, second.images)
    assert torch.equal(first.images, drawn(task)[0].images)
    assert not torch.equal(first.images, drawn(Task(1, 60, 8, 3, 0.1, 6, 1))[0].images)
    assert first.images.std().item() == pytest.approx(math.hypot(1, images.PATTERN), rel=0.05)

    def mean(batch, label):
        return batch.images[batch.labels == label].mean(0).flatten()

    for label in range(3):
        for other in range(3):
            pair = torch.stack([mean(first, label), mean(second, other)])
            correlation = torch.corrcoef(pair)[0, 1].item()
            assert correlation > 0.6 if label == other else abs(correlation) < 0.4


def test_the_network_starts_as_described():
    def made(seed):
        return network.network(TASK, torch.Generator().manual_seed(seed))

    module = made(0)
    assert module.training
    assert {each.p for each in module.modules() if isinstance(each, nn.Dropout)} == {0.0}
    blocks = [each for each in module.features if hasattr(each, "is_residual")]
    residual = [each.body[-1] for each in blocks if each.is_residual]
    assert len(residual) == 10
    for each in module.modules():
        if isinstance(each, nn.BatchNorm2d):
            assert torch.all(each.weight == (0 if any(each is one for one in residual) else 1))
            assert not each.bias.any()
    last = module.features[-1][0]  # 320 -> 1280, pointwise
    assert last.weight.std().item() == pytest.approx(math.sqrt(2 / 1280), rel=0.02)
    assert module.classifier[-1].weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert not module.classifier[-1].bias.any()
    assert torch.equal(last.weight, made(0).features[-1][0].weight)
    assert not torch.equal(last.weight, made(1).features[-1][0].weight)


def test_the_greatest_distance_of_losses():
    assert greatest_distance([2.0, 1.5, 1.0], [2.0, 1.75, 0.9]) == 0.25
    assert greatest_distance([2.0, 1.5], [2.5, 1.5, 9.0]) == 0.5
    assert greatest_distance([], [2.0]) is None
    assert math.isnan(greatest_distance([2.0, math.nan, 1.0], [2.0, 1.5, 1.0]))
    assert math.isnan(greatest_distance([math.inf], [math.inf]))


def result_of(taken=None, **times):
    """Losses of the first are a quarter above those of the others."""
    entries = [
        Entry(name, (2.25, 1.25) if number == 0 else (2.25, 1.0), 3.0, timed(ms))
        for number, (name, ms) in enumerate(times.items())
    ]
    return TrainingResult(TASK, tuple(entries), taken)


def timed(ms):
    return Timing((ms + 1) / 1e3, ms / 1e3, 0.0, 0.0, 100.0, 2)


def test_deviation_needs_eager():
    result = result_of(convopt=1.0, eager=2.0)
    assert [result.deviation(one) for one in result.entries] == [0.25, 0.0]
    result = result_of(convopt=1.0, inductor=2.0)
    assert [result.deviation(one) for one in result.entries] == [None, None]


def test_the_table_and_records():
    from rich.console import Console

    taken = Taken(3, 4, 75, 100, 2, ("inductor failed: why",))
    result = result_of(taken, convopt=3.0, eager=7.0)
    console = Console(width=200)
    with console.capture() as captured:
        console.print(training_table(result))
    assert len(captured.get().splitlines()) == 7  # no heading is folded
    assert "step, ms ┃ timed ┃ convopt faster ┃ first loss" in captured.get()
    own, eager = (line.split() for line in captured.get().splitlines() if "3.00 " in line)
    bar = "│"
    assert [one for one in own if one != bar] == [
        *("convopt", "3.00", "3.0", "(4.0)", "2", "-", "2.2500", "1.2500", "2.5e-01")
    ]
    assert [one for one in eager if one != bar] == [
        *("eager", "3.00", "7.0", "(8.0)", "2", "2.33x", "(2.00x)", "2.2500", "1.0000", "0.0e+00")
    ]
    first, line = lines(result)
    assert first.startswith(
        "convopt runs 3 of 4 convolutions and gradients of convolutions, 75% of"
    )
    assert line == "convopt: inductor failed: why"
    record = list(records(result))[1]
    assert (record["min_ms"], record["median_times_convopt"]) == (7.0, 2.0)
    assert record["times_convopt"] == pytest.approx(7 / 3)


def test_one_step_is_not_timed():
    from rich.console import Console

    result = TrainingResult(TASK, (Entry(CONVOPT, (2.0,), 3.0), Entry("eager", ())))
    console = Console(width=200)
    with console.capture() as captured:
        console.print(training_table(result))
    assert captured.get().count(" - ") == 3 + 7 + 1
    assert [record["min_ms"] for record in records(result)] == [None, None]
