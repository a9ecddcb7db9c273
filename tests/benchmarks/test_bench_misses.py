"""`convopt-bench misses`: pairs in the emulator, apart and fused."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convopt.benchmarks.command.misses import MOST_MACS, chosen_pairs
from convopt.benchmarks.layers import pairs as pair_table
from convopt.benchmarks.layers.pairs import Pair
from convopt.benchmarks.misses import emulated
from convopt.benchmarks.misses.cache import CacheSize, MissCounts
from convopt.benchmarks.misses.emulated import (
    PairMisses,
    RunMisses,
    measure,
    modelled_lines,
    run,
)
from convopt.benchmarks.misses.tables import FIELDS, misses_table, model_line, summary_line
from convopt.benchmarks.prediction.cases import Case
from convopt.benchmarks.prediction.compiled import compiled
from convopt.cli.start import convopt_bench
from convopt.errors import ConvoptError, UsageError

TARGET = "neoverse-n1"
PAIR = Pair("mine", "pwdw", 16, 24, 24, 32, 32, 1, 1, 0, 3, 2, 1, 1, "direct")
LINE = 64


def test_a_cache_that_holds_all_misses_each_line_once() -> None:
    """Input, weights, bias and output, and what lies between; vectors may begin in mid-line."""
    code = compiled(Case(("mine",), PAIR.layers), TARGET)
    _, found = run(code, CacheSize(1 << 20, ways=16), CacheSize(1 << 21, ways=16))
    first, second = PAIR.layers
    between = 4 * int(np.prod(first.output_shape))
    packed = code.interface.weights_bytes
    ends = 4 * int(np.prod(first.input_shape) + np.prod(second.output_shape))
    expected = (between + packed + ends) // LINE
    some_more = 40  # the stack, the workspace's first line, ends of buffers
    assert expected <= found.l1.fetched <= expected + some_more
    assert found.l1.fetched == found.l2.fetched
    assert found.l1.written_back == found.l2.written_back == 0


def test_a_fused_pair_misses_less_where_the_intermediate_does_not_fit() -> None:
    small = CacheSize(16 * 1024, ways=4)
    apart = compiled(Case(("mine",), PAIR.layers), TARGET)
    fused = compiled(Case(("mine",), PAIR.layers, is_fused=True), TARGET)
    y_apart, before = run(apart, CacheSize(4096, ways=4), small)
    y_fused, after = run(fused, CacheSize(4096, ways=4), small)
    np.testing.assert_allclose(y_fused, y_apart, atol=1e-5)
    stored_and_loaded = 2 * 4 * 32 * 24 * 24 // LINE
    assert before.l2.fetched >= stored_and_loaded
    assert after.l2.fetched < before.l2.fetched - 0.8 * stored_and_loaded


@pytest.mark.parametrize("is_fused", [False, True])
def test_the_memory_model_expects_what_the_caches_miss(is_fused: bool) -> None:
    """Nothing of either cache lies at the edge: the model counts capacity, not sets."""
    code = compiled(Case(("mine",), PAIR.layers, is_fused=is_fused), TARGET)
    _, found = run(code, CacheSize(4096, ways=4), CacheSize(32 * 1024, ways=8))
    assert found.l2_modelled == pytest.approx(found.l2.fetched, rel=0.06)


def test_what_is_modelled_by_hand() -> None:
    """16x24x24 floats in, 32x12x12 out; all weights and biases; rows of the ring.

    The ring has three rows. Only two are new to the model: the first band starts in the padding,
    and from then on rows lie where others lay.
    """
    (fused,) = compiled(Case(("mine",), PAIR.layers, is_fused=True), TARGET).kernels
    assert (fused.band, fused.ring_bytes) == (1, 4 * 3 * 32 * 24)
    floats = 16 * 24 * 24 + 32 * 12 * 12 + 16 * 32 + 9 * 32 + 2 * 32 + 2 * 32 * 24
    assert modelled_lines([fused], CacheSize(1 << 20, ways=16)) == floats / 16


def test_results_that_differ_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulated, "TOLERANCE", -1.0)
    with pytest.raises(ConvoptError, match="between apart and fused, found"):
        measure(PAIR, TARGET)


def test_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of both pairs one is too large to be run by default."""
    large = replace(PAIR, hin=240, win=240)
    monkeypatch.setattr(pair_table, "read_pairs", lambda: ((PAIR, {}), (large, {})))
    path = tmp_path / "misses.csv"
    assert convopt_bench(["misses", "--network", "mine", "--csv", str(path)]) == 0
    out = capsys.readouterr().out
    assert "the planner fuses none of 2 pairs and targets" in out  # L2 holds all of it
    assert "L2 misses of 4 runs as modelled by the planner: off by" in out
    rows = list(csv.DictReader(path.open()))
    assert [row["target"] for row in rows] == ["neoverse-n1", "cortex-a72"]
    assert tuple(rows[0]) == FIELDS
    saved = [1 - int(row["fused_l2_misses"]) / int(row["apart_l2_misses"]) for row in rows]
    assert [float(row["l2_saved"]) for row in rows] == pytest.approx(saved)
    assert [row["is_chosen"] for row in rows] == ["False", "False"]


def test_pairs_that_the_planner_leaves_apart_are_in_parentheses() -> None:
    lines = MissCounts(loads=1000)
    apart, fused = RunMisses(1, lines, lines, 1000.0), RunMisses(1, lines, MissCounts(400), 480.0)
    left = PairMisses(PAIR, TARGET, apart, fused, "schedule", is_chosen=False)
    assert list(misses_table([left], "").columns[-1].cells) == ["(60 %)"]
    chosen = replace(left, is_chosen=True)
    assert list(misses_table([chosen], "").columns[-1].cells) == ["60 %"]
    worse = replace(left, apart=fused, fused=apart)
    line = summary_line([chosen, worse])
    assert "of 2 pairs and targets the planner fuses 1, which saves 0 % of their L1 misses" in line
    assert summary_line([worse]) == "the planner fuses none of 1 pairs and targets"
    assert "off by 10 % (median), 10 % (mean), 20 % (worst)" in model_line([chosen])


def test_which_pairs_are_run() -> None:
    every = chosen_pairs("mobilenet_v2", [], is_all=True)
    assert len(every) == 33
    small = chosen_pairs("mobilenet_v2", [], is_all=False)
    assert small == [pair for pair in every if pair.macs <= MOST_MACS]
    assert 0 < len(small) < 33
    assert {pair.kind for pair in chosen_pairs("mobilenet_v2", ["dw*"], is_all=True)} == {"dwpw"}
    with pytest.raises(UsageError, match="--all takes in larger ones"):
        chosen_pairs("mobilenet_v2", ["*16->96 @112*"], is_all=False)
    with pytest.raises(UsageError, match=r"expected pairs of mobilenet_v2 to run, found none$"):
        chosen_pairs("mobilenet_v2", ["nothing"], is_all=True)
    with pytest.raises(UsageError, match="expected a network out of"):
        chosen_pairs("mobilenet_v9", [], is_all=True)


def test_only_aarch64_is_emulated(capsys: pytest.CaptureFixture[str]) -> None:
    assert convopt_bench(["misses", "--target", "x86-64-v4"]) != 0
    assert "expected an AArch64 target, found x86-64-v4" in capsys.readouterr().err
