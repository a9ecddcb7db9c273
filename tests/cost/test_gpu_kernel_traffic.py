"""Words that kernels move: the formula against launches, counted on the CPU."""

from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import f16, i8

from convopt.backends.targets import gpu_target
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.passes.cost.gpu.traffic import KernelTraffic, kernel_traffic
from convopt.passes.geometry.blocks.checks import problem_of
from convopt.passes.geometry.blocks.of_operations import elementwise_operands, kernel_of
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.rewriting import ops_of_type
from convopt.testing.cuda import Traffic, find_host_compiler
from convopt.testing.cuda.drawing import (
    MATRIX_STAGES,
    STAGES,
    Numbers,
    inputs_of,
    kernel_cases,
    planned,
)
from convopt.testing.cuda.network_run import run_network

WORD = 4
NUMBERS = {
    "f32": Numbers(),
    "f16": Numbers(f16),
    "i8": Numbers(i8),
    "f32 matrix": Numbers(is_matrix=True),
    "f16 matrix": Numbers(f16, is_matrix=True),
}


@pytest.fixture(autouse=True, scope="module")
def needs() -> None:
    if find_spec("tvm") is None:
        pytest.skip("needs apache-tvm: pip install 'convopt[cuda]'")
    if find_host_compiler() is None:
        pytest.skip("needs a C++ compiler")


def expected_traffic(op: ConvolutionOp | FusedOp, sizes: BlockSizes) -> KernelTraffic:
    inside = [op] if isinstance(op, ConvolutionOp) else op.body.block.ops
    stages = [each for each in inside if isinstance(each, ConvolutionOp)]
    kernel = kernel_of(stages, sizes)
    assert kernel is not None
    assert problem_of(kernel) == ""
    return kernel_traffic(kernel, elementwise_operands(stages[-1]))


def check_counts(found: Traffic, expected: KernelTraffic) -> None:
    loaded = {name: count for name, count in found.loaded.items() if count and name[0] != "R"}
    scales = {"S": expected.scales} if expected.scales else {}
    words = {"X": expected.input, **expected.constants, **scales}
    assert loaded == {name: WORD * count for name, count in words.items()}
    elementwise = sum(count for name, count in found.loaded.items() if name[0] == "R")
    assert elementwise == WORD * expected.elementwise
    assert {name: n for name, n in found.stored.items() if n} == {"Y": WORD * expected.output}


@pytest.mark.parametrize("name", NUMBERS)
@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # every example costs a compilation
)
@given(data=st.data())
def test_launches_move_what_the_formula_says(name: str, data: st.DataObject) -> None:
    from convopt.backends.tvm.network import build_network

    numbers = NUMBERS[name]
    kinds = MATRIX_STAGES if numbers.is_matrix else STAGES
    cases = data.draw(st.tuples(*(kernel_cases(kind, numbers) for kind in kinds)))
    target = gpu_target("h200")
    module = planned(cases, target)
    network = build_network(module, target, "tested")
    counted = run_network(network, inputs_of(cases), checked=True).traffic
    kernels = [
        traffic
        for traffic, launch in zip(counted, network.program.launches, strict=True)
        if launch.kind != "convert_layout"
    ]
    launched = ops_of_type(module, ConvolutionOp, FusedOp)
    for op, case, found in zip(launched, cases, kernels, strict=True):
        assert isinstance(op, ConvolutionOp | FusedOp)
        check_counts(found, expected_traffic(op, case.sizes))
