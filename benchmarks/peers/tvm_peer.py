"""TVM as it lowers a model by default: fused, NCHW, untuned loops."""

from typing import Any

from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.peers.onnx_layer import INPUT, onnx_layer
from convopt.benchmarks.peers.packages import require
from convopt.benchmarks.peers.peer import Layout, ModelData, Peer, Prepared, UnsupportedError
from convopt.benchmarks.peers.tvm_runtime import host_target, import_tvm, set_threads, tvm_tensor


class TvmPeer(Peer):
    """relax with its default pipeline, NCHW in and out.

    The default schedule knows no blocked layout and no parallel loop: `threads` changes nothing.
    """

    name = "tvm"
    layouts = (Layout.NCHW,)

    def __init__(self) -> None:
        self._tvm = import_tvm()
        require("onnx", "onnx")

    def version(self) -> str:
        return str(self._tvm.__version__)

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        return self._prepare(onnx_layer(data), [(INPUT, data.x)], threads)

    def prepare_model(self, model: ModelData, threads: int) -> Prepared:
        return self._prepare(model.onnx, list(model.feeds.items()), threads)

    def _prepare(self, content: bytes, feeds: list[tuple[str, Array]], threads: int) -> Prepared:
        import onnx
        from tvm import relax
        from tvm.relax.frontend.onnx import from_onnx

        onnx_model = onnx.load_from_string(content)
        try:
            module = from_onnx(onnx_model)
            executable = self._tvm.compile(module, target=host_target(self._tvm))
        except Exception as error:  # of many kinds, none of them TVM's own
            reason = next(iter(str(error).strip().splitlines()), "")
            raise UnsupportedError(f"TVM refuses: {type(error).__name__}: {reason}") from error
        machine = relax.VirtualMachine(executable, self._tvm.cpu())
        given = dict(feeds)
        initial = {tensor.name for tensor in onnx_model.graph.initializer}
        order = [value.name for value in onnx_model.graph.input if value.name not in initial]
        inputs = [tvm_tensor(self._tvm, given[name]) for name in order]
        return _Function(self._tvm, machine["main"], inputs, threads)


class _Function(Prepared):
    """A function of a relax module that returns its results."""

    def __init__(self, tvm: Any, function: Any, inputs: list[Any], threads: int) -> None:
        self._tvm, self._function, self._inputs = tvm, function, inputs
        self._threads = threads
        self._result: Any = None

    def run(self, calls: int) -> None:
        function, inputs = self._function, self._inputs
        set_threads(self._tvm, self._threads)
        for _ in range(calls):
            result = function(*inputs)
        self._result = result

    def outputs(self) -> list[Array]:
        result = self._result
        results = [result] if hasattr(result, "numpy") else list(result)
        return [one.numpy() for one in results]
