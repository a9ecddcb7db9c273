"""What NVIDIA's assembler says of planned kernels: everything that a thread has is in registers."""

import pytest

from convopt.backends.targets import gpu_target
from convopt.backends.tvm.network import build_network
from convopt.backends.tvm.nvcc import assembled, find_nvcc, resources
from convopt.by_target import planning_passes
from convopt.convdialect.shapes import Window
from convopt.mlir_text import new_context
from convopt.pass_manager import run_passes
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.testing.chains import ChainCase
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.cuda.drawing import KernelCase, unplanned

pytestmark = pytest.mark.skipif(find_nvcc() is None, reason="needs nvcc")
MOST_REGISTERS = 65_536
"""Of a block, on every GPU from compute capability 7.5 to 9.0."""


def depthwise(channels: int, size: int, stride: int = 1) -> ConvolutionCase:
    window = Window((3, 3), (stride, stride), (1, 1, 1, 1))
    return ConvolutionCase(1, channels, 1, 1, (size, size), window, activation="relu6")


def pointwise(inputs: int, outputs: int, size: int, activation: str = "relu6") -> ConvolutionCase:
    window = Window((1, 1))
    return ConvolutionCase(1, 1, inputs, outputs, (size, size), window, activation=activation)


STEM = ConvolutionCase(1, 1, 3, 32, (224, 224), Window((3, 3), (2, 2), (1, 1, 1, 1)))
CHAINS = [
    ChainCase((STEM, depthwise(32, 112), pointwise(32, 16, 112, "none"))),
    ChainCase((depthwise(128, 56), pointwise(128, 128, 56))),
    ChainCase((pointwise(24, 144, 56), depthwise(144, 56), pointwise(144, 24, 56, "none"))),
    ChainCase((pointwise(96, 576, 14), depthwise(576, 14, 2))),
]
"""Of MobileNetV1 and V2. Of the last one, the assembler would spill on an H200."""
TARGETS = ("gtx-1660", "rtx-a4000", "jetson-orin", "h200")


@pytest.mark.parametrize("name", TARGETS)
def test_no_kernel_needs_the_stack(name: str) -> None:
    target = gpu_target(name)
    module = unplanned([KernelCase(chain, BlockSizes(1, 1, 1)) for chain in CHAINS])
    run_passes(module, planning_passes(name), new_context())
    network = build_network(module, target, "tested")
    text, _ = assembled(network.cuda, target.compute_capability)
    found = resources(text, target.compute_capability)
    for kernel in network.program.kernels:
        taken = found[kernel.name]
        assert (taken.spill_bytes, taken.stack_bytes, taken.shared_bytes) == (0, 0, 0), kernel.name
        assert taken.registers * kernel.block[0] <= MOST_REGISTERS
