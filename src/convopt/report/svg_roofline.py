"""The roofline: kernels by arithmetic intensity and speed, fused modules with an arrow.

S. Williams, A. Waterman, D. Patterson: "Roofline: An Insightful Visual Performance Model for
Multicore Architectures", CACM 52(4), 2009. Intensity is over the bytes that move beyond L2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import atan2, ceil, degrees, floor, hypot, log10

from convopt.report.families import family_of
from convopt.report.labels import Box, free_place
from convopt.report.markup import Markup, label, svg, tag, text
from convopt.report.numbers import time_text
from convopt.report.records import Costs, Kernel, Roofs

_WIDTH = 1190
_HEIGHT = 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 20, 16, 46
_CHARACTER = 6.6
_LINE = 12
_NAMED = 12
_LONG_AXIS = 4


@dataclass(frozen=True)
class _Point:
    """FLOP a byte, GFLOP/s."""

    intensity: float
    gflops: float


@dataclass(frozen=True)
class _Scale:
    """Logarithmic axes, as powers of ten at the edges."""

    low_x: float
    high_x: float
    low_y: float
    high_y: float

    def x(self, intensity: float) -> float:
        part = (log10(intensity) - self.low_x) / (self.high_x - self.low_x)
        return _LEFT + part * (_WIDTH - _LEFT - _RIGHT)

    def y(self, gflops: float) -> float:
        part = (log10(gflops) - self.low_y) / (self.high_y - self.low_y)
        return _HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM)


def roofline(kernels: Sequence[Kernel], roofs: Roofs) -> Markup:
    """A point for each kernel that computes and moves something beyond L2; a ring where it was
    measured. Empty if there is none."""
    drawn = drawn_kernels(kernels)
    if not drawn:
        return ""
    scale = _scale(drawn, roofs)
    parts = [*_axes(scale), *_roofs(scale, roofs)]
    taken = [_around(scale, point) for kernel in drawn for point in _points(kernel)]
    taken.append(_peak_line(scale, roofs))
    parts += [_mark(scale, kernel) for kernel in sorted(drawn, key=lambda one: bool(one.module))]
    parts += [_name(scale, kernel, taken) for kernel in _named(drawn)]
    return svg(_WIDTH, _HEIGHT, "Roofline", *parts)


def drawn_kernels(kernels: Sequence[Kernel]) -> list[Kernel]:
    """Those that have a place in the diagram."""
    return [
        kernel
        for kernel in kernels
        if kernel.layer.macs and kernel.layer.costs.beyond_l2.total and kernel.layer.costs.seconds
    ]


def _named(kernels: Sequence[Kernel]) -> list[Kernel]:
    """The modules, and the kernels that take longest."""
    others = sorted((one for one in kernels if not one.module), key=lambda one: -one.seconds)
    return [*(one for one in kernels if one.module), *others[:_NAMED]]


def _peak_line(scale: _Scale, roofs: Roofs) -> Box:
    """The roof's flat part and what is written above it."""
    y = scale.y(roofs.peak_gflops)
    return Box(scale.x(_ridge(roofs)), y - _LINE - 4, _WIDTH - _RIGHT, y + 1)


def _ridge(roofs: Roofs) -> float:
    """The intensity at which the fastest memory no longer limits."""
    return min(roofs.peak_gflops / gbs for _, gbs in roofs.bandwidths)


def _point(macs: int, costs: Costs, seconds: float) -> _Point:
    return _Point(2 * macs / costs.beyond_l2.total, 2e-9 * macs / seconds)


def _planned(kernel: Kernel) -> _Point:
    return _point(kernel.layer.macs, kernel.layer.costs, kernel.layer.costs.seconds)


def _unfused(kernel: Kernel) -> _Point | None:
    costs = kernel.unfused
    if costs is None or not costs.beyond_l2.total:
        return None
    return _point(kernel.layer.macs, costs, costs.seconds)


def _measured(kernel: Kernel) -> _Point | None:
    if not kernel.measured_seconds:
        return None
    return _point(kernel.layer.macs, kernel.layer.costs, kernel.measured_seconds)


def _points(kernel: Kernel) -> Iterator[_Point]:
    for point in (_planned(kernel), _unfused(kernel), _measured(kernel)):
        if point is not None:
            yield point


def _scale(kernels: Sequence[Kernel], roofs: Roofs) -> _Scale:
    """All points and both ends of the roof, with room around them."""
    points = [point for kernel in kernels for point in _points(kernel)]
    ridge = roofs.peak_gflops / min(gbs for _, gbs in roofs.bandwidths)
    xs = [log10(each.intensity) for each in points] + [log10(ridge)]
    ys = [log10(each.gflops) for each in points] + [log10(roofs.peak_gflops)]
    return _Scale(
        floor(4 * min(xs) - 0.5) / 4,
        ceil(4 * max(xs) + 0.5) / 4,
        floor(4 * min(ys) - 0.5) / 4,
        ceil(4 * max(ys) + 0.5) / 4,
    )


def _axes(scale: _Scale) -> Iterator[Markup]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for value in _ticks(scale.low_x, scale.high_x):
        x = scale.x(value)
        yield tag("line", x1=x, x2=x, y1=_TOP, y2=bottom, class_="grid")
        yield label(x, bottom + 16, f"{value:g}", "middle quiet")
    for value in _ticks(scale.low_y, scale.high_y):
        y = scale.y(value)
        yield tag("line", x1=_LEFT, x2=right, y1=y, y2=y, class_="grid")
        yield label(_LEFT - 8, y + 4, f"{value:g}", "end quiet")
    yield label((_LEFT + right) / 2, _HEIGHT - 8, "FLOP per byte beyond L2", "middle")
    yield tag(
        "text",
        text("GFLOP/s"),
        transform=f"translate(14 {(_TOP + bottom) // 2}) rotate(-90)",
        class_="middle",
    )


def _ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 of every decade; on a long axis the decades alone."""
    steps = (1, 2, 5) if high - low <= _LONG_AXIS else (1,)
    values = [step * 10.0**power for power in range(floor(low), ceil(high) + 1) for step in steps]
    return [value for value in values if low <= log10(value) <= high]


def _roofs(scale: _Scale, roofs: Roofs) -> Iterator[Markup]:
    left, right = 10**scale.low_x, 10**scale.high_x
    bottom = 10**scale.low_y
    peak = roofs.peak_gflops
    y, x = scale.y(peak), scale.x(max(left, _ridge(roofs)))
    yield tag("line", x1=x, x2=scale.x(right), y1=y, y2=y, class_="roof")
    yield label(scale.x(right) - 4, y - 6, f"peak {peak:.0f} GFLOP/s", "end quiet halo")
    for name, gbs in roofs.bandwidths:
        start, end = max(left, bottom / gbs), min(right, peak / gbs)
        if start >= end:
            continue
        x1, y1, x2, y2 = scale.x(start), scale.y(start * gbs), scale.x(end), scale.y(end * gbs)
        yield tag("line", x1=x1, x2=x2, y1=y1, y2=y2, class_="roof")
        yield _along(x1, y1, x2, y2, f"{name} {gbs:.0f} GB/s")


def _along(x1: float, y1: float, x2: float, y2: float, content: str) -> Markup:
    """Text above a line's lower end, turned with it."""
    angle = degrees(atan2(y2 - y1, x2 - x1))
    return tag(
        "text",
        text(content),
        x=8,
        y=-5,
        transform=f"translate({x1:.1f} {y1:.1f}) rotate({angle:.1f})",
        class_="quiet halo",
    )


def _mark(scale: _Scale, kernel: Kernel) -> Markup:
    """The planned point, the arrow from the unfused one, the measured ring."""
    family = family_of(kernel)
    planned, unfused, measured = _planned(kernel), _unfused(kernel), _measured(kernel)
    x, y = scale.x(planned.intensity), scale.y(planned.gflops)
    parts = [tag("title", text(_tip(kernel)))]
    if unfused is not None:
        from_x, from_y = scale.x(unfused.intensity), scale.y(unfused.gflops)
        parts.append(tag("circle", cx=from_x, cy=from_y, r=4, class_="before"))
        parts += _arrow(from_x, from_y, x, y)
    if measured is not None:
        ring_y = scale.y(measured.gflops)
        parts.append(tag("line", x1=x, x2=x, y1=y, y2=ring_y, class_=f"stem stroke-{family}"))
        parts.append(tag("circle", cx=x, cy=ring_y, r=4.5, class_=f"ring stroke-{family}"))
    parts.append(tag("circle", cx=x, cy=y, r=4.5, class_=f"fill-{family}"))
    return tag("g", *parts)


def _arrow(x1: float, y1: float, x2: float, y2: float) -> list[Markup]:
    """From one point's rim to the other's; nothing if they touch."""
    length = hypot(x2 - x1, y2 - y1)
    if length < 14:
        return []
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    x1, y1, x2, y2 = x1 + 5 * dx, y1 + 5 * dy, x2 - 6 * dx, y2 - 6 * dy
    back_x, back_y = x2 - 7 * dx, y2 - 7 * dy
    side_x, side_y = 3.5 * dy, 3.5 * dx
    corners = ((x2, y2), (back_x - side_x, back_y + side_y), (back_x + side_x, back_y - side_y))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return [
        tag("line", x1=x1, y1=y1, x2=back_x, y2=back_y, class_="arrow"),
        tag("polygon", points=points, class_="arrowhead"),
    ]


def _tip(kernel: Kernel) -> str:
    title = kernel.module or str(kernel.number)
    times = f"predicted {time_text(kernel.layer.costs.seconds)}"
    if kernel.measured_seconds is not None:
        times += f", measured {time_text(kernel.measured_seconds)}"
    return f"{title} {kernel.layer.name} ({kernel.layer.kind}): {times}"


def _around(scale: _Scale, point: _Point) -> Box:
    x, y = scale.x(point.intensity), scale.y(point.gflops)
    return Box(x - 5, y - 5, x + 5, y + 5)


def _name(scale: _Scale, kernel: Kernel, taken: list[Box]) -> Markup:
    """The module's name or the kernel's number, where there is room for it."""
    content = kernel.module or str(kernel.number)
    point = _planned(kernel)
    x, y = scale.x(point.intensity), scale.y(point.gflops)
    frame = Box(_LEFT, _TOP, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM)
    place = free_place(x, y, _CHARACTER * len(content), _LINE, taken, frame)
    if place is None:
        return ""
    taken.append(place)
    style = "point-name strong" if kernel.module else "point-name"
    return label(place.left, place.bottom - 2, content, style)
