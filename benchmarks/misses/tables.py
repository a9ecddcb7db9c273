"""Misses as tables for the terminal and as flat records."""

from collections.abc import Sequence
from statistics import fmean, median

from rich import box
from rich.table import Table

from convopt.benchmarks.misses.cache import MissCounts
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
    "is_chosen",
)
"""A pair on one target; misses and what is written back in lines, what is saved as fractions.
`l2_modelled`: L2 misses as the planner's memory model counts them; `is_chosen`: whether the planner
fuses the pair."""


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
        "is_chosen": found.is_chosen,
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
            _share(each, each.l1_saved),
            _thousands(each.apart.l2.fetched),
            _thousands(each.apart.l2_modelled),
            _thousands(each.fused.l2.fetched),
            _thousands(each.fused.l2_modelled),
            _share(each, each.l2_saved),
        )
    return table


def summary_line(found: Sequence[PairMisses]) -> str:
    """Of the pairs that the planner fuses: what is saved in all, and the pair that saves most."""
    chosen = [each for each in found if each.is_chosen]
    if not chosen:
        return f"the planner fuses none of {len(found)} pairs and targets"
    most = max(chosen, key=lambda each: each.l2_saved)
    l1 = _saved_in_all([(each.apart.l1, each.fused.l1) for each in chosen])
    l2 = _saved_in_all([(each.apart.l2, each.fused.l2) for each in chosen])
    return (
        f"of {len(found)} pairs and targets the planner fuses {len(chosen)}, which saves "
        f"{_percent(l1)} of their L1 misses and {_percent(l2)} of their L2 misses, at most "
        f"{_percent(most.l2_saved)} of L2 misses ({most.pair.name}, {most.target})"
    )


def _saved_in_all(runs: Sequence[tuple[MissCounts, MissCounts]]) -> float:
    apart = sum(before.fetched for before, _ in runs)
    return 1 - sum(after.fetched for _, after in runs) / apart


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


def _share(pair: PairMisses, share: float) -> str:
    """In parentheses where the planner leaves the pair apart."""
    return _percent(share) if pair.is_chosen else f"({_percent(share)})"


def _thousands(lines: float) -> str:
    return f"{lines / 1e3:.1f} k"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"
