"""Horizontal bars: traffic stacked by what it is, and times."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from convopt.report.markup import Markup, label, shortened, svg, tag, text
from convopt.report.numbers import size_text, time_text
from convopt.report.records import PhaseSeconds, TrafficBytes

OPERANDS = tuple(field.name for field in fields(TrafficBytes))
"""What is stacked, in this order; also the names of their classes of colour."""

_WIDTH = 1190
_LABELS = 340
_VALUES = 130
_ROW = 20
_BAR = 13
_NAME_LENGTH = 46


@dataclass(frozen=True)
class TrafficBar:
    """A bar; `note` stands behind its size, `tip` shows under the pointer. `starts_group`: a gap
    above."""

    name: str
    traffic: TrafficBytes
    note: str = ""
    tip: str = ""
    starts_group: bool = True
    class_: str = ""


def traffic_bars(bars: Sequence[TrafficBar], title: str) -> Markup:
    """Stacked bars that share one scale."""
    most = max((bar.traffic.total for bar in bars), default=0)
    scale = (_WIDTH - _LABELS - _VALUES) / (most or 1)
    parts: list[Markup] = []
    top = 0.0
    for bar in bars:
        top += 5 if bar.starts_group and parts else 0
        parts.append(_traffic_bar(bar, top, scale))
        top += _ROW
    return svg(_WIDTH, top, title, *parts)


def _traffic_bar(bar: TrafficBar, top: float, scale: float) -> Markup:
    baseline = top + _ROW - 6
    tip = bar.tip or bar.name
    parts = [label(_LABELS - 8, baseline, shortened(bar.name, _NAME_LENGTH), "end", tip)]
    left = float(_LABELS)
    for operand in OPERANDS:
        size = getattr(bar.traffic, operand)
        if not size:
            continue
        title = tag("title", text(f"{tip}: {operand} {size_text(size)}"))
        width = max(size * scale, 0.5)
        y = top + (_ROW - _BAR) / 2
        parts.append(
            tag("rect", title, x=left, y=y, width=width, height=_BAR, class_=f"fill-{operand}")
        )
        left += width
    value = f"{size_text(bar.traffic.total)} {bar.note}".strip()
    parts.append(label(left + 6, baseline, value, "quiet"))
    return tag("g", *parts, class_=bar.class_ or None)


def time_bars(phases: Sequence[PhaseSeconds], title: str) -> Markup:
    """A bar for each phase of compiling."""
    longest = max((phase.seconds for phase in phases), default=0.0)
    scale = (_WIDTH - _LABELS - _VALUES) / (longest or 1.0)
    parts: list[Markup] = []
    for number, phase in enumerate(phases):
        top = number * _ROW
        width, y = max(phase.seconds * scale, 0.5), top + (_ROW - _BAR) / 2
        parts += [
            label(_LABELS - 8, top + _ROW - 6, shortened(phase.name, _NAME_LENGTH), "end"),
            tag("rect", x=_LABELS, y=y, width=width, height=_BAR, class_="fill-time"),
            label(_LABELS + width + 6, top + _ROW - 6, time_text(phase.seconds), "quiet"),
        ]
    return svg(_WIDTH, _ROW * len(phases), title, *parts)
