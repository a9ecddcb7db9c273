"""OpenVINO on its CPU plugin."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.module import ModuleData
from convopt.benchmarks.peers.memory import huge_array, huge_copy
from convopt.benchmarks.peers.onnx_layer import INPUT, onnx_layer, onnx_module
from convopt.benchmarks.peers.packages import require
from convopt.benchmarks.peers.peer import Layout, ModelData, Peer, Prepared


class OpenVinoPeer(Peer):
    """fp32, NCHW in and out.

    There is no OWN: a compiled model takes plain or channels-last tensors and reorders them to the
    blocks that its kernels work on, and nothing gives access to the kernels alone.
    """

    name = "openvino"
    layouts = (Layout.NCHW,)
    module_layout = Layout.NCHW
    _precision: Mapping[str, str] = {"INFERENCE_PRECISION_HINT": "f32"}

    def __init__(self) -> None:
        self._openvino = require("openvino", "openvino")
        self._core = self._openvino.Core()

    def version(self) -> str:
        return str(self._openvino.__version__).partition("-")[0]

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        return self._prepare(onnx_layer(data), {INPUT: data.x}, threads)

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        return self._prepare(onnx_module(data), {INPUT: data.x}, threads)

    def prepare_model(self, model: ModelData, threads: int) -> Prepared:
        return self._prepare(model.onnx, model.feeds, threads)

    def _prepare(self, content: bytes, feeds: Mapping[str, Array], threads: int) -> Prepared:
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": str(threads),
            "ENABLE_CPU_PINNING": "NO",  # the benchmark pins the whole process
            **self._precision,
        }
        model = self._core.read_model(content, b"")
        compiled = self._core.compile_model(model, "CPU", options)
        return _Request(self._openvino, compiled, feeds)


class OpenVinoDefaultPeer(OpenVinoPeer):
    """The precision that OpenVINO picks: bf16 on CPUs with AMX. Not comparable with the others."""

    name = "openvino-default"
    tolerance = 2e-2
    _precision = {}


class _Request(Prepared):
    """An inference request whose tensors lie where they were put once."""

    def __init__(self, openvino: Any, compiled: Any, feeds: Mapping[str, Array]) -> None:
        self._request = compiled.create_infer_request()
        self._inputs = {name: huge_copy(array) for name, array in feeds.items()}
        self._results = [huge_array(tuple(port.shape)) for port in compiled.outputs]
        for name, array in self._inputs.items():
            self._request.set_tensor(name, openvino.Tensor(array, shared_memory=True))
        for port, array in zip(compiled.outputs, self._results, strict=True):
            self._request.set_tensor(port, openvino.Tensor(array, shared_memory=True))

    def run(self, calls: int) -> None:
        infer = self._request.infer
        for _ in range(calls):
            infer(share_outputs=True)

    def outputs(self) -> list[Array]:
        return [np.array(array) for array in self._results]
