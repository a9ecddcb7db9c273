"""An ONNX model as the data that torch's side of the benchmark reads."""

from typing import TYPE_CHECKING, Any

import numpy as np

from convopt.benchmarks.gpu.on_device.bundle import STEP_KINDS
from convopt.benchmarks.peers.onnx_graph import read_graph
from convopt.errors import ConvoptError

if TYPE_CHECKING:
    from onnx import ModelProto


def describe(model: "ModelProto") -> dict[str, Any]:
    """Inputs, output, constants (shape and standard deviation; or a value), steps.

    Raises ConvoptError for steps that torch's side does not know.
    """
    graph = read_graph(model.SerializeToString())
    unknown = {step.kind for step in graph.steps} - set(STEP_KINDS)
    if unknown:
        raise ConvoptError(f"expected steps out of {', '.join(STEP_KINDS)}, found {min(unknown)}")
    (output,) = graph.outputs
    sizes = model.graph.output[0].type.tensor_type.shape.dim
    return {
        "inputs": {name: list(shape) for name, shape in graph.inputs.items()},
        "output": output,
        "output_shape": [size.dim_value for size in sizes],
        "constants": {name: _constant(array) for name, array in graph.constants.items()},
        "steps": [
            {
                "kind": step.kind,
                "inputs": list(step.inputs),
                "output": step.output,
                "attributes": dict(step.attributes),
            }
            for step in graph.steps
        ],
    }


def _constant(array: Any) -> dict[str, Any]:
    if array.size == 1:
        return {"value": float(array)}
    return {"shape": list(array.shape), "deviation": float(np.std(array))}
