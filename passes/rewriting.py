"""Rewrites that keep source locations, which `PatternRewriter.replace` does not."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from xdsl.dialects.builtin import (
    UNKNOWN_LOC,
    ArrayAttr,
    FusedLoc,
    LocationAttr,
    ModuleOp,
    NoneAttr,
    UnknownLoc,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter
from xdsl.traits import is_side_effect_free

OperationT = TypeVar("OperationT", bound=Operation)


def fuse_locations(locations: Iterable[LocationAttr]) -> LocationAttr:
    """One location for what several operations became, each part once, in the order given.

    Fused locations are taken apart first and unknown ones are left out; a single part stands alone.
    """
    parts = dict.fromkeys(part for location in locations for part in _parts(location))
    match list(parts):
        case []:
            return UNKNOWN_LOC
        case [location]:
            return location
        case several:
            return FusedLoc(ArrayAttr[Attribute](several), NoneAttr())


def replace(
    rewriter: PatternRewriter,
    op: Operation,
    new_ops: Operation | Sequence[Operation],
    results: Sequence[SSAValue | None] | None = None,
    *,
    merged: Sequence[Operation] = (),
) -> None:
    """Replace `op` by `new_ops`, which take over its location and name hints.

    `results` are the values that stand for the results of `op`; those of the last new operation
    when None. `merged` are further operations whose work the new ones do: their locations are
    fused with that of `op`, earliest first. New operations that have a location keep it.
    """
    created = [new_ops] if isinstance(new_ops, Operation) else list(new_ops)
    location = fuse_locations(part.location for part in (*merged, op))
    for new_op in created:
        if isinstance(new_op.location, UnknownLoc):
            new_op.location = location
    rewriter.replace(op, created, results)


def replace_plainly(
    op: Operation,
    new_ops: Operation | Sequence[Operation],
    results: Sequence[SSAValue | None] | None = None,
    *,
    merged: Sequence[Operation] = (),
) -> None:
    """`replace` for a plain walk over the operations, outside of a pattern driver."""
    replace(PatternRewriter(op), op, new_ops, results, merged=merged)


def is_dead(op: Operation) -> bool:
    """Whether nothing uses the results of `op` and it does nothing else."""
    if op.parent is None or not op.results:
        return False
    return all(result.first_use is None for result in op.results) and is_side_effect_free(op)


def erase_dead(*ops: Operation) -> None:
    """Erase those of `ops` that are dead, and every operation that dies with them."""
    worklist = list(ops)
    while worklist:
        op = worklist.pop()
        if not is_dead(op):
            continue
        producers = [operand.owner for operand in op.operands]
        assert op.parent is not None
        op.parent.erase_op(op)
        worklist.extend(owner for owner in producers if isinstance(owner, Operation))


def blocks_of(module: ModuleOp) -> Iterator[Block]:
    """The blocks of all functions of a module: the straight lists of tensor operations."""
    for function in module.ops:
        for region in function.regions:
            yield from region.blocks


def ops_of_type(module: ModuleOp, *kinds: type[OperationT]) -> list[OperationT]:
    """Operations of the given classes in the functions of a module, in program order.

    A list, so that the caller may rewrite while it walks. Nested regions (epilogues, fused
    modules) are not entered.
    """
    return [op for block in blocks_of(module) for op in block.ops if isinstance(op, kinds)]


def users_of(value: SSAValue) -> list[Operation]:
    """The operations that use a value, each once, in no particular order."""
    return list(dict.fromkeys(use.operation for use in value.uses))


def _parts(location: LocationAttr) -> Iterator[LocationAttr]:
    if isinstance(location, UnknownLoc):
        return
    if not isinstance(location, FusedLoc):
        yield location
        return
    assert isinstance(location.locations, ArrayAttr)
    for part in location.locations:
        yield from _parts(part)
