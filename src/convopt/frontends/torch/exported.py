"""Programs of `torch.export` as models."""

import warnings
from collections.abc import Iterable, Mapping

import torch
from torch import fx
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind

from convopt.errors import ConvoptError
from convopt.frontends.torch.graph import (
    Node,
    TorchGraph,
    is_item,
    location,
    operators,
    tensor_of,
)
from convopt.frontends.torch.importer import import_nodes
from convopt.model import CompiledSegment, Model, Partition, TensorSpec

NAME = "model"


def load(program: ExportedProgram) -> Model:
    """See `convopt.frontends.torch.load_exported`; the program is not changed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of PyTorch about itself
        functional = program.run_decompositions({})
    _check_outputs(functional)
    graph = functional.graph
    constants = _constants(functional)
    tensors = TorchGraph(graph, constants)
    given = functional.graph_signature.user_inputs
    inputs = [node for node in graph.find_nodes(op="placeholder") if node.name in given]
    outputs = _outputs(graph)
    compiled = [node for node in inputs if tensors.obstacle(node.name) is None]
    specs = [_spec(node, tensors, "input") for node in inputs]
    nodes = list(operators(graph))
    found = import_nodes(tensors, nodes, compiled, outputs)
    if found.module is None:
        raise ConvoptError(_failures(found.failures))
    names = [node.name for node in outputs]
    segment = CompiledSegment(found.module, tuple(node.name for node in compiled), tuple(names))
    return Model(
        NAME,
        tuple(specs),
        tuple(_spec(node, tensors, "output") for node in outputs),
        (segment,),
        Partition(sum(not is_item(node) for node in nodes)),
    )


def _constants(program: ExportedProgram) -> dict[str, torch.Tensor]:
    """Parameters, buffers and other fixed tensors by the name of their placeholder."""
    found = {}
    values = {**program.constants, **program.state_dict}
    for spec in program.graph_signature.input_specs:
        is_fixed = spec.kind in (InputKind.PARAMETER, InputKind.BUFFER, InputKind.CONSTANT_TENSOR)
        if is_fixed and isinstance(values.get(spec.target), torch.Tensor):
            found[spec.arg.name] = values[spec.target]
    return found


def _check_outputs(program: ExportedProgram) -> None:
    for spec in program.graph_signature.output_specs:
        if spec.kind != OutputKind.USER_OUTPUT:
            kind = spec.kind.name.lower().replace("_", " ")
            raise ConvoptError(
                f"expected a program for inference, found one with a {kind} of '{spec.target}'"
            )


def _outputs(graph: fx.Graph) -> list[Node]:
    (results,) = graph.output_node().args
    for result in results:
        if not isinstance(result, fx.Node):
            raise ConvoptError(f"expected outputs that are tensors, found {result}")
    names = [node.name for node in results]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConvoptError(f"expected different outputs, found '{twice}' twice")
    return list(results)


def _spec(node: Node, tensors: TorchGraph, kind: str) -> TensorSpec:
    value, shape = tensor_of(node), tensors.shape(node.name)
    if value is None:
        raise ConvoptError(f"{kind} '{node.name}': expected a tensor")
    if shape is None:
        found = "x".join(map(str, value.shape))
        raise ConvoptError(f"{kind} '{node.name}': expected a static shape, found {found}")
    return TensorSpec(node.name, shape, str(value.dtype).removeprefix("torch."))


def _failures(failures: Mapping[Node, str]) -> str:
    nodes = [node for node in failures if not is_item(node)]
    return (
        f"expected a program that convopt compiles completely, found {len(nodes)} unsupported "
        f"node{'s' * (len(nodes) != 1)}:\n{_listed(nodes, failures)}"
    )


def _listed(nodes: Iterable[Node], reasons: Mapping[Node, str]) -> str:
    return "\n".join(f"  {node.target} '{location(node)}': {reasons[node]}" for node in nodes)
