"""The network from top to bottom, a row for each layer; fused modules are coloured boxes.

Every layer has a row of its own, so that nothing overlaps in any graph: what goes to the next row
is a short line, what goes further an arc on the left, in a lane that no other arc uses there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from convopt.report.families import layer_family
from convopt.report.markup import Markup, label, shortened, svg, tag, text
from convopt.report.names import compact_name, shape_text
from convopt.report.numbers import change_text, time_text
from convopt.report.records import MODEL_INPUTS, Kernel, Layer, Report, Tensor

MODULE_COLOURS = 6

_ROW = 28
_NODE_WIDTH, _NODE_HEIGHT = 176, 19
_LANE = 11
_NAME_WIDTH, _SHAPE_WIDTH, _TIME_WIDTH, _NOTE_WIDTH = 370, 140, 90, 240
_NAME_LENGTH, _KIND_LENGTH = 48, 25


@dataclass(frozen=True)
class GraphRow:
    """A node: what it says, and the rows that it reads."""

    kind: str
    name: str
    shape: str
    time: str
    family: str
    reads: tuple[int, ...]
    tip: str


@dataclass(frozen=True)
class GraphBox:
    """A fused module around the rows `first` to `last`."""

    first: int
    last: int
    name: str
    note: str


@dataclass(frozen=True)
class Graph:
    """Rows from top to bottom and the boxes around some of them."""

    rows: tuple[GraphRow, ...]
    boxes: tuple[GraphBox, ...]


def graph_of(report: Report) -> Graph:
    """Inputs, kernels with their stages, outputs."""
    rows = [_tensors_row("input", report.inputs, ())]
    last_row = {MODEL_INPUTS: 0}
    boxes: list[GraphBox] = []
    for kernel in report.kernels:
        first = len(rows)
        for stage, layer in enumerate(kernel.stages or (kernel.layer,)):
            outside = {last_row[number] for number in layer.reads}
            inside = {len(rows) - 1} if stage else set()
            number = f"{kernel.number}.{stage + 1}" if kernel.module else str(kernel.number)
            rows.append(_layer_row(kernel, number, layer, tuple(sorted(outside | inside))))
        last_row[kernel.number] = len(rows) - 1
        if kernel.module:
            boxes.append(GraphBox(first, len(rows) - 1, kernel.module, _module_note(kernel)))
    makers = tuple(sorted({last_row[tensor.kernel] for tensor in report.outputs}))
    rows.append(_tensors_row("output", report.outputs, makers))
    return Graph(tuple(rows), tuple(boxes))


def lanes_of(rows: Sequence[GraphRow]) -> dict[tuple[int, int], int]:
    """For each pair of rows that an arc joins its lane, 0 next to the nodes; short arcs inside."""
    arcs = [
        (source, row) for row, each in enumerate(rows) for source in each.reads if row - source > 1
    ]
    lanes: dict[tuple[int, int], int] = {}
    for start, stop in sorted(arcs, key=lambda arc: (arc[1] - arc[0], arc)):
        busy = {lane for (low, high), lane in lanes.items() if low < stop and start < high}
        lanes[start, stop] = next(lane for lane in range(len(arcs)) if lane not in busy)
    return lanes


def graph(report: Report) -> Markup:
    """The drawing."""
    found = graph_of(report)
    lanes = lanes_of(found.rows)
    left = 22.0 + _LANE * (1 + max(lanes.values(), default=0))
    width = left + _NODE_WIDTH + _NAME_WIDTH + _SHAPE_WIDTH + _TIME_WIDTH + _NOTE_WIDTH
    parts = [_box(number, box, left, width) for number, box in enumerate(found.boxes)]
    for row, each in enumerate(found.rows):
        parts += [_edge(source, row, left, lanes) for source in each.reads]
    parts += [_node(row, each, left) for row, each in enumerate(found.rows)]
    return svg(width, _ROW * len(found.rows) + 4, "Graph of the network", *parts)


def _tensors_row(kind: str, tensors: Sequence[Tensor], reads: tuple[int, ...]) -> GraphRow:
    names = ", ".join(tensor.name for tensor in tensors)
    shape = tensors[0].shape if len(tensors) == 1 else ""
    tip = "; ".join(f"{tensor.name}: {tensor.shape}" for tensor in tensors)
    return GraphRow(kind, names, shape, "", "ends", reads, tip)


def _layer_row(kernel: Kernel, number: str, layer: Layer, reads: tuple[int, ...]) -> GraphRow:
    seconds = layer.costs.seconds if kernel.module else kernel.seconds
    return GraphRow(
        layer.kind,
        f"{number}  {compact_name(layer.name)}",
        "" if kernel.in_onnxruntime else shape_text(layer.shapes[1]),
        time_text(seconds) if seconds else "",
        layer_family(layer),
        reads,
        f"{layer.name}: {layer.kind}, {layer.schedule}".rstrip(", "),
    )


def _module_note(kernel: Kernel) -> str:
    before, after = kernel.alone.beyond_l2.total, kernel.layer.costs.beyond_l2.total
    change = change_text(before, after)
    return f"{kernel.layer.tile}, {change} traffic" if change else kernel.layer.tile


def _middle(row: int) -> float:
    return _ROW * row + _ROW / 2 + 2


def _box(number: int, box: GraphBox, left: float, width: float) -> Markup:
    top, bottom = _ROW * box.first + 3, _ROW * (box.last + 1) + 1
    frame = tag(
        "rect",
        x=left - 7,
        y=float(top),
        width=width - left + 5,
        height=float(bottom - top),
        rx=6,
        class_=f"module m{number % MODULE_COLOURS}",
    )
    x, y = width - _NOTE_WIDTH + 10, _middle(box.first) + 4
    name = label(x, y, box.name, "strong")
    note = label(x + 38, y, box.note, "quiet")
    return tag("g", frame, name, note)


def _edge(source: int, row: int, left: float, lanes: dict[tuple[int, int], int]) -> Markup:
    if row - source == 1:
        x = left + _NODE_WIDTH / 2
        y1, y2 = _middle(source) + _NODE_HEIGHT / 2, _middle(row) - _NODE_HEIGHT / 2
        return tag("line", x1=x, x2=x, y1=y1, y2=y2, class_="edge")
    x = left - 12 - _LANE * (lanes[source, row] + 1)
    y1, y2, bend = _middle(source) + 4, _middle(row) - 4, 8
    path = (
        f"M{left:.1f} {y1:.1f} H{x + bend:.1f} Q{x:.1f} {y1:.1f} {x:.1f} {y1 + bend:.1f} "
        f"V{y2 - bend:.1f} Q{x:.1f} {y2:.1f} {x + bend:.1f} {y2:.1f} H{left - 5:.1f}"
    )
    head = f"{left:.1f},{y2:.1f} {left - 6:.1f},{y2 - 3:.1f} {left - 6:.1f},{y2 + 3:.1f}"
    return tag("path", d=path, class_="edge") + tag("polygon", points=head, class_="edgehead")


def _node(row: int, node: GraphRow, left: float) -> Markup:
    middle = _middle(row)
    baseline = middle + 4
    name_x = left + _NODE_WIDTH + 10
    shape_x = name_x + _NAME_WIDTH
    return tag(
        "g",
        tag("title", text(node.tip)),
        tag(
            "rect",
            x=left,
            y=middle - _NODE_HEIGHT / 2,
            width=_NODE_WIDTH,
            height=_NODE_HEIGHT,
            rx=4,
            class_=f"node soft-{node.family}",
        ),
        label(left + _NODE_WIDTH / 2, baseline, shortened(node.kind, _KIND_LENGTH), "middle"),
        label(name_x, baseline, shortened(node.name, _NAME_LENGTH)),
        label(shape_x, baseline, node.shape, "quiet"),
        label(shape_x + _SHAPE_WIDTH + _TIME_WIDTH - 20, baseline, node.time, "end quiet"),
    )
