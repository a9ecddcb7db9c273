"""Measuring: rounds in turn, disturbed samples, contenders, several processes."""

from collections.abc import Callable

import numpy as np
import pytest

from convopt.benchmarks.layer import Array, Layer, LayerData
from convopt.benchmarks.limits.machine import Level, Limits
from convopt.benchmarks.limits.roofline import LayerLimit
from convopt.benchmarks.measuring.bench import Bench, contenders
from convopt.benchmarks.measuring.pinning import pin
from convopt.benchmarks.measuring.results import Cell, LayerRow, merged
from convopt.benchmarks.measuring.samples import (
    MOST_ROUNDS,
    Reading,
    Sample,
    Timing,
    calls_a_burst,
    geometric_mean,
    interleaved,
    over_processes,
    sample,
    timing,
    undisturbed,
)
from convopt.benchmarks.peers.peer import Layout, Peer, Prepared, UnsupportedError
from convopt.errors import UsageError

LAYER = Layer("net", "dw", 4, 5, 5, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, 4, 1)
LIMITS = Limits(16, 100.0, (Level("L1", 1 << 15, 100.0, 50.0, 80.0),))


class Clock:
    """Time that passes only when something runs."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lost = 0.0
        self.interruptions = 0

    def __call__(self) -> Reading:
        return Reading(self.now, self.now - self.lost, self.interruptions)

    def run(self, seconds: float) -> Callable[[int], None]:
        def run(calls: int) -> None:
            self.now += calls * seconds

        return run


def test_bursts_are_long_enough_and_have_some_calls() -> None:
    clock = Clock()
    assert calls_a_burst(clock.run(1e-4), clock) == 15
    assert calls_a_burst(clock.run(4e-3), clock) == 3
    assert calls_a_burst(clock.run(1.0), clock) == 1


@pytest.mark.parametrize("warm_up", [0, 2])
def test_calls_before_the_clock_starts_are_in_no_sample(warm_up: int) -> None:
    clock = Clock()
    found = sample(clock.run(0.5), 3, lambda: 1.0, clock, warm_up=warm_up)
    assert found.seconds == 0.5
    assert clock.now == 0.5 * (warm_up + 3)


def test_runs_take_turns_between_bursts_of_multiply_adds() -> None:
    clock, order = Clock(), []

    def named(name: str) -> Callable[[int], None]:
        def run(calls: int) -> None:
            order.append((name, calls))
            clock.now += calls * 1e-3

        return run

    def peak() -> float:
        order.append(("peak", 0))
        return 100.0

    samples = interleaved([named("a"), named("b")], 3, peak, clock)
    assert [len(many) for many in samples] == [3, 3]
    warm_up = 4
    turn = [
        ("peak", 0),
        ("a", 1),
        ("a", 3),
        ("peak", 0),
        ("peak", 0),
        ("b", 1),
        ("b", 3),
        ("peak", 0),
    ]
    assert order[warm_up:] == 3 * turn
    assert samples[0][0].seconds == pytest.approx(1e-3)


def test_a_sample_has_the_slower_of_the_peaks_around_it() -> None:
    peaks = iter([90.0, 100.0, 100.0, 80.0])
    clock = Clock()
    (samples,) = interleaved([clock.run(1.0)], 2, lambda: next(peaks, 100.0), clock)
    assert [one.peak_gflops for one in samples[:2]] == [90.0, 80.0]


def test_a_burst_that_lost_the_core_is_marked() -> None:
    clock = Clock()

    def run(calls: int) -> None:
        clock.now += calls * 1e-3
        clock.interruptions += 1
        clock.lost += 0.5e-3 if calls > 1 else 0.0

    (samples,) = interleaved([run], 2, lambda: 1.0, clock)
    assert all(one.was_interrupted for one in samples)


def test_more_rounds_are_taken_until_half_are_undisturbed() -> None:
    clock = Clock()
    (quiet,) = interleaved([clock.run(1.0)], 4, lambda: 100.0, clock)
    assert len(quiet) == 4
    calls = iter(range(1000))
    (noisy,) = interleaved(
        [clock.run(1.0)], 4, lambda: 100.0 if next(calls) % 8 < 2 else 50.0, clock
    )
    assert 4 < len(noisy) < 4 * MOST_ROUNDS
    readings = iter(range(1, 1000))
    (hopeless,) = interleaved([clock.run(1.0)], 4, lambda: 2.0 ** next(readings), clock)
    assert len(hopeless) == 4 * MOST_ROUNDS


def test_undisturbed_samples_are_chosen_without_looking_at_their_times() -> None:
    good, slow_clock = Sample(9.0, 99.0), Sample(1.0, 50.0)
    taken = Sample(1.0, 99.0, was_interrupted=True)
    assert undisturbed([good, slow_clock, taken], 100.0) == [good]
    assert undisturbed([slow_clock, taken], 100.0) == [slow_clock]
    assert undisturbed([taken], 100.0) == [taken]


def test_what_samples_say_together() -> None:
    samples = [Sample(2.0, 100.0), Sample(4.0, 96.0), Sample(5.0, 100.0), Sample(1.0, 10.0)]
    found = timing(samples, 100.0, lambda peak: 100.0 / peak)
    assert (found.median_seconds, found.min_seconds, found.samples) == (4.0, 2.0, 3)
    assert found.share == pytest.approx(0.5)
    assert found.median_share == pytest.approx(100 / 96 / 4)


def test_processes_are_put_together_by_medians() -> None:
    many = [Timing(s, s / 2, 1 / s, 1 / s, 100.0, 10) for s in (4.0, 1.0, 2.0)]
    assert over_processes(many) == Timing(2.0, 1.0, 0.5, 0.5, 100.0, 30)


def test_geometric_mean() -> None:
    assert geometric_mean([1.0, 4.0]) == pytest.approx(2.0)


def test_pinning_to_a_core_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"expected one of the cores \[.*\], found 100000"):
        pin(core=100000)


class FakePrepared(Prepared):
    def __init__(self, result: Array, closed: list[str], name: str) -> None:
        self._result, self._closed, self._name = result, closed, name

    def run(self, calls: int) -> None:
        pass

    def outputs(self) -> list[Array]:
        return [self._result]

    def close(self) -> None:
        self._closed.append(self._name)


class FakePeer(Peer):
    """Multiplies the right result."""

    def __init__(
        self, name: str, factor: float = 1.0, layouts: tuple[Layout, ...] = tuple(Layout)
    ) -> None:
        self.name, self.layouts = name, layouts
        self._factor = factor
        self.closed: list[str] = []

    def version(self) -> str:
        return "1"

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        if self._factor == 0.0:
            raise UnsupportedError("no such kernel")
        if self._factor < 0.0:
            raise RuntimeError("broke down")
        result = (self._factor * data.reference).astype(np.float32)
        return FakePrepared(result, self.closed, self.name)


class FakeMachine:
    def peak_gflops(self) -> float:
        return 100.0


def measured(*peers: Peer) -> LayerRow:
    entered = contenders(peers, [Layout.OWN])
    return Bench(entered, FakeMachine(), LIMITS, 2).measure("table", LAYER)  # type: ignore[arg-type]


def test_right_results_are_timed_and_closed() -> None:
    peer = FakePeer("right")
    (cell,) = measured(peer).cells
    assert cell.timing is not None
    assert cell.timing.samples > 0
    assert cell.note == ""
    assert peer.closed == ["right"]


def test_wrong_results_are_not_timed() -> None:
    wrong = FakePeer("wrong", 1.01)
    cell, right = measured(wrong, FakePeer("right")).cells
    assert cell.timing is None
    assert cell.note == "wrong: relative error 1.0e-02"
    assert wrong.closed == ["wrong"]
    assert right.timing is not None


def test_results_that_are_not_exact_are_timed_and_marked() -> None:
    (cell,) = measured(FakePeer("winograd", 1.00005)).cells
    assert cell.timing is not None
    assert cell.note == "relative error 5.0e-05"


def test_a_peer_may_refuse_or_break_down() -> None:
    refused, broken = measured(FakePeer("refuses", 0.0), FakePeer("breaks", -1.0)).cells
    assert (refused.timing, refused.note) == (None, "no such kernel")
    assert (broken.timing, broken.note) == (None, "failed: RuntimeError: broke down")


def test_contenders_stand_in_their_best_layout() -> None:
    both, plain = FakePeer("both"), FakePeer("plain", layouts=(Layout.NCHW,))
    blocked, models = FakePeer("blocked", layouts=(Layout.OWN,)), FakePeer("models", layouts=())
    entered = contenders([both, plain, blocked, models], list(Layout))
    assert [(one.peer.name, one.layout) for one in entered] == [
        ("both", Layout.OWN),
        ("plain", Layout.NCHW),
        ("blocked", Layout.OWN),
        ("both", Layout.NCHW),
    ]


def row_of(*cells: Cell) -> LayerRow:
    return LayerRow("table", LAYER, LayerLimit(1.0, 0.5, "L1"), cells)


def test_rows_of_several_processes() -> None:
    def cell(seconds: float, error: float) -> Cell:
        return Cell("a", Layout.OWN, Timing(seconds, seconds, 1.0, 1.0, 100.0, 5), error)

    untimed = Cell("b", Layout.OWN, None, note="no such kernel")
    rows = [row_of(cell(s, s), untimed) for s in (3.0, 1.0, 2.0)]
    first, second = merged(rows).cells
    assert first.timing == Timing(2.0, 2.0, 1.0, 1.0, 100.0, 15)
    assert first.error == 3.0
    assert second == untimed


def test_a_row_that_one_process_could_not_time() -> None:
    timed = Cell("a", Layout.OWN, Timing(1.0, 1.0, 1.0, 1.0, 100.0, 5), 0.0)
    failed = Cell("a", Layout.OWN, None, note="failed")
    assert merged([row_of(timed), row_of(failed)]).cells == (failed,)


def test_the_cell_of_a_library_that_likes_nchw_best() -> None:
    cell = Cell("a", Layout.NCHW, None)
    assert row_of(cell).cell("a", Layout.OWN) is cell
    assert row_of(cell).cell("b", Layout.OWN) is None
