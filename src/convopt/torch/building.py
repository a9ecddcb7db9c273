"""Sets of nodes to machine code, from the user's cache where it is there."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, ModuleOp

from convopt.artifact import Artifact, CodeSegment
from convopt.backends.targets.host import host_target
from convopt.build import Builder
from convopt.cache import artifact_key, user_cache
from convopt.compiler import load_artifact
from convopt.errors import ConvoptError
from convopt.frontends.building.function import NONE_BLOCKED
from convopt.frontends.torch.graph import Node, TorchGraph
from convopt.frontends.torch.importer import import_nodes
from convopt.frontends.torch.partition import NodeSet
from convopt.mlir_text import print_module
from convopt.model import CompiledSegment, Model, Partition, TensorSpec

TARGET = "host"
SYMBOL = "convopt_set"


def set_model(
    nodes: NodeSet, graph: TorchGraph, blocked: Mapping[str, int] = NONE_BLOCKED
) -> tuple[Model, tuple[str, ...]]:
    """A set of nodes at level 1, with the graph's constants; and its parameters by number.

    `blocked` tensors pass the set's border in blocks of so many channels. Raises ConvoptError if a
    node cannot be imported.
    """
    found = import_nodes(graph, nodes.nodes, nodes.inputs, nodes.outputs, blocked)
    if found.module is None:
        raise ConvoptError("; ".join(found.failures.values()))
    inputs, outputs = _specs(nodes.inputs, graph), _specs(nodes.outputs, graph)
    segment = CompiledSegment(
        found.module, tuple(each.name for each in inputs), tuple(each.name for each in outputs)
    )
    model = Model(SYMBOL, inputs, outputs, (segment,), Partition(len(nodes.nodes)))
    return model, found.parameters


def build_segment(model: Model, *, cache: bool) -> CodeSegment:
    """Machine code of a model of one segment. Raises ConvoptError if it cannot be compiled."""
    artifact = _cached_artifact(model) if cache else _artifact(model)
    (segment,) = artifact.segments
    assert isinstance(segment, CodeSegment)
    return segment


def _cached_artifact(model: Model) -> Artifact:
    parts = {"module": module_digest(model.module), "target": asdict(host_target())}
    key, store = artifact_key(parts), user_cache()
    artifact = load_artifact(store, key)
    if artifact is None:
        artifact = _artifact(model)
        store.store(key, artifact.to_bytes())
    return artifact


def _artifact(model: Model) -> Artifact:
    return Builder(host_target(), TARGET).build(model, SYMBOL)


def module_digest(module: ModuleOp) -> str:
    """A digest of a module with all of its constants."""
    digest = hashlib.sha256(print_module(module, elide_larger_than=16).encode())
    for op in module.walk():
        if isinstance(op, ConstantOp) and isinstance(op.value, DenseIntOrFPElementsAttr):
            digest.update(op.value.data.data)
    return digest.hexdigest()


def _specs(nodes: tuple[Node, ...], graph: TorchGraph) -> tuple[TensorSpec, ...]:
    specs = []
    for node in nodes:
        shape = graph.shape(node.name)
        assert shape is not None
        specs.append(TensorSpec(node.name, shape))
    return tuple(specs)
