"""What is known of an FX graph of ATen operators: tensors by node name, constants, places."""

import operator
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

import torch
from torch import fx
from torch._ops import OpOverload

from convopt.convdialect.shapes import conv_macs
from convopt.frontends.building.function import Array

Node: TypeAlias = fx.Node

GRADIENTS = frozenset({"aten.convolution_backward.default"})
CONVOLUTIONS = GRADIENTS | {
    "aten.convolution.default",
    "aten.conv2d.default",
    "aten.conv2d.padding",
}
CREATORS = frozenset(
    {
        "aten.arange.default",
        "aten.arange.start",
        "aten.arange.start_step",
        "aten.full.default",
        "aten.ones.default",
        "aten.scalar_tensor.default",
        "aten.zeros.default",
    }
)
"""What gives the same value without inputs at every call."""

CHECKS = frozenset({"aten._assert_tensor_metadata.default"})

_MODULE_ROOT = re.compile(r"^[GL]\['\w+'\]\.?")
_MODULE_ITEM = re.compile(r"\._modules\['(\w+)'\]")


class TorchGraph:
    """The tensors of an FX graph by node name.

    `constants` are the values of placeholders and attributes that are taken as fixed; what is
    computed from nothing but these is constant, too. A node of several results stands for its
    first. `parameters` are placeholders whose tensors may be packed before every call.
    """

    def __init__(
        self,
        graph: fx.Graph,
        constants: Mapping[str, torch.Tensor],
        parameters: Collection[str] = (),
    ) -> None:
        self._parameters = frozenset(parameters)
        self._nodes = {node.name: node for node in graph.nodes}
        self._values: dict[str, torch.Tensor | None] = dict(constants)

    def shape(self, name: str) -> tuple[int, ...] | None:
        """The shape of a tensor, if every size is known."""
        value = self._tensor(name)
        if value is None or not all(isinstance(size, int) for size in value.shape):
            return None
        return tuple(value.shape)

    def obstacle(self, name: str) -> str | None:
        """Why a tensor cannot go into or come out of compiled code; None if it can."""
        value = self._tensor(name)
        if value is None:
            return f"'{name}' is no tensor"
        if value.device.type != "cpu":
            return f"'{name}' is on {value.device.type}, expected cpu"
        if value.layout != torch.strided:
            return f"'{name}' has the layout {value.layout}, expected torch.strided"
        if value.dtype != torch.float32:
            return f"'{name}' is {str(value.dtype).removeprefix('torch.')}, expected float32"
        shape = self.shape(name)
        if shape is None:
            return f"the shape of '{name}' is dynamic"
        if 0 in shape:
            return f"'{name}' has no elements, its shape is {list(shape)}"
        return None

    def constant(self, name: str) -> Array | None:
        """The value of a constant tensor, else None."""
        value = self._value(self._nodes[name])
        if value is None:
            return None
        array: Array = value.detach().contiguous().numpy()
        return array

    def is_parameter(self, name: str) -> bool:
        """Whether a tensor may be packed before every call."""
        return name in self._parameters

    def is_constant(self, node: Node) -> bool:
        """Whether the node's value is fixed."""
        return self._value(node) is not None

    def _tensor(self, name: str) -> torch.Tensor | None:
        """What describes a tensor; constants describe themselves."""
        found = self._values.get(name)
        return tensor_of(self._nodes[name]) if found is None else found

    def _value(self, node: Node) -> torch.Tensor | None:
        if node.name not in self._values:
            self._values[node.name] = self._computed(node)
        return self._values[node.name]

    def _computed(self, node: Node) -> torch.Tensor | None:
        """The value of an operator all of whose inputs are constant."""
        if not _is_pure(node) or not isinstance(node.meta.get("val"), torch.Tensor):
            return None
        is_made = bool(node.all_input_nodes) or str(node.target) in CREATORS
        if not is_made or not all(map(self.is_constant, node.all_input_nodes)):
            return None

        def value(each: Node) -> Any:
            return self._values[each.name]

        arguments = fx.map_arg(node.args, value), fx.map_arg(node.kwargs, value)
        with torch.no_grad():
            result: torch.Tensor = node.target(*arguments[0], **arguments[1])
        return result


def tensor_of(node: Node) -> torch.Tensor | None:
    """The fake tensor that describes a node, the first of several; None where there is none."""
    value = node.meta.get("val")
    if isinstance(value, tuple | list) and value:
        value = value[0]
    return value if isinstance(value, torch.Tensor) else None


def has_several_results(node: Node) -> bool:
    return isinstance(node.meta.get("val"), tuple | list)


def is_item(node: Node) -> bool:
    """Whether the node takes one of several results of another."""
    return node.target is operator.getitem


def is_view(node: Node) -> bool:
    """Whether the node's result shares memory with its first input."""
    if not isinstance(node.target, OpOverload):
        return False
    return any(each.alias_info is not None for each in node.target._schema.returns)


def operators(graph: fx.Graph) -> Iterator[Node]:
    """The nodes that compute; checks of what the types say already are none."""
    return (
        node
        for node in graph.nodes
        if node.op == "call_function" and str(node.target) not in CHECKS
    )


def held_tensors(module: fx.GraphModule) -> dict[str, torch.Tensor]:
    """The tensors that a graph itself holds, by the name of their node."""
    found = {}
    for node in module.graph.find_nodes(op="get_attr"):
        value = getattr(module, node.target, None)
        if isinstance(value, torch.Tensor):
            found[node.name] = value
    return found


def location(node: Node) -> str:
    """The place of a node in the model: the module that it comes from, and its name."""
    stack = node.meta.get("nn_module_stack")
    if not stack:
        return str(node.name)
    path = str(next(reversed(stack.values()))[0])
    path = _MODULE_ITEM.sub(r".\1", _MODULE_ROOT.sub("", path)).removeprefix(".")
    return f"{path}/{node.name}" if path else node.name


def macs(node: Node) -> int:
    """Multiply-adds of a convolution of static shapes, or of its gradients; else 0."""
    name = str(node.target)
    if name in GRADIENTS:
        grad, _, filters = node.args[:3]
        by_input, by_filter, _ = node.args[-1]
        return int(by_input + by_filter) * _products(tensor_of(grad), tensor_of(filters))
    if name not in CONVOLUTIONS:
        return 0
    is_transposed = name == "aten.convolution.default" and node.args[6]
    slid_over = node.args[0] if is_transposed else node
    return _products(tensor_of(slid_over), tensor_of(node.args[1]))


def _products(result: torch.Tensor | None, filters: torch.Tensor | None) -> int:
    if result is None or filters is None or result.dim() != 4:
        return 0
    sizes = (*result.shape, *filters.shape)
    if not all(isinstance(size, int) for size in sizes):
        return 0
    return conv_macs(tuple(result.shape), tuple(filters.shape))


def _is_pure(node: Node) -> bool:
    if is_item(node):
        return True
    if not isinstance(node.target, OpOverload):
        return False
    is_random = torch.Tag.nondeterministic_seeded in node.target.tags
    return not node.target._schema.is_mutable and not is_random
