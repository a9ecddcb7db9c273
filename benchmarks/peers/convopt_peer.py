"""convopt itself, behind the interface of the others."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata

from convopt.artifact import Artifact, CodeSegment
from convopt.backends.targets import cpu_target
from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.peers.bound_code import BoundCode, own_buffers
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

    def __init__(self, target: str = "host") -> None:
        self._target_name = target
        self.target = cpu_target(target)
        check_runs_here(self.target)

    def version(self) -> str:
        return metadata.version("convopt")

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        segment = _only_segment(self._layer_artifact(data, layout))
        return self._bound(segment, [data.x], [data.layer.output_shape], threads)

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
        """From the user's cache where it is there, which it is afterwards."""
        parts = {
            "layer": asdict(data.layer),
            "layout": layout,
            "weights": hashlib.sha256(data.weights.tobytes() + data.bias.tobytes()).hexdigest(),
            "target": asdict(self.target),
        }
        key, store = artifact_key({"benchmark": parts}), user_cache()
        artifact = load_artifact(store, key)
        if artifact is None:
            artifact = self._compile(data, layout)
            store.store(key, artifact.to_bytes())
        return artifact

    def _compile(self, data: LayerData, layout: Layout) -> Artifact:
        from convopt.benchmarks.peers.single_layer import single_layer
        from convopt.build import Builder

        lanes = self.target.lanes if layout is Layout.OWN else 1
        return Builder(self.target, self._target_name).build(single_layer(data, lanes), "layer")


def _only_segment(artifact: Artifact) -> CodeSegment:
    segment = artifact.segments[0]
    if len(artifact.segments) > 1 or not isinstance(segment, CodeSegment):
        raise UnsupportedError(f"convopt leaves a part to onnxruntime: {artifact.partition}")
    return segment
