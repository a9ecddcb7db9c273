"""The published schedule for grouped convolutions, compiled by TVM."""

from typing import Any

import numpy as np

from convopt.backends.targets import cpu_target
from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.peers.grouped_spatial_pack import (
    fallback_blocks,
    pack_weights,
    scheduled_layer,
)
from convopt.benchmarks.peers.peer import Layout, Peer, Prepared, UnsupportedError
from convopt.benchmarks.peers.tvm_runtime import host_target, import_tvm, set_threads, tvm_tensor

ARM_LANES = 4


class TvmGroupedSpatialPackPeer(Peer):
    """NCHW in and out, untuned block sizes, depthwise included; packing data is part of a run."""

    name = "tvm-gspc"
    layouts = (Layout.NCHW,)

    def __init__(self) -> None:
        self._tvm = import_tvm()

    def version(self) -> str:
        return str(self._tvm.__version__)

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        layer = data.layer
        if layer.groups == 1:
            raise UnsupportedError("grouped spatial pack is for more than one group")
        host = cpu_target("host")
        blocks = fallback_blocks(layer, host.lanes if host.arch == "x86_64" else ARM_LANES)
        module = scheduled_layer(layer, blocks, parallel=threads > 1)
        function = self._tvm.compile(module, target=host_target(self._tvm))["main"]
        arrays = (
            *(data.x, pack_weights(data.weights, layer.groups, blocks), data.bias),
            np.zeros(layer.output_shape, np.float32),
        )
        return _Kernel(self._tvm, function, [tvm_tensor(self._tvm, a) for a in arrays], threads)


class _Kernel(Prepared):
    """A function that writes its last argument."""

    def __init__(self, tvm: Any, function: Any, arguments: list[Any], threads: int) -> None:
        self._tvm, self._function, self._arguments = tvm, function, arguments
        self._threads = threads

    def run(self, calls: int) -> None:
        function, arguments = self._function, self._arguments
        set_threads(self._tvm, self._threads)
        for _ in range(calls):
            function(*arguments)

    def outputs(self) -> list[Array]:
        return [self._arguments[-1].numpy()]
