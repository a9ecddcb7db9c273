"""A planned variant as our kernels, launches and numbered weights."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from convopt.backends.targets import GpuTarget
from convopt.backends.tvm.network import Network, build_network
from convopt.backends.tvm.prelude import cuda_prelude
from convopt.backends.tvm.program import Argument
from convopt.benchmarks.gpu.built import BuiltVariant, KernelText, PackedNumbers
from convopt.benchmarks.gpu.halves import lay_out, prepare
from convopt.benchmarks.gpu.on_device.bundle import F16, F32, Launch
from convopt.benchmarks.gpu.planning import PlannedVariant, Reckoned, reckon
from convopt.passes.geometry.blocks.kinds import ModuleKind

_RECKONED = tuple(kind.value.lower() for kind in ModuleKind)


def build(variant: PlannedVariant, target: GpuTarget) -> BuiltVariant:
    """Compile a module whose weights are numbers.

    Raises ConvoptError where TVM is missing, or an operation has no kernel.
    """
    reckoned = reckon(variant.module, target)
    if variant.precision == F16:
        halves = prepare(variant.module)
        network = build_network(variant.module, target, "case")
        weights, moved = lay_out(network.weights, _weights_at(network), halves)
        places = moved.__getitem__
    else:
        network = build_network(variant.module, target, "case")
        elements = len(network.weights) // np.dtype(np.float32).itemsize
        weights, places = PackedNumbers(network.weights, ((elements, F32),)), _unmoved
    return BuiltVariant(
        variant.name,
        variant.precision,
        tuple(each.schedule for each in reckoned),
        tuple(_launches(network, reckoned, places)),
        network.program.workspace_bytes,
        1e6 * sum(each.seconds for each in reckoned),
        weights,
        tuple(kernel_texts(network)),
    )


def kernel_texts(network: Network) -> Iterator[KernelText]:
    """Each kernel of a network with its function out of the network's text."""
    opening = 'extern "C" __global__'
    _, *functions = network.cuda.split(opening)
    for kernel, function in zip(network.program.kernels, functions, strict=True):
        yield KernelText(kernel, opening + function, cuda_prelude())


def _unmoved(offset: int) -> int:
    return offset


def _weights_at(network: Network) -> list[int]:
    arguments = (each for launch in network.program.launches for each in launch.arguments)
    return [each.offset for each in arguments if each.space == "weights"]


def _launches(
    network: Network, reckoned: Sequence[Reckoned], places: Callable[[int], int]
) -> Iterator[Launch]:
    """With the model's bytes where there is a model: elsewhere, and beside them, every buffer once,
    which is what a program has."""
    rest = iter(reckoned)

    def at(argument: Argument) -> tuple[str, int]:
        is_weight = argument.space == "weights"
        return argument.space, places(argument.offset) if is_weight else argument.offset

    for launch in network.program.launches:
        moved, written = launch.bytes, 0
        if launch.kind in _RECKONED:
            known = next(rest)
            moved, written = known.bytes, known.written
        yield Launch(
            launch.kernel,
            tuple(map(at, launch.arguments)),
            launch.kind,
            launch.location,
            launch.macs,
            moved,
            launch.bytes,
            written,
        )
