"""What a board without Python can run: one layer or model as code, with what it should compute."""

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from convopt.artifact import Artifact, CodeSegment
from convopt.backends.llvm.interface import TensorSpec
from convopt.backends.targets import CpuTarget
from convopt.benchmarks.board.numbers import INPUT_SEED, Checksum, even_numbers
from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.measuring.results import EXACT
from convopt.benchmarks.models.results import FP32_ERROR
from convopt.benchmarks.models.sources import BenchmarkModel
from convopt.benchmarks.peers.single_layer import single_layer
from convopt.build import Builder
from convopt.compiler import compiled_artifact
from convopt.errors import ConvoptError

SYMBOL = "kernel"


@dataclass(frozen=True)
class BufferLayout:
    """How a tensor lies in memory: [channels / lanes rounded up, positions, lanes].

    A plain tensor has one lane.
    """

    channels: int
    positions: int
    lanes: int

    @staticmethod
    def of(spec: TensorSpec, logical_shape: tuple[int, ...]) -> "BufferLayout":
        """Of a buffer of batch 1 whose tensor has `logical_shape`."""
        _, channels, *image = logical_shape
        is_blocked = len(spec.shape) > len(logical_shape)
        return BufferLayout(channels, prod(image), spec.shape[-1] if is_blocked else 1)


@dataclass(frozen=True)
class Case:
    """Code with one input and one output, and the checksum of the right result."""

    name: str
    kind: str
    macs: int
    segment: CodeSegment
    input: BufferLayout
    output: BufferLayout
    expected: Checksum
    tolerance: float


def layer_case(layer: Layer, target: CpuTarget, target_name: str) -> Case:
    """A layer in convopt's own layout."""
    random = LayerData.random(layer)
    data = replace(random, x=even_numbers(layer.input_shape, INPUT_SEED))
    artifact = Builder(target, target_name).build(single_layer(data, target.lanes), SYMBOL)
    segment = _only_segment(layer.name, artifact)
    return Case(
        layer.name,
        "layer",
        layer.macs,
        segment,
        BufferLayout.of(segment.interface.inputs[0], layer.input_shape),
        BufferLayout.of(segment.interface.outputs[0], layer.output_shape),
        Checksum.of(data.reference),
        EXACT,
    )


def model_case(model: BenchmarkModel, target_name: str) -> Case:
    """A whole model; onnxruntime, without its optimisations, says what is right.

    Raises ConvoptError if convopt does not compile all of it, and for other than one input and one
    output.
    """
    from convopt.benchmarks.models.contenders import expected_outputs

    data = model.data
    artifact = compiled_artifact(data.onnx, target_name, symbol=SYMBOL, must_be_complete=True)
    segment = _only_segment(data.name, artifact)
    (feed,) = segment.interface.inputs
    x = even_numbers(feed.shape, INPUT_SEED)
    fed = replace(data, feeds=dict.fromkeys(data.feeds, x))
    (expected,) = expected_outputs(fed)
    return Case(
        data.name,
        "model",
        model.macs or 0,
        segment,
        BufferLayout.of(feed, feed.shape),
        BufferLayout.of(segment.interface.outputs[0], expected.shape),
        Checksum.of(expected.astype(np.float64)),
        FP32_ERROR,
    )


def _only_segment(name: str, artifact: Artifact) -> CodeSegment:
    """Raises ConvoptError for other than one input and one output."""
    (segment,) = artifact.segments
    assert isinstance(segment, CodeSegment)
    inputs, outputs = len(segment.interface.inputs), len(segment.interface.outputs)
    if (inputs, outputs) != (1, 1):
        raise ConvoptError(
            f"{name}: expected one input and one output, found {inputs} and {outputs}"
        )
    return segment
