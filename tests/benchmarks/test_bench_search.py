"""Searching register tiles by time: equal code, distances, records, and the command."""

import csv
import json
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from convopt.backends.targets import cpu_target
from convopt.benchmarks.command import search_run
from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.layer_code import Candidate, layer_code, legal_tiles
from convopt.benchmarks.layers.tables import COLUMNS
from convopt.benchmarks.limits.machine import Level, Limits
from convopt.benchmarks.limits.roofline import layer_limit
from convopt.benchmarks.measuring.processes import fresh_processes
from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.search.distinct import distinct_codes, without_names
from convopt.benchmarks.search.records import FIELDS, records
from convopt.benchmarks.search.results import LayerSearch, TimedTiles, class_distances
from convopt.benchmarks.search.tables import search_table, summary_table
from convopt.benchmarks.search.timing import SearchJob, SearchSetup, TileCode
from convopt.cli.start import convopt_bench
from convopt.convdialect.schedules import TileAttr, TileScheme
from convopt.errors import ConvoptError

NAME = "x86-64-v4"
TARGET = cpu_target(NAME)
DEPTHWISE = Layer("t", "dw", 16, 10, 10, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 16, 1)
POINTWISE = Layer("t", "pw", 16, 4, 4, 16, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1)
LEVELS = tuple(Level(name, 1 << 20, 10.0, 10.0, 10.0) for name in ("L1", "L2", "L3", "DRAM"))
LIMITS = Limits(16, 100.0, LEVELS)


def tile(columns: int) -> TileAttr:
    return TileAttr(TileScheme.ROTATE, 1, columns)


def timed(seconds: float, *columns: int) -> TimedTiles:
    found = Timing(2 * seconds, seconds, 0.5, 0.4, 100.0, 7)
    return TimedTiles(tuple(Candidate(tile(one), 1000.0) for one in columns), found, 1e-7)


def searched(layer: Layer, chosen: int, *tried: TimedTiles) -> LayerSearch:
    return LayerSearch(layer, layer_limit(layer, LIMITS), tile(chosen), tried)


SEARCH = searched(DEPTHWISE, 3, timed(2.2e-6, 2, 3), timed(2e-6, 4), timed(3e-6, 5))
OTHER = searched(POINTWISE, 1, timed(1e-6, 1), timed(5e-6, 2))


def test_names_of_kernels_play_no_part() -> None:
    text = "define void @{0}(ptr %a) #0 {{\n  call void @{0}(ptr %a)\n  call void @other()\n}}\n"
    first, second = (without_names(text.format(name)) for name in ("f32_1x4", "f32_2x2"))
    assert first == second
    assert "@other()" in first
    assert "f32" not in first
    assert without_names(text.format("a").replace("%a", "%b")) != first


def test_tiles_of_equal_code_come_together() -> None:
    data = LayerData.random(DEPTHWISE)
    _, candidates = legal_tiles(data, NAME)
    found = distinct_codes(data, NAME, candidates)
    together = [one.tile for each in found for one in each.candidates]
    assert len(together) == len(set(together)) == len(candidates)
    assert set(together) == {one.tile for one in candidates}
    group = next(one for one in found if len(one.candidates) > 1)
    texts = [layer_code(data, NAME, one.tile).assembly for one in group.candidates]
    assert len({without_directives(text) for text in texts}) == 1
    assert len({without_directives(one.code.assembly) for one in found}) == len(found)


def without_directives(assembly: str) -> tuple[str, ...]:
    """The instructions alone, without labels, names and places."""
    lines = (line.split("#")[0] for line in assembly.splitlines())
    return tuple(line for line in lines if line.startswith("\t") and "f32_" not in line)


def test_distances_are_of_the_chosen_tile() -> None:
    assert [one.timing.min_seconds for one in SEARCH.ranked] == [2e-6, 2.2e-6, 3e-6]
    assert SEARCH.distance == pytest.approx(0.1)
    assert OTHER.distance == 0
    classes = class_distances([SEARCH, OTHER])
    assert [(one.name, one.layers) for one in classes] == [("dw3", 1), ("pw", 1), ("all", 2)]
    assert classes[-1].median == pytest.approx(0.05)
    assert (classes[-1].worst, classes[-1].worst_layer) == (SEARCH.distance, DEPTHWISE.name)
    assert [one.name for one in class_distances([OTHER])] == ["pw"]


def test_every_tile_has_a_record() -> None:
    found = records(SEARCH, TARGET)
    assert all(tuple(record) == FIELDS for record in found)
    assert [record["tile"] for record in found] == [str(tile(one)) for one in (4, 2, 3, 5)]
    assert [record["is_chosen"] for record in found] == [False, False, True, False]
    assert [record["same_code_as"] for record in found] == ["", "", str(tile(2)), ""]
    assert found[2]["above_best"] == pytest.approx(0.1)
    assert found[2]["min_us"] == pytest.approx(2.2)
    assert found[0]["predicted_us"] == pytest.approx(1 / TARGET.frequency_ghz)


def test_tables_mark_the_chosen_tile_and_count_what_is_too_far() -> None:
    table = search_table(SEARCH, TARGET)
    assert list(table.columns[0].cells) == ["", "*", ""]
    assert list(table.columns[-1].cells) == ["", "1x3x1", ""]
    assert "1 of 2 layers beyond 8%" in str(summary_table([SEARCH, OTHER]).title)


def test_processes_answer_one_after_the_other() -> None:
    with fresh_processes(partial(partial, int, base=16), 2) as processes:
        assert processes.answers("ten", "a") == [10, 10]
        with pytest.raises(ConvoptError, match=r"^nine: a measuring process failed: ValueError: "):
            processes.answers("nine", "z")
        assert processes.answers("one", "1") == [1, 1]


def test_a_process_that_ends_is_an_error() -> None:
    with (
        fresh_processes(partial(partial, os._exit), 1) as processes,
        pytest.raises(ConvoptError, match=r"^last: a measuring process ended with code 3$"),
    ):
        processes.answers("last", 3)


@pytest.fixture
def small_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Little memory, nothing pinned: how fast the machine is plays no part here."""
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(search_run, "pin", lambda core: ())
    monkeypatch.setattr("convopt.benchmarks.limits.machine._physical_bytes", lambda: 1 << 27)
    monkeypatch.setattr("convopt.benchmarks.limits.machine._SWEEPS", 1)


@pytest.mark.usefixtures("small_machine")
def test_a_wrong_result_is_an_error() -> None:
    code = layer_code(LayerData.random(POINTWISE), "host")
    one = TileCode("the tile", code.object_code, code.interface, 0)
    work = SearchSetup("host", 1, LIMITS).work()
    weights = code.weights.tobytes()
    (right,) = work(SearchJob(POINTWISE, (one,), (weights,)))
    assert right.error < 1e-6
    wrong = (code.weights + 1).tobytes()
    with pytest.raises(ConvoptError, match="the tile: expected a relative error of at most 1e-05"):
        work(SearchJob(POINTWISE, (one, replace(one, weights=1)), (wrong, weights)))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two small layers."""
    path = tmp_path / "mine.csv"
    rows = [
        "first,dw,16,6,6,16,3,3,1,1,1,1,1,1,1,16,2",
        "second,pw,16,2,2,16,1,1,1,1,0,0,0,0,1,1,1",
    ]
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    return path


@pytest.mark.usefixtures("small_machine")
def test_the_command(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {kind: tmp_path / f"tiles.{kind}" for kind in ("csv", "json")}
    options = ["--processes", "2", "--rounds", "1", "--layers", str(table)]
    options += ["--csv", str(files["csv"]), "--json", str(files["json"])]
    assert convopt_bench(["search", "pw*", *options]) == 0
    printed = capsys.readouterr().out
    assert "pw1 16->16 @2 s1" in printed
    assert "is chosen: " in printed
    assert "chosen tile against the best" in printed
    with files["csv"].open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["layer"] for row in rows} == {"pw1 16->16 @2 s1"}
    assert [row["is_chosen"] for row in rows].count("True") == 1
    assert float(rows[0]["above_best"]) == 0
    assert all(int(row["samples"]) >= 2 for row in rows)
    written = json.loads(files["json"].read_text())
    assert [row["tile"] for row in written["rows"]] == [row["tile"] for row in rows]
    assert written["machine"]["target"] == "host"


@pytest.mark.usefixtures("small_machine")
def test_an_interrupted_search_leaves_the_layers_it_has(
    table: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stopped_at_pointwise(layer: Layer, *others: object) -> LayerSearch:
        if layer.kind == "pw":
            raise KeyboardInterrupt
        return SEARCH

    monkeypatch.setattr(search_run, "search", stopped_at_pointwise)
    file = tmp_path / "tiles.csv"
    options = ["--processes", "1", "--layers", str(table), "--summary", "--csv", str(file)]
    assert convopt_bench(["search", *options]) == 130
    assert "1 of 1 layers beyond 8%" in capsys.readouterr().out
    assert len(file.read_text().splitlines()) == 5


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["dw9*"], 2, "found none for 'dw9*'"),
        (["--layers", "typicl"], 2, "did you mean 'typical'?"),
        (["--target", "x86-64-v5"], 2, "unknown target 'x86-64-v5'"),
        (["--processes", "0"], 2, "expected a number of at least 1, found '0'"),
    ],
)
def test_search_mistakes(
    options: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convopt_bench(["search", *options]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
