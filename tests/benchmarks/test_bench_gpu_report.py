"""What is said of times and counters, and how a run goes on where it stopped."""

import json
from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="what runs beside a GPU imports it")

from convopt.benchmarks.gpu.on_device import main as command
from convopt.benchmarks.gpu.on_device import traffic
from convopt.benchmarks.gpu.on_device.bundle import (
    Bundle,
    BundleError,
    Case,
    Kernel,
    Launch,
    Variant,
    WeightMap,
)
from convopt.benchmarks.gpu.on_device.driver import DriverError
from convopt.benchmarks.gpu.on_device.energy import Meter
from convopt.benchmarks.gpu.on_device.parts import PARTS, Task, fits, tasks
from convopt.benchmarks.gpu.on_device.report import (
    case_lines,
    claims,
    geometric_mean,
    group_lines,
    ratio,
    tvm_lines,
)
from convopt.benchmarks.gpu.on_device.results import Measurement, Results, Row
from convopt.benchmarks.gpu.on_device.timing import (
    COLD_CALLS,
    GRAPH_SECONDS,
    MOST_CALLS,
    Times,
    calls_for,
    in_turn,
    without_flush,
)


def variant(name, kernel="k_kernel", kind="dwpw"):
    launch = Launch(kernel, (("input", 0), ("output", 0)), kind, "", 1, 2000, 1000, 300)
    return Variant(name, "f32", ("",), (launch,), 0, WeightMap(0, 0, (), ()), None)


def case(name="a", kind="pair", batch=1, variants=("planned",)):
    graph = {"inputs": {"x": [1]}, "output": "x", "output_shape": [1], "constants": {}, "steps": []}
    made = tuple(variant(each) for each in variants)
    return Case(name, kind, "made_up", batch, 1, 1, graph, made)


def is_ours(contender):
    return contender in ("planned", "apart", "fused") or contender.startswith("sample")


def measurement(part="pairs", name="made_up: a x1", batch=1, fused=True, **times):
    """`planned=2.0` is a time; `planned="words"` a problem."""
    rows = tuple(
        Row(contender, "f32", is_ours(contender), problem=value)
        if isinstance(value, str)
        else Row(contender, "f32", is_ours(contender), None, 1e-7, value, value)
        for contender, value in ((key.replace("_", "-"), value) for key, value in times.items())
    )
    return Measurement(part, name, "pair", "made_up", batch, fused, 3.0, {"gpu": "g"}, rows)


def verdicts(found, counts=()):
    return [claim.is_met for claim in claims(found, counts)]


def test_times_are_medians_with_quartiles():
    times = Times.of([5.0, 1.0, 2.0, 3.0, 100.0])
    assert (times.median, times.least, times.lower, times.upper) == (3.0, 1.0, 2.0, 5.0)
    assert Times.of([7.0]) == Times(7.0, 7.0, 7.0, 7.0)


def test_graphs_are_long_enough_and_not_too_long():
    assert calls_for(GRAPH_SECONDS / 10) == 10
    assert calls_for(1.0) == 1
    assert calls_for(1e-8) == MOST_CALLS


def test_each_round_begins_with_another_one():
    order = []
    watches = {name: lambda name=name: order.append(name) or len(order) for name in "abc"}
    found = in_turn(watches, 3)
    assert "".join(order) == "abcbcacab"
    assert found == {"a": [1, 6, 8], "b": [2, 4, 9], "c": [3, 5, 7]}


def test_the_flushes_time_is_taken_off():
    microsecond = 1e-6 * COLD_CALLS
    times = without_flush({"": [30 * microsecond], "a": [34 * microsecond, 36 * microsecond]})
    assert times["a"].median == pytest.approx(5.0)


def test_small_batches_come_first_part_by_part():
    found = tasks([case("b", batch=8), case("a"), case("n", "network")], ["pairs", "check"])
    assert [(task.part.name, task.case.key) for task in found] == [
        ("check", "made_up: a x1"),
        ("check", "made_up: n x1"),
        ("check", "made_up: b x8"),
        ("pairs", "made_up: a x1"),
        ("pairs", "made_up: b x8"),
    ]
    assert tasks([case()], ["samples"]) == []
    assert len(tasks([case(variants=("planned", "sample 00"))], ["samples"])) == 1
    assert tasks([case()], patterns=["b*"]) == []
    assert tasks([case()], batches=[8]) == []
    assert tasks([case(batch=8)], ["energy"]) == []


def test_lower_precisions_are_measured_where_there_are_kernels_of_them():
    part = ["precisions"]
    assert tasks([case()], part) == []
    half = replace(variant("planned"), precision="f16")
    with_half = replace(case(), variants=(variant("planned"), half))
    assert len(tasks([with_half], part)) == 1
    assert with_half.variant("planned").precision == "f32"
    assert with_half.variant("planned", "f16") is half
    assert with_half.variants_of(["planned", "apart"], "f16") == [half]


def test_a_task_begins_only_if_it_will_end_in_time():
    task = Task(next(part for part in PARTS if part.name == "networks-compile"), case())
    assert not fits(task, 0.0, 200.0)
    assert fits(task, 30.0, 200.0)


def test_results_are_kept_and_a_cut_off_line_is_dropped(tmp_path):
    path = tmp_path / "results.jsonl"
    results = Results(path)
    results.add(measurement(planned=1.0, torch_nchw="failed"))
    with path.open("a") as stream:
        stream.write('{"part": "pai')
    again = Results(path)
    assert again.measurements == results.measurements
    assert again.has("pairs", "made_up: a x1")
    assert not again.has("check", "made_up: a x1")
    assert again.seconds("pairs") == 3.0
    again.add(measurement(name="made_up: b x1", planned=2.0))
    assert len(Results(path).measurements) == 2
    again.write_table(tmp_path / "results.csv")
    lines = (tmp_path / "results.csv").read_text().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("part,case,kind,group,batch,is_fused,seconds,contender,precision")


def test_ratios_are_to_the_best_peer():
    one = measurement(planned=2.0, torch_nchw=6.0, torch_nhwc=5.0)
    assert ratio(one, ("torch-nchw", "torch-nhwc")) == 2.5
    assert ratio(one, ("compile-nchw",)) is None
    assert ratio(replace(one, rows=one.rows[1:]), ("torch-nchw",)) is None
    assert geometric_mean([1.0, 4.0]) == pytest.approx(2.0)


def test_nothing_is_claimed_of_what_was_not_measured():
    assert verdicts([]) == [None] * 10
    assert str(claims([], [])[0]).startswith("not measured")


def test_claims_are_met_or_not():
    fast = measurement(planned=1.0, torch_nchw=4.0, torch_nhwc=5.0)
    equal = measurement(name="made_up: b x1", planned=1.0, torch_nchw=1.0)
    assert verdicts([fast])[:4] == [True, True, True, True]
    assert verdicts([fast, equal])[:4] == [True, False, True, True]
    slow = replace(fast, batch=8)
    assert verdicts([slow])[1:4] == [None] * 3
    assert verdicts([replace(fast, is_fused=False)])[1:4] == [None] * 3
    wrong = measurement(planned="expected an error")
    assert verdicts([fast, wrong])[0] is False


def test_networks_are_claimed_beside_each_peer():
    name = "mobilenet_v1: whole x1"
    found = [
        measurement("networks", name, planned=1.0, torch_nchw=2.0),
        measurement("networks-compile", name, planned=1.0, compile_nchw=1.7, compile_nhwc=9.0),
    ]
    assert verdicts(found)[4:8] == [True, None, False, None]


def test_the_planner_is_judged_by_the_best_sample():
    found = [
        measurement("samples", f"made_up: {i} x1", planned=1.05, sample_00=1.0, sample_01=3.0)
        for i in range(9)
    ]
    far = measurement("samples", "made_up: far x1", planned=2.0, sample_00=1.0)
    assert verdicts([*found, far])[8] is True
    assert verdicts([*found[1:], far])[8] is False


def test_traffic_is_within_ten_percent_or_not():
    def counts(l2, dram):
        return {"l2_bytes": l2, "model_l2_bytes": 100, "dram_bytes": dram, "model_dram_bytes": 50}

    assert verdicts([], [counts(109, 46)])[9] is True
    assert verdicts([], [counts(111, 50)])[9] is False
    assert verdicts([], [counts(None, None)])[9] is None


def test_each_precision_has_means_of_its_own():
    def row(contender, precision, time):
        return Row(contender, precision, is_ours(contender), None, 1e-3, time)

    rows = [row("planned", "f16", 2.0), row("planned", "tf32", 5.0), row("torch-nhwc", "f16", 8.0)]
    rows += [row("torch-nchw", "tf32", 7.5), row("torch-nchw", "f32", 0.1)]
    one = replace(measurement("precisions"), rows=tuple(rows))
    lines = list(group_lines([one]))[1:]
    assert [line.split()[3] for line in lines] == ["tf32", "f16"]
    assert "1.50 x the best" in lines[0]
    assert "4.00 x the best" in lines[1]
    assert ratio(one, ("torch-nchw",)) is None


def test_tvm_has_a_line_of_its_own():
    found = [
        measurement(planned=1.0, torch_nchw=1.0, tvm_dlight=4.0),
        measurement(name="made_up: b x1", planned=2.0, torch_nchw=2.0, tvm_dlight=18.0),
        measurement("networks", "n: whole x8", 8, planned=1.0, tvm_dlight=7.0),
        measurement("networks", "n: whole x1", planned=1.0, tvm_dlight="wrong"),
    ]
    pairs, networks = tvm_lines(found)
    assert pairs.startswith("pairs, batch 1: 6.00 x tvm-dlight")
    assert pairs.endswith("geometric mean of 2")
    assert networks.startswith("networks, batch 8: 7.00 x")


def test_tables_name_groups_and_problems():
    found = [measurement(planned=1.0, apart=2.0, torch_nchw=4.0, torch_nhwc="no kernel")]
    (line,) = list(group_lines(found))[1:]
    assert "made_up" in line
    assert "4.00 x the best of torch-nchw/torch-nhwc" in line
    assert "own kernels apart 2.00" in line
    lines = list(case_lines(found, "pairs"))
    assert lines[0] == "made_up: a x1 fused"
    assert any("no kernel" in line for line in lines)


TABLE = """==PROF== Connected
"ID","Kernel Name","dram__bytes_read.sum","dram__bytes_write.sum",\
"lts__t_sectors_op_read.sum","lts__t_sectors_op_write.sum"
"","","Kbyte","byte","sector","sector"
"0","k_kernel(const float *, float *)","1.5","500","40","20"
"1","cudnn","1","1","1","1"
"""


def bundle(folder):
    kernel = Kernel("k_kernel", (1, 1, 1), (1, 1, 1), 0, "k.cubin")
    return Bundle(folder, "h200", "9.0", {}, {"k_kernel": kernel}, (case(),))


def test_the_profilers_table_is_read_beside_the_model(tmp_path):
    path = tmp_path / "ncu.csv"
    path.write_text(TABLE)
    (found,) = traffic.compared(bundle(tmp_path), traffic.read_table(path))
    assert found.l2_bytes == 60 * 32
    assert found.dram_bytes == 1500
    assert (found.model_l2_bytes, found.model_dram_bytes) == (2000, 700)
    assert "k_kernel" in list(traffic.lines([found]))[1]


def test_counters_that_are_missing_are_none(tmp_path):
    path = tmp_path / "ncu.csv"
    path.write_text('"ID","Kernel Name"\n"",""\n"0","k_kernel(float*)"\n')
    (found,) = traffic.compared(bundle(tmp_path), traffic.read_table(path))
    assert found.l2_bytes is None
    assert found.dram_bytes is None
    path.write_text("==ERROR== no permission\n")
    with pytest.raises(BundleError, match="found no table"):
        traffic.read_table(path)


class Nvml:
    """A library whose counter goes up by 5 mJ a reading."""

    def __init__(self):
        self.used = 0

    def nvmlInit_v2(self):  # noqa: N802
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index, device):  # noqa: N802
        return 0

    def nvmlDeviceGetTotalEnergyConsumption(self, device, value):  # noqa: N802
        self.used += 5
        value._obj.value = self.used
        return 0

    def nvmlDeviceGetClockInfo(self, device, clock, value):  # noqa: N802
        value._obj.value = 1000 * clock
        return 3 if clock == 2 else 0

    def nvmlSystemGetDriverVersion(self, text, size):  # noqa: N802
        text.value = b"570.1"
        return 0


def test_what_nvml_does_not_tell_is_none(monkeypatch):
    meter = Meter(Nvml())
    assert (meter.millijoules(), meter.millijoules()) == (5, 10)
    assert meter.clocks() == (1000, None)
    assert meter.driver_version() == "570.1"

    def missing(name):
        raise OSError(name)

    monkeypatch.setattr("ctypes.CDLL", missing)
    assert Meter().millijoules() is None
    assert Meter().driver_version() is None


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = bundle(tmp_path)
    many = replace(made, cases=(case("a"), case("b")))
    monkeypatch.setattr(Bundle, "read", staticmethod(lambda path: many))
    return tmp_path


class FakeBench:
    def __init__(self, failing=""):
        self.failing = failing

    def measure(self, task):
        if task.case.name == self.failing:
            raise DriverError("the GPU gave up")
        return replace(
            measurement(task.part.name, task.case.key, planned=1.0, torch_nchw=3.0), seconds=0.0
        )


def test_a_run_goes_on_where_it_stopped(folder, monkeypatch, capsys):
    monkeypatch.setattr(command, "_bench", lambda bundle, rounds: FakeBench("b"))
    words = ["run", "--part", "pairs"]
    assert command.main(folder, words) == 3
    assert "run again to go on" in capsys.readouterr().err
    assert command.main(folder, words) == 0
    assert "0 measured, 0 left" in capsys.readouterr().out
    assert command.main(folder, ["run", "--part", "check", "--budget-seconds", "1"]) == 0
    assert "0 measured, 2 left" in capsys.readouterr().out
    assert command.main(folder, ["list", "--part", "pairs"]) == 0
    assert capsys.readouterr().out.count("done") == 2


def test_reports_say_which_claims_are_met(folder, monkeypatch, capsys):
    assert command.main(folder, ["report"]) == 1
    assert "expected results, found none" in capsys.readouterr().err
    monkeypatch.setattr(command, "_bench", lambda bundle, rounds: FakeBench())
    command.main(folder, ["run", "--part", "pairs"])
    (folder / "ncu.csv").write_text(TABLE)
    assert command.main(folder, ["traffic", str(folder / "ncu.csv")]) == 0
    assert json.loads((folder / "traffic.json").read_text())[0]["l2_bytes"] == 1920
    assert command.main(folder, ["report"]) == 1
    shown = capsys.readouterr().out
    assert "NOT met      the best pair's is at least 3.7: 3.00" in shown
    assert "met          their geometric mean is at least 2: 3.00" in shown
    assert (folder / "results.csv").exists()


def test_the_profilers_command_is_printed(folder, capsys):
    assert command.main(folder, ["ncu", "--only", "a*"]) == 0
    shown = capsys.readouterr().out
    assert "--clock-control none" in shown
    assert "lts__t_sectors_op_read.sum" in shown
    assert "launch --only 'a*' > ncu.csv" in shown


def test_a_machine_without_a_gpu_is_refused(folder, capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert command.main(folder, ["run"]) == 1
    assert "expected an NVIDIA GPU that torch can use, found none" in capsys.readouterr().err


def test_another_gpu_is_refused(folder, capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_capability", lambda device: (8, 6))
    assert command.main(folder, ["run"]) == 1
    assert "compute capability 9.0" in capsys.readouterr().err


def test_nothing_chosen_is_a_mistake(folder, capsys):
    assert command.main(folder, ["list", "--only", "nothing"]) == 1
    assert "expected parts and patterns that some case matches" in capsys.readouterr().err
