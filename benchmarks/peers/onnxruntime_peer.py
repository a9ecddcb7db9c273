"""onnxruntime on its CPU provider."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.module import ModuleData
from convopt.benchmarks.peers.memory import huge_array, huge_copy
from convopt.benchmarks.peers.onnx_layer import INPUT, onnx_layer, onnx_module
from convopt.benchmarks.peers.packages import require
from convopt.benchmarks.peers.peer import Layout, ModelData, Peer, Prepared, UnsupportedError

_ERRORS_ONLY = 3
_BLOCKED_DOMAIN = "com.microsoft.nchwc"


class OnnxRuntimePeer(Peer):
    """OWN is channels in blocks, NCHWc, as between the convolutions of a network.

    For OWN, onnxruntime's own optimised graph of the layer or module is cut in three: reorder,
    convolutions, reorder; the second is timed. A layer with 3 input channels is read as NCHW there,
    too. Where onnxruntime has no blocked kernel (groups whose channels do not fill blocks) it is
    unsupported. A module's input is added by its last convolution, as inside a network.
    """

    name = "onnxruntime"
    layouts = (Layout.OWN, Layout.NCHW)
    module_layout = Layout.OWN

    def __init__(self) -> None:
        self._ort = require("onnxruntime", "onnxruntime")
        require("onnx", "onnx")

    def version(self) -> str:
        return str(self._ort.__version__)

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        if layout is Layout.OWN:
            cut = _cut(self._optimised(onnx_layer(data)), data.layer.name, adds_input=False)
            return self._blocked(cut, data.x, threads)
        return _Bound(self._session(onnx_layer(data), threads), {INPUT: data.x})

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        module = data.module
        if module.adds_input and module.stages[-1].has_relu6:
            raise UnsupportedError("onnxruntime's blocked convolutions add before ReLU6")
        cut = _cut(self._optimised(onnx_module(data)), module.name, module.adds_input)
        return self._blocked(cut, data.x, threads)

    def prepare_model(self, model: ModelData, threads: int) -> Prepared:
        return _Bound(self._session(model.onnx, threads), model.feeds)

    def _blocked(self, cut: "_Cut", x: Array, threads: int) -> Prepared:
        if cut.before:
            x = self._session(cut.before, threads).run(None, {INPUT: x})[0]
        session = self._session(cut.blocked, threads)
        name = session.get_inputs()[0].name
        unpack = self._session(cut.after, threads) if cut.after else None
        return _Bound(session, {name: x}, unpack)

    def _session(self, content: bytes, threads: int) -> Any:
        return self._ort.InferenceSession(
            content, self._options(threads), providers=["CPUExecutionProvider"]
        )

    def _options(self, threads: int) -> Any:
        options = self._ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = _ERRORS_ONLY
        return options

    def _optimised(self, content: bytes) -> Any:
        """The model as onnxruntime rewrites it for this machine."""
        import onnx

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "optimised.onnx"
            options = self._options(threads=1)
            options.optimized_model_filepath = str(path)
            self._ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
            return onnx.load(path)


class _Bound(Prepared):
    """A session whose inputs and outputs lie where they were put once."""

    def __init__(self, session: Any, feeds: Mapping[str, Array], unpack: Any = None) -> None:
        self._session, self._unpack = session, unpack
        self._binding = session.io_binding()
        self._inputs = {name: huge_copy(array) for name, array in feeds.items()}
        shapes = [result.shape for result in session.run(None, self._inputs)]
        self._results = [huge_array(shape) for shape in shapes]
        for name, array in self._inputs.items():
            self._binding.bind_input(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        for output, array in zip(session.get_outputs(), self._results, strict=True):
            self._binding.bind_output(
                output.name, "cpu", 0, np.float32, array.shape, array.ctypes.data
            )

    def run(self, calls: int) -> None:
        run, binding = self._session.run_with_iobinding, self._binding
        for _ in range(calls):
            run(binding)

    def outputs(self) -> list[Array]:
        if self._unpack is None:
            return [array.copy() for array in self._results]
        name = self._unpack.get_inputs()[0].name
        return list(self._unpack.run(None, {name: self._results[0]}))


@dataclass(frozen=True)
class _Cut:
    """What runs before the blocked convolutions of an optimised model, they, and what runs after
    them: models, None where there is nothing."""

    before: bytes | None
    blocked: bytes
    after: bytes | None


def _cut(model: Any, name: str, adds_input: bool) -> _Cut:
    """`adds_input`: the last convolution adds the blocked input. It takes over from an addition
    that the optimised model has behind its convolutions, since the model's input is not blocked.

    Raises UnsupportedError where there is no blocked convolution. `name` is what errors call it.
    """
    nodes = list(model.graph.node)
    places = [
        number
        for number, node in enumerate(nodes)
        if (node.domain, node.op_type) == (_BLOCKED_DOMAIN, "Conv")
    ]
    if not places:
        raise UnsupportedError(f"onnxruntime has no blocked kernel for {name}")
    before, after = nodes[: places[0]], nodes[places[-1] + 1 :]
    blocked = nodes[places[0] : places[-1] + 1]
    if adds_input:
        if [node.op_type for node in after] != ["ReorderOutput", "Add"]:
            raise UnsupportedError(f"onnxruntime has no blocked kernel for the end of {name}")
        blocked[-1].input.append(blocked[0].input[0])
        after = after[:1]
    parts = [_part(model, part) if part else None for part in (before, blocked, after)]
    assert parts[1] is not None
    return _Cut(parts[0], parts[1], parts[2])


def _part(model: Any, nodes: list[Any]) -> bytes:
    """A chain of nodes as a model from the first input of the first to the output of the last."""
    from onnx import TensorProto, helper

    used = {name for node in nodes for name in node.input}
    graph = helper.make_graph(
        nodes,
        "part",
        [helper.make_tensor_value_info(nodes[0].input[0], TensorProto.FLOAT, None)],
        [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)],
        [tensor for tensor in model.graph.initializer if tensor.name in used],
    )
    part = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    return bytes(part.SerializeToString())
