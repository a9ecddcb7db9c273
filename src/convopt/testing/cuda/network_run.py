"""A network's CUDA text on the CPU, launch by launch, in memory of the exact size."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from convopt.backends.tvm.network import Network
from convopt.backends.tvm.program import Argument, DeviceTensor, Launch
from convopt.testing.cuda.failures import KernelError
from convopt.testing.cuda.harness import Traffic, compile_for_cpu

Array = npt.NDArray[Any]
_PARAMETER = re.compile(r'(\w+): T\.Buffer\(\((\d+),\), "(\w+)"\)')
_POISON = 0xFF
"""NaN in every format."""
_RESULT = "Y"


@dataclass(frozen=True)
class NetworkRun:
    """`traffic` of every launch, where it was counted."""

    outputs: list[Array]
    traffic: list[Traffic]


def run_network(
    network: Network, inputs: Sequence[Array], *, reverse: bool = False, checked: bool = False
) -> NetworkRun:
    """Outputs and workspace are NaN before. `reverse`, `checked` and what is found in kernels: see
    `HostKernels.launch` and `compile_for_cpu`.

    Raises KernelError, too, for a launch whose result overlaps what it reads, or that takes more
    than there is.
    """
    host = compile_for_cpu(network.cuda, checked=checked)
    memory = NetworkMemory.of(network, inputs)
    kernels = {kernel.name: kernel for kernel in network.program.kernels}
    counted = []
    for launch in network.program.launches:
        buffers = memory.buffers(launch)
        traffic = host.launch(kernels[launch.kernel], buffers, reverse=reverse)
        if traffic is not None:
            counted.append(traffic)
    return NetworkRun(memory.outputs, counted)


@dataclass(frozen=True)
class NetworkMemory:
    """`sizes`: bytes of every kernel's parameters, in their order. Inputs and weights are
    read-only, outputs and workspace poisoned."""

    sizes: Mapping[str, Sequence[int]]
    results: Mapping[str, int]
    inputs: list[Array]
    outputs: list[Array]
    weights: Array
    workspace: Array

    @staticmethod
    def of(network: Network, inputs: Sequence[Array]) -> "NetworkMemory":
        program = network.program
        sizes, results = {}, {}
        for kernel in program.kernels:
            declared = buffer_sizes(network.scripts[kernel.name])
            sizes[kernel.name] = [declared[name] for name in kernel.parameters]
            results[kernel.name] = kernel.parameters.index(_RESULT)
        given = [
            _read_only(np.array(array, tensor.dtype).reshape(tensor.shape))
            for array, tensor in zip(inputs, program.inputs, strict=True)
        ]
        return NetworkMemory(
            sizes,
            results,
            given,
            [_poisoned(tensor) for tensor in program.outputs],
            _read_only(np.frombuffer(network.weights, np.uint8)),
            np.full(program.workspace_bytes, _POISON, np.uint8),
        )

    def buffers(self, launch: Launch) -> list[Array]:
        """The bytes that a launch gets for each of its kernel's parameters."""
        sizes = self.sizes[launch.kernel]
        found = [self._view(*each) for each in zip(launch.arguments, sizes, strict=True)]
        result = found[self.results[launch.kernel]]
        if sum(np.may_share_memory(result, each) for each in found) > 1:
            # The harness copies buffers, which would hide it.
            raise KernelError(f"{launch.kernel}: the result overlaps an operand")
        return found

    def _view(self, argument: Argument, size: int) -> Array:
        spaces = {"input": self.inputs, "output": self.outputs}
        if argument.space in spaces:
            tensor = spaces[argument.space][argument.offset]
            found = tensor.reshape(-1).view(np.uint8)
        else:
            whole: Array = getattr(self, argument.space)
            found = whole[argument.offset : argument.offset + size]
        if len(found) != size:
            raise KernelError(f"expected {size} bytes at {argument}, found {len(found)}")
        return found


def buffer_sizes(script: str) -> dict[str, int]:
    """Bytes of the parameters of a TVMScript function."""
    return {
        name: int(count) * np.dtype(dtype).itemsize
        for name, count, dtype in _PARAMETER.findall(script)
    }


def _poisoned(tensor: DeviceTensor) -> Array:
    data = np.full(prod(tensor.shape) * np.dtype(tensor.dtype).itemsize, _POISON, np.uint8)
    return data.view(tensor.dtype).reshape(tensor.shape)


def _read_only(array: Array) -> Array:
    array.flags.writeable = False
    return array
