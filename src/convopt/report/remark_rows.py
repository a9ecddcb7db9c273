"""Which remarks belong to a kernel."""

from collections.abc import Sequence

from convopt.passes.pipelines import PIPELINES
from convopt.passes.remarks import Remark, RemarkKind
from convopt.report.names import JOINT
from convopt.report.records import RemarkRow

SHOWN_AS_COLUMNS = ("conv-choose-tiles",)
"""Passes whose remarks say what other columns show."""


def remarks_on(location: str, remarks: Sequence[Remark]) -> tuple[str, ...]:
    """What planning decided about the operation at a place, and what other passes left undone.

    What is said of all of a fused operation comes first, then what is said of its parts.
    """
    parts = set(location.split(JOINT))
    found = [
        remark
        for remark in remarks
        if _matters(remark) and parts.issuperset(remark.location.split(JOINT))
    ]
    found.sort(key=lambda remark: remark.location != location)
    return tuple(dict.fromkeys(remark.message for remark in found))


def remark_rows(remarks: Sequence[Remark]) -> tuple[RemarkRow, ...]:
    """All of them, equal ones once."""
    return tuple(
        RemarkRow(str(each.kind), each.pass_name, each.location, each.message)
        for each in dict.fromkeys(remarks)
    )


def _matters(remark: Remark) -> bool:
    if remark.pass_name in SHOWN_AS_COLUMNS:
        return False
    return remark.pass_name in PIPELINES["plan"] or remark.kind is RemarkKind.MISSED
