"""convopt itself, behind the interface of the others."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata

from convopt.artifact import Artifact, CodeSegment
from convopt.backends.llvm.interface import Interface
from convopt.backends.targets import CpuTarget, cpu_target
from convopt.benchmarks.gradient import GradientData
from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.module import ModuleData
from convopt.benchmarks.peers.bound_code import BoundCode, Buffers, own_buffers
from convopt.benchmarks.peers.peer import Layout, ModelData, Peer, Prepared, UnsupportedError
from convopt.cache import artifact_key, user_cache
from convopt.compiler import compiled_artifact, load_artifact
from convopt.runtime.host_check import check_runs_here


class ConvoptPeer(Peer):
    """OWN is channel blocks as wide as the target's vectors, in and out: the kernel alone.

    In NCHW the conversions are part of a run. The calls of a run are made by compiled code.
    `target` is the name of a target, or of a target file, whose code runs on this machine.
    """

    name = "convopt"
    layouts = (Layout.OWN, Layout.NCHW)
    module_layout = Layout.OWN
    gradient_layouts = (Layout.OWN,)
    fuses = True
    """Whether the planner may make fused modules."""

    def __init__(self, target: str = "host") -> None:
        self._target_name = target
        self.target = cpu_target(target)
        check_runs_here(self.target)

    def version(self) -> str:
        return metadata.version("convopt")

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        segment = _only_segment(self._layer_artifact(data, layout))
        return self._bound(segment, [data.x], [data.layer.output_shape], threads)

    def prepare_gradient(self, data: GradientData, layout: Layout, threads: int) -> Prepared:
        from convopt.benchmarks.gradient_code import gradient_code

        code = gradient_code(data, self._target_name)
        weights = code.weights.tobytes()
        buffers = own_buffers(code.interface, weights, data.activations, [data.stored_shape])
        return _BoundGradient(
            code.object_code, code.interface, self.target, buffers, threads, data.shape
        )

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        segment = _only_segment(self._module_artifact(data))
        return self._bound(segment, [data.x], [data.module.output_shape], threads)

    def module_kernels(self, data: ModuleData) -> tuple[str, ...]:
        """The kinds of the kernels that a module's code calls, in order."""
        return tuple(step.kind for step in _only_segment(self._module_artifact(data)).steps)

    def prepare_model(self, model: ModelData, threads: int) -> Prepared:
        segment = _only_segment(compiled_artifact(model.onnx, self._target_name))
        inputs = [model.feeds[name] for name in segment.input_names]
        shapes = [spec.shape for spec in segment.interface.outputs]
        return self._bound(segment, inputs, shapes, threads)

    def _bound(
        self,
        segment: CodeSegment,
        inputs: Sequence[Array],
        output_shapes: Sequence[tuple[int, ...]],
        threads: int,
    ) -> Prepared:
        buffers = own_buffers(segment.interface, segment.weights, inputs, output_shapes)
        return BoundCode(segment.code, segment.interface, self.target, buffers, threads)

    def _layer_artifact(self, data: LayerData, layout: Layout) -> Artifact:
        parts = {"layer": asdict(data.layer), "layout": layout, "weights": _digest([data])}
        return self._cached(parts, lambda: self._compiled_layer(data, layout))

    def _module_artifact(self, data: ModuleData) -> Artifact:
        module, weights = asdict(data.module), _digest(data.layers)
        parts = {"module": module, "fuses": self.fuses, "weights": weights}
        return self._cached(parts, lambda: self._compiled_module(data))

    def _cached(self, parts: Mapping[str, object], compiled: Callable[[], Artifact]) -> Artifact:
        """From the user's cache where it is there, which it is afterwards."""
        key = artifact_key({"benchmark": {**parts, "target": asdict(self.target)}})
        store = user_cache()
        artifact = load_artifact(store, key)
        if artifact is None:
            artifact = compiled()
            store.store(key, artifact.to_bytes())
        return artifact

    def _compiled_layer(self, data: LayerData, layout: Layout) -> Artifact:
        from convopt.benchmarks.peers.single_layer import single_layer
        from convopt.build import Builder

        lanes = self.target.lanes if layout is Layout.OWN else 1
        return Builder(self.target, self._target_name).build(single_layer(data, lanes), "layer")

    def _compiled_module(self, data: ModuleData) -> Artifact:
        from convopt.benchmarks.peers.blocked_module import FUSING, blocked_module
        from convopt.build import BEFORE_CODEGEN, Builder

        passes = [name for name in BEFORE_CODEGEN if self.fuses or name != FUSING]
        builder = Builder(self.target, self._target_name, to_kernels=passes)
        return builder.build(blocked_module(data, self.target.lanes), "module")


class SeparateConvoptPeer(ConvoptPeer):
    """Every layer a kernel of its own, whatever the planner would fuse."""

    name = "convopt-separate"
    fuses = False


class _BoundGradient(BoundCode):
    """Whose result is the same numbers in another shape."""

    def __init__(
        self,
        code: bytes,
        interface: Interface,
        target: CpuTarget,
        buffers: Buffers,
        threads: int,
        shape: tuple[int, ...],
    ) -> None:
        super().__init__(code, interface, target, buffers, threads)
        self._shape = shape

    def outputs(self) -> list[Array]:
        (result,) = super().outputs()
        return [result.reshape(self._shape)]


def _only_segment(artifact: Artifact) -> CodeSegment:
    segment = artifact.segments[0]
    if len(artifact.segments) > 1 or not isinstance(segment, CodeSegment):
        raise UnsupportedError(f"convopt leaves a part to onnxruntime: {artifact.partition}")
    return segment


def _digest(layers: Iterable[LayerData]) -> str:
    """Of weights and biases."""
    content = b"".join(data.weights.tobytes() + data.bias.tobytes() for data in layers)
    return hashlib.sha256(content).hexdigest()
