"""What a converter sees of its node."""

from typing import Any

from torch import fx
from xdsl.ir import SSAValue

from convopt.frontends.building.function import Array, FunctionBuilder, Unsupported, shape_of
from convopt.frontends.building.node import NodeBuilder
from convopt.frontends.torch.graph import Node, TorchGraph, location, tensor_of


class NodeContext(NodeBuilder):
    """One node while it is imported; arguments go by their names in the operator's schema."""

    def __init__(self, graph: TorchGraph, node: Node, builder: FunctionBuilder) -> None:
        super().__init__(builder, location(node))
        self._graph = graph
        self._arguments = _arguments(node)
        self.node = node

    def argument(self, name: str) -> Any:
        """An argument as it stands in the graph: a node, a number, a list of numbers, None."""
        return self._arguments[name]

    def argument_or(self, name: str, default: Any) -> Any:
        """An argument; `default` for an operator that has none of that name."""
        return self._arguments.get(name, default)

    def value(self, name: str = "self") -> SSAValue:
        """An argument as a static float32 tensor; Unsupported if it is none."""
        return self._builder.value(self._node(name).name)

    def values(self, name: str) -> list[SSAValue]:
        """An argument that is a list of tensors."""
        return [self._builder.value(node.name) for node in self._arguments[name]]

    def feature_map(self, name: str = "self") -> SSAValue:
        """An argument of rank 4 (N, C, H, W)."""
        value = self.value(name)
        rank = len(shape_of(value))
        if rank != 4:
            raise Unsupported(f"expected an input of rank 4 (N, C, H, W), found rank {rank}")
        return value

    def operand(self, name: str) -> SSAValue | float:
        """An argument of arithmetic: a tensor, or a number, also that of a constant tensor."""
        argument = self._arguments[name]
        if not isinstance(argument, fx.Node):
            return self._number(argument)
        array = self._graph.constant(argument.name)
        if array is None or array.size != 1 or array.ndim > len(self.result_shape()):
            return self.value(name)
        return float(array.reshape(()))

    def number(self, name: str) -> float:
        """An argument that is a number."""
        return self._number(self._arguments[name])

    def numbers(self, name: str, count: int) -> tuple[int, ...]:
        """An argument of `count` whole numbers; PyTorch may write one for all."""
        found = self._arguments[name]
        numbers = list(found) if isinstance(found, list | tuple) else [found]
        if not all(isinstance(each, int) for each in numbers):
            raise Unsupported(f"expected {name} of known numbers, found {found}")
        if len(numbers) == 1:
            numbers *= count
        if len(numbers) != count:
            raise Unsupported(f"expected {count} numbers as {name}, found {list(numbers)}")
        return tuple(numbers)

    def pair(self, name: str) -> tuple[int, int]:
        """An argument of (height, width)."""
        height, width = self.numbers(name, 2)
        return height, width

    def constant(self, name: str, what: str) -> Array:
        """The value of an argument that has to be constant."""
        array = self._graph.constant(self._node(name).name)
        if array is None:
            raise Unsupported(f"{what} '{self._node(name).name}' is not constant")
        return array

    def constants(self, name: str) -> list[Array | None]:
        """The values of a list of tensors that have to be constant; None for those left out."""
        nodes = self._arguments[name]
        if not all(node is None or self._graph.is_constant(node) for node in nodes):
            raise Unsupported(f"expected {name} that are constant")
        return [None if node is None else self._graph.constant(node.name) for node in nodes]

    def filter(self, name: str, what: str = "filter") -> SSAValue:
        """An argument that kernels read packed: a constant, or a parameter of the module."""
        tensor = self._node(name).name
        if self._graph.is_parameter(tensor):
            return self._builder.parameter(tensor)
        self.constant(name, what)
        return self.value(name)

    def name_of(self, argument: str) -> str:
        """The name of the tensor that an argument is."""
        return str(self._node(argument).name)

    def result_shape(self) -> tuple[int, ...]:
        """The shape of the node's result; Unsupported if it is not static."""
        shape = self._graph.shape(self.node.name)
        if shape is None:
            raise Unsupported("the shape of its result is dynamic")
        return shape

    def is_row_major(self, name: str) -> bool:
        """Whether PyTorch keeps an argument in row-major order."""
        value = tensor_of(self._node(name))
        return value is not None and bool(value.is_contiguous())

    def _node(self, name: str) -> Node:
        argument = self._arguments[name]
        if not isinstance(argument, fx.Node):
            raise Unsupported(f"expected a tensor as {name}, found {argument}")
        return argument

    @staticmethod
    def _number(argument: object) -> float:
        if isinstance(argument, bool) or not isinstance(argument, int | float):
            raise Unsupported(f"expected a known number, found {argument}")
        return float(argument)


def _arguments(node: Node) -> dict[str, Any]:
    """Arguments by name, defaults included."""
    schema = node.target._schema.arguments
    found = {each.name: each.default_value for each in schema if each.has_default_value()}
    names = [each.name for each in schema]
    return {**found, **dict(zip(names, node.args, strict=False)), **node.kwargs}
