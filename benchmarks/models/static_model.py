"""Models of files as every library can read them: shapes fixed, constants folded."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto


def static_model(proto: "ModelProto", shapes: Mapping[str, tuple[int, ...]]) -> "ModelProto":
    """The model for inputs of these shapes, after onnxruntime's basic optimisations.

    These fold what depends on constants and shapes alone, and batch norm behind convolutions; they
    leave standard operators only.
    """
    import onnx
    import onnxruntime

    fixed = type(proto)()
    fixed.CopyFrom(proto)
    _fix_shapes(fixed, shapes)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    with TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        options.optimized_model_filepath = str(file)
        onnxruntime.InferenceSession(
            fixed.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return onnx.load(file)


def _fix_shapes(proto: "ModelProto", shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Other shapes are left out: they might speak of open ones."""
    graph = proto.graph
    del graph.value_info[:]
    for output in graph.output:
        if output.type.HasField("tensor_type"):
            output.type.tensor_type.ClearField("shape")
    for value in graph.input:
        if value.name not in shapes:
            continue  # a constant that older models list, too
        sizes = value.type.tensor_type.shape.dim
        for size, extent in zip(sizes, shapes[value.name], strict=True):
            size.dim_value = extent
