"""What the results say: tables of ratios, and the claims that they are to show."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from convopt.benchmarks.gpu.on_device.bundle import F16, F32, TF32, TVM
from convopt.benchmarks.gpu.on_device.results import Measurement, Row, of_part

EAGER = ("torch-nchw", "torch-nhwc")
COMPILED = ("compile-nchw", "compile-nhwc")
PLANNED = "planned"
WITHIN = 1.10
"""Of the best time, or of the model's bytes."""
NOT_COMPARED = "not compared: schedules that TVM's MetaSchedule finds by trials on the machine"


@dataclass(frozen=True)
class Claim:
    """`is_met` None: not measured. `found`: in words."""

    text: str
    is_met: bool | None
    found: str

    def __str__(self) -> str:
        verdict = {True: "met", False: "NOT met", None: "not measured"}[self.is_met]
        return f"{verdict:<13}{self.text}: {self.found}"


def geometric_mean(values: Sequence[float]) -> float:
    return exp(sum(map(log, values)) / len(values))


def least(
    measurement: Measurement,
    names: Sequence[str],
    field: str = "warm_us",
    precision: str = F32,
) -> float | None:
    """The best time of some contenders in one precision."""
    rows = (measurement.row(name, precision) for name in names)
    times = [getattr(row, field) for row in rows if row is not None]
    return min((time for time in times if time), default=None)


def ratio(
    measurement: Measurement,
    peers: Sequence[str],
    field: str = "warm_us",
    precision: str = F32,
) -> float | None:
    """How many times faster than the best of the peers, in one precision; None where either was not
    timed."""
    peer = least(measurement, peers, field, precision)
    own = least(measurement, (PLANNED,), field, precision)
    return peer / own if peer and own else None


def claims(found: Sequence[Measurement], traffic: Sequence[Mapping[str, Any]]) -> list[Claim]:
    """In the order in which they were made."""
    pairs = [each for each in of_part(found, "pairs") if each.batch == 1 and each.is_fused]
    ratios = _ratios(pairs, EAGER)
    return [
        _right(found),
        _every(
            "batch 1: every pair that the planner fuses is faster than the best of cuDNN's two",
            ratios,
            lambda value: value > 1.0,
        ),
        _at_least("their geometric mean is at least 2", 2.0, ratios, geometric_mean),
        _at_least("the best pair's is at least 3.7", 3.7, ratios, max),
        *_networks(found),
        _within(found),
        _traffic(traffic),
    ]


def _right(found: Sequence[Measurement]) -> Claim:
    rows = [(each, row) for each in found for row in each.rows if row.is_ours]
    wrong = [(each, row) for each, row in rows if row.problem]
    text = "every result on poisoned memory is right"
    if not rows:
        return Claim(text, None, "no results")
    shown = "".join(f"; {each.case} {row.contender}: {row.problem}" for each, row in wrong[:3])
    return Claim(text, not wrong, f"{len(rows) - len(wrong)} of {len(rows)}{shown}")


def _ratios(found: Sequence[Measurement], peers: Sequence[str]) -> dict[str, float]:
    ratios = {each.case: ratio(each, peers) for each in found}
    return {name: value for name, value in ratios.items() if value is not None}


def _every(text: str, values: Mapping[str, float], is_good: Callable[[float], bool]) -> Claim:
    if not values:
        return Claim(text, None, "no times")
    bad = sorted((value, name) for name, value in values.items() if not is_good(value))
    shown = "".join(f"; {name}: {value:.2f}" for value, name in bad[:3])
    return Claim(text, not bad, f"{len(values) - len(bad)} of {len(values)}{shown}")


def _at_least(
    text: str,
    most: float,
    values: Mapping[str, float],
    of: Callable[[list[float]], float],
) -> Claim:
    if not values:
        return Claim(text, None, "no times")
    value = of(list(values.values()))
    return Claim(text, value >= most, f"{value:.2f}")


def _networks(found: Sequence[Measurement]) -> Iterator[Claim]:
    """Each network beside its peers, at batch 1."""
    for part, peers, words in (
        ("networks", EAGER, "cuDNN under a CUDA graph"),
        ("networks-compile", COMPILED, "torch.compile max-autotune"),
    ):
        measured = {e.case: e for e in of_part(found, part) if e.batch == 1}
        for name in ("mobilenet_v1", "mobilenet_v2"):
            mine = [each for case, each in measured.items() if case.startswith(f"{name}:")]
            text = f"{name} is at least 1.8 times faster than {words}"
            yield _at_least(text, 1.8, _ratios(mine, peers), max)


def _within(found: Sequence[Measurement]) -> Claim:
    text = "the planner's choice is within 10 % of the best drawn one, on 90 % of pairs"
    distances = {}
    for each in of_part(found, "samples"):
        best = least(each, [row.contender for row in each.rows])
        own = least(each, (PLANNED,))
        if best and own:
            distances[each.case] = own / best
    if not distances:
        return Claim(text, None, "no times")
    good = sum(value <= WITHIN for value in distances.values())
    shown = f"{good} of {len(distances)}; at worst {max(distances.values()):.2f} times the best"
    return Claim(text, good >= 0.9 * len(distances), shown)


def _traffic(traffic: Sequence[Mapping[str, Any]]) -> Claim:
    text = "measured L2 and DRAM traffic is within 10 % of the model"
    pairs = [
        (each[f"{level}_bytes"], each[f"model_{level}_bytes"])
        for each in traffic
        for level in ("l2", "dram")
        if each[f"{level}_bytes"] is not None
    ]
    if not pairs:
        return Claim(text, None, "no counters")
    good = sum(abs(measured - model) <= (WITHIN - 1) * model for measured, model in pairs)
    return Claim(text, good == len(pairs), f"{good} of {len(pairs)} kernels and levels")


def group_lines(found: Sequence[Measurement]) -> Iterator[str]:
    """Geometric means by part, group, batch and precision."""
    yield f"{'part':<19}{'group':<20}{'batch':>6}{'cases':>14}{'faster':>7}  geometric means"
    keys = dict.fromkeys((each.part, each.group, each.batch) for each in found)
    for part, group, batch in keys:
        mine = [e for e in found if (e.part, e.group, e.batch) == (part, group, batch)]
        for precision in (F32, TF32, F16):
            words = _means(mine, COMPILED if part.endswith("compile") else EAGER, precision)
            if words:
                yield f"{part:<19}{group:<20}{batch:>6}  {precision:<6}{words}"


def _means(found: Sequence[Measurement], peers: Sequence[str], precision: str) -> str:
    warm = [r for e in found if (r := ratio(e, peers, precision=precision))]
    if not warm:
        return ""
    words = [f"{geometric_mean(warm):.2f} x the best of {'/'.join(peers)}"]
    for label, field, other in (
        ("cold", "cold_us", peers),
        ("own kernels apart", "warm_us", ("apart",)),
        ("convolutions alone", "warm_us", ("cudnn-nchw-bare", "cudnn-nhwc-bare")),
    ):
        values = [r for e in found if (r := ratio(e, other, field, precision))]
        if values:
            words.append(f"{label} {geometric_mean(values):.2f}")
    faster = sum(value > 1 for value in warm)
    return f"{len(warm):>6}{faster:>7}  {', '.join(words)}"


def tvm_lines(found: Sequence[Measurement]) -> Iterator[str]:
    """Beside TVM's default schedules: geometric means by part and batch."""
    for part, batch in dict.fromkeys((each.part, each.batch) for each in found):
        mine = [each for each in of_part(found, part) if each.batch == batch]
        values = list(_ratios(mine, (TVM,)).values())
        if values:
            yield (
                f"{part}, batch {batch}: {geometric_mean(values):.2f} x {TVM} (TVM's default "
                f"schedules, untuned), geometric mean of {len(values)}"
            )


def case_lines(found: Sequence[Measurement], part: str) -> Iterator[str]:
    """The times of every case of a part."""
    for each in of_part(found, part):
        mark = " fused" if each.is_fused else ""
        yield f"{each.case}{mark}"
        for row in each.rows:
            yield f"    {row.contender:<18}{row.precision:<6}{_words(row)}"


def _words(row: Row) -> str:
    if row.problem:
        return row.problem
    parts = [
        (row.warm_us, "{:9.2f} us warm"),
        (row.cold_us, "{:9.2f} us cold"),
        (row.predicted_us, "{:9.2f} us by the model"),
        (row.microjoules, "{:9.1f} uJ"),
        (row.error, "   error {:.1e}"),
    ]
    return "".join(text.format(value) for value, text in parts if value is not None)
