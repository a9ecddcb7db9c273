"""Results as a picture: layers under the roofline, and bars against the other libraries."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from convopt.benchmarks.layers.tables import layer_class
from convopt.benchmarks.limits.machine import Limits
from convopt.benchmarks.measuring.results import LayerRow
from convopt.benchmarks.peers.peer import Layout
from convopt.benchmarks.reporting.summary import OURS, peer_names, timing_of
from convopt.errors import ConvoptError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".png")

_WIDTH = 12.0
_ROOFLINE_HEIGHT = 5.0
_ROW_HEIGHT = 0.12


def check_plot(path: Path) -> None:
    """Raise ConvoptError, before anything is measured, if no picture could be made of results."""
    if path.suffix not in SUFFIXES:
        raise ConvoptError(f"--plot: expected a file with {' or '.join(SUFFIXES)}, found {path}")
    if not path.absolute().parent.is_dir():
        raise ConvoptError(f"cannot write {path}: No such file or directory")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise ConvoptError("--plot: matplotlib is not installed: pip install matplotlib") from None


def plot(rows: Sequence[LayerRow], limits: Limits, layouts: Sequence[Layout], path: Path) -> None:
    """Write the picture: for every layout a roofline with points, and bars as shares of the limit.

    A point's height is GFLOP/s, its place multiply-adds against bytes of the layer.
    """
    from matplotlib.figure import Figure

    bars = 1 + len(peer_names(rows))
    bar_height = max(_ROOFLINE_HEIGHT, _ROW_HEIGHT * len(rows) * (bars + 1))
    heights = [_ROOFLINE_HEIGHT, bar_height]
    figure = Figure(figsize=(_WIDTH * len(layouts), sum(heights)), layout="constrained")
    axes = figure.subplots(2, len(layouts), squeeze=False, height_ratios=heights)
    for column, layout in enumerate(layouts):
        _roofline(axes[0, column], rows, limits, layout)
        _bars(axes[1, column], rows, layout)
    try:
        figure.savefig(path)
    except OSError as error:
        raise ConvoptError(f"cannot write {path}: {error.strerror}") from error


def _roofline(axes: "Axes", rows: Sequence[LayerRow], limits: Limits, layout: Layout) -> None:
    intensities = np.array([2 * row.layer.macs / row.layer.bytes for row in rows])
    grid = np.geomspace(intensities.min() / 2, intensities.max() * 2, 100)
    for level in limits.levels:
        roof = np.minimum(grid * level.copy_gbs, limits.peak_gflops)
        axes.plot(grid, roof, color="0.7", linewidth=1)
        axes.annotate(level.name, (grid[0], roof[0]), color="0.4", fontsize=8)
    classes: dict[str, list[tuple[float, float]]] = {}
    for row, intensity in zip(rows, intensities, strict=True):
        found = timing_of(row, OURS, layout)
        if found is not None:
            point = (float(intensity), 2e-9 * row.layer.macs / found.min_seconds)
            classes.setdefault(layer_class(row.layer), []).append(point)
    for name, points in classes.items():
        places, heights = zip(*points, strict=True)
        axes.scatter(places, heights, s=18, label=name)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="floating-point operations a byte",
        ylabel="GFLOP/s",
        title=f"{OURS}, {layout}: under the roofline of copying from each level",
    )
    if classes:
        axes.legend(fontsize=8)


def _bars(axes: "Axes", rows: Sequence[LayerRow], layout: Layout) -> None:
    names = [OURS, *peer_names(rows)]
    places = np.arange(len(rows), dtype=float)
    thickness = 0.8 / len(names)
    for number, name in enumerate(names):
        timings = [timing_of(row, name, layout) for row in rows]
        shares = [100 * one.share if one else 0.0 for one in timings]
        axes.barh(places + number * thickness, shares, thickness, label=name)
    axes.axvline(100, color="0.5", linewidth=1)
    axes.set_yticks(places + 0.4 - thickness / 2, [row.layer.name for row in rows], fontsize=7)
    axes.invert_yaxis()
    axes.set(xlabel="% of the machine's limit", title=f"layers, {layout}")
    axes.legend(fontsize=8, loc="lower right")
