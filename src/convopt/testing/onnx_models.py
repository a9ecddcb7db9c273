"""Small ONNX models for tests, and what running loaded models gives."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from convopt.convdialect import reference
from convopt.frontends.onnx import load_onnx
from convopt.model import CompiledSegment, Model
from convopt.testing.models import package_file

Array = npt.NDArray[Any]
Shape = Sequence[int | str | None]

LIGHT_MODELS = "backend/test/data/light"
"""Folder of the package onnx with whole networks whose weights are constants."""


def make_model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Shape],
    outputs: Sequence[str],
    constants: Mapping[str, Array] | None = None,
    opset: int = 17,
    input_type: int = onnx.TensorProto.FLOAT,
) -> onnx.ModelProto:
    """A model with float32 inputs (or of `input_type`), constants as initialisers."""
    graph = helper.make_graph(
        list(nodes),
        "small",
        [helper.make_tensor_value_info(name, input_type, shape) for name, shape in inputs.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    # What onnxruntime of any version that convopt works with can read.
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return model


def random_feeds(model: Model, seed: int = 0) -> dict[str, Array]:
    """Standard normal numbers for each input of a model, of its type."""
    random = np.random.default_rng(seed)
    return {
        spec.name: random.standard_normal(spec.shape).astype(spec.dtype) for spec in model.inputs
    }


def run_reference(model: Model, feeds: Mapping[str, Array]) -> list[Array]:
    """The outputs of a model: IR in the reference interpreter, the rest in onnxruntime."""
    tensors = dict(feeds)
    for segment in model.segments:
        arrays = [tensors[name] for name in segment.input_names]
        if isinstance(segment, CompiledSegment):
            found = reference.run(segment.module, arrays)
            results = [array.astype(np.float32) for array in found]
        else:
            named = dict(zip(segment.input_names, arrays, strict=True))
            results = run_onnxruntime(segment.model_bytes, named, segment.output_names)
        tensors.update(zip(segment.output_names, results, strict=True))
    return [tensors[spec.name] for spec in model.outputs]


def run_onnxruntime(
    model: bytes | onnx.ModelProto, feeds: Mapping[str, Array], outputs: Sequence[str] | None = None
) -> list[Array]:
    """The outputs of a model in onnxruntime, without its optimisations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    data = model if isinstance(model, bytes) else model.SerializeToString()
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    results: list[Array] = session.run(outputs, dict(feeds))
    return results


def assert_as_onnxruntime(
    proto: onnx.ModelProto,
    shapes: Mapping[str, Sequence[int]] | None = None,
    tolerance: float = 1e-5,
    seed: int = 0,
) -> Model:
    """Loads a model, runs it, compares each output with onnxruntime's; returns the model.

    Elements may differ by `tolerance` times themselves plus the largest one (at least 1).
    """
    model = load_onnx(proto, shapes)
    feeds = random_feeds(model, seed)
    expected = run_onnxruntime(proto, feeds)
    for found, wanted in zip(run_reference(model, feeds), expected, strict=True):
        assert found.shape == wanted.shape
        largest = np.nanmax(np.abs(wanted), initial=1.0)
        np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance * largest)
    return model


def reseeded(file: str) -> onnx.ModelProto:
    """A light model with random weights in place of its constant ones.

    As it is, its result is the same for each class, whatever happens to the channels.
    """
    model = onnx.load(package_file("onnx", f"{LIGHT_MODELS}/{file}"))
    random = np.random.default_rng(3)
    shapes = {
        each.name: tuple(numpy_helper.to_array(each).tolist()) for each in model.graph.initializer
    }
    variances = {node.input[4] for node in model.graph.node if node.op_type == "BatchNormalization"}
    for node in model.graph.node:
        if node.op_type != "ConstantOfShape":
            continue
        shape = shapes[node.input[0]]
        fan_in = max(int(np.prod(shape[1:])), 1)
        values = random.standard_normal(shape) * np.sqrt(2 / fan_in)
        if node.output[0] in variances:
            values = np.abs(values) + 0.5
        value = numpy_helper.from_array(values.astype(np.float32))
        node.CopyFrom(helper.make_node("Constant", [], [node.output[0]], value=value))
    return model
