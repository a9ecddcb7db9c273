"""A model as the rest of convopt takes it: segments to run in order, and what was left out and why.

A model that convopt compiles completely is one `CompiledSegment`. Otherwise segments of IR
alternate with segments that onnxruntime runs, and `Model.partition` says which nodes these are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from convopt.errors import ConvoptError

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

UNKNOWN_SIZE = -1
"""A dimension that only running the model tells."""

PRINTED_ELEMENTS = 8
"""Constants of more elements are elided in `str(model)`."""


@dataclass(frozen=True)
class TensorSpec:
    """Name, shape and NumPy dtype name of a tensor that goes into or comes out of a model.

    `UNKNOWN_SIZE` stands for a dimension that only running the model tells; it occurs in outputs
    that onnxruntime computes, never in inputs. Of an output whose rank is unknown, too, the shape
    is empty and `ranked` is False.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    ranked: bool = True

    @property
    def static(self) -> bool:
        """Whether every dimension is known."""
        return self.ranked and UNKNOWN_SIZE not in self.shape

    def __str__(self) -> str:
        return f"{self.name}: {self.shape_text} {self.dtype}"

    @property
    def shape_text(self) -> str:
        """The shape as `1x3x224x224`, unknown dimensions as `?`, no dimensions as `scalar`."""
        if not self.ranked:
            return "unranked"
        sizes = ["?" if size == UNKNOWN_SIZE else str(size) for size in self.shape]
        return "x".join(sizes) or "scalar"


@dataclass(frozen=True)
class LeftNode:
    """A node of the model that onnxruntime runs, and why.

    `convertible` nodes could be compiled; they are left because they stand among nodes that
    cannot, without a convolution to make a segment of their own worth it.
    """

    op_type: str
    domain: str
    opset: int
    name: str
    reason: str
    convertible: bool = False

    def __str__(self) -> str:
        domain = f"{self.domain}." if self.domain else ""
        return f"{domain}{self.op_type} (opset {self.opset}) '{self.name}': {self.reason}"


@dataclass(frozen=True)
class Partition:
    """How many nodes convopt compiles, and those that it leaves to onnxruntime, in model order."""

    compiled_nodes: int
    left: tuple[LeftNode, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left to onnxruntime."""
        return not self.left

    @property
    def unsupported(self) -> tuple[LeftNode, ...]:
        """The nodes that convopt cannot compile (the others in `left` only stand among them)."""
        return tuple(node for node in self.left if not node.convertible)

    def __str__(self) -> str:
        if self.complete:
            return f"all {self.compiled_nodes} nodes compiled"
        total = self.compiled_nodes + len(self.left)
        lines = [f"{self.compiled_nodes} of {total} nodes compiled; in onnxruntime:"]
        return "\n".join([*lines, *(f"  {node}" for node in self.left)])


@dataclass(frozen=True)
class CompiledSegment:
    """A part of a model as level 1 IR.

    `module` holds one function whose arguments are `input_names` and whose results are
    `output_names`, in this order; all are static float32 tensors.
    """

    module: "ModuleOp" = field(repr=False)
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]


@dataclass(frozen=True)
class OnnxSegment:
    """A part of a model that onnxruntime runs: `model_bytes` is a serialised ONNX model.

    `nodes` are the names of the original nodes, `reason` says in one line why they are here.
    """

    model_bytes: bytes = field(repr=False)
    nodes: tuple[str, ...]
    reason: str
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]


Segment = CompiledSegment | OnnxSegment


@dataclass(frozen=True, repr=False)
class Model:
    """A loaded model.

    `inputs` and `outputs` are in the model's order. `segments` are in execution order: each reads
    model inputs and outputs of segments before it, by tensor name. `notes` are one-line remarks
    about what loading assumed, such as a batch of 1.
    """

    name: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    segments: tuple[Segment, ...]
    partition: Partition
    notes: tuple[str, ...] = ()

    @property
    def module(self) -> "ModuleOp":
        """The IR of a completely compiled model; ConvoptError if onnxruntime runs a part of it."""
        self.require_complete()
        (segment,) = self.segments
        assert isinstance(segment, CompiledSegment)
        return segment.module

    def require_complete(self) -> None:
        """Raises a ConvoptError that lists every unsupported node, if there are any."""
        if self.partition.complete:
            return
        nodes = self.partition.unsupported or self.partition.left
        listed = "\n".join(f"  {node}" for node in nodes)
        raise ConvoptError(
            f"expected a model that convopt compiles completely, found {len(nodes)} unsupported "
            f"node{'s' * (len(nodes) != 1)} in '{self.name}':\n{listed}"
        )

    def changed(self, change: Callable[["ModuleOp"], None]) -> "Model":
        """The model with copies of its compiled segments' modules, which `change` worked on."""
        return replace(self, segments=tuple(_changed(one, change) for one in self.segments))

    def __repr__(self) -> str:
        inputs = ", ".join(str(spec) for spec in self.inputs)
        outputs = ", ".join(str(spec) for spec in self.outputs)
        summary = str(self.partition).splitlines()[0].partition(";")[0]
        if len(self.segments) > 1:
            summary += f" in {len(self.segments)} segments"
        return f"<Model '{self.name}' ({inputs}) -> ({outputs}), {summary}>"

    def __str__(self) -> str:
        return "\n\n".join(_segment_text(segment) for segment in self.segments)


def _changed(segment: Segment, change: Callable[["ModuleOp"], None]) -> Segment:
    if isinstance(segment, OnnxSegment):
        return segment
    module = segment.module.clone()
    change(module)
    return replace(segment, module=module)


def _segment_text(segment: Segment) -> str:
    if isinstance(segment, OnnxSegment):
        return (
            f"// onnxruntime: ({_names(segment.input_names)}) -> ({_names(segment.output_names)})\n"
            f"// {len(segment.nodes)} nodes: {_names(segment.nodes)}\n"
            f"// {segment.reason}"
        )
    from convopt.mlir_text import print_module

    return print_module(segment.module, elide_larger_than=PRINTED_ELEMENTS).rstrip("\n")


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)
