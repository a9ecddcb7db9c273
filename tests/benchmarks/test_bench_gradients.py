"""Gradients of layers: their data and limits, and what is said of rows made by hand."""

import re
from io import StringIO

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from convopt.benchmarks.gradient import Gradient, GradientData, gradient_bytes
from convopt.benchmarks.gradients.records import FIELDS, gradient_records
from convopt.benchmarks.gradients.results import (
    OURS,
    GradientRow,
    Speedup,
    group_means,
    libraries,
    merged_row,
)
from convopt.benchmarks.gradients.tables import gradient_remarks, gradient_table, group_table
from convopt.benchmarks.layer import Layer, LayerData, convolved
from convopt.benchmarks.layers.tables import read_table
from convopt.benchmarks.limits.machine import Level, Limits
from convopt.benchmarks.limits.roofline import LayerLimit, gradient_limit
from convopt.benchmarks.measuring.results import Cell
from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.peers.peer import Layout

GROUPED = Layer("net", "grp", 12, 9, 8, 18, 3, 2, 2, 1, 1, 0, 2, 1, 2, 3, 1)
LIMITS = Limits(16, 200.0, (Level("L1", 1 << 15, 400, 200, 300), Level("L2", 1 << 21, 180, 60, 90)))
VERSIONS = {"convopt": "1", "onednn": "2", "torch": "3", "half": "4"}


@pytest.mark.parametrize("gradient", Gradient)
def test_the_reference_is_the_adjoint_of_the_convolution(gradient: Gradient) -> None:
    data = GradientData.random(GROUPED, gradient)
    no_bias = np.zeros(GROUPED.cout, np.float32)
    layer_data = LayerData(GROUPED, data.x, data.weights, no_bias)
    result = convolved(layer_data, data.x.astype(np.float64))
    operand = data.x if gradient is Gradient.DATA else data.weights
    assert data.reference.shape == data.shape == operand.shape
    expected = np.vdot(result, data.grad.astype(np.float64))
    assert np.vdot(operand.astype(np.float64), data.reference) == pytest.approx(expected)


def test_what_changes_from_call_to_call() -> None:
    data, weights = (GradientData.random(GROUPED, gradient) for gradient in Gradient)
    assert [one.shape for one in data.activations] == [GROUPED.output_shape]
    assert [one.shape for one in weights.activations] == [GROUPED.input_shape, GROUPED.output_shape]
    assert data.stored_shape == GROUPED.input_shape
    assert weights.stored_shape == (1, 18, 4, 6)
    assert weights.name == "grp3x2 12->18 @9x8 s2x1 g3, gradient of weights"


def test_limits_know_what_is_read_and_what_is_written() -> None:
    layer = Layer("net", "dw", 16, 8, 8, 16, 3, 3, 2, 2, 1, 1, 1, 1, 1, 16, 1)
    image, filters, result = 4 * 16 * 64, 4 * 16 * 9, 4 * 16 * 16
    assert gradient_bytes(layer, Gradient.DATA) == (result + filters, image)
    assert gradient_bytes(layer, Gradient.WEIGHTS) == (image + result, filters)
    limit = gradient_limit(layer, Gradient.DATA, LIMITS)
    balanced = 2 * (result + filters)
    moved = balanced / 300e9 + (image - result - filters) / 200e9
    assert (limit.level, limit.memory_seconds) == ("L1", pytest.approx(moved))
    assert limit.compute_seconds == pytest.approx(2 * layer.macs / 200e9)


def test_the_shipped_layers_have_groups() -> None:
    groups: dict[str, list[str]] = {}
    for layer in read_table("gradients"):
        groups.setdefault(layer.network, []).append(layer.name)
    assert {name: len(layers) for name, layers in groups.items()} == {
        "depthwise 3x3": 6,
        "further depthwise 3x3": 3,
        "depthwise 5x5 and 7x7": 2,
        "4 channels a group": 2,
        "16 channels a group": 1,
        "pointwise": 1,
    }
    by_four = [layer for layer in read_table("gradients") if layer.network.startswith("4 ")]
    assert [layer.cin // layer.groups for layer in by_four] == [4, 4]


def cell(name: str, multiple: float, layout: Layout = Layout.OWN, error: float = 1e-7) -> Cell:
    """A least time that is a multiple of a limit of 10 us; the median twice that, but for convopt
    half as much again."""
    seconds = multiple * 1e-5
    median = (1.5 if name == "convopt" else 2.0) * seconds
    timing = Timing(median, seconds, 1 / multiple, 0.5 / multiple, 90.0, 7)
    return Cell(name, layout, timing, error, "" if error <= 1e-5 else "not exact")


def row(group: str, *cells: Cell, channels: int = 16) -> GradientRow:
    layer = Layer(group, "dw", channels, 8, 8, channels, 3, 3, 1, 1, 1, 1, 1, 1, 1, channels, 1)
    return GradientRow(layer, Gradient.WEIGHTS, LayerLimit(1e-5, 5e-6, "L1"), cells)


ROWS = [
    row(
        "depthwise",
        cell("convopt", 1.0),
        cell("onednn", 4.0),
        cell("torch", 2.0),
        cell("torch", 9.0, Layout.NCHW),
        cell("half", 0.5, error=3e-3),
    ),
    row(
        "depthwise",
        cell("convopt", 2.0),
        cell("onednn", 16.0),
        Cell("torch", Layout.OWN, None, note="no such kernel"),
        cell("torch", 18.0, Layout.NCHW),
        cell("half", 0.5, error=3e-3),
        channels=32,
    ),
    row("grouped", Cell("convopt", Layout.OWN, None, note="failed"), cell("onednn", 1.0)),
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
        ROWS[1].cells[1],
        ROWS[2].cells[1],
    ]
    assert row("g", cell("convopt", 1.0)).best_peer is None


def test_speedups_are_of_least_times_and_of_medians() -> None:
    first, second, third = ROWS
    assert first.over_best == Speedup(pytest.approx(2.0), pytest.approx(8 / 3))
    assert first.over_torch == Speedup(pytest.approx(9.0), pytest.approx(12.0))
    assert second.over_best == Speedup(pytest.approx(8.0), pytest.approx(32 / 3))
    assert (third.over_best, third.over_torch) == (None, None)


def test_means_are_geometric_and_of_groups() -> None:
    depthwise, grouped = group_means(ROWS)
    assert (depthwise.name, depthwise.layers) == ("depthwise", 2)
    assert depthwise.over_best == Speedup(pytest.approx(4.0), pytest.approx(16 / 3))
    assert depthwise.over_torch == Speedup(pytest.approx(9.0), pytest.approx(12.0))
    assert (grouped.name, grouped.over_best, grouped.over_torch) == ("grouped", None, None)


def test_several_processes_become_one_row() -> None:
    slower = row("depthwise", *(cell("convopt", 3.0), *ROWS[0].cells[1:]))
    found = merged_row([ROWS[0], slower, slower]).timing(OURS)
    assert found is not None
    assert found.min_seconds == pytest.approx(3e-5)
    assert found.samples == 21


def test_a_library_in_two_layouts_has_two_columns() -> None:
    assert libraries(ROWS)[2:4] == [("torch", Layout.OWN), ("torch", Layout.NCHW)]
    heading, *lines = text_of(gradient_table(ROWS))
    assert heading[4:] == [
        *("convopt", "x limit", "onednn", "torch", "torch (nchw)", "half"),
        *("best peer", "x", "x torch nchw"),
    ]
    assert lines[0][4:] == [
        *("10.0 (15.0)", "1.00", "40.0 (80.0)", "20.0 (40.0)", "90.0 (180.0)", "~5.0 (10.0)"),
        *("torch", "2.00", "9.00"),
    ]
    assert lines[1][7] == "-"
    assert lines[2][4:6] == ["-", "-"]


def test_without_peers_the_best_one_is_named() -> None:
    heading, first, *_ = text_of(gradient_table(ROWS, with_peers=False))
    assert heading[4:] == ["convopt", "x limit", "best peer", "x", "x torch nchw"]
    assert first[6] == "torch"


def test_the_table_of_means() -> None:
    assert text_of(group_table(ROWS)) == [
        ["group", "layers", "than the best peer", "than torch nchw"],
        ["depthwise", "2", "4.00 (5.33)", "9.00 (12.00)"],
        ["grouped", "1", "-", "-"],
    ]


def test_remarks_name_library_layer_and_gradient() -> None:
    assert gradient_remarks(ROWS[1:]) == [
        "torch, dw3 32->32 @8 s1, gradient of weights: no such kernel",
        "half, dw3 32->32 @8 s1, gradient of weights: not exact",
        "convopt, dw3 16->16 @8 s1, gradient of weights: failed",
    ]


def test_records() -> None:
    found = list(gradient_records(ROWS[0], VERSIONS))
    assert all(tuple(sorted(one)) == tuple(sorted(FIELDS)) for one in found)
    ours, _, best, *_ = found
    assert (ours["gradient"], ours["group"], ours["class"]) == ("weights", "depthwise", "dw3")
    assert ours["bytes"] == 4 * (2 * 16 * 64 + 16 * 9)
    assert (ours["times_convopt"], ours["is_best_peer"]) == (1.0, False)
    assert (best["times_convopt"], best["is_best_peer"]) == (pytest.approx(2.0), True)
    assert best["median_times_convopt"] == pytest.approx(8 / 3)
    untimed = list(gradient_records(ROWS[2], VERSIONS))
    assert [one["times_convopt"] for one in untimed] == [None, None]
