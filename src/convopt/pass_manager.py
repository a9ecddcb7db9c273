"""Runs passes over a module, with observers around each: checks, timing, dumps, statistics."""

from collections.abc import Sequence

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import DiagnosticException, VerifyException

from convopt.errors import ConvoptError
from convopt.pass_observer import PassObserver
from convopt.passes.diagnosis import OperationError
from convopt.passes.remarks import location_of


class VerificationError(ConvoptError):
    """IR that breaks a rule of its operations; `operation` is the one that does."""

    def __init__(self, operation: Operation | None, message: str):
        place = "" if operation is None else f"{location_of(operation)}: error: "
        super().__init__(f"{place}{message}")
        self.operation = operation
        self.message = message


class PassError(ConvoptError):
    """A pass that cannot go on, by a rule it states; at `operation`, where that is known."""

    def __init__(self, step: ModulePass, message: str, operation: Operation | None = None):
        super().__init__(f"pass '{step.name}': {message}")
        self.step = step
        self.operation = operation


class PassCrash(Exception):  # noqa: N818 - not an error of the user
    """A pass that failed in a way it does not know; the cause says how."""

    def __init__(self, step: ModulePass, cause: BaseException):
        super().__init__(f"pass '{step.name}' failed: {type(cause).__name__}: {cause}")
        self.step = step


def run_passes(
    module: ModuleOp,
    passes: Sequence[ModulePass],
    context: Context,
    observers: Sequence[PassObserver] = (),
    *,
    verify_each: bool = False,
) -> None:
    """Apply `passes` to `module` in place.

    Raises `PassError` for what a pass diagnoses, `VerificationError` when `verify_each` finds
    invalid IR, `PassCrash` for anything else; each names the pass.
    """
    for step in passes:
        for observer in observers:
            observer.before(step, module)
        try:
            _run(step, module, context, verify_each)
        except BaseException:
            for observer in observers:
                observer.failed(step, module)
            raise
        for observer in observers:
            observer.after(step, module)


def verify(module: ModuleOp) -> None:
    """Check a module; `VerificationError` says where and what."""
    try:
        module.verify()
    except VerifyException as error:
        raise VerificationError(_first_invalid(module), str(error)) from error


def _run(step: ModulePass, module: ModuleOp, context: Context, verify_each: bool) -> None:
    try:
        step.apply(context, module)
    except (ConvoptError, DiagnosticException) as error:
        operation = error.op if isinstance(error, OperationError) else None
        raise PassError(step, str(error), operation) from error
    except Exception as error:
        raise PassCrash(step, error) from error
    if not verify_each:
        return
    try:
        verify(module)
    except VerificationError as error:
        message = f"{error.message} (invalid IR after pass '{step.name}')"
        raise VerificationError(error.operation, message) from error


def _first_invalid(module: ModuleOp) -> Operation | None:
    """The innermost operation that its own check rejects."""
    for op in module.walk(reverse=True):
        try:
            op.verify(verify_nested_ops=False)
        except VerifyException:
            return op
    return None
