"""Drawings: places of bars, points, labels and arcs."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convopt.report.labels import Box, free_place
from convopt.report.markup import shortened, tag
from convopt.report.numbers import change_text, size_text, time_text
from convopt.report.records import Costs, Roofs, Tensor, TrafficBytes
from convopt.report.svg_bars import TrafficBar, traffic_bars
from convopt.report.svg_graph import GraphRow, graph, graph_of, lanes_of
from convopt.report.svg_roofline import drawn_kernels, roofline


def rectangles(drawing):
    found = []
    for attributes in re.findall(r"<rect ([^>]*)>", drawing):
        fields = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        found.append((float(fields["x"]), float(fields["width"]), fields["class"]))
    return found


def test_stacked_bars_are_as_long_as_what_they_show():
    bars = [TrafficBar("a", TrafficBytes(100, 200, 300, 400)), TrafficBar("b", TrafficBytes(500))]
    *first, second = rectangles(traffic_bars(bars, "bars"))
    assert [style for _, _, style in first] == [
        "fill-input",
        "fill-weights",
        "fill-intermediate",
        "fill-output",
    ]
    widths = [width for _, width, _ in first]
    assert [width / widths[0] for width in widths] == pytest.approx([1, 2, 3, 4], abs=0.01)
    assert second[1] == pytest.approx(sum(widths) / 2, abs=0.5)
    for (x, width, _), (following, _, _) in pairwise(first):
        assert following == pytest.approx(x + width, abs=0.2)


def test_bars_of_nothing():
    assert rectangles(traffic_bars([TrafficBar("a", TrafficBytes())], "bars")) == []


def test_the_roofline_draws_an_arrow_for_each_module(report):
    drawing = roofline(report.kernels, report.roofs)
    assert drawing.count('class="arrow"') == 1
    assert drawing.count('class="before"') == 1
    assert drawing.count('class="ring') == len(drawn_kernels(report.kernels)) == 2
    assert "L3 18 GB/s" in drawing
    assert ">M1<" in drawing


def test_kernels_without_a_place_in_the_roofline(report):
    kernel = report.kernels[1]
    near = replace(kernel, layer=replace(kernel.layer, costs=Costs(1e-3)))
    assert drawn_kernels([near, report.kernels[0]]) == []
    assert roofline([near], report.roofs) == ""


@given(
    seconds=st.floats(1e-9, 10),
    macs=st.integers(1, 10**12),
    size=st.integers(1, 10**12),
    gbs=st.floats(0.5, 500),
)
def test_points_are_inside_the_roofline(report_of_one, seconds, macs, size, gbs):
    kernel = report_of_one(seconds, macs, size)
    drawing = roofline([kernel], Roofs(40.0, (("DRAM", gbs),)))
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', drawing).groups())
    (place,) = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawing)
    assert 0 < float(place[0]) < width
    assert 0 < float(place[1]) < height
    for number in re.findall(r' (?:x|y|x1|x2|y1|y2|cx|cy)="(-?[\d.]+)"', drawing):
        assert -10 <= float(number) <= max(width, height)


@pytest.fixture(scope="module")
def report_of_one():
    from convopt.report.records import Kernel, Layer

    def make(seconds, macs, size):
        costs = Costs(seconds, TrafficBytes(size), TrafficBytes(size))
        layer = Layer("a", "pointwise", ((1,), (1,)), macs, size, "", "", (0,), costs)
        return Kernel(1, layer, seconds)

    return make


def test_labels_keep_apart():
    frame = Box(0, 0, 200, 100)
    taken = [Box(95, 45, 105, 55)]
    for _ in range(4):
        place = free_place(100, 50, 20, 10, taken, frame)
        assert place is not None
        assert not any(place.meets(other) for other in taken)
        taken.append(place)
    assert free_place(100, 50, 20, 10, [frame], frame) is None
    assert free_place(1, 1, 20, 10, [], Box(0, 0, 10, 10)) is None


def row(*reads):
    return GraphRow("pointwise", "name", "8", "", "pointwise", reads, "")


def test_arcs_that_meet_have_lanes_of_their_own():
    rows = [row(), row(0), row(1), row(0, 2), row(1, 3), row(4), row(3, 5)]
    lanes = lanes_of(rows)
    assert set(lanes) == {(0, 3), (1, 4), (3, 6)}
    assert lanes[0, 3] != lanes[1, 4]
    assert lanes[0, 3] == lanes[3, 6]  # one ends where the other begins


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=25))
def test_no_two_arcs_of_a_lane_overlap(pairs):
    reads = {n: {low for low, high in map(sorted, pairs) if high == n != low} for n in range(21)}
    lanes = lanes_of([row(*sorted(reads[n])) for n in range(21)])
    assert len(lanes) == sum(n - low > 1 for n in range(21) for low in reads[n])
    for (a, b), lane in lanes.items():
        for (c, d), other in lanes.items():
            assert (a, b) == (c, d) or lane != other or b <= c or d <= a


def test_the_graph_has_a_row_for_each_stage_and_a_box_for_each_module(report):
    found = graph_of(report)
    assert [each.kind for each in found.rows] == [
        "input",
        "convert layout",
        "pointwise",
        "depthwise 3x3s1",
        "pointwise",
        "convert layout",
        "output",
    ]
    assert [each.reads for each in found.rows] == [(), (0,), (1,), (2,), (3,), (4,), (5,)]
    (box,) = found.boxes
    assert (box.first, box.last, box.name) == (3, 4, "M1")
    assert 'class="module m0"' in graph(report)


def test_a_graph_of_several_inputs_and_none(report):
    several = (Tensor("a", "1x2", 0), Tensor("b", "1x3", 0))
    assert graph_of(replace(report, inputs=several)).rows[0].name == "a, b"
    assert graph_of(replace(report, inputs=(), outputs=())).rows[-1].reads == ()


def test_long_names_keep_their_ends():
    assert shortened("abcdefghij", 10) == "abcdefghij"
    assert shortened("abcdefghijk", 7) == "abcd…jk"


def test_numbers_for_people():
    assert [size_text(size) for size in (12, 3456, 7_890_000)] == ["12 B", "3 kB", "7.9 MB"]
    times = [time_text(seconds) for seconds in (2.5, 2.5e-3, 2.5e-6, 2.5e-8)]
    assert times == ["2.50 s", "2.50 ms", "2.5 us", "25 ns"]
    changes = [change_text(*pair) for pair in ((100, 38), (100, 103), (100, 100), (0, 5))]
    assert changes == ["-62 %", "+3 %", "0 %", ""]


def test_attributes_are_escaped():
    assert (
        tag("a", title='"<&', data_v=None, class_="x")
        == '<a title="&quot;&lt;&amp;" class="x"></a>'
    )
