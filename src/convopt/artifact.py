"""A compiled model as data: what the cache keeps and the runtime loads.

Nothing here imports xDSL, onnx or LLVM: a model that is in the cache must start at once.
"""

import json
import struct
from dataclasses import asdict, dataclass, field
from typing import Any

from convopt.backends.llvm.interface import Interface
from convopt.backends.llvm.interface import TensorSpec as BufferSpec
from convopt.model import LeftNode, OnnxSegment, Partition, TensorSpec

STEPPED_ENTRY = "main_steps"
"""The function that runs a range of kernel calls, for profiles."""

_MAGIC = b"convopt1"
_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class KernelStep:
    """One kernel call of the compiled network, in order of execution.

    `location` is the place in the model, `macs` counts multiply-adds, `bytes` what the kernel
    reads and writes at least: its operands and its result, once.
    """

    kernel: str
    kind: str
    location: str
    macs: int
    bytes: int


@dataclass(frozen=True)
class CodeSegment:
    """A part of a model as machine code.

    The entry takes `input_names` and writes `output_names`, in this order. With `is_stepped`, the
    code also holds the function `main_steps`, which runs a range of `steps`.
    """

    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    interface: Interface
    steps: tuple[KernelStep, ...]
    is_stepped: bool
    header: str = field(repr=False)
    code: bytes = field(repr=False)
    weights: bytes = field(repr=False)
    parameter_map: bytes = field(repr=False, default=b"")


@dataclass(frozen=True)
class Artifact:
    """A compiled model. `segments` run in order; tensors pass between them by name."""

    name: str
    target: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    segments: tuple[CodeSegment | OnnxSegment, ...]
    partition: Partition
    notes: tuple[str, ...] = ()
    parameters: tuple[TensorSpec, ...] = ()

    def to_bytes(self) -> bytes:
        """One blob: the description as JSON, then the binary parts."""
        blobs: list[bytes] = []

        def outline(value: Any) -> Any:
            if isinstance(value, bytes):
                blobs.append(value)
                return len(value)
            if isinstance(value, dict):
                return {key: outline(inner) for key, inner in value.items()}
            return [outline(inner) for inner in value] if isinstance(value, list | tuple) else value

        description = json.dumps(outline(asdict(self))).encode()
        return b"".join([_MAGIC, _LENGTH.pack(len(description)), description, *blobs])

    @staticmethod
    def from_bytes(data: bytes) -> "Artifact":
        """The artifact in a blob. Raises ValueError, KeyError or TypeError for other data."""
        begin = len(_MAGIC) + _LENGTH.size
        if data[: len(_MAGIC)] != _MAGIC or len(data) < begin:
            raise ValueError("expected a compiled model, found other data")
        (size,) = _LENGTH.unpack(data[len(_MAGIC) : begin])
        fields = json.loads(data[begin : begin + size])
        return Artifact(
            name=fields["name"],
            target=fields["target"],
            inputs=_tensors(fields["inputs"]),
            outputs=_tensors(fields["outputs"]),
            segments=_Segments(data, begin + size).read(fields["segments"]),
            partition=_partition(fields["partition"]),
            notes=tuple(fields["notes"]),
            parameters=_tensors(fields["parameters"]),
        )


class _Segments:
    """Reads segments, taking their binary parts in order."""

    def __init__(self, data: bytes, position: int):
        self._data = data
        self._position = position

    def read(self, segments: list[dict[str, Any]]) -> tuple[CodeSegment | OnnxSegment, ...]:
        return tuple(self._segment(fields) for fields in segments)

    def _segment(self, fields: dict[str, Any]) -> CodeSegment | OnnxSegment:
        names = {key: tuple(fields.pop(key)) for key in ("input_names", "output_names")}
        if "model_bytes" in fields:
            fields["model_bytes"] = self._blob(fields["model_bytes"])
            return OnnxSegment(**{**fields, **names, "nodes": tuple(fields["nodes"])})
        fields["interface"] = _interface(fields["interface"])
        fields["steps"] = tuple(KernelStep(**step) for step in fields["steps"])
        for key in ("code", "weights", "parameter_map"):
            fields[key] = self._blob(fields[key])
        return CodeSegment(**{**fields, **names})

    def _blob(self, size: int) -> bytes:
        blob = self._data[self._position : self._position + size]
        if len(blob) != size:
            raise ValueError(f"expected {size} more bytes, found {len(blob)}")
        self._position += size
        return blob


def _tensors(many: list[dict[str, Any]]) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(**{**fields, "shape": tuple(fields["shape"])}) for fields in many)


def _interface(fields: dict[str, Any]) -> Interface:
    tensors = {
        key: tuple(BufferSpec(one["name"], tuple(one["shape"])) for one in fields[key])
        for key in ("inputs", "outputs")
    }
    return Interface(**{**fields, **tensors})


def _partition(fields: dict[str, Any]) -> Partition:
    left = tuple(LeftNode(**node) for node in fields["left"])
    return Partition(fields["compiled_nodes"], left)
