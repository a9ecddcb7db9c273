"""ONNX files, bytes and protos as one checked `onnx.ModelProto` that holds all of its data."""

import os
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import checker, external_data_helper, inliner

from convopt.errors import ConvoptError

CHECKED_BYTES = 1024
"""Larger initialisers are left out of what the checker sees: it would only copy them around."""


def read_model(source: "str | os.PathLike[str] | bytes | onnx.ModelProto") -> onnx.ModelProto:
    """The model behind a path, bytes or a proto, external data loaded.

    Local functions are inlined; a proto that is given is not changed. Raises ConvoptError.
    """
    if isinstance(source, onnx.ModelProto):
        model, name = source, "the model"
    elif isinstance(source, bytes):
        model, name = parse_model(source, "the bytes"), "the bytes"
    else:
        path = Path(source)
        model, name = parse_model(_read_bytes(path), str(path)), str(path)
        load_external_data(model, path.parent, name)
    return checked_model(model, name)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConvoptError(f"cannot read {path}: {error.strerror}") from error


def parse_model(data: bytes, name: str) -> onnx.ModelProto:
    """The model that `data` encodes; `name` says in errors where it came from."""
    if not data:
        raise ConvoptError(f"{name}: expected an ONNX model, found nothing (0 bytes)")
    try:
        return onnx.load_model_from_string(data)
    except DecodeError as error:
        raise ConvoptError(
            f"{name}: expected an ONNX model, found {len(data)} bytes that are none or only a part "
            "of one"
        ) from error


def load_external_data(model: onnx.ModelProto, folder: Path, name: str) -> None:
    """Reads tensors that lie in files of their own, next to the model in `folder`."""
    try:
        external_data_helper.load_external_data_for_model(model, str(folder))
    except (OSError, ValueError, checker.ValidationError) as error:
        raise ConvoptError(
            f"{name}: cannot read its external data: {_first_line(error)}"
        ) from error


def checked_model(model: onnx.ModelProto, name: str) -> onnx.ModelProto:
    """The model with its local functions inlined.

    Raises ConvoptError unless the model is legal ONNX, with a graph and outputs.
    """
    if not model.HasField("graph"):
        raise ConvoptError(f"{name}: expected an ONNX model, found one without a graph")
    if not model.graph.output:
        raise ConvoptError(f"{name}: expected a graph with outputs, found none")
    if model.graph.sparse_initializer:
        raise ConvoptError(f"{name}: expected dense initialisers, found sparse ones")
    try:
        checker.check_model(_without_weights(model))
    except checker.ValidationError as error:
        raise ConvoptError(f"{name} is not valid ONNX: {_first_line(error)}") from error
    return inliner.inline_local_functions(model) if model.functions else model


def _without_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its large initialisers declared as inputs."""
    light = onnx.ModelProto(
        ir_version=model.ir_version,
        opset_import=model.opset_import,
        functions=model.functions,
    )
    graph = model.graph
    light.graph.name = graph.name
    light.graph.node.extend(graph.node)
    light.graph.input.extend(_shaped(value) for value in graph.input)
    light.graph.output.extend(_shaped(value) for value in graph.output)
    declared = {value.name for value in graph.input}
    for tensor in graph.initializer:
        if len(tensor.raw_data) <= CHECKED_BYTES and tensor.HasField("raw_data"):
            light.graph.initializer.append(tensor)
        elif tensor.name not in declared:
            light.graph.input.append(
                onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
            )
    return light


def _shaped(value: onnx.ValueInfoProto) -> onnx.ValueInfoProto:
    """The declaration of an input or output; where it has no shape (or type), a scalar (float).

    The checker demands what onnxruntime and convopt do without.
    """
    kind = value.type.WhichOneof("value")
    if kind not in (None, "tensor_type") or value.type.tensor_type.HasField("shape"):
        return value
    element = value.type.tensor_type.elem_type or onnx.TensorProto.FLOAT
    return onnx.helper.make_tensor_value_info(value.name, element, ())


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
