"""ncnn on the CPU."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from convopt.backends.targets import cpu_target
from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.module import ModuleData
from convopt.benchmarks.peers.ncnn_network import ncnn_network
from convopt.benchmarks.peers.onnx_graph import Graph, read_graph
from convopt.benchmarks.peers.onnx_layer import INPUT, onnx_layer, onnx_module
from convopt.benchmarks.peers.packages import require
from convopt.benchmarks.peers.peer import Layout, ModelData, Peer, Prepared

_PACKINGS = (16, 8, 4)
_AS_COMPUTED = 1
_PLAIN = 0


class NcnnPeer(Peer):
    """fp32, with pools for blobs and workspace as in ncnn's own benchmark, Winograd included.

    OWN is channels in packs, as between ncnn's layers. A run makes an extractor a call, as the
    library is used.
    """

    name = "ncnn"
    layouts = (Layout.OWN, Layout.NCHW)
    module_layout = Layout.OWN
    tolerance = 1e-3

    def __init__(self) -> None:
        self._ncnn = require("ncnn", "ncnn")
        require("onnx", "onnx")

    def version(self) -> str:
        return str(self._ncnn.__version__)

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        graph = read_graph(onnx_layer(data))
        return _Extraction(self._ncnn, graph, {INPUT: data.x}, threads, packed=layout is Layout.OWN)

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        graph = read_graph(onnx_module(data))
        return _Extraction(self._ncnn, graph, {INPUT: data.x}, threads, packed=True)

    def prepare_model(self, model: ModelData, threads: int) -> Prepared:
        return _Extraction(self._ncnn, read_graph(model.onnx), model.feeds, threads, packed=False)


class _Extraction(Prepared):
    def __init__(
        self, ncnn: Any, graph: Graph, feeds: Mapping[str, Array], threads: int, packed: bool
    ) -> None:
        text, weights = ncnn_network(graph)
        # Python lets attributes go in the order in which they came: blobs before their pools.
        self._results: list[Any] = []
        self._ncnn = ncnn
        self._net = ncnn.Net()
        self._allocators = (ncnn.UnlockedPoolAllocator(), ncnn.PoolAllocator())
        self._set_options(threads)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "weights.bin"
            path.write_bytes(weights)
            if self._net.load_param_mem(text) or self._net.load_model(str(path)):
                raise RuntimeError(f"ncnn cannot load:\n{text}")
        self._inputs = {name: self._mat(feeds[name], packed) for name in graph.inputs}
        self._names = graph.outputs
        self._form = _AS_COMPUTED if packed else _PLAIN

    def run(self, calls: int) -> None:
        create, inputs = self._net.create_extractor, list(self._inputs.items())
        names, form = self._names, self._form
        for _ in range(calls):
            extractor = create()
            for name, mat in inputs:
                extractor.input(name, mat)
            self._results = [extractor.extract(name, form)[1] for name in names]

    def outputs(self) -> list[Array]:
        plain = [self._ncnn.convert_packing(mat, 1) for mat in self._results]
        return [np.array(mat)[None] for mat in plain]

    def _set_options(self, threads: int) -> None:
        options = self._net.opt
        options.num_threads = threads
        options.use_vulkan_compute = False
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_bf16_packed = options.use_bf16_storage = False
        options.blob_allocator, options.workspace_allocator = self._allocators

    def _mat(self, array: Array, packed: bool) -> Any:
        """A blob of one image: ncnn has no batches."""
        mat = self._ncnn.Mat(np.ascontiguousarray(array[0])).clone()
        return self._ncnn.convert_packing(mat, _packing(array.shape[1])) if packed else mat


def _packing(channels: int) -> int:
    """Channels a pack: as many as ncnn takes for them on this machine."""
    lanes = cpu_target("host").lanes
    return next((p for p in _PACKINGS if p <= lanes and channels % p == 0), 1)
