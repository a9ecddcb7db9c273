"""Misses as tables for the terminal and as flat records."""

from collections.abc import Sequence
from statistics import fmean, geometric_mean, median

from rich import box
from rich.table import Table

from convopt.benchmarks.misses.emulated import PairMisses, RunMisses
from convopt.benchmarks.reporting.files import Record

COUNTS = (
    "accesses",
    "l1_load_misses",
    "l1_store_misses",
    "l1_written_back",
    "l2_misses",
    "l2_written_back",
    "l2_modelled",
)
FIELDS = (
    "pair",
    "network",
    "target",
    "macs",
    *(f"{when}_{count}" for when in ("apart", "fused") for count in COUNTS),
    "l1_saved",
    "l2_saved",
    "schedule",
)
"""A pair on one target; misses and what is written back in lines, what is saved as fractions.
`l2_modelled`: L2 misses as the planner's memory model counts them."""


def record(found: PairMisses) -> Record:
    """A record with FIELDS."""
    return {
        "pair": found.pair.name,
        "network": found.pair.network,
        "target": found.target,
        "macs": found.pair.macs,
        **_counts("apart", found.apart),
        **_counts("fused", found.fused),
        "l1_saved": found.l1_saved,
        "l2_saved": found.l2_saved,
        "schedule": found.schedule,
    }


def misses_table(found: Sequence[PairMisses], title: str) -> Table:
    """A line a pair and target; misses in thousands of lines, L2's beside those of the model."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("pair", no_wrap=True)
    table.add_column("target", no_wrap=True)
    for name in ("L1 apart", "fused", "saved", "L2 apart", "model", "fused", "model", "saved"):
        table.add_column(name, justify="right")
    for each in found:
        table.add_row(
            each.pair.name,
            each.target,
            _thousands(each.apart.l1.fetched),
            _thousands(each.fused.l1.fetched),
            _percent(each.l1_saved),
            _thousands(each.apart.l2.fetched),
            _thousands(each.apart.l2_modelled),
            _thousands(each.fused.l2.fetched),
            _thousands(each.fused.l2_modelled),
            _percent(each.l2_saved),
        )
    return table


def summary_line(found: Sequence[PairMisses]) -> str:
    """Geometric means of the misses that remain, as what is saved, and the pair that saves most."""
    if not found:
        return "no pair was run"
    most = max(found, key=lambda each: each.l2_saved)
    l1 = _percent(_mean_saved([each.l1_saved for each in found]))
    l2 = _percent(_mean_saved([each.l2_saved for each in found]))
    return (
        f"{len(found)} pairs and targets: fusion saves {l1} of L1 misses and {l2} of L2 misses "
        f"(geometric means), at most {_percent(most.l2_saved)} of L2 misses "
        f"({most.pair.name}, {most.target})"
    )


def model_line(found: Sequence[PairMisses]) -> str:
    """How far the memory model is from the caches that were played."""
    runs = [run for each in found for run in (each.apart, each.fused)]
    if not runs:
        return "no run to compare the memory model with"
    errors = [abs(run.l2_modelled / run.l2.fetched - 1) for run in runs]
    return (
        f"L2 misses of {len(runs)} runs as modelled by the planner: off by "
        f"{_percent(median(errors))} (median), {_percent(fmean(errors))} (mean), "
        f"{_percent(max(errors))} (worst)"
    )


def _mean_saved(shares: Sequence[float]) -> float:
    return 1 - geometric_mean([1 - share for share in shares])


def _counts(when: str, run: RunMisses) -> Record:
    values = (
        run.accesses,
        run.l1.loads,
        run.l1.stores,
        run.l1.written_back,
        run.l2.fetched,
        run.l2.written_back,
        run.l2_modelled,
    )
    return {f"{when}_{name}": value for name, value in zip(COUNTS, values, strict=True)}


def _thousands(lines: float) -> str:
    return f"{lines / 1e3:.1f} k"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
