"""An ONNX model as a list of steps, for peers that have no ONNX importer of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convopt.benchmarks.peers.peer import UnsupportedError


@dataclass(frozen=True)
class Step:
    """One node. `inputs` may hold empty names for optional inputs that are left out."""

    kind: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Graph:
    """Steps in the order in which they run."""

    inputs: Mapping[str, tuple[int, ...]]
    outputs: tuple[str, ...]
    constants: Mapping[str, npt.NDArray[Any]]
    steps: tuple[Step, ...]

    def constant(self, step: Step, index: int) -> npt.NDArray[Any] | None:
        """The constant that a step takes at this place, None where it takes nothing there.

        Raises UnsupportedError where it takes a value that is computed.
        """
        if index >= len(step.inputs) or not step.inputs[index]:
            return None
        name = step.inputs[index]
        if name not in self.constants:
            raise UnsupportedError(f"{step.kind} takes its input {index} from another node")
        return self.constants[name]


def read_graph(content: bytes) -> Graph:
    """The graph of a model with static shapes. Raises UnsupportedError for several outputs a node.

    Identity nodes and Dropout are left out; what depends on constants alone is not computed.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_from_string(content).graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    same: dict[str, str] = {}
    steps: list[Step] = []
    for node in graph.node:
        inputs = tuple(same.get(name, name) for name in node.input)
        attributes = {a.name: _plain(onnx.helper.get_attribute_value(a)) for a in node.attribute}
        if node.op_type == "Constant" and "value" in attributes:
            constants[node.output[0]] = numpy_helper.to_array(attributes["value"])
        elif node.op_type in ("Identity", "Dropout"):
            same[node.output[0]] = inputs[0]
        elif sum(map(bool, node.output)) != 1:
            raise UnsupportedError(f"{node.op_type} with several outputs")
        else:
            steps.append(Step(node.op_type, inputs, node.output[0], attributes))
    return Graph(
        {
            value.name: tuple(d.dim_value for d in value.type.tensor_type.shape.dim)
            for value in graph.input
            if value.name not in constants
        },
        tuple(same.get(value.name, value.name) for value in graph.output),
        constants,
        tuple(steps),
    )


def window_padding(step: Step) -> tuple[int, int, int, int]:
    """Top, left, bottom, right. Raises UnsupportedError for padding that is not explicit."""
    mode = step.attributes.get("auto_pad", "NOTSET")
    if mode not in ("NOTSET", "VALID"):
        raise UnsupportedError(f"{step.kind} with auto_pad {mode}")
    top, left, bottom, right = step.attributes.get("pads") or (0, 0, 0, 0)
    return top, left, bottom, right


def clip_range(graph: Graph, step: Step) -> tuple[float, float]:
    """Low and high of a Clip, from inputs (opset 11 on) or attributes; infinite where missing."""
    low, high = graph.constant(step, 1), graph.constant(step, 2)
    return (
        float(step.attributes.get("min", -np.inf) if low is None else low),
        float(step.attributes.get("max", np.inf) if high is None else high),
    )


def reduced_axes(graph: Graph, step: Step) -> list[int]:
    """The axes of a ReduceMean, from an input (opset 18 on) or an attribute; empty: all."""
    given = graph.constant(step, 1)
    return list(step.attributes.get("axes") or []) if given is None else [int(a) for a in given]


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
