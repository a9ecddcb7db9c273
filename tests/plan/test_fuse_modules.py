"""Which convolutions conv-fuse-modules puts together, and what it says."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.backends.targets import cpu_target
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.schedules import BlockAttr, TileAttr, TileScheme
from convopt.convdialect.shapes import Window
from convopt.passes.pipelines import PIPELINES
from convopt.passes.plan.fuse_modules import FuseModulesPass
from convopt.passes.plan.module_candidates import best_module, planned_layer
from convopt.passes.registry import PASSES
from convopt.passes.remarks import RemarkKind
from convopt.testing.chains import ChainCase, chains
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.passes import largest_difference, run_passes

TARGET = "x86-64-v4"
SAME = Window((3, 3), padding=(1,) * 4)
NETWORK = 1e9


def depthwise(channels: int, size: int, window: Window = SAME) -> ConvolutionCase:
    return ConvolutionCase(1, channels, 1, 1, (size, size), window)


def pointwise(inputs: int, outputs: int, size: int, **options: bool) -> ConvolutionCase:
    return ConvolutionCase(1, 1, inputs, outputs, (size, size), Window((1, 1)), **options)


EARLY = ChainCase((depthwise(32, 112), pointwise(32, 64, 112)))
LATE = ChainCase((depthwise(512, 7), pointwise(512, 512, 7)))
RESIDUAL = ChainCase(
    (
        pointwise(24, 144, 56),
        depthwise(144, 56),
        pointwise(144, 24, 56, residual=True),
    )
)


def kinds(module: ModuleOp) -> list[list[str]]:
    """The stages of every module, by kind."""
    return [
        [op.name.removeprefix("conv.") for op in fused.body.block.ops if "yield" not in op.name]
        for fused in module.walk()
        if isinstance(fused, FusedOp)
    ]


def fused_kinds(case: ChainCase, **options: int | str) -> list[list[str]]:
    module, _ = case.planned(TARGET)
    found, _ = run_passes(module, FuseModulesPass(TARGET, **options))  # type: ignore[arg-type]
    return kinds(found)


def test_what_goes_to_memory_and_back_is_fused() -> None:
    assert fused_kinds(EARLY) == [["depthwise", "pointwise"]]


def test_what_a_cache_holds_is_not() -> None:
    assert fused_kinds(LATE) == []


def test_a_whole_inverted_residual_with_its_addition() -> None:
    assert fused_kinds(RESIDUAL, force="*") == [["pointwise", "depthwise", "pointwise"]]


def test_no_more_stages_than_allowed() -> None:
    assert fused_kinds(EARLY, max_stages=1) == []
    assert [len(each) for each in fused_kinds(RESIDUAL, force="*", max_stages=2)] == [2]


def test_rings_are_not_larger_than_allowed() -> None:
    assert fused_kinds(EARLY, max_ring_bytes=112 * 32 * 4) == [["depthwise", "pointwise"]]
    assert fused_kinds(EARLY, max_ring_bytes=112 * 32 * 4 - 1) == []


def test_what_is_forbidden_stays_alone() -> None:
    assert fused_kinds(EARLY, forbid="conv.pointwise") == []
    assert fused_kinds(EARLY, forbid="conv.pool") == [["depthwise", "pointwise"]]


def test_what_is_forced_is_fused() -> None:
    assert fused_kinds(LATE, force="*") == [["depthwise", "pointwise"]]
    assert fused_kinds(LATE, force="conv.depthwise") == []


def test_a_schedule_given_by_hand_is_left_alone() -> None:
    module, stages = EARLY.planned(TARGET)
    stages[1].schedule = TileAttr(TileScheme.BROADCAST, 1, 7, 2)
    found, remarks = run_passes(module, FuseModulesPass(TARGET))
    assert kinds(found) == []
    assert any("a schedule was given" in remark.message for remark in remarks)


def test_a_result_with_two_users_is_stored() -> None:
    module, stages = EARLY.planned(TARGET)
    block = stages[1].parent
    assert block is not None
    twice = stages[1].clone()
    block.insert_op_after(twice, stages[1])
    found, remarks = run_passes(module, FuseModulesPass(TARGET, force="*"))
    assert kinds(found) == []
    assert any("its result has 2 uses" in remark.message for remark in remarks)


def test_a_residual_is_no_link() -> None:
    """The second convolution adds the first one's result instead of reading it."""
    case = ChainCase((pointwise(16, 16, 112), pointwise(16, 16, 112, residual=True)))
    module, (first, second) = case.planned(TARGET)
    image, residual = first.input, second.extras[-1]
    result = first.result
    residual.replace_all_uses_with(result)
    second.operands[0] = image
    found, remarks = run_passes(module, FuseModulesPass(TARGET, force="*"))
    assert kinds(found) == []
    assert any("its result is an epilogue operand" in remark.message for remark in remarks)


def test_remarks_say_what_and_why() -> None:
    module, _ = EARLY.planned(TARGET)
    _, remarks = run_passes(module, FuseModulesPass(TARGET))
    passed = [each.message for each in remarks if each.kind is RemarkKind.PASSED]
    assert len(passed) == 1
    assert re.fullmatch(
        r"fused depthwise \+ pointwise, #conv.band<rows = \d+>, #conv.tile<.*>, #conv.tile<.*>: "
        r"[\d.]+ -> [\d.]+ us, [\d.]+ -> [\d.]+ MB beyond L2 \(model, x86-64-v4\)",
        passed[0],
    )
    module, _ = LATE.planned(TARGET)
    _, remarks = run_passes(module, FuseModulesPass(TARGET))
    missed = [each.message for each in remarks if each.kind is RemarkKind.MISSED]
    assert missed[0].startswith("not fused with what follows: as a pair ")


def test_small_layers_are_not_even_planned() -> None:
    small = ChainCase((depthwise(16, 14), pointwise(16, 16, 14)))
    module, _ = small.planned(TARGET)
    found, remarks = run_passes(module, FuseModulesPass(TARGET))
    assert kinds(found) == []
    touched = 4 * (3 * 16 * 14 * 14 + 16 * 9 + 16 * 16)
    reason = f"not fused with what follows: L2 holds the {touched / 1e6:.2f} MB that they touch"
    assert remarks[0].message == reason
    assert fused_kinds(small, force="*") == [["depthwise", "pointwise"]]


@pytest.mark.parametrize(
    ("option", "value", "least"), [("max_stages", 0, 1), ("max_ring_bytes", -1, 0)]
)
def test_absurd_options(option: str, value: int, least: int) -> None:
    module, _ = EARLY.planned(TARGET)
    message = f"{option}: expected at least {least}, found {value}"
    with pytest.raises(ConvoptError, match=message):
        run_passes(module, FuseModulesPass(TARGET, **{option: value}))  # type: ignore[arg-type]


def test_a_stride_that_skips_rows_is_no_link() -> None:
    second = ConvolutionCase(1, 1, 16, 16, (20, 20), Window((1, 1), (2, 2)))
    case = ChainCase((depthwise(16, 20), second))
    module, _ = case.planned(TARGET)
    found, remarks = run_passes(module, FuseModulesPass(TARGET, force="*"))
    assert kinds(found) == []
    assert any("a stride of 2 skips rows" in remark.message for remark in remarks)


def test_gpus_have_blocks() -> None:
    stride_2 = Window((3, 3), (2, 2), (1,) * 4)
    case = ChainCase((pointwise(32, 64, 112, bias=False), depthwise(64, 112, stride_2)))
    found, remarks = run_passes(case.module(), *simplified(), FuseModulesPass("gtx-1660"))
    (fused,) = (op for op in found.walk() if isinstance(op, FusedOp))
    assert isinstance(fused.schedule, BlockAttr)
    assert all(op.schedule is None for op in found.walk() if isinstance(op, ConvolutionOp))
    messages = [each.message for each in remarks if each.kind is RemarkKind.PASSED]
    assert any("MB between global and shared memory (model, gtx-1660)" in each for each in messages)


def simplified() -> list[ModulePass]:
    return [PASSES[name]()() for name in PIPELINES["simplify"]]


def test_the_choice_is_the_cheaper_one() -> None:
    target = cpu_target(TARGET)
    for case in (EARLY, LATE, RESIDUAL):
        _, stages = case.planned(TARGET)
        module = best_module(stages, target, NETWORK)
        assert module is not None
        apart = sum(planned_layer(stage, target, NETWORK).seconds for stage in stages)
        is_whole = [len(stages)] == [len(each) for each in fused_kinds(case)]
        if is_whole:
            assert module.seconds < apart


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(chains(most_pixels=10))
def test_modules_compute_the_same(case: ChainCase) -> None:
    module, stages = case.planned("cortex-a72")
    found, _ = run_passes(module.clone(), FuseModulesPass("cortex-a72", force="*"))
    assert largest_difference(module, found) == 0
    inside = [op for op in found.walk() if isinstance(op, ConvolutionOp)]
    assert len(inside) == len(stages)
