"""A case with all its variants compiled to CUDA, as records of a bundle."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import convopt
from convopt.backends.targets import gpu_target
from convopt.benchmarks.gpu.built import BuiltVariant, KernelText
from convopt.benchmarks.gpu.cases import BenchmarkCase
from convopt.benchmarks.gpu.description import describe
from convopt.benchmarks.gpu.numbered import number_weights, weight_map
from convopt.benchmarks.gpu.on_device.bundle import F16, TF32, pack_map
from convopt.benchmarks.gpu.own_variant import build
from convopt.benchmarks.gpu.planning import plan_precision, plan_variants
from convopt.benchmarks.gpu.tvm_variant import build_by_tvm

if TYPE_CHECKING:
    from onnx import ModelProto


@dataclass(frozen=True)
class Wanted:
    """Beside the variants in f32: so many drawn schedules for a pair; tensor cores' precisions, and
    TVM's own kernels."""

    samples: int = 0
    lower_precisions: bool = False
    tvm: bool = False


@dataclass(frozen=True)
class CompiledCase:
    """`record`: the case as JSON will hold it, but for places of weight maps, which are `maps` in
    the order of the variants. `kernels` by name."""

    record: dict[str, Any]
    maps: tuple[bytes, ...]
    kernels: dict[str, KernelText] = field(default_factory=dict)


def compile_case(case: BenchmarkCase, target_name: str, wanted: Wanted) -> CompiledCase:
    """Plan and compile all variants.

    Raises ConvoptError where TVM is missing, or a pass computes with weights.
    """
    model = case.model()
    graph = describe(model)
    weights = number_weights(model)
    maps: list[bytes] = []
    records: list[dict[str, Any]] = []
    kernels: dict[str, KernelText] = {}
    for variant in _variants(case, model, weights, target_name, wanted):
        packed = variant.weights
        maps.append(pack_map(weight_map(packed.numbers, weights, len(packed.literals))))
        records.append(_record(variant))
        kernels |= {text.kernel.name: text for text in variant.kernels}
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


def _variants(
    case: BenchmarkCase, model: "ModelProto", weights: int, name: str, wanted: Wanted
) -> Iterator[BuiltVariant]:
    target, loaded = gpu_target(name), convopt.load(model).module
    for variant in plan_variants(loaded, target, name, case.kind, wanted.samples):
        yield build(variant, target)
    if wanted.lower_precisions:
        for precision in (TF32, F16) if target.has_tf32 else (F16,):
            yield build(plan_precision(loaded, name, precision), target)
    if wanted.tvm:
        yield build_by_tvm(model, target, weights)


def _record(variant: BuiltVariant) -> dict[str, Any]:
    return {
        "name": variant.name,
        "precision": variant.precision,
        "plan": variant.plan,
        "launches": [asdict(each) for each in variant.launches],
        "workspace_bytes": variant.workspace_bytes,
        "weights": {"runs": variant.weights.runs, "literals": variant.weights.literals},
        "predicted_us": variant.predicted_us,
    }
