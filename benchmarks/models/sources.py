"""The models that are compared: networks with random weights, real ones of packages, files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from convopt.benchmarks import networks
from convopt.benchmarks.models.macs import count_macs
from convopt.benchmarks.models.static_model import static_model
from convopt.benchmarks.peers.packages import require
from convopt.benchmarks.peers.peer import ModelData
from convopt.compiler import load
from convopt.errors import ConvoptError, UsageError
from convopt.suggestions import did_you_mean
from convopt.testing.models import REAL_MODELS

if TYPE_CHECKING:
    from onnx import ModelProto

    from convopt.model import TensorSpec

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class BenchmarkModel:
    """A model with static shapes and inputs; `macs` None: not known without running it."""

    data: ModelData
    macs: int | None


def model_names() -> list[str]:
    """The networks with random weights, and the real models whose packages are installed."""
    real = (name for name, model in REAL_MODELS.items() if find_spec(model.package) is not None)
    return [*networks.NAMES, *real]


def chosen_names(patterns: Sequence[str]) -> list[str]:
    """Known names that match patterns such as `resnet34_*`, and paths of .onnx files; all for none.

    Raises UsageError for what is neither.
    """
    known = model_names()
    found = [name for pattern in patterns or known for name in _names(pattern, known)]
    return list(dict.fromkeys(found))


def read_model(name: str, shapes: Shapes) -> BenchmarkModel:
    """A model by one of the names above, with standard normal inputs.

    `shapes` are for the inputs whose shape a file leaves open. Raises ConvoptError for a file that
    is no model, for inputs that are not float32, and where onnx or onnxruntime is not installed.
    """
    for module in ("onnx", "onnxruntime"):
        require(module, "'convopt[onnx]'")
    if _is_path(name):
        proto, inputs = _read_file(Path(name), shapes)
    elif name in REAL_MODELS:
        proto, inputs = _read_file(REAL_MODELS[name].path, REAL_MODELS[name].shapes)
    else:
        proto = networks.build(name)
        inputs = load(proto).inputs
    for spec in inputs:
        if spec.dtype != "float32":
            raise ConvoptError(f"{name}: expected float32 inputs, found {spec}")
    random = np.random.default_rng(0)
    feeds = {spec.name: random.standard_normal(spec.shape, np.float32) for spec in inputs}
    return BenchmarkModel(ModelData(name, proto.SerializeToString(), feeds), count_macs(proto))


def _names(pattern: str, known: Sequence[str]) -> list[str]:
    """What one pattern stands for."""
    if _is_path(pattern):
        if Path(pattern).is_file():
            return [pattern]
        raise UsageError(f"expected a file, found none: {pattern}")
    found = [name for name in known if fnmatchcase(name, pattern)]
    if found:
        return found
    expected = f"expected a .onnx file or one of {', '.join(known)}"
    raise UsageError(f"unknown model '{pattern}': {expected}{did_you_mean(pattern, known)}")


def _is_path(name: str) -> bool:
    return name.endswith(".onnx")


def _read_file(path: Path, shapes: Shapes) -> "tuple[ModelProto, tuple[TensorSpec, ...]]":
    """A model with static shapes, and its inputs, of which convopt says what is wrong."""
    inputs = load(path, shapes).inputs
    import onnx

    static_shapes = {spec.name: spec.shape for spec in inputs}
    return static_model(onnx.load(path), static_shapes), inputs
