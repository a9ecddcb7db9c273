"""A report as one HTML page that needs nothing from elsewhere."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from convopt.report.families import FAMILIES, family_of
from convopt.report.html_table import html_table
from convopt.report.markup import Markup, svg, tag, text
from convopt.report.names import compact_name
from convopt.report.numbers import change_text
from convopt.report.records import Kernel, Report
from convopt.report.summary import summary
from convopt.report.svg_bars import OPERANDS, TrafficBar, time_bars, traffic_bars
from convopt.report.svg_graph import graph
from convopt.report.svg_roofline import drawn_kernels, roofline
from convopt.report.tables import Cell, Column, Row, Table, layer_table, module_table


def page(report: Report) -> Markup:
    """The whole document. Its policy lets a browser use the style and the script in it alone."""
    style, script = _packaged("page.css"), _packaged("sort.js")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", text(f"{report.model} for {report.target_name} - convopt")),
        f"<style>{style}</style>",
    )
    body = tag("body", *_sections(report), f"<script>{script}</script>")
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _packaged(name: str) -> str:
    return files("convopt.report").joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def _sections(report: Report) -> list[Markup]:
    sections = [_header(report), _figures(report), _traffic(report)]
    if report.modules:
        sections.append(_modules(report))
    sections.append(_roofline(report))
    sections += [_layers(report), _graph(report), _compile_time(report), _remarks(report)]
    return sections


def _section(title: str, explanation: str, *content: Markup) -> Markup:
    return tag("section", tag("h2", text(title)), _lead(explanation), *content)


def _lead(content: str) -> Markup:
    return tag("p", text(content), class_="lead") if content else ""


def _header(report: Report) -> Markup:
    facts = [
        tag(
            "div",
            tag("span", text(name)),
            tag("b", text(value)),
            tag("span", text(more)),
            class_="fact",
        )
        for name, value, more in summary(report)
    ]
    return tag(
        "header",
        tag("h1", text(report.model)),
        _lead(f"Planned for {report.target_name}. Times are of one core."),
        tag("div", *facts, class_="facts"),
    )


def _figures(report: Report) -> Markup:
    tensors = [("input", f"{each.name}: {each.shape}") for each in report.inputs]
    tensors += [("output", f"{each.name}: {each.shape}") for each in report.outputs]
    tensors += [("nodes", line.strip()) for line in report.partition.splitlines()]
    tensors += [("note", note) for note in report.notes]
    return tag(
        "div",
        _pairs("Model", tensors),
        _pairs(f"Target {report.target_name}", report.target),
        _pairs("Versions", report.versions),
        class_="figures",
    )


def _pairs(title: str, pairs: "list[tuple[str, str]] | tuple[tuple[str, str], ...]") -> Markup:
    rows = [tag("tr", tag("th", text(name)), tag("td", text(value))) for name, value in pairs]
    return tag("div", tag("h3", text(title)), tag("table", *rows), class_="card")


def _traffic(report: Report) -> Markup:
    totals = report.totals
    before, after = totals.unfused.beyond_l2, totals.planned.beyond_l2
    if report.modules:
        note = change_text(before.total, after.total)
        bars = [
            TrafficBar("whole model, unfused", before, class_="unfused"),
            TrafficBar("whole model, as planned", after, note, starts_group=False),
        ]
    else:
        bars = [TrafficBar("whole model", after)]
    kernels = [bar for kernel in report.kernels for bar in _kernel_bars(kernel)]
    return _section(
        "Memory traffic",
        "Bytes that L2 fetches from beyond in one run, by the model: cold weights, "
        "lines that are written included.",
        tag(
            "div",
            _legend([(f"fill-{operand}", operand) for operand in OPERANDS]),
            tag("figure", traffic_bars(bars, "Traffic of the whole model")),
            class_="card",
        ),
        tag("p"),
        tag("div", tag("figure", traffic_bars(kernels, "Traffic by kernel")), class_="card tall"),
    )


def _kernel_bars(kernel: Kernel) -> list[TrafficBar]:
    """Two for a fused module; none for what onnxruntime runs."""
    if kernel.in_onnxruntime:
        return []
    planned = kernel.layer.costs.beyond_l2
    name = f"{kernel.module or kernel.number}  {compact_name(kernel.layer.name)}"
    if kernel.unfused is None:
        return [TrafficBar(name, planned, tip=kernel.layer.name, starts_group=False)]
    before = kernel.unfused.beyond_l2
    change = change_text(before.total, planned.total)
    return [
        TrafficBar(f"{kernel.module} unfused", before, class_="unfused"),
        TrafficBar(name, planned, change, kernel.layer.name, starts_group=False),
    ]


def _legend(entries: list[tuple[str, str]]) -> Markup:
    spans = []
    for style, name in entries:
        sample = svg(11, 11, name, tag("rect", width=11, height=11, rx=2, class_=style))
        spans.append(tag("span", sample, text(name)))
    return tag("div", *spans, class_="legend")


def _modules(report: Report) -> Markup:
    table = tag("div", html_table(module_table(report)), class_="card scroll")
    return _section(
        "Fused modules",
        "Unfused: the same layers as kernels of their own, each with its own best schedule.",
        table,
    )


def _roofline(report: Report) -> Markup:
    drawn = drawn_kernels(report.kernels)
    explanation = "Predicted speed over the bytes that move beyond L2, one core."
    if report.modules:
        explanation += " Arrows lead from the layers of a fused module, unfused, to the module."
    if report.is_measured:
        explanation += " Rings are measured."
    if not drawn:
        nothing = "No kernel computes and moves something beyond L2."
        return _section("Roofline", "", tag("p", text(nothing), class_="card"))
    families = {family_of(kernel) for kernel in drawn}
    legend = [(f"fill-{key}", name) for key, name in FAMILIES.items() if key in families]
    drawing = tag("figure", roofline(report.kernels, report.roofs))
    return _section("Roofline", explanation, tag("div", _legend(legend), drawing, class_="card"))


def _layers(report: Report) -> Markup:
    table = tag("div", html_table(layer_table(report)), class_="card scroll")
    return _section(
        "Layers",
        "A row for each kernel, in order of execution. A click on a column's title sorts; "
        "pointing at a tile shows the whole schedule.",
        table,
    )


def _graph(report: Report) -> Markup:
    times = "measured, inside modules predicted" if report.is_measured else "predicted"
    drawing = tag("div", tag("figure", graph(report)), class_="card tall")
    return _section("Graph", f"Coloured boxes are fused modules. Times are {times}.", drawing)


def _compile_time(report: Report) -> Markup:
    total = sum(phase.seconds for phase in report.phases)
    if not report.phases:
        return ""
    drawing = tag("figure", time_bars(report.phases, "Compile time"))
    return _section("Compile time", f"{total:.2f} s in all.", tag("div", drawing, class_="card"))


def _remarks(report: Report) -> Markup:
    columns = (
        Column("kind", True),
        Column("pass", True),
        Column("where", True),
        Column("remark", True),
    )
    rows = tuple(
        Row((Cell(each.kind), Cell(each.pass_name), Cell(each.location), Cell(each.message)))
        for each in report.remarks
    )
    if not rows:
        return ""
    table = tag("div", html_table(Table(columns, rows)), class_="card scroll")
    heading = tag("summary", text(f"{len(rows)} remarks of all passes"))
    return _section("Remarks", "", tag("details", heading, table))
