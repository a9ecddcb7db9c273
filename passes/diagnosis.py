"""Errors of passes at an operation."""

from xdsl.ir import Operation

from convopt.convdialect.errors import ConvoptError
from convopt.passes.remarks import location_of


class OperationError(ConvoptError):
    """Why a pass cannot go on at an operation: what it expected there, and found."""

    def __init__(self, op: Operation, reason: str) -> None:
        place = location_of(op)  # the operation's name where it has no location
        what = place if place.startswith(op.name) else f"{place}: {op.name}"
        super().__init__(f"{what}: {reason}")
        self.op = op
        self.reason = reason
