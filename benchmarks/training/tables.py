"""Results as a table and lines for a terminal."""

from rich.table import Table

from convopt.benchmarks.torch_models.results import CONVOPT
from convopt.benchmarks.training.results import Entry, TrainingResult
from convopt.benchmarks.training.task import Task

_COLUMNS = (
    "contender",
    "first step, s",
    "step, ms",
    "timed",
    "convopt faster",
    "first loss",
    "last",
    "off eager's",
)
_NOTHING = "-"


def training_table(result: TrainingResult) -> Table:
    """A line a contender: the first step in seconds; the others in milliseconds, least (median),
    and how many were timed; by which factor convopt is faster, of least times (of medians); losses,
    and the greatest distance of one from eager's."""
    table = Table(title=_title(result.task), title_justify="left")
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name == _COLUMNS[0] else "right")
    for entry in result.entries:
        deviation = result.deviation(entry)
        table.add_row(
            entry.contender,
            _NOTHING if entry.first_seconds is None else f"{entry.first_seconds:.2f}",
            _milliseconds(entry),
            str(entry.timing.samples) if entry.timing else _NOTHING,
            _ratios(result, entry),
            *(f"{entry.losses[place]:.4f}" if entry.losses else _NOTHING for place in (0, -1)),
            _NOTHING if deviation is None else f"{deviation:.1e}",
        )
    return table


def lines(result: TrainingResult) -> list[str]:
    """What convopt took, and a line for everything that needs words."""
    notes = [f"{entry.contender}: {entry.note}" for entry in result.entries if entry.note]
    taken = result.taken
    if taken is None:
        return notes
    share = taken.macs / taken.all_macs if taken.all_macs else 0.0
    return [
        f"convopt runs {taken.convolutions} of {taken.all_convolutions} convolutions and gradients "
        f"of convolutions, {share:.0%} of their multiply-adds, in {taken.sets} sets",
        *(f"{CONVOPT}: {note}" for note in taken.notes),
        *notes,
    ]


def _title(task: Task) -> str:
    data = f"batch {task.batch}, {task.size}x{task.size}, fp32"
    threads = f"{task.threads} thread{'s' if task.threads > 1 else ''}"
    return f"training MobileNetV2, {task.steps} steps, {data}, {threads}: least (median)"


def _milliseconds(entry: Entry) -> str:
    if entry.timing is None:
        return _NOTHING
    return f"{1e3 * entry.timing.min_seconds:.1f} ({1e3 * entry.timing.median_seconds:.1f})"


def _ratios(result: TrainingResult, entry: Entry) -> str:
    found = result.times_convopt(entry)
    if found is None or entry.contender == CONVOPT:
        return _NOTHING
    least, median = found
    return f"{least:.2f}x ({median:.2f}x)"
