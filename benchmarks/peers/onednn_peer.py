"""oneDNN called directly: no framework, no conversion that the layout does not ask for."""

import ctypes
from enum import IntEnum

import numpy as np

from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.peers.onednn_library import Geometry, load_harness
from convopt.benchmarks.peers.peer import Layout, Peer, Prepared, UnsupportedError


class Activations(IntEnum):
    """How activations lie when the harness starts and stops; numbered as there."""

    PLAIN = 0
    PREFERRED = 1
    CHANNELS_LAST = 2


class OneDnnPeer(Peer):
    """OWN is what oneDNN picks for format `any`, mostly blocks of 16 channels.

    Weights are packed once. In NCHW the conversions that the picked formats need are part of a run.
    oneDNN obeys ONEDNN_MAX_CPU_ISA.
    """

    name = "onednn"
    layouts: tuple[Layout, ...] = (Layout.OWN, Layout.NCHW)
    _own = Activations.PREFERRED

    def __init__(self) -> None:
        self._harness = load_harness()

    def version(self) -> str:
        parts = (ctypes.c_int * 3)()
        self._harness.onednn_version(parts)
        return ".".join(map(str, parts))

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        activations = self._own if layout is Layout.OWN else Activations.PLAIN
        return _Convolution(self._harness, data, activations, threads)


class OneDnnChannelsLastPeer(OneDnnPeer):
    """OWN is channels-last, as a framework that keeps it through a network calls oneDNN."""

    name = "onednn-nhwc"
    layouts = (Layout.OWN,)
    _own = Activations.CHANNELS_LAST


class _Convolution(Prepared):
    def __init__(
        self, harness: ctypes.CDLL, data: LayerData, activations: Activations, threads: int
    ) -> None:
        arrays = [np.ascontiguousarray(a, np.float32) for a in (data.x, data.weights, data.bias)]
        self._harness = harness
        self._shape = data.layer.output_shape
        self._handle = harness.onednn_prepare(
            Geometry.of(data.layer), *(a.ctypes.data for a in arrays), activations, threads
        )
        if not self._handle:
            raise UnsupportedError(f"oneDNN refuses {data.layer.name}: {self._error()}")

    def run(self, calls: int) -> None:
        if self._harness.onednn_run(self._handle, calls):
            raise RuntimeError(self._error())

    def outputs(self) -> list[Array]:
        out = np.empty(self._shape, np.float32)
        if self._harness.onednn_result(self._handle, out.ctypes.data):
            raise RuntimeError(self._error())
        return [out]

    def close(self) -> None:
        self._harness.onednn_free(self._handle)
        self._handle = None

    def _error(self) -> str:
        return str(self._harness.onednn_error().decode())
