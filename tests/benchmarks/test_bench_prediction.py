"""Predicted against measured times: cases, cold calls, statistics, and the command."""

import csv
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convopt.backends.targets import cpu_target
from convopt.backends.targets.host import host_target
from convopt.benchmarks.command import predict_run
from convopt.benchmarks.layer import LayerData
from convopt.benchmarks.layers.tables import COLUMNS, read_table
from convopt.benchmarks.measuring.samples import Run, Sample
from convopt.benchmarks.prediction import cold_calls
from convopt.benchmarks.prediction.cases import PAIRS, Case, all_tables, read_cases
from convopt.benchmarks.prediction.cold_calls import ColdCalls, SharedMemory, weights_distance
from convopt.benchmarks.prediction.compiled import CompiledCase, compiled
from convopt.benchmarks.prediction.decisions import decision_lines, decisions
from convopt.benchmarks.prediction.measurement import ENOUGH, Measured, least, sampled
from convopt.benchmarks.prediction.prediction import Predicted, at_clock, predicted
from convopt.benchmarks.prediction.records import FIELDS, record
from convopt.benchmarks.prediction.results import Judged, agreement, by_bound, by_kind, by_table
from convopt.benchmarks.prediction.statistics import rank_correlation, ranks
from convopt.benchmarks.prediction.tables import agreement_line, disturbed_line
from convopt.cli.start import convopt_bench
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.errors import UsageError
from convopt.passes.cost.memory_access.predicted_time import USABLE, PhaseTime
from convopt.passes.cost.memory_access.replacement import missed_share

SMALL = """\
network,kind,cin,hin,win,cout,kh,kw,stride_h,stride_w,pad_top,pad_left,pad_bottom,pad_right,dilation,groups,count
net,dw,16,6,6,16,3,3,1,1,1,1,1,1,1,16,1
net,pw,16,6,6,32,1,1,1,1,0,0,0,0,1,1,2
other,pw,16,6,6,32,1,1,1,1,0,0,0,0,1,1,1
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    """Two distinct layers."""
    path = tmp_path / "small.csv"
    path.write_text(SMALL)
    assert SMALL.startswith(",".join(COLUMNS))
    return str(path)


def judged(name: str, predicted_us: float, measured_us: float, bound: str = "ports") -> Judged:
    layer = replace(read_table("typical")[0], network=name)
    times = dict.fromkeys(("ports", "l1", "l2", "beyond"), 0.0) | {bound: 1e-6 * predicted_us}
    return Judged(
        Case((name, "all"), (layer,)),
        "a tile",
        Predicted((PhaseTime(**times),)),
        Measured(1e-6 * measured_us, 200.0, 3),
    )


def test_all_tables_have_distinct_layers_and_pairs() -> None:
    cases = read_cases(all_tables())
    sizes = {
        (tuple(replace(s, network="", count=1) for s in case.stages), case.is_fused)
        for case in cases
    }
    assert len(sizes) == len(cases)
    layers = [case for case in cases if len(case.stages) == 1]
    pairs = [case for case in cases if len(case.stages) == 2]
    assert len(layers) + len(pairs) == len(cases)
    assert sum(case.is_fused for case in pairs) * 2 == len(pairs) > 0
    known = {table for case in layers for table in case.tables}
    assert known == set(all_tables()) - {PAIRS}


def test_a_layer_of_several_tables_is_one_case(small: str) -> None:
    cases = read_cases([small, small])
    assert [case.name for case in cases] == ["dw3 16->16 @6 s1", "pw1 16->32 @6 s1"]
    assert all(case.tables == (small,) for case in cases)
    assert [case.kind for case in cases] == ["dw3", "pw"]


def test_cases_are_chosen_by_name_kind_or_network(small: str) -> None:
    assert [case.kind for case in read_cases([small], ["dw*"])] == ["dw3"]
    assert [case.stages[0].network for case in read_cases([small], ["other"])] == ["other"]
    fused = read_cases([PAIRS], ["dw3+pw fused"])
    assert {case.kind for case in fused} == {"dw3+pw fused"}
    with pytest.raises(UsageError, match="found none for 'nothing'"):
        read_cases([small], ["nothing"])
    with pytest.raises(UsageError, match="unknown table 'mobilenet_v9'"):
        read_cases(["mobilenet_v9"])


def test_ranks_share_ties() -> None:
    assert ranks([5.0, 1.0, 5.0, 3.0]) == [3.5, 1.0, 3.5, 2.0]
    assert ranks([]) == []


def test_rank_correlation_by_hand() -> None:
    assert rank_correlation([1, 2, 3], [10, 20, 21]) == pytest.approx(1)
    assert rank_correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    # ranks 1 2 3 4 5 and 2 1 4 3 5: 1 - 6 * 4 / (5 * 24)
    assert rank_correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 9]) == pytest.approx(0.8)
    # ranks 1.5 1.5 3 and 1 2 3
    assert rank_correlation([1, 1, 2], [1, 2, 3]) == pytest.approx(1.5 / (1.5 * 2) ** 0.5)


@pytest.mark.parametrize(("xs", "ys"), [([], []), ([1.0], [2.0]), ([1.0, 1.0], [1.0, 2.0])])
def test_rank_correlation_that_is_not_defined(xs: Sequence[float], ys: Sequence[float]) -> None:
    assert rank_correlation(xs, ys) is None


@given(st.lists(st.integers(0, 50), min_size=2, max_size=20, unique=True))
def test_rank_correlation_sees_order_alone(values: list[int]) -> None:
    assert rank_correlation(values, [2.0**value for value in values]) == pytest.approx(1)


def test_agreement_by_hand() -> None:
    cases = [judged("a", 11, 10), judged("b", 40, 50), judged("a", 30, 30, "l2")]
    found = agreement("all", cases)
    assert found.cases == 3
    assert found.mean_error == pytest.approx(0.1)
    assert found.bias == pytest.approx(-0.1 / 3)
    assert found.correlation == pytest.approx(1)
    assert found.worst is cases[1]
    assert [(each.name, each.cases) for each in by_table(cases)] == [
        ("a", 2),
        ("all", 3),
        ("b", 1),
    ]
    assert [each.name for each in by_kind(cases)] == ["dw3"]
    assert [(each.name, each.cases) for each in by_bound(cases)] == [("ports", 2), ("l2", 1)]
    assert agreement_line(cases) == (
        "3 cases: rank correlation 1.000, mean error 10.0%, mean of signed errors -3.3%"
    )
    assert agreement_line(cases[:1]).startswith("1 cases: rank correlation -, mean error 10.0%")


def test_disturbed_times_are_named() -> None:
    fine = judged("a", 1, 1)
    assert disturbed_line([fine]) is None
    disturbed = replace(fine, measured=Measured(1e-6, 100.0, 0))
    assert disturbed_line([fine, disturbed]) == (
        "1 of 2 cases were disturbed whenever they were timed"
    )


def pair(apart: tuple[float, float], fused: tuple[float, float]) -> list[Judged]:
    """Predicted and measured microseconds of the same stages."""
    first, second = judged("net", *apart), judged("net", *fused)
    return [first, replace(second, case=replace(second.case, is_fused=True))]


def test_decisions_by_hand() -> None:
    right = pair((100, 100), (80, 90))
    too_close = pair((100, 100), (80, 98))
    within_the_margin = pair((100, 100), (98, 90))  # fusing would not have been worth it
    wrongly_fused = pair((100, 100), (80, 120))
    rightly_apart = pair((100, 100), (120, 130))
    for cases, is_clear, is_right in (
        (right, True, True),
        (too_close, False, True),
        (within_the_margin, True, False),
        (wrongly_fused, True, False),
        (rightly_apart, True, True),
    ):
        (found,) = decisions(cases)
        assert (found.is_clear, found.is_right) == (is_clear, is_right)
    assert decision_lines(too_close) == decision_lines(right[:1]) == []
    assert decision_lines(right) == [
        "fused or apart: 1 of 1 decisions right (100%) where the times differ by more than 5%"
    ]
    wrong, line = decision_lines(wrongly_fused)
    assert wrong.endswith("fused takes 1.20 of the time apart, predicted 0.80")
    assert line.startswith("fused or apart: 0 of 1 decisions right (0%)")


def test_records_hold_every_field() -> None:
    found = record(judged("a", 11, 10))
    assert set(found) == set(FIELDS)
    assert found["error"] == pytest.approx(0.1)
    assert (found["bound"], found["tables"]) == ("ports", "a all")
    assert found["ports_us"] == pytest.approx(11)


def test_the_busiest_part_decides() -> None:
    ports = PhaseTime(ports=3.0, l1=1.0, l2=2.0, beyond=0.0)
    memory = PhaseTime(ports=0.1, l1=0.1, l2=0.2, beyond=4.0)
    found = Predicted((ports, memory, ports))
    assert found.bound == "ports"
    assert found.part("l2") == pytest.approx(4.2)
    assert Predicted((ports, memory)).bound == "beyond"


def test_the_clock_moves_the_core_but_not_shared_memory() -> None:
    target = cpu_target("x86-64-v4")
    slow = at_clock(target, 0.5)
    assert slow.peak_gflops == pytest.approx(0.5 * target.peak_gflops)
    assert (slow.l1_gbs, slow.l2_gbs, slow.l2_write_gbs) == (
        0.5 * target.l1_gbs,
        0.5 * target.l2_gbs,
        0.5 * target.l2_write_gbs,
    )
    assert (slow.l3_gbs, slow.dram_gbs) == (target.l3_gbs, target.dram_gbs)


def test_the_least_undisturbed_time_counts() -> None:
    samples = [
        Sample(3.0, 100.0),
        Sample(2.0, 99.0),
        Sample(1.0, 80.0),  # a neighbour was there
        Sample(1.5, 100.0, was_interrupted=True),
    ]
    assert least(samples, 100.0) == Measured(2.0, 99.0, 2)
    assert least(samples, 200.0) == Measured(1.0, 80.0, 0)


def test_cases_that_lack_samples_are_taken_again() -> None:
    passes: list[list[Run]] = []

    def quiet(calls: int) -> None: ...

    def disturbed(calls: int) -> None: ...

    def sample(runs: Sequence[Run]) -> list[list[Sample]]:
        passes.append(list(runs))
        is_late = len(passes) > 2
        return [[Sample(1.0, 100.0 if run is quiet or is_late else 50.0)] * ENOUGH for run in runs]

    found = sampled([quiet, disturbed], sample, most_passes=5)
    assert passes == [[quiet, disturbed], [disturbed], [disturbed]]
    assert [len(each) for each in found] == [ENOUGH, 3 * ENOUGH]


def test_there_is_an_end_to_measuring_again() -> None:
    passes = 0

    def sample(runs: Sequence[Run]) -> list[list[Sample]]:
        nonlocal passes
        passes += 1
        return [[Sample(1.0, 100.0, was_interrupted=True)] for _ in runs]

    found = sampled([lambda calls: None], sample, most_passes=3)
    assert (passes, len(found[0])) == (3, 3)


@pytest.fixture
def cases(small: str) -> list[CompiledCase]:
    return [compiled(case, "host") for case in read_cases([small])]


def test_the_kernels_are_those_of_the_entry(cases: list[CompiledCase]) -> None:
    for case in cases:
        (kernel,) = case.kernels
        (stage,) = kernel.stages
        assert stage.conv.channels == case.case.stages[0].cin
        assert stage.epilogue.starts
        assert stage.epilogue.operations == 1  # ReLU
        assert case.schedule.startswith("#conv.tile<")


def test_a_pair_apart_and_fused() -> None:
    for case in read_cases([PAIRS], ["dw3 32->32 @112 s1 + pw1 32->16*"]):
        found = compiled(case, "host")
        assert [len(kernel.stages) for kernel in found.kernels] == (
            [2] if case.is_fused else [1, 1]
        )
        assert found.schedule.startswith("#conv.band" if case.is_fused else "#conv.tile")


def test_every_call_takes_the_next_weights(
    cases: list[CompiledCase], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a pointwise layer whose weights differ from place to place, by the results."""
    monkeypatch.setattr(cold_calls, "L2_SIZES", 0)
    monkeypatch.setattr(cold_calls, "LEAST_PLACES", 3)
    case, target = cases[1], host_target()
    memory = SharedMemory.of([case.interface], target)
    places = memory.weights.reshape(3, -1)
    for number, place in enumerate(places):
        place[:] = number + 1
    memory.input[:] = 1.0
    calls = ColdCalls(case.code, case.interface, target, memory)
    for number, count in [(0, 1), (2, 2), (0, 1), (0, 3)]:
        calls.run(count)
        # 16 weights and the bias
        np.testing.assert_allclose(memory.output[: 32 * 36], 17.0 * (number + 1))


def test_the_memory_of_weights_is_larger_than_the_cache(cases: list[CompiledCase]) -> None:
    target = host_target()
    for case in cases:
        distance = weights_distance(case.interface, target)
        assert distance >= 4 * target.l2_bytes
        assert distance < 4 * target.l2_bytes + case.interface.weights_bytes + 64
        memory = SharedMemory.of([case.interface], target)
        assert memory.weights.nbytes == distance


def test_what_is_predicted_for_a_call(cases: list[CompiledCase]) -> None:
    """Everything but the weights is near."""
    target = cpu_target("x86-64-v4")
    case = cases[1]
    warm = predicted(case.kernels, target, 0)
    cold = predicted(case.kernels, target, 1e9)
    assert (warm.part("beyond"), warm.bound) == (0, "ports")
    weights = LayerData.random(case.case.stages[0]).weights.nbytes
    bias = 4 * 32
    seconds = (weights + bias) / target.dram_gbs * 1e-9
    assert cold.part("beyond") == pytest.approx(seconds)
    assert cold.seconds > warm.seconds


def test_input_and_output_were_touched_by_the_call_before(small: str) -> None:
    """Each kernel fits the cache, both together do not."""
    layers = tuple(case.stages[0] for case in read_cases([small]))
    kernels = compiled(Case(("small",), layers), "host").kernels
    given, made, weights = 36 * 16, 36 * 32, 9 * 16 + 16 * 32
    touched = FLOAT_BYTES * (given + given + made + weights)
    usable = 0.8 * touched
    target = replace(cpu_target("x86-64-v4"), l2_bytes=round(usable / USABLE))
    found = predicted(kernels, target, 0)
    share = missed_share(touched, USABLE * target.l2_bytes)
    assert 0 < share < 1
    expected = share * FLOAT_BYTES * (given / target.l3_gbs + made / target.l3_write_gbs) * 1e-9
    assert found.part("beyond") == pytest.approx(expected)


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        allowed = os.sched_getaffinity(0)
        try:
            code = convopt_bench(arguments)
        finally:
            os.sched_setaffinity(0, allowed)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_command(
    bench: Callable[..., tuple[int, str, str]], small: str, tmp_path: Path
) -> None:
    table, text = tmp_path / "out.csv", tmp_path / "out.json"
    code, out, _ = bench(
        "predict", small, "--rounds", "1", "--csv", str(table), "--json", str(text)
    )
    assert code == 0
    assert "dw3 16->16 @6 s1" in out
    assert "2 cases: rank correlation" in out
    with table.open() as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == FIELDS
    assert all(float(row["measured_us"]) > 0 < float(row["predicted_us"]) for row in rows)
    assert len(json.loads(text.read_text())["rows"]) == 2


def test_a_summary_has_no_line_for_each_case(
    bench: Callable[..., tuple[int, str, str]], small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predict_run, "worst_table", lambda found: "")
    code, out, _ = bench("predict", small, "--rounds", "1", "--summary", "--only", "dw*")
    assert code == 0
    assert "weights cold" not in out
    assert "by kind" in out


def test_wrong_selections(bench: Callable[..., tuple[int, str, str]], small: str) -> None:
    assert bench("predict", "no_such_table")[0] == 2
    code, _, err = bench("predict", small, "--only", "dw7*")
    assert (code, "found none for 'dw7*'" in err) == (2, True)
