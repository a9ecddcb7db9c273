"""Modules of layers: their table, their limits, and what is said of rows made by hand."""

import re
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.layers.modules import COLUMNS, chosen_modules, read_modules
from convopt.benchmarks.limits.machine import Level, Limits
from convopt.benchmarks.limits.roofline import LayerLimit, module_limit
from convopt.benchmarks.measuring.results import Cell
from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.module import Module, ModuleData, Stage
from convopt.benchmarks.modules.records import FIELDS, module_records
from convopt.benchmarks.modules.results import ModuleRow, group_means, merged_row
from convopt.benchmarks.modules.tables import group_table, module_remarks, module_table
from convopt.benchmarks.peers.peer import Layout
from convopt.errors import ConvoptError, UsageError

PUBLISHED = Limits(
    16,
    247.0,
    (
        Level("L1", 48 << 10, 490, 258, 520),
        Level("L2", 2 << 20, 181, 66, 107),
        Level("L3", 64 << 20, 29, 29, 29),
    ),
)
VERSIONS = {"convopt": "1", "convopt-separate": "1", "fast": "2", "slow": "3", "half": "4"}


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n")
    return path


def pointwise(inputs: int, outputs: int, size: int = 4) -> Layer:
    return Layer("", "pw", inputs, size, size, outputs, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1)


def test_a_line_gives_the_stages(tmp_path: Path) -> None:
    line = "mine,some,8,9, pw 24 relu6 > dw5 s2 relu6>pw 16 "
    (module,) = read_modules(written(tmp_path / "mine.csv", line))
    depthwise = Layer("", "dw", 24, 9, 9, 24, 5, 5, 2, 2, 2, 2, 2, 2, 1, 24, 1)
    assert module == Module(
        "mine",
        "some",
        (
            Stage(pointwise(8, 24, 9), has_relu6=True),
            Stage(depthwise, has_relu6=True),
            Stage(pointwise(24, 16, 5), has_relu6=False),
        ),
    )


def test_add_adds_the_input(tmp_path: Path) -> None:
    (module,) = read_modules(written(tmp_path / "mine.csv", "m,g,8,4,pw 16 relu6 > pw 8 > add"))
    assert module.adds_input
    assert len(module.stages) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("m,g,8,4,dw2", "mine.csv:2: stages: expected such as 'dw3 s2 relu6', .* found 'dw2'"),
        ("m,g,8,4,pw 8 > add > pw 8", "found 'add'"),
        ("m,g,8,4,pw 8 relu", "found 'pw 8 relu'"),
        ("m,g,8,4,add", "mine.csv:2: expected at least one convolution, found none"),
        ("m,g,8,4", "mine.csv:2: stages: expected such as .*, found ''"),
        ("m,g,8,x,pw 8", "mine.csv:2: size: expected a whole number, found 'x'"),
        ("m,g,0,4,pw 8", "mine.csv:2: cin: expected at least 1, found 0"),
        ("m,g,8,4,pw 16 > add", r"add: expected a result of the input's shape \(1, 8, 4, 4\)"),
        ("m,g,8,4,dw3 s2 > add", r"found \(1, 8, 2, 2\)"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ConvoptError, match=message):
        read_modules(written(tmp_path / "mine.csv", line))


def test_wrong_files(tmp_path: Path) -> None:
    with pytest.raises(ConvoptError, match=r"absent.csv: No such file"):
        read_modules(tmp_path / "absent.csv")
    with pytest.raises(ConvoptError, match="expected at least one module, found none"):
        read_modules(written(tmp_path / "empty.csv"))
    (tmp_path / "other.csv").write_text("name,stages\nm,pw 8\n")
    with pytest.raises(ConvoptError, match="missing: group, channels, size"):
        read_modules(tmp_path / "other.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(ConvoptError, match="expected a table of modules as CSV"):
        read_modules(tmp_path / "bytes.csv")


def test_modules_are_chosen_by_name_pattern_and_file(tmp_path: Path) -> None:
    shipped = read_modules()
    assert chosen_modules([]) == shipped
    pairs = chosen_modules(["pair *", "pair 32*"])
    assert [module.name for module in pairs] == [
        *("pair 32dw@112->64", "pair 128dw@56->128", "pair 512dw@14->512")
    ]
    path = written(tmp_path / "mine.csv", "m,g,8,4,pw 8")
    assert [module.name for module in chosen_modules([str(path), pairs[0].name])] == [
        *("m", "pair 32dw@112->64")
    ]
    with pytest.raises(UsageError, match=r"unknown module 'pair 32dw@112->46'.*did you mean"):
        chosen_modules(["pair 32dw@112->46"])


def test_stages_that_do_not_fit_together() -> None:
    stages = tuple(Stage(layer, True) for layer in (pointwise(8, 16), pointwise(8, 16)))
    with pytest.raises(ConvoptError, match=r"expected to read \(1, 16, 4, 4\), found \(1, 8, 4, 4"):
        Module("m", "g", stages)


@pytest.mark.parametrize(
    ("name", "microseconds"),
    [
        ("pair 32dw@112->64", 237.3),
        ("pair 128dw@56->128", 445.3),
        ("pair 512dw@14->512", 423.3),
        ("invres 24-144-24 @56", 208.4),
        ("invres 96-576-96 @14", 183.7),
    ],
)
def test_published_limits_of_modules(name: str, microseconds: float) -> None:
    (module,) = chosen_modules([name])
    limit = module_limit(module, PUBLISHED)
    assert 1e6 * limit.seconds == pytest.approx(microseconds, abs=0.06)
    assert limit.bound == "compute"


def test_the_intermediate_result_is_not_counted() -> None:
    (module,) = chosen_modules(["pwdw 16->96 @112 s2"])
    pixels, results = 112 * 112, 56 * 56
    assert module.macs == pixels * 16 * 96 + results * 96 * 9
    assert module.bytes_read == 4 * (pixels * 16 + 16 * 96 + 96 + 96 * 9 + 96)
    assert module.bytes_written == 4 * results * 96
    limit = module_limit(module, PUBLISHED)
    moved = 2 * module.bytes_read / 107e9 + (module.bytes_written - module.bytes_read) / 66e9
    assert limit.level == "L2"
    assert limit.memory_seconds == pytest.approx(moved)


def test_the_reference_clips_and_adds() -> None:
    stages = (Stage(pointwise(2, 3), has_relu6=True), Stage(pointwise(3, 2), has_relu6=False))
    module = Module("m", "g", stages, adds_input=True)
    first, second = (LayerData.random(layer) for layer in module.layers)
    first = LayerData(first.layer, 10 * first.x, first.weights, first.bias)
    found = ModuleData(module, (first, second)).reference
    x = first.x.astype(np.float64)
    hidden = np.einsum("oi,nihw->nohw", first.weights[..., 0, 0], x)
    hidden = (hidden + first.bias[:, None, None]).clip(0, 6)
    assert 0.0 < np.mean(hidden == 6.0) < 1.0
    result = np.einsum("oi,nihw->nohw", second.weights[..., 0, 0], hidden)
    np.testing.assert_allclose(found, result + second.bias[:, None, None] + x, rtol=1e-12)


def test_convolutions_of_one_size_have_different_weights() -> None:
    stages = tuple(Stage(pointwise(4, 4), True) for _ in range(2))
    first, second = ModuleData.random(Module("m", "g", stages)).layers
    assert not np.array_equal(first.weights, second.weights)


def cell(name: str, multiple: float, layout: Layout = Layout.OWN, error: float = 1e-7) -> Cell:
    """A time that is a multiple of a limit of 10 us; the median half as much again."""
    seconds = multiple * 1e-5
    timing = Timing(1.5 * seconds, seconds, 1 / multiple, 0.5 / multiple, 90.0, 7)
    return Cell(name, layout, timing, error, "" if error <= 1e-5 else "not exact")


def row(name: str, group: str, *cells: Cell) -> ModuleRow:
    module = Module(name, group, (Stage(pointwise(16, 32, 8), True),))
    return ModuleRow(module, LayerLimit(1e-5, 5e-6, "L1"), cells, ("dwpw3x3s1", "pw1x1s1"))


ROWS = [
    row(
        *("one", "pairs"),
        cell("convopt", 1.0),
        cell("convopt-separate", 1.5),
        cell("fast", 2.0),
        cell("slow", 4.0, Layout.NCHW),
        cell("half", 0.5, error=3e-3),
    ),
    row(
        *("two", "pairs"),
        cell("convopt", 4.0),
        cell("convopt-separate", 2.0),
        Cell("fast", Layout.OWN, None, note="no such kernel"),
        cell("slow", 9.0, Layout.NCHW),
        cell("half", 0.5, error=3e-3),
    ),
    row("three", "blocks", Cell("convopt", Layout.OWN, None, note="failed"), cell("fast", 1.0)),
]


def text_of(table: Table) -> list[list[str]]:
    """The table's cells, heading first."""
    stream = StringIO()
    Console(file=stream, width=300).print(table)
    _, heading, _, *lines = filter(str.strip, stream.getvalue().splitlines())
    return [re.split(r"\s{2,}", line.strip()) for line in (heading, *lines)]


def test_the_best_peer_is_not_convopt_and_computes_in_fp32() -> None:
    assert [one.best_peer for one in ROWS] == [
        ROWS[0].cells[2],
        ROWS[1].cells[3],
        ROWS[2].cells[1],
    ]
    assert row("m", "g", cell("convopt", 1.0), cell("convopt-separate", 1.0)).best_peer is None


def test_ratios_are_those_of_least_times() -> None:
    assert [one.speedup for one in ROWS] == [pytest.approx(2.0), pytest.approx(2.25), None]
    assert [one.gain for one in ROWS] == [pytest.approx(1.5), pytest.approx(0.5), None]


def test_means_over_groups() -> None:
    pairs, blocks = group_means(ROWS)
    assert (pairs.name, pairs.modules, blocks.name) == ("pairs", 2, "blocks")
    assert pairs.libraries == {
        "convopt": (pytest.approx(2.0), 2),
        "convopt-separate": (pytest.approx(3.0**0.5), 2),
        "fast": (pytest.approx(2.0), 1),
        "slow": (pytest.approx(6.0), 2),
        "half": (pytest.approx(0.5), 2),
    }
    assert pairs.best == pytest.approx(18.0**0.5)
    assert pairs.speedup == pytest.approx(4.5**0.5)
    assert (blocks.libraries, blocks.speedup) == ({"fast": (pytest.approx(1.0), 1)}, None)


def test_the_module_table() -> None:
    heading, first, second, third = text_of(module_table(ROWS))
    assert heading == [
        *("module", "kernels", "MMAC", "limit", "bound", "convopt", "x limit"),
        *("convopt-separate", "x limit", "gain", "fast", "slow (nchw)", "half"),
        *("best peer", "x limit", "x"),
    ]
    assert first == [
        *("one", "dwpw3x3s1 pw1x1s1", "0.03", "10.0", "compute", "10.0 (15.0)", "1.00"),
        *("15.0 (22.5)", "1.50", "1.50", "20.0 (30.0)", "40.0 (60.0)", "~5.0 (7.5)"),
        *("fast", "2.00", "2.00"),
    ]
    assert second[-6:] == ["-", "90.0 (135.0)", "~5.0 (7.5)", "slow", "9.00", "2.25"]
    assert third[5:] == ["-", "-", "-", "-", "-", "10.0 (15.0)", "-", "-", "fast", "1.00", "-"]


def test_narrow_tables_name_only_the_best_peer() -> None:
    heading, first, *_ = text_of(module_table(ROWS, with_peers=False))
    assert heading[-4:] == ["gain", "best peer", "x limit", "x"]
    assert first[-4:] == ["1.50", "fast", "2.00", "2.00"]


def test_the_group_table() -> None:
    heading, pairs, blocks = text_of(group_table(ROWS))
    assert heading == [
        *("group", "modules", "convopt", "convopt-separate", "fast", "slow (nchw)", "half"),
        *("best peer", "x"),
    ]
    assert pairs == ["pairs", "2", "2.00", "1.73", "2.00 (1/2)", "6.00", "0.50", "4.24", "2.12"]
    assert blocks == ["blocks", "1", "-", "-", "1.00", "-", "-", "1.00", "-"]
    assert "fast" not in text_of(group_table(ROWS, with_peers=False))[0]


def test_remarks_are_the_notes() -> None:
    assert module_remarks(ROWS) == [
        "half, one: not exact",
        "fast, two: no such kernel",
        "half, two: not exact",
        "convopt, three: failed",
    ]


def test_records() -> None:
    ours, separate, fast, *_ = module_records(ROWS[0], VERSIONS)
    assert set(ours) == set(FIELDS)
    assert (ours["module"], ours["group"], ours["bound"]) == ("one", "pairs", "compute")
    assert (ours["kernels"], separate["kernels"]) == ("dwpw3x3s1 pw1x1s1", None)
    assert ours["limit_us"] == pytest.approx(10.0)
    assert [one["times_limit"] for one in (ours, separate, fast)] == pytest.approx([1, 1.5, 2])
    assert [one["times_best_peer"] for one in (ours, fast)] == pytest.approx([0.5, 1.0])
    assert (fast["version"], fast["layout"], fast["min_us"]) == ("2", "own", pytest.approx(20.0))
    untimed, _ = module_records(ROWS[2], VERSIONS)
    assert (untimed["times_limit"], untimed["min_us"], untimed["note"]) == (None, None, "failed")


def test_rows_of_several_processes() -> None:
    merged = merged_row([row("m", "g", cell("convopt", multiple)) for multiple in (3.0, 1.0, 2.0)])
    timing = merged.timing("convopt")
    assert timing is not None
    assert timing.min_seconds == pytest.approx(2e-5)
    assert (timing.samples, merged.module.name, merged.kernels) == (21, "m", ROWS[0].kernels)
