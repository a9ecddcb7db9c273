"""What convopt took of a graph, what it left, and why."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from convopt.passes import remarks
from convopt.passes.remarks import Remark, RemarkKind

PASS_NAME = "torch"

logger = logging.getLogger("convopt.torch")


@dataclass(frozen=True)
class TakenSet:
    """Nodes that became one function: their places in the model, and the work of convolutions."""

    nodes: tuple[str, ...]
    convolutions: tuple[str, ...]
    macs: int

    @property
    def location(self) -> str:
        """From the first convolution to the last."""
        first, last = self.convolutions[0], self.convolutions[-1]
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class LeftNode:
    """A node that convopt does not run, and why; `macs` are those of a convolution."""

    location: str
    operator: str
    reason: str
    macs: int = 0

    def __str__(self) -> str:
        return f"{self.operator} '{self.location}': {self.reason}"


@dataclass(frozen=True)
class GraphReport:
    """One graph that PyTorch's compiler handed over.

    `rest` says who runs what is left: `inductor`, `eager`, or `nothing`; `notes` are what else
    happened, such as why the whole graph was left.
    """

    taken: tuple[TakenSet, ...] = ()
    left: tuple[LeftNode, ...] = ()
    rest: str = "nothing"
    notes: tuple[str, ...] = field(default=())

    @property
    def macs(self) -> int:
        """Multiply-adds of all convolutions."""
        return self.taken_macs + sum(node.macs for node in self.left)

    @property
    def taken_macs(self) -> int:
        return sum(each.macs for each in self.taken)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Each set and each node left as a remark, as passes give them."""
        passed = [
            Remark(RemarkKind.PASSED, PASS_NAME, each.location, _taken_text(each))
            for each in self.taken
        ]
        missed = [
            Remark(RemarkKind.MISSED, PASS_NAME, each.location, f"{each.operator}: {each.reason}")
            for each in self.left
        ]
        facts = [Remark(RemarkKind.ANALYSIS, PASS_NAME, "the graph", note) for note in self.notes]
        return (*passed, *missed, *facts)

    def __str__(self) -> str:
        nodes = sum(len(each.nodes) for each in self.taken)
        total = nodes + len(self.left)
        part = f"{self.taken_macs / self.macs:.0%}" if self.macs else ""
        share = f", {part} of the convolutions' multiply-adds" if self.macs else ""
        sets = f"{len(self.taken)} set{'s' * (len(self.taken) != 1)}"
        lines = [f"{nodes} of {total} nodes in {sets}{share}; rest: {self.rest}"]
        lines += [f"  {note}" for note in self.notes]
        lines += [f"  taken: {each.location}: {_taken_text(each)}" for each in self.taken]
        return "\n".join([*lines, *_grouped(self.left)])


def _taken_text(taken: TakenSet) -> str:
    count = len(taken.convolutions)
    return (
        f"{len(taken.nodes)} nodes with {count} convolution{'s' * (count != 1)}, "
        f"{taken.macs / 1e6:.1f} M multiply-adds"
    )


def _grouped(left: Sequence[LeftNode]) -> list[str]:
    """The nodes that are left, a line for each operator and reason, convolutions first."""
    groups: dict[tuple[str, str], list[LeftNode]] = {}
    for node in left:
        groups.setdefault((node.operator, node.reason.replace(node.location, "")), []).append(node)
    ordered = sorted(groups.values(), key=lambda nodes: (-sum(n.macs for n in nodes), -len(nodes)))
    return [
        f"  left: {len(nodes)} x {nodes[0]}" if len(nodes) > 1 else f"  left: {nodes[0]}"
        for nodes in ordered
    ]


_collector: ContextVar[list[GraphReport] | None] = ContextVar("convopt_torch", default=None)


@contextmanager
def collect() -> Iterator[list[GraphReport]]:
    """The list that receives a report of every graph compiled inside the `with` block."""
    reports: list[GraphReport] = []
    token = _collector.set(reports)
    try:
        yield reports
    finally:
        _collector.reset(token)


def publish(report: GraphReport) -> None:
    """Hand a report to the collector, its remarks to theirs, and its text to the log."""
    reports = _collector.get()
    if reports is not None:
        reports.append(report)
    for remark in report.remarks:
        remarks.emit(remark)
    logger.info("%s", report)
