"""What a converter sees of its node, and where it puts operations."""

from typing import Any

from xdsl.ir import SSAValue

from convopt.frontends.building.function import Array, FunctionBuilder, Unsupported, shape_of
from convopt.frontends.building.node import NodeBuilder, ScalarFormula
from convopt.frontends.onnx.graph import Graph, Node


class NodeContext(NodeBuilder):
    """One node while it is imported."""

    def __init__(self, graph: Graph, node: Node, builder: FunctionBuilder) -> None:
        super().__init__(builder, node.name)
        self._graph = graph
        self.node = node

    @property
    def opset(self) -> int:
        return self.node.opset

    def has(self, index: int) -> bool:
        """Whether the node has an input at this position."""
        return index < len(self.node.inputs) and bool(self.node.inputs[index])

    def value(self, index: int = 0) -> SSAValue:
        """An input as a static float32 tensor; Unsupported if it is none."""
        return self._builder.value(self.node.inputs[index])

    def feature_map(self, index: int = 0) -> SSAValue:
        """An input of rank 4 (N, C, H, W)."""
        value = self.value(index)
        rank = len(shape_of(value))
        if rank != 4:
            raise Unsupported(f"expected an input of rank 4 (N, C, H, W), found rank {rank}")
        return value

    def array(self, index: int) -> Array | None:
        """The value of a constant input; None for one that is not constant."""
        return self._graph.constants.get(self.node.inputs[index])

    def constant(self, index: int, what: str) -> Array:
        """The value of an input that has to be constant."""
        array = self.array(index)
        if array is None:
            raise Unsupported(f"{what} '{self.node.inputs[index]}' is not constant")
        return array

    def optional_constant(self, index: int, what: str) -> Array | None:
        """The value of an input that may be left out and else has to be constant."""
        return self.constant(index, what) if self.has(index) else None

    def attribute(self, name: str, default: Any = None) -> Any:
        """An attribute's value, text decoded."""
        value = self.node.attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value

    def axes(self, index: int, since_opset: int) -> tuple[int, ...] | None:
        """Integers that are the attribute `axes`, and an input from an opset on; None if absent."""
        if self.opset < since_opset:
            found = self.attribute("axes")
        else:
            found = self.optional_constant(index, "axes")
        return None if found is None else tuple(int(axis) for axis in found)

    def result_shape(self) -> tuple[int, ...]:
        """The shape that ONNX infers for the first output; Unsupported if it is not static."""
        shape = self._graph.shape(self.node.outputs[0])
        if shape is None:
            raise Unsupported("the shape of its output is known only at run time")
        return shape

    def constant_output(self) -> SSAValue:
        """The first output, of a node that only states the value of a constant."""
        return self._builder.value(self.node.outputs[0])

    def elementwise_inputs(self, formula: ScalarFormula) -> SSAValue:
        """The formula over all inputs; constants of one element stand inside it."""
        scalars = [self.scalar(index) for index in range(len(self.node.inputs))]
        operands = [
            self.value(index) if scalar is None else scalar for index, scalar in enumerate(scalars)
        ]
        return self.elementwise_of(operands, formula)

    def scalar(self, index: int) -> float | None:
        """An input that is a constant of one element and does not add axes to the result."""
        array = self.array(index)
        if array is None or array.size != 1 or str(array.dtype) != "float32":
            return None
        ranks = [
            len(shape_of(self.value(other)))
            for other in range(len(self.node.inputs))
            if self.array(other) is None
        ]
        return float(array.reshape(())) if array.ndim <= max(ranks, default=0) else None
