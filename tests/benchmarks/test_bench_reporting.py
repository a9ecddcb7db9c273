"""Reports: best peers, means, tables, records and pictures from rows made by hand."""

import csv
import json
import re
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console
from rich.table import Table

from convopt.backends.targets import cpu_target
from convopt.backends.targets.processor import processor_identity, processor_name
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.limits.machine import Level, Limits
from convopt.benchmarks.limits.roofline import LayerLimit
from convopt.benchmarks.measuring.results import Cell, LayerRow
from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.peers.peer import Layout
from convopt.benchmarks.reporting.files import CsvFile, JsonFile
from convopt.benchmarks.reporting.machine_line import machine_facts, machine_lines
from convopt.benchmarks.reporting.plot import check_plot, plot
from convopt.benchmarks.reporting.records import FIELDS, records
from convopt.benchmarks.reporting.summary import best_peer, class_means, peer_names, speedup
from convopt.benchmarks.reporting.tables import class_table, layer_table, remarks
from convopt.errors import ConvoptError

DEPTHWISE = Layer("one", "dw", 16, 8, 8, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 16, 3)
POINTWISE = Layer("two", "pw", 16, 8, 8, 32, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1)
LIMITS = Limits(16, 100.0, (Level("L1", 1 << 15, 100, 50, 80), Level("DRAM", 0, 10, 5, 8)))
VERSIONS = {"convopt": "0.1", "fast": "1", "slow": "2", "half": "3"}


def cell(peer: str, multiple: float, layout: Layout = Layout.OWN, error: float = 1e-7) -> Cell:
    """A time that is a multiple of a limit of 10 us; the median half as much again."""
    seconds = multiple * 1e-5
    timing = Timing(1.5 * seconds, seconds, 1 / multiple, 0.5 / multiple, 90.0, 7)
    note = "" if error <= 1e-5 else f"relative error {error:.1e}"
    return Cell(peer, layout, timing, error, note)


def row(layer: Layer, *cells: Cell) -> LayerRow:
    return LayerRow("mine", layer, LayerLimit(1e-5, 5e-6, "L1"), cells)


ROWS = [
    row(
        DEPTHWISE,
        cell("convopt", 2.0),
        cell("fast", 3.0),
        cell("slow", 8.0, Layout.NCHW),
        cell("half", 1.0, error=3e-3),
    ),
    row(
        replace(DEPTHWISE, network="three", stride_h=2, stride_w=2),
        cell("convopt", 0.5),
        Cell("fast", Layout.OWN, None, note="no such kernel"),
        cell("slow", 2.0, Layout.NCHW),
        cell("half", 1.0, error=3e-3),
    ),
    row(POINTWISE, Cell("convopt", Layout.OWN, None, note="failed: X"), cell("fast", 1.0)),
]


def text_of(table: Table) -> list[list[str]]:
    """The table's cells, heading first."""
    stream = StringIO()
    Console(file=stream, width=300).print(table)
    _, heading, _, *lines = filter(str.strip, stream.getvalue().splitlines())
    return [re.split(r"\s{2,}", line.strip()) for line in (heading, *lines)]


def test_the_best_peer_is_the_fastest_that_computes_in_fp32() -> None:
    assert [best_peer(one, Layout.OWN) for one in ROWS] == [
        ROWS[0].cells[1],
        ROWS[1].cells[2],
        ROWS[2].cells[1],
    ]
    assert best_peer(row(DEPTHWISE, cell("convopt", 1.0)), Layout.OWN) is None


def test_speedups() -> None:
    assert speedup(ROWS[0], Layout.OWN) == pytest.approx(1.5)
    assert speedup(ROWS[1], Layout.OWN) == pytest.approx(4.0)
    assert speedup(ROWS[2], Layout.OWN) is None


def test_means_over_classes() -> None:
    depthwise, pointwise, everything = class_means(ROWS, Layout.OWN)
    assert [depthwise.name, pointwise.name, everything.name] == ["dw3", "pw", "all"]
    assert depthwise.ours == pytest.approx(1.0)
    assert depthwise.best == pytest.approx(6.0**0.5)
    assert depthwise.speedup == pytest.approx(6.0**0.5)
    assert depthwise.peers == {
        "fast": (pytest.approx(3.0), 1),
        "slow": (pytest.approx(4.0), 2),
        "half": (pytest.approx(1.0), 2),
    }
    assert (pointwise.ours, pointwise.speedup) == (None, None)
    assert everything.layers == 3
    assert [one.name for one in class_means(ROWS[:2], Layout.OWN)] == ["dw3"]


def test_the_layer_table() -> None:
    heading, first, second, third = text_of(layer_table(ROWS, Layout.OWN))
    assert heading == [
        *("layer", "count", "MMAC", "limit", "convopt", "median", "of limit", "GFLOP/s"),
        *("fast", "slow (nchw)", "half", "best peer", "x"),
    ]
    assert first == [
        *("dw3 16->16 @8 s1", "3", "0.01", "10.0", "20.0", "30.0", "50%", "1"),
        *("30.0", "80.0", "~10.0", "fast", "1.50"),
    ]
    assert second[-5:] == ["-", "20.0", "~10.0", "slow", "4.00"]
    assert third[4:] == ["-", "-", "-", "-", "10.0", "-", "-", "fast", "-"]


def test_a_narrow_table_names_only_the_best_peer() -> None:
    heading, first, *_ = text_of(layer_table(ROWS, Layout.OWN, with_peers=False))
    assert heading[-3:] == ["GFLOP/s", "best peer", "x"]
    assert first[-3:] == ["1", "fast", "1.50"]
    assert text_of(class_table(ROWS, Layout.OWN, with_peers=False))[0][-1] == "x"


def test_networks_are_named_where_there_are_several() -> None:
    several = [*ROWS, ROWS[0]]
    assert [line[0] for line in text_of(layer_table(several, Layout.OWN))] == [
        *("network", "one", "three", "two", "one")
    ]


def test_the_class_table_says_how_many_layers_a_peer_has() -> None:
    heading, depthwise, *_ = text_of(class_table(ROWS, Layout.OWN))
    assert heading == ["class", "layers", "convopt", "best peer", "x", "fast", "slow", "half"]
    assert depthwise == ["dw3", "2", "1.00", "2.45", "2.45", "3.00 (1/2)", "4.00", "1.00"]


def test_remarks_say_what_the_tables_cannot() -> None:
    assert remarks(ROWS) == [
        "half (own), dw3 16->16 @8 s1: relative error 3.0e-03",
        "fast (own), dw3 16->16 @8 s2: no such kernel",
        "half (own), dw3 16->16 @8 s2: relative error 3.0e-03",
        "convopt (own), pw1 16->32 @8 s1: failed: X",
    ]


def test_records_have_all_numbers() -> None:
    first, *_ = records(ROWS[0], VERSIONS)
    assert set(first) == set(FIELDS)
    assert first["version"] == "0.1"
    assert first["limit_us"] == pytest.approx(10.0)
    assert (first["min_us"], first["median_us"]) == (pytest.approx(20.0), pytest.approx(30.0))
    assert first["gflops"] == pytest.approx(2 * DEPTHWISE.macs / 20e-6 / 1e9)
    assert (first["share_of_limit"], first["median_share_of_limit"]) == (0.5, 0.25)
    untimed = next(iter(records(ROWS[2], VERSIONS)))
    assert (untimed["min_us"], untimed["gflops"], untimed["note"]) == (None, None, "failed: X")


def test_files_are_complete_after_every_row(tmp_path: Path) -> None:
    lines = CsvFile(tmp_path / "out.csv", FIELDS)
    whole = JsonFile(tmp_path / "out.json", {"processor": "it"})
    for count, one in enumerate(ROWS[:2], 1):
        for file in (lines, whole):
            file.add(list(records(one, VERSIONS)))
        with (tmp_path / "out.csv").open(newline="") as stream:
            assert len(list(csv.DictReader(stream))) == 4 * count
        written = json.loads((tmp_path / "out.json").read_text())
        assert written["machine"] == {"processor": "it"}
        assert len(written["rows"]) == 4 * count
    lines.close()
    whole.close()


def test_a_picture_of_every_layout(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "picture.svg"
    plot(ROWS, LIMITS, [Layout.OWN, Layout.NCHW], file)
    axes = [one for one in ElementTree.parse(file).iter() if one.get("id", "").startswith("axes_")]
    assert len(axes) == 4
    plot(ROWS, LIMITS, [Layout.OWN], tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ConvoptError, match="matplotlib is not installed: pip install matplotlib"):
        check_plot(tmp_path / "picture.svg")


def test_the_machine_in_words() -> None:
    facts = machine_facts(cpu_target("x86-64-v4"), LIMITS, [1], {"convopt": "0.1"})
    first, second = machine_lines(facts)
    assert first == f"{processor_name()}, core 1, code for x86-64-v4, convopt 0.1"
    assert second == (
        "limits of one core: 100 GFLOP/s with 16 lanes; GB/s reading / writing / copying: "
        "L1 (32 KiB) 100 / 50 / 80; DRAM 10 / 5 / 8"
    )
    assert "not pinned" in machine_lines(facts | {"cores": []})[0]


def test_processors_are_known_by_more_than_their_name() -> None:
    assert processor_name()
    assert len(processor_identity()) >= len(processor_name())


def test_peers_in_order_without_convopt() -> None:
    assert peer_names(ROWS) == ["fast", "slow", "half"]
