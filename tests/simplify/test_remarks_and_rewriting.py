from typing import cast

from xdsl.dialects.builtin import (
    UNKNOWN_LOC,
    CallSiteLoc,
    FileLineColLoc,
    FusedLoc,
    IntAttr,
    LocationAttr,
    NameLoc,
    NoneAttr,
    StringAttr,
)

from convopt.convdialect import activations
from convopt.convdialect.constants import constant
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.passes import remarks
from convopt.passes.remarks import Remark, RemarkKind, location_of
from convopt.passes.rewriting import (
    erase_dead,
    fuse_locations,
    is_dead,
    ops_of_type,
    replace_plainly,
    users_of,
)
from convopt.testing.tensor_function import TensorFunction

SHAPE = (1, 2, 3, 3)
FILE = FileLineColLoc(StringAttr("model.mlir"), IntAttr(3), IntAttr(7))
LATER = FileLineColLoc(StringAttr("model.mlir"), IntAttr(5), IntAttr(1))


def name(text: str) -> NameLoc:
    return NameLoc(StringAttr(text), NoneAttr())


def test_remarks_reach_the_innermost_collector_only() -> None:
    remark = Remark(RemarkKind.MISSED, "conv-x", "node", "because")
    remarks.emit(remark)
    with remarks.collect() as outer:
        with remarks.collect() as inner:
            remarks.emit(remark)
        assert inner == [remark]
        assert outer == []
        remarks.emit(remark)
    remarks.emit(remark)
    assert outer == [remark]


def test_remark_reads_as_one_line() -> None:
    remark = Remark(RemarkKind.PASSED, "conv-x", "node 1", "did it")
    assert str(remark) == "node 1: passed: conv-x: did it"


def test_location_of_each_kind_of_location() -> None:
    op = constant([1.0])
    assert location_of(op) == "arith.constant"
    op.result.name_hint = "bias"
    assert location_of(op) == "arith.constant %bias"
    cases: dict[str, LocationAttr] = {
        "conv1": name("conv1"),
        "model.mlir:3:7": FILE,
        "conv1 + model.mlir:3:7": fuse_locations([name("conv1"), FILE]),
        "model.mlir:3:7 + 5:1 + conv1": fuse_locations([FILE, LATER, name("conv1")]),
        "model.mlir:3:7 + conv1 + model.mlir:5:1": fuse_locations([FILE, name("conv1"), LATER]),
        "callee": CallSiteLoc(name("callee"), name("caller")),
    }
    for text, location in cases.items():
        op.location = location
        assert location_of(op) == text


def test_fused_locations_are_flat_and_hold_each_part_once() -> None:
    a, b, c = name("a"), name("b"), name("c")
    assert fuse_locations([]) == UNKNOWN_LOC
    assert fuse_locations([UNKNOWN_LOC, a, UNKNOWN_LOC, a]) == a
    fused = fuse_locations([fuse_locations([a, b]), UNKNOWN_LOC, fuse_locations([b, c])])
    assert isinstance(fused, FusedLoc)
    assert list(cast("list[LocationAttr]", fused.locations)) == [a, b, c]


def test_replace_carries_location_and_name() -> None:
    f = TensorFunction(SHAPE)
    first = f.add(ReshapeOp(f.arguments[0], (2, 9)))
    second = f.add(ReshapeOp(first, (1, 18)))
    second.name_hint = "flat"
    module = f.module(second)
    kept = constant([0.0], name("own"))
    new = ReshapeOp(f.arguments[0], (1, 18))
    replace_plainly(second.owner, [kept, new], merged=[first.owner])  # type: ignore[arg-type, list-item]
    assert location_of(new) == "node 0 + node 1"
    assert location_of(kept) == "own"
    assert new.result.name_hint == "flat"
    assert ops_of_type(module, ReshapeOp) == [first.owner, new]


def test_erase_dead_takes_what_dies_with_it_and_nothing_else() -> None:
    f = TensorFunction(SHAPE)
    (x,) = f.arguments
    shared = f.random_constant(2, 1, 1)
    used = f.sum(x, shared)
    dead = f.sum(f.map(activations.relu, f.sum(x, shared)), f.random_constant(*SHAPE))
    module = f.module(used)
    erase_dead(used.owner)  # type: ignore[arg-type]
    assert len(ops_of_type(module, ElementwiseOp)) == 4
    assert is_dead(dead.owner)  # type: ignore[arg-type]
    erase_dead(dead.owner)  # type: ignore[arg-type]
    assert [op.name for op in f.block.ops] == ["arith.constant", "conv.elementwise", "func.return"]


def test_users_are_listed_once() -> None:
    f = TensorFunction(SHAPE)
    (x,) = f.arguments
    square = f.product(x, x)
    f.module(square)
    assert users_of(x) == [square.owner]
