"""What is chosen for GPUs: it fits, it differs by GPU, and fusing pays by the model."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp, f16, f32, i8

from convopt.backends.targets import gpu_target
from convopt.convdialect.element_types import ElementType
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.schedules import BlockAttr
from convopt.convdialect.shapes import Window
from convopt.passes.cost.gpu.occupancy import problem_on
from convopt.passes.cost.gpu.traffic import kernel_traffic
from convopt.passes.cost.memory_access.select_modules import Segment, cheapest_cover
from convopt.passes.geometry.blocks.of_operations import kernel_of
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.pipelines import PIPELINES
from convopt.passes.plan.choose_blocks import ChooseBlocksPass
from convopt.passes.plan.fuse_modules import FuseModulesPass
from convopt.passes.plan.gpu_planner import GpuPlanner
from convopt.passes.remarks import RemarkKind
from convopt.passes.simplify.lower_precision import LowerPrecisionPass
from convopt.testing.chains import ChainCase
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.cuda.drawing import STAGES, KernelCase, Numbers, kernel_cases
from convopt.testing.execution import run_passes as run_named
from convopt.testing.passes import docstring_example, parse_module, run_passes

GPUS = ("h200", "rtx-a4000", "jetson-orin", "gtx-1660")
SAME = Window((3, 3), padding=(1,) * 4)


def depthwise(channels: int, size: int, **options: Any) -> ConvolutionCase:
    return ConvolutionCase(1, channels, 1, 1, (size, size), SAME, **options)


def pointwise(inputs: int, outputs: int, size: int, **options: Any) -> ConvolutionCase:
    return ConvolutionCase(1, 1, inputs, outputs, (size, size), Window((1, 1)), **options)


def simplified(*stages: ConvolutionCase) -> tuple[ModuleOp, list[ConvolutionOp]]:
    module = ChainCase(stages).module()
    run_named(PIPELINES["simplify"], module, "")
    return module, [op for op in module.walk() if isinstance(op, ConvolutionOp)]


BLOCK = (pointwise(24, 144, 56), depthwise(144, 56), pointwise(144, 24, 56, residual=True))


@settings(max_examples=24, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(GPUS), st.sampled_from([f32, f16, i8]), st.booleans())
def test_what_is_chosen_has_room(
    data: st.DataObject, name: str, element: ElementType, tf32: bool
) -> None:
    kind = data.draw(st.sampled_from(sorted(STAGES)))
    case: KernelCase = data.draw(kernel_cases(kind, Numbers(element)))
    _, stages = simplified(*case.chain.stages)
    target = gpu_target(name)
    planned = GpuPlanner(target, tf32=tf32).module(stages)
    assert planned is not None
    kernel = kernel_of(stages, BlockSizes.of(planned.schedule))
    assert kernel is not None
    assert problem_on(kernel, target) == ""


@pytest.mark.parametrize(
    "case",
    [
        ConvolutionCase(1, 32, 1, 2, (14, 14), SAME),  # a depthwise multiplier
        replace(pointwise(32, 48, 14), scaled=True),
        pointwise(32, 48, 14, residual=True),
        ConvolutionCase(1, 4, 8, 8, (14, 14), SAME),
        ConvolutionCase(2, 1, 3, 16, (30, 30), Window((3, 3), (2, 2))),
        pointwise(1280, 1000, 1),
        ConvolutionCase(1, 1, 1, 1, (5, 5), SAME),
    ],
)
def test_every_layer_gets_a_block(case: ConvolutionCase) -> None:
    for name in GPUS:
        module, _ = simplified(case)
        found, remarks = run_passes(module, ChooseBlocksPass(name))
        (op,) = (op for op in found.walk() if isinstance(op, ConvolutionOp))
        assert isinstance(op.schedule, BlockAttr)
        assert [each.kind for each in remarks] == [RemarkKind.ANALYSIS]
        assert f"MB between global and shared memory (model, {name})" in remarks[0].message


def test_a_scaled_input_counts() -> None:
    plain, scaled = (replace(pointwise(32, 48, 14), scaled=scaled) for scaled in (False, True))
    moved = []
    for case in (plain, scaled):
        _, (op,) = simplified(case)
        assert (op.scale is not None) is case.scaled
        moved.append(GpuPlanner(gpu_target("h200")).layer(op).best.traffic.scales)
    assert moved[0] == 0 < moved[1]


def test_gpus_differ() -> None:
    _, stages = simplified(pointwise(512, 512, 14))
    blocks = {name: GpuPlanner(gpu_target(name)).layer(stages[0]).schedule for name in GPUS}
    assert len(set(blocks.values())) > 1
    sizes = {name: BlockSizes.of(block) for name, block in blocks.items()}
    made = {name: each.filters * each.pixels for name, each in sizes.items()}
    assert made["h200"] < made["gtx-1660"]  # 132 multiprocessors want more blocks than 22


def test_small_deep_layers_are_sliced() -> None:
    _, (small,) = simplified(pointwise(1024, 1024, 7))
    _, (large,) = simplified(pointwise(16, 64, 112))
    planner = GpuPlanner(gpu_target("h200"))
    assert planner.layer(small).schedule.extents["slices"] > 1
    assert planner.layer(large).schedule.extents["slices"] == 1


def test_the_choice_is_no_worse_than_greedy() -> None:
    _, stages = simplified(*BLOCK)
    for name in GPUS:
        planner = GpuPlanner(gpu_target(name))
        alone = [planner.layer(each).seconds for each in stages]
        costs = {}
        for start, stop in ((0, 2), (1, 3), (0, 3)):
            module = planner.module(stages[start:stop])
            assert module is not None
            costs[Segment(start, stop)] = module.seconds
        best, _ = cheapest_cover(alone, costs)
        greedy = min(costs[Segment(0, 2)], alone[0] + alone[1]) + alone[2]
        assert best <= greedy
        assert best <= sum(alone)


def test_what_does_not_pay_is_not_fused() -> None:
    """512 channels of 14 x 14: every block of a pair makes the depthwise results again."""
    module, _ = simplified(depthwise(512, 14), pointwise(512, 512, 14))
    found, remarks = run_passes(module, FuseModulesPass("h200"))
    assert not any(isinstance(op, FusedOp) for op in found.walk())
    assert any("as a pair" in each.message and "us" in each.message for each in remarks)
    module, _ = simplified(depthwise(32, 112), pointwise(32, 64, 112))
    found, _ = run_passes(module, FuseModulesPass("h200"))
    assert any(isinstance(op, FusedOp) for op in found.walk())


def test_a_residual_stays_at_a_modules_end() -> None:
    stages = (pointwise(24, 144, 56, residual=True), depthwise(144, 56))
    module, ops = simplified(*stages)
    found, remarks = run_passes(module, FuseModulesPass("h200", force="*"))
    assert not any(isinstance(op, FusedOp) for op in found.walk())
    reason = "its epilogue reads a tensor of the result's shape"
    assert any(reason in each.message for each in remarks)
    assert GpuPlanner(gpu_target("h200")).module(ops) is None


def test_a_scaled_input_is_in_no_module() -> None:
    module, ops = simplified(depthwise(24, 28), replace(pointwise(24, 48, 28), scaled=True))
    found, _ = run_passes(module, FuseModulesPass("h200", force="*"))
    assert not any(isinstance(op, FusedOp) for op in found.walk())
    assert GpuPlanner(gpu_target("h200")).module(ops) is None
    module, ops = simplified(replace(pointwise(24, 48, 28), scaled=True), depthwise(48, 28))
    found, remarks = run_passes(module, FuseModulesPass("h200", force="*"))
    assert not any(isinstance(op, FusedOp) for op in found.walk())
    assert any("an input is scaled" in each.message for each in remarks)


def test_filters_that_l2_does_not_hold_are_cold() -> None:
    module, _ = simplified(pointwise(1024, 1024, 7))
    assert GpuPlanner.of_network(module, gpu_target("gtx-1660")).is_cold
    assert not GpuPlanner.of_network(module, gpu_target("h200")).is_cold


def test_a_gpu_without_room() -> None:
    _, stages = simplified(pointwise(32, 32, 14))
    tiny = replace(gpu_target("h200"), name="tiny", shared_bytes_per_block=64)
    with pytest.raises(ConvoptError, match="expected a GPU with room for a block, found tiny"):
        GpuPlanner(tiny).layer(stages[0])


def test_groups_that_words_do_not_hold() -> None:
    _, (op,) = simplified(ConvolutionCase(1, 4, 3, 8, (14, 14), SAME, element=f16))
    planner = GpuPlanner(gpu_target("h200"))
    message = "conv.grouped: groups: expected a multiple of 2 input channels in each, found 3"
    with pytest.raises(ConvoptError, match=message):
        planner.layer(op)
    assert planner.module([op]) is None


def uses_tensor_cores(name: str, element: ElementType, *, tf32: bool = False) -> set[bool]:
    """Of large and small layers and modules."""
    planner = GpuPlanner(gpu_target(name), tf32=tf32)
    chains = [
        (pointwise(256, 512, 28, element=element),),
        (pointwise(32, 48, 14, element=element),),
        (ConvolutionCase(1, 1, 64, 128, (28, 28), SAME, element=element),),
        (depthwise(64, 28, element=element), pointwise(64, 128, 28, element=element)),
    ]
    found = set()
    for chain in chains:
        _, stages = simplified(*chain)
        planned = planner.module(stages)
        assert planned is not None
        found.add(planned.schedule.matrix)
    return found


@pytest.mark.parametrize("element", [f16, i8])
def test_tensor_cores_are_used_where_there_are_any(element: ElementType) -> None:
    for tf32 in (False, True):
        assert uses_tensor_cores("gtx-1660", element, tf32=tf32) == {False}
        for name in ("h200", "rtx-a4000", "jetson-orin"):
            assert True in uses_tensor_cores(name, element, tf32=tf32), name


def test_tf32_is_for_those_who_ask() -> None:
    for name in GPUS:
        assert uses_tensor_cores(name, f32) == {False}
    assert uses_tensor_cores("gtx-1660", f32, tf32=True) == {False}
    assert True in uses_tensor_cores("h200", f32, tf32=True)


def test_docstring_example() -> None:
    before, after = (parse_module(text) for text in docstring_example(ChooseBlocksPass))
    found, _ = run_passes(before, ChooseBlocksPass("h200"))
    assert found.is_structurally_equivalent(after), f"found:\n{found}\n\nexpected:\n{after}"


def test_halves_are_two_to_a_word() -> None:
    """Half the words, apart from biases."""
    moved = {}
    for precision in ("f32", "f16"):
        module, _ = simplified(pointwise(64, 64, 28))
        if precision == "f16":
            module, _ = run_passes(module, LowerPrecisionPass())
        (op,) = (op for op in module.walk() if isinstance(op, ConvolutionOp))
        kernel = kernel_of([op], BlockSizes(32, 1, 28, 4, 4, channels=16))
        assert kernel is not None
        moved[precision] = kernel_traffic(kernel)
        assert GpuPlanner(gpu_target("h200")).layer(op).seconds > 0
    full, half = moved["f32"], moved["f16"]
    assert 2 * half.input == full.input
    assert 2 * half.constants["W0"] == full.constants["W0"]
    assert half.constants["E0"] == full.constants["E0"]
