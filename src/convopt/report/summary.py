"""The few numbers that stand above everything else."""

from convopt.report.numbers import change_text, millions, percent, size_text, time_text
from convopt.report.records import Report


def summary(report: Report) -> tuple[tuple[str, str, str], ...]:
    """What it is, its value, and a word more."""
    totals = report.totals
    time = time_text(totals.planned.seconds)
    facts = [("predicted", time, _without(totals.unfused.seconds, totals.planned.seconds))]
    if totals.measured_seconds is not None:
        share = totals.planned.seconds / totals.measured_seconds
        facts.append(
            ("measured", time_text(totals.measured_seconds), f"predicted {percent(share)} of it")
        )
    fused, unfused = totals.planned.beyond_l2.total, totals.unfused.beyond_l2.total
    facts.append(("traffic beyond L2", size_text(fused), _without(unfused, fused)))
    facts.append(("multiply-adds", f"{millions(totals.macs)} M", ""))
    modules = f"{totals.modules} fused" if totals.modules else "none fused"
    facts.append(("kernels", str(totals.kernels), modules))
    compiling = sum(phase.seconds for phase in report.phases)
    if compiling:
        facts.append(("compiled in", f"{compiling:.2f} s", ""))
    return tuple(facts)


def _without(before: float, after: float) -> str:
    return f"{change_text(before, after)} by fusion" if before != after else ""
