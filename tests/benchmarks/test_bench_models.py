"""Whole models side by side: where they come from, who takes part, what is said about it."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from convopt.benchmarks import networks
from convopt.benchmarks.layer import Array
from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.models.comparison import Comparison, compute_seconds
from convopt.benchmarks.models.contenders import contenders, expected_outputs
from convopt.benchmarks.models.macs import count_macs
from convopt.benchmarks.models.records import FIELDS, records
from convopt.benchmarks.models.results import CONVOPT, Entry, ModelResult
from convopt.benchmarks.models.sources import BenchmarkModel, chosen_names, model_names, read_model
from convopt.benchmarks.models.static_model import static_model
from convopt.benchmarks.models.tables import model_table, remarks
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.peer import ModelData, Peer, Prepared, UnsupportedError
from convopt.cli.start import convopt_bench
from convopt.errors import ConvoptError, UsageError
from convopt.testing.onnx_models import make_model

PEAK = 100.0
UNSEEN_PEAK = 1e6


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    """A grouped convolution from 8 to 16 channels over 6x6, its batch open, then a product."""
    random = np.random.default_rng(0)
    constants = {
        "w": random.standard_normal((16, 4, 3, 3), np.float32),
        "m": random.standard_normal((16 * 36, 5), np.float32),
        "shape": np.array([1, -1]),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1], group=2),
        helper.make_node("Reshape", ["c", "shape"], ["r"]),
        helper.make_node("MatMul", ["r", "m"], ["y"]),
    ]
    path = tmp_path / "small.onnx"
    onnx.save(make_model(nodes, {"x": ["batch", 8, 6, 6]}, ["y"], constants), path)
    return path


SMALL_MACS = 36 * 16 * 4 * 9 + 16 * 36 * 5


class Canned(Prepared):
    """Outputs that are known before."""

    def __init__(self, arrays: list[Array]) -> None:
        self.arrays = arrays
        self.calls = 0
        self.is_closed = False

    def run(self, calls: int) -> None:
        self.calls += calls

    def outputs(self) -> list[Array]:
        return self.arrays

    def close(self) -> None:
        self.is_closed = True


class CannedPeer(Peer):
    """A library whose results are `scale` times what is right."""

    def __init__(self, name: str, scale: float = 1.0, failure: Exception | None = None) -> None:
        self.name = name
        self._scale = np.float32(scale)
        self._failure = failure
        self.prepared: list[Canned] = []

    def version(self) -> str:
        return "1.2"

    def prepare_model(self, model: ModelData, threads: int) -> Prepared:
        if self._failure:
            raise self._failure
        self.prepared.append(Canned([self._scale * one for one in expected_outputs(model)]))
        return self.prepared[-1]


def test_names_are_patterns_and_files(small_file: Path) -> None:
    assert chosen_names(["wrn40_2_g1*", "wrn40_2_g1"]) == ["wrn40_2_g1", "wrn40_2_g16"]
    assert chosen_names([str(small_file)]) == [str(small_file)]
    assert chosen_names([]) == model_names()
    assert set(networks.NAMES) <= set(model_names())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnet34_g3", r"unknown model 'resnet34_g3': expected .*; did you mean 'resnet34_g"),
        ("missing.onnx", "expected a file, found none: missing.onnx"),
    ],
)
def test_other_names_are_an_error(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        chosen_names([name])


def test_files_become_static(small_file: Path) -> None:
    model = read_model(str(small_file), {"x": (1, 8, 6, 6)})
    assert model.data.feeds["x"].shape == (1, 8, 6, 6)
    graph = onnx.load_from_string(model.data.onnx).graph
    assert [dim.dim_value for dim in graph.input[0].type.tensor_type.shape.dim] == [1, 8, 6, 6]
    assert model.macs == SMALL_MACS


def test_shape_arithmetic_is_folded() -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("ConstantOfShape", ["s"], ["zeros"]),
        helper.make_node("Add", ["x", "zeros"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["y"]),
    ]
    proto = static_model(make_model(nodes, {"x": [None, 3]}, ["y"]), {"x": (2, 3)})
    assert {node.op_type for node in proto.graph.node} <= {"Add", "Relu"}


def test_transposed_products_are_counted() -> None:
    node = helper.make_node("Gemm", ["a", "b"], ["y"], transA=1)
    assert count_macs(make_model([node], {"a": [7, 2], "b": [7, 3]}, ["y"])) == 2 * 3 * 7


def test_products_of_unknown_size_are_not_counted() -> None:
    node = helper.make_node("MatMul", ["a", "b"], ["y"])
    assert count_macs(make_model([node], {"a": ["n", 2], "b": [2, 3]}, ["y"])) is None


def compared(peers: list[Peer], model: BenchmarkModel, threads: int = 1) -> ModelResult:
    machine = Machine(target_here("host"))
    return Comparison(contenders(peers, threads), threads, 2, machine, UNSEEN_PEAK).compare(model)


def test_only_right_results_are_timed(small_file: Path) -> None:
    right, wrong = CannedPeer("right"), CannedPeer("wrong", scale=1.001)
    refused = CannedPeer("refused", failure=UnsupportedError("no groups"))
    broken = CannedPeer("broken", failure=ValueError("out of luck\nand more"))
    peers: list[Peer] = [ConvoptPeer(), right, wrong, refused, broken]
    result = compared(peers, read_model(str(small_file), {}))
    timed = {entry.peer for entry in result.entries if entry.timing}
    assert timed == {CONVOPT, "right"}
    notes = {entry.peer: entry.note for entry in result.peers}
    assert notes == {
        "right": "",
        "wrong": "wrong: relative error 1.0e-03, expected at most 1e-04",
        "refused": "no groups",
        "broken": "failed: ValueError: out of luck",
    }
    assert result.convopt.error is not None
    assert result.convopt.error < 1e-6
    assert result.best_peer is not None
    assert result.best_peer.peer == "right"
    assert right.prepared[0].calls > 2
    assert all(one.is_closed for one in (*right.prepared, *wrong.prepared))
    assert result.limit_seconds == compute_seconds(SMALL_MACS, 1, UNSEEN_PEAK)


def test_on_two_threads_convopt_runs_on_one_too(small_file: Path) -> None:
    result = compared(
        [CannedPeer(CONVOPT), CannedPeer("other")], read_model(str(small_file), {}), threads=2
    )
    found = [(entry.peer, entry.threads) for entry in result.entries]
    assert found == [(CONVOPT, 2), ("other", 2), (CONVOPT, 1)]
    assert result.scaling is not None


def a_result() -> ModelResult:
    """convopt twice as fast as the best of two peers on two threads, 1.5 times as on one; by
    medians, which are 1.25 times the minima of the others, 2.5 and 1.875 times."""

    def entry(peer: str, threads: int, seconds: float, median_seconds: float) -> Entry:
        return Entry(peer, "3", threads, 2e-7, Timing(median_seconds, seconds, 0.5, 0.4, PEAK, 4))

    entries = (
        entry(CONVOPT, 2, 0.002, 0.002),
        entry("slow", 2, 0.008, 0.01),
        entry("fast", 2, 0.004, 0.005),
        Entry("left", "3", 2, note="no groups"),
        entry(CONVOPT, 1, 0.003, 0.00375),
    )
    return ModelResult("net", 2, 10**8, compute_seconds(10**8, 2, PEAK), entries)


def test_ratios() -> None:
    result = a_result()
    assert result.speedup == pytest.approx(2)
    assert result.median_speedup == pytest.approx(2.5)
    assert result.scaling == pytest.approx(1.5)
    assert result.limit_seconds == pytest.approx(0.001)
    bfloat16 = Entry("bf16", "3", 2, 1e-2, Timing(0.001, 0.001, 0.5, 0.4, PEAK, 4))
    assert replace(result, entries=(*result.entries, bfloat16)).best_peer == result.best_peer
    assert result.best_peer == result.entries[2]
    alone = replace(result, entries=result.entries[:1])
    assert alone.best_peer is None
    assert alone.speedup is None


def test_records_have_every_field() -> None:
    found = list(records(a_result()))
    assert all(tuple(sorted(FIELDS)) == tuple(sorted(one)) for one in found)
    assert [one["times_convopt"] for one in found] == pytest.approx([1, 4, 2, None, 1.5])
    assert found[0]["gflops"] == pytest.approx(100)
    assert found[3]["median_ms"] is None


def test_table_and_remarks() -> None:
    (row,) = zip(*(column.cells for column in model_table([a_result()]).columns), strict=True)
    assert row == (
        *("net", "100.0", "1.000", "2.000 (2.000)", "50%", "2e-07", "1.50"),
        *("8.000 (10.000)", "4.000 (5.000)", "-", "fast", "2.00 (2.50)"),
    )
    assert remarks([a_result()]) == [
        "left, net: no groups",
        "largest relative error of a peer: 2.0e-07 (slow, net)",
    ]


def test_command_saves_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convopt_bench(["models", "wrn40_2_gC", "--save", str(tmp_path / "new")]) == 0
    saved = tmp_path / "new" / "wrn40_2_gC.onnx"
    assert capsys.readouterr().out == f"{saved}\n"
    assert saved.read_bytes() == networks.build("wrn40_2_gC").SerializeToString()


def test_command_lists_models_and_peers(capsys: pytest.CaptureFixture[str]) -> None:
    assert convopt_bench(["models", "--list"]) == 0
    models, peers = capsys.readouterr().out.splitlines()
    assert "mobilenet_v1, mobilenet_v2" in models
    assert "onnxruntime" in peers


def test_command_measures(small_file: Path, tmp_path: Path) -> None:
    """In a process of its own, which it pins."""
    lines, whole = tmp_path / "rows.csv", tmp_path / "rows.json"
    code = "import sys; from convopt.cli.start import convopt_bench; sys.exit(convopt_bench())"
    arguments = ["models", str(small_file), "--peers", "onnxruntime", "--rounds", "2", "--profile"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--csv", str(lines), "--json", str(whole)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "whole models, batch 1, fp32, 1 thread: ms, minimum (median)" in done.stdout
    assert "convopt's kernels on one thread" in done.stdout
    rows = list(csv.DictReader(lines.read_text().splitlines()))
    assert [row["peer"] for row in rows] == [CONVOPT, "onnxruntime"]
    assert all(float(row["median_ms"]) > 0 for row in rows)
    found = json.loads(whole.read_text())
    assert len(found["rows"]) == 2
    assert found["machine"]["peak_gflops"] > 0


def test_without_onnx_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ConvoptError, match=r"not installed: pip install 'convopt\[onnx\]'"):
        read_model("wrn40_2_g2", {})
