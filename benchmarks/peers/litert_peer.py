"""LiteRT, formerly TensorFlow Lite, with its XNNPACK delegate."""

from importlib import metadata
from typing import Any

import numpy as np

from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.module import ModuleData
from convopt.benchmarks.peers.packages import require
from convopt.benchmarks.peers.peer import Layout, Peer, Prepared, UnsupportedError
from convopt.benchmarks.peers.quiet import quiet_stderr


class LiteRtPeer(Peer):
    """OWN is NHWC, all that the library knows; there is no importer for ONNX, hence no models."""

    name = "litert"
    layouts = (Layout.OWN,)
    module_layout = Layout.OWN

    def __init__(self) -> None:
        self._interpreter = require("ai_edge_litert.interpreter", "ai-edge-litert")
        require("flatbuffers", "flatbuffers")

    def version(self) -> str:
        return metadata.version("ai-edge-litert")

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        from convopt.benchmarks.peers.litert_model import litert_layer

        return self._invocation(litert_layer(data), data.layer.name, data.x, threads)

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        from convopt.benchmarks.peers.litert_model import litert_module

        return self._invocation(litert_module(data), data.module.name, data.x, threads)

    def _invocation(self, content: bytes, name: str, x: Array, threads: int) -> Prepared:
        try:
            with quiet_stderr():
                made = self._interpreter.Interpreter(model_content=content, num_threads=threads)
                made.allocate_tensors()
        except RuntimeError as error:
            raise UnsupportedError(f"LiteRT refuses {name}: {error}") from error
        return _Invocation(made, x)


class _Invocation(Prepared):
    def __init__(self, interpreter: Any, x: Array) -> None:
        self._interpreter = interpreter
        (given,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
        interpreter.set_tensor(given["index"], np.ascontiguousarray(x.transpose(0, 2, 3, 1)))
        self._result = result["index"]

    def run(self, calls: int) -> None:
        invoke = self._interpreter.invoke
        for _ in range(calls):
            invoke()

    def outputs(self) -> list[Array]:
        nhwc = self._interpreter.get_tensor(self._result)
        return [np.ascontiguousarray(nhwc.transpose(0, 3, 1, 2))]
