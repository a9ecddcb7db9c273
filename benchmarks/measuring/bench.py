"""Layers measured in this process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.limits.machine import Limits, Machine
from convopt.benchmarks.limits.roofline import LayerLimit, layer_limit
from convopt.benchmarks.measuring.results import EXACT, Cell, LayerRow
from convopt.benchmarks.measuring.samples import Run, Timing, interleaved, timing
from convopt.benchmarks.peers.peer import Layout, Peer, Prepared, UnsupportedError
from convopt.comparison import relative_error


@dataclass(frozen=True)
class Contender:
    """A library in one of its layouts."""

    peer: Peer
    layout: Layout


Prepare = Callable[[Contender], Prepared]
"""Makes a library ready. Raises UnsupportedError where it cannot do it."""


def contenders(peers: Sequence[Peer], layouts: Sequence[Layout]) -> list[Contender]:
    """Every library in every wanted layout that it has.

    One that likes NCHW best stands in NCHW beside the others' own layouts.
    """
    found: list[Contender] = []
    for layout in layouts:
        for peer in peers:
            fits = layout if layout in peer.layouts else Layout.NCHW
            one = Contender(peer, fits)
            if fits in peer.layouts and one not in found:
                found.append(one)
    return found


class Bench:
    """Libraries, the clock's speed, and the limits to measure against."""

    def __init__(
        self, entered: Sequence[Contender], machine: Machine, limits: Limits, rounds: int
    ) -> None:
        self._entered = entered
        self._machine = machine
        self._limits = limits
        self._rounds = rounds

    def measure(self, table: str, layer: Layer) -> LayerRow:
        """Check everyone's result, then time those that are right, in turn."""
        data = LayerData.random(layer)
        limit = layer_limit(layer, self._limits)

        def prepare(one: Contender) -> Prepared:
            return one.peer.prepare_layer(data, one.layout, 1)

        return LayerRow(table, layer, limit, self.cells(prepare, data.reference, limit))

    def cells(
        self, prepare: Prepare, reference: npt.NDArray[np.float64], limit: LayerLimit
    ) -> tuple[Cell, ...]:
        """The same for anything whose only result is `reference` and whose limit is `limit`."""
        cells: list[Cell] = []
        ready: dict[int, Prepared] = {}
        try:
            for number, one in enumerate(self._entered):
                cell, prepared = _checked(one, prepare, reference)
                cells.append(cell)
                if prepared is not None:
                    ready[number] = prepared
            self._time(cells, ready, limit)
        finally:
            for prepared in ready.values():
                prepared.close()
        return tuple(cells)

    def _time(self, cells: list[Cell], ready: dict[int, Prepared], limit: LayerLimit) -> None:
        """Put timings into the cells that are ready."""
        runs = [prepared.run for prepared in ready.values()]
        found = timings(runs, self._rounds, self._machine, self._limits, limit)
        for number, measured in zip(ready, found, strict=True):
            cells[number] = replace(cells[number], timing=measured)


def timings(
    runs: Sequence[Run], rounds: int, machine: Machine, limits: Limits, limit: LayerLimit
) -> list[Timing]:
    """Of every run, taken in turn; `limit` is the layer's where `limits` were measured."""
    found = interleaved(runs, rounds, machine.peak_gflops)
    best_peak = max((one.peak_gflops for many in found for one in many), default=0.0)

    def limit_seconds(peak: float) -> float:
        return limit.at_clock(peak / limits.peak_gflops).seconds

    return [timing(samples, best_peak, limit_seconds) for samples in found]


def _checked(
    one: Contender, prepare: Prepare, reference: npt.NDArray[np.float64]
) -> tuple[Cell, Prepared | None]:
    """The cell without its timing; and what was prepared, unless it is not to be timed.

    A library that breaks down must not take the others' rows with it: its cell says how.
    """
    name, layout = one.peer.name, one.layout
    try:
        prepared = prepare(one)
    except UnsupportedError as error:
        return Cell(name, layout, None, note=str(error)), None
    except Exception as error:
        return Cell(name, layout, None, note=f"failed: {type(error).__name__}: {error}"), None
    try:
        prepared.run(1)
        (output,) = prepared.outputs()
    except Exception as error:
        prepared.close()
        return Cell(name, layout, None, note=f"failed: {type(error).__name__}: {error}"), None
    found = relative_error(output, reference)
    if not found <= one.peer.tolerance:
        prepared.close()
        return Cell(name, layout, None, found, f"wrong: relative error {found:.1e}"), None
    note = "" if found <= EXACT else f"relative error {found:.1e}"
    return Cell(name, layout, None, found, note), prepared
