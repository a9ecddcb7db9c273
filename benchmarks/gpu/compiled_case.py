"""A case with all its variants compiled to CUDA, as records of a bundle."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import convopt
from convopt.backends.targets import GpuTarget, gpu_target
from convopt.backends.tvm.network import Network, build_network
from convopt.backends.tvm.program import Kernel
from convopt.benchmarks.gpu.cases import BenchmarkCase
from convopt.benchmarks.gpu.description import describe
from convopt.benchmarks.gpu.numbered import number_weights, weight_map
from convopt.benchmarks.gpu.on_device.bundle import F32, Launch, pack_map
from convopt.benchmarks.gpu.planning import PlannedVariant, Reckoned, plan_variants, reckon
from convopt.passes.geometry.blocks.kinds import ModuleKind

_RECKONED = tuple(kind.value.lower() for kind in ModuleKind)


@dataclass(frozen=True)
class KernelText:
    """A kernel and its CUDA text, without what all share."""

    kernel: Kernel
    text: str


@dataclass(frozen=True)
class CompiledCase:
    """`record`: the case as JSON will hold it, but for places of weight maps, which are `maps` in
    the order of the variants. `kernels` by name."""

    record: dict[str, Any]
    maps: tuple[bytes, ...]
    kernels: dict[str, KernelText] = field(default_factory=dict)


def compile_case(case: BenchmarkCase, target_name: str, samples: int) -> CompiledCase:
    """Plan and compile all variants.

    Raises ConvoptError where TVM is missing, or a pass computes with weights.
    """
    target = gpu_target(target_name)
    model = case.model()
    graph = describe(model)
    weights = number_weights(model)
    loaded = convopt.load(model).module
    variants = plan_variants(loaded, target, target_name, case.kind, samples)
    maps: list[bytes] = []
    records: list[dict[str, Any]] = []
    kernels: dict[str, KernelText] = {}
    for variant in variants:
        network = build_network(variant.module, target, "case")
        indices = weight_map(network.weights, weights)
        maps.append(pack_map(indices))
        records.append(_variant(variant, network, target, len(indices)))
        kernels |= {text.kernel.name: text for text in kernel_texts(network)}
    record = {
        "name": case.name,
        "kind": case.kind,
        "group": case.group,
        "batch": case.batch,
        "count": case.count,
        "macs": case.macs,
        "graph": graph,
        "variants": records,
    }
    return CompiledCase(record, tuple(maps), kernels)


def kernel_texts(network: Network) -> Iterator[KernelText]:
    """Each kernel of a network with its function out of the network's text."""
    opening = 'extern "C" __global__'
    _, *functions = network.cuda.split(opening)
    for kernel, function in zip(network.program.kernels, functions, strict=True):
        yield KernelText(kernel, opening + function)


def _variant(
    variant: PlannedVariant, network: Network, target: GpuTarget, words: int
) -> dict[str, Any]:
    reckoned = reckon(variant.module, target)
    return {
        "name": variant.name,
        "precision": F32,
        "plan": [each.schedule for each in reckoned],
        "launches": [asdict(each) for each in _launches(network, reckoned)],
        "workspace_bytes": network.program.workspace_bytes,
        "weights": {"words": words},
        "predicted_us": 1e6 * sum(each.seconds for each in reckoned),
    }


def _launches(network: Network, reckoned: Sequence[Reckoned]) -> Iterator[Launch]:
    """With the model's bytes where there is a model: elsewhere, and beside them, every buffer once,
    which is what a program has."""
    rest = iter(reckoned)
    for launch in network.program.launches:
        moved, written = launch.bytes, 0
        if launch.kind in _RECKONED:
            known = next(rest)
            moved, written = known.bytes, known.written
        yield Launch(
            launch.kernel,
            tuple((each.space, each.offset) for each in launch.arguments),
            launch.kind,
            launch.location,
            launch.macs,
            moved,
            launch.bytes,
            written,
        )
