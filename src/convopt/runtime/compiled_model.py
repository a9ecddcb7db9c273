"""A compiled model as a function on NumPy arrays."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import numpy as np

from convopt.artifact import Artifact, CodeSegment, KernelStep
from convopt.backends.targets import CpuTarget
from convopt.errors import ConvoptError
from convopt.model import OnnxSegment, Partition, TensorSpec
from convopt.runtime.arguments import (
    Array,
    bind,
    check_array,
    check_names,
    check_out,
    checked_inputs,
)
from convopt.runtime.code_runner import CodeRunner
from convopt.runtime.onnx_runner import OnnxRunner
from convopt.runtime.profile import Profile, ProfileRow, roofline_milliseconds
from convopt.runtime.threads import ThreadTeam, available_cores

ONNXRUNTIME = "onnxruntime"


class CompiledModel:
    """Call it with arrays, in the model's order or by name; or as onnxruntime's `run`.

    Results are new arrays, unless `out` says where to write. Inputs are not changed; they are
    copied only if they are not dense or not aligned to their elements. There is one workspace:
    calls from several threads are safe, and happen one after the other. `threads` beyond the cores
    that this process may use are not started: they would wait for each other at every kernel.
    """

    def __init__(self, artifact: Artifact, target: CpuTarget, threads: int = 1):
        if threads < 1:
            raise ConvoptError(f"expected at least 1 thread, found {threads}")
        self._artifact = artifact
        self.target = target
        self.threads = min(threads, available_cores())
        self._lock = threading.Lock()
        self._team = ThreadTeam(self.threads)
        self._runners = [self._runner(segment) for segment in artifact.segments]
        self._lacks_parameters = bool(artifact.parameters)

    @property
    def name(self) -> str:
        return self._artifact.name

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        return self._artifact.inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        return self._artifact.outputs

    @property
    def parameters(self) -> tuple[TensorSpec, ...]:
        """What has to be set before the first run; none where all weights are constants."""
        return self._artifact.parameters

    def set_parameters(self, arrays: Sequence[Array]) -> None:
        """Pack the model's parameters, all of them in order, for the runs that follow.

        Raises ConvoptError unless they have the shapes of `parameters` and are float32.
        """
        if len(arrays) != len(self.parameters):
            raise ConvoptError(f"expected {len(self.parameters)} parameters, found {len(arrays)}")
        for spec, array in zip(self.parameters, arrays, strict=True):
            check_array(spec, array, "parameter")
        with self._lock:
            for runner in self._runners:
                if isinstance(runner, CodeRunner):
                    runner.set_parameters(arrays)
            self._lacks_parameters = False

    @property
    def partition(self) -> Partition:
        """Which nodes onnxruntime runs, and why."""
        return self._artifact.partition

    @property
    def notes(self) -> tuple[str, ...]:
        """What loading the model assumed."""
        return self._artifact.notes

    @property
    def weights_bytes(self) -> int:
        """Size of the packed weights."""
        return sum(segment.interface.weights_bytes for segment in self._code_segments())

    @property
    def workspace_bytes(self) -> int:
        """Size of the memory for tensors between kernels and within fused ones."""
        return sum(
            segment.interface.workspace_bytes_for(self.threads) for segment in self._code_segments()
        )

    def __call__(
        self,
        *arrays: Array,
        out: Array | Sequence[Array] | None = None,
        **named: Array,
    ) -> Array | tuple[Array, ...]:
        """The outputs for some inputs: an array, or a tuple of them in the model's order."""
        feeds = bind(self.inputs, arrays, named)
        results = self._run(feeds, self._checked_out(out))
        return results[0] if len(results) == 1 else tuple(results)

    def run(
        self, output_names: Sequence[str] | None, feeds: Mapping[str, Array], *_: object
    ) -> list[Array]:
        """As onnxruntime's `InferenceSession.run`: the named outputs, all for None."""
        known = [spec.name for spec in self.outputs]
        wanted = known if output_names is None else list(output_names)
        check_names(known, wanted, "output")
        results = dict(zip(known, self._run(checked_inputs(self.inputs, feeds), {}), strict=True))
        return [results[name] for name in wanted]

    def profile(self, *arrays: Array, repeat: int = 20, **named: Array) -> Profile:
        """Median time of every kernel over `repeat` runs on one thread, after one to warm up."""
        if repeat < 1:
            raise ConvoptError(f"expected at least 1 repetition, found {repeat}")
        tensors = bind(self.inputs, arrays, named)
        rows: list[ProfileRow] = []
        with self._lock:
            for runner in self._runners:
                begin = time.perf_counter()
                self._run_segment(runner, tensors, {})
                milliseconds = 1e3 * (time.perf_counter() - begin)
                if isinstance(runner, OnnxRunner):
                    rows.append(_onnx_row(runner.segment, milliseconds))
                    continue
                inputs = [tensors[name] for name in runner.segment.input_names]
                seconds = runner.step_seconds(inputs, repeat)
                rows += map(self._row, runner.segment.steps, seconds)
        return Profile(tuple(rows))

    def __repr__(self) -> str:
        inputs = ", ".join(map(str, self.inputs))
        outputs = ", ".join(map(str, self.outputs))
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        return (
            f"<CompiledModel '{self.name}' ({inputs}) -> ({outputs}) for {self.target.name}, "
            f"{threads}, {self.weights_bytes} weight bytes, {self.workspace_bytes} workspace bytes>"
        )

    def _runner(self, segment: CodeSegment | OnnxSegment) -> CodeRunner | OnnxRunner:
        if isinstance(segment, OnnxSegment):
            return OnnxRunner(segment, self.threads)
        return CodeRunner(segment, self.target, self._team)

    def _code_segments(self) -> Iterator[CodeSegment]:
        return (one for one in self._artifact.segments if isinstance(one, CodeSegment))

    def _run(self, tensors: dict[str, Array], out: Mapping[str, Array]) -> list[Array]:
        if self._lacks_parameters:
            raise ConvoptError("expected set_parameters before the first run, found none")
        with self._lock:
            for runner in self._runners:
                self._run_segment(runner, tensors, out)
        return [self._result(spec.name, tensors, out) for spec in self.outputs]

    def _run_segment(
        self, runner: CodeRunner | OnnxRunner, tensors: dict[str, Array], out: Mapping[str, Array]
    ) -> None:
        """Add the outputs of a segment to `tensors`."""
        if isinstance(runner, OnnxRunner):
            tensors.update(runner.run(tensors))
            return
        names = runner.segment.output_names
        outputs = [
            out.get(name, new) for name, new in zip(names, runner.new_outputs(), strict=True)
        ]
        runner.run([tensors[name] for name in runner.segment.input_names], outputs)
        tensors.update(zip(names, outputs, strict=True))

    def _result(self, name: str, tensors: Mapping[str, Array], out: Mapping[str, Array]) -> Array:
        """A result, in its place: onnxruntime and inputs that are outputs bring their own."""
        if name in out and out[name] is not tensors[name]:
            out[name][...] = tensors[name]
            return out[name]
        return tensors[name]

    def _checked_out(self, out: Array | Sequence[Array] | None) -> dict[str, Array]:
        if out is None:
            return {}
        arrays: list[Array] = [out] if isinstance(out, np.ndarray) else list(out)
        if len(arrays) != len(self.outputs):
            raise ConvoptError(f"expected {len(self.outputs)} arrays as out, found {len(arrays)}")
        for spec, array in zip(self.outputs, arrays, strict=True):
            check_out(spec, array)
        return {spec.name: array for spec, array in zip(self.outputs, arrays, strict=True)}

    def _row(self, step: KernelStep, seconds: Sequence[float]) -> ProfileRow:
        milliseconds = 1e3 * median(seconds)
        least = roofline_milliseconds(step.macs, step.bytes, self.target)
        share = least / milliseconds if milliseconds else 0.0
        return ProfileRow(
            step.kernel, step.kind, step.location, milliseconds, step.macs, step.bytes, share
        )


def _onnx_row(segment: OnnxSegment, milliseconds: float) -> ProfileRow:
    name = f"{len(segment.nodes)} nodes"
    return ProfileRow(name, ONNXRUNTIME, segment.reason, milliseconds, 0, 0, 0.0)
