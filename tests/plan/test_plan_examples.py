"""The IR that planning passes show in their docstrings is what they do; tiles are legal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convopt.backends.targets import CpuTarget, cpu_target
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import TileScheme
from convopt.passes.cost.tile_cycles import usable_registers
from convopt.passes.pipelines import PIPELINES
from convopt.passes.plan.choose_tiles import ChooseTilesPass
from convopt.passes.registry import PASSES
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.drawing import cases
from convopt.testing.passes import docstring_example, largest_difference, parse_module, run_passes

TARGETS = ["x86-64-v3", "x86-64-v4", "cortex-a53", "neoverse-v1"]


@pytest.mark.parametrize("name", PIPELINES["plan"])
def test_docstring_example(name: str) -> None:
    kind = PASSES[name]()
    before, after = (parse_module(text) for text in docstring_example(kind))
    found, _ = run_passes(before, kind("x86-64-v4"))
    assert found.is_structurally_equivalent(after), f"found:\n{found}\n\nexpected:\n{after}"
    assert largest_difference(before, found) == 0


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(TARGETS))
def test_every_convolution_gets_a_tile_that_fits(case: ConvolutionCase, name: str) -> None:
    target = cpu_target(name)
    steps = [PASSES[step]() for step in PIPELINES["simplify"]]
    layouts = PASSES["conv-assign-layouts"]()
    passes = [*(step() for step in steps), layouts(name), ChooseTilesPass(name)]
    module, remarks = run_passes(case.module(), *passes)
    for op in module.walk():
        if isinstance(op, ConvolutionOp):
            check_tile(op, target)
    assert any("us for one image" in remark.message for remark in remarks)


def check_tile(op: ConvolutionOp, target: CpuTarget) -> None:
    tile = op.schedule
    assert tile is not None
    accumulators = tile.rows.data * tile.columns.data * tile.vectors.data
    assert accumulators <= usable_registers(target)
    if tile.scheme is TileScheme.BROADCAST:
        vectors = -(-op.result_type.get_shape()[1] // target.lanes)
        assert vectors % tile.vectors.data == 0
        assert tile.rows.data == 1
    else:
        assert tile.vectors.data == 1
