"""oneDNN called directly: no framework, no conversion that the layout does not ask for."""

import ctypes
from enum import IntEnum
from itertools import pairwise

import numpy as np

from convopt.benchmarks.gradient import Gradient, GradientData
from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.module import RELU6_BOUND, Module, ModuleData, Stage
from convopt.benchmarks.peers import onednn_library
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
    A module is its convolutions called one after the other by the harness, with ReLU6 and the
    addition as their post-operations; where two of them pick different formats, the conversion in
    between is part of a run. Gradients, too, are read and left in the formats that it picks, those
    of weights as well. oneDNN obeys ONEDNN_MAX_CPU_ISA.
    """

    name = "onednn"
    layouts: tuple[Layout, ...] = (Layout.OWN, Layout.NCHW)
    module_layout = Layout.OWN
    gradient_layouts: tuple[Layout, ...] = (Layout.OWN,)
    _own = Activations.PREFERRED
    _fuses = False

    def __init__(self) -> None:
        self._harness = load_harness()

    def version(self) -> str:
        parts = (ctypes.c_int * 3)()
        self._harness.onednn_version(parts)
        return ".".join(map(str, parts))

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        activations = self._own if layout is Layout.OWN else Activations.PLAIN
        stage = Stage(data.layer, has_relu6=False)
        module = ModuleData(Module(data.layer.name, "", (stage,)), (data,))
        return _Chain(self._harness, module, activations, threads)

    def prepare_gradient(self, data: GradientData, layout: Layout, threads: int) -> Prepared:
        return _Gradient(self._harness, data, self._own, threads)

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        return _Chain(self._harness, data, self._own, threads, self._fuses)


class OneDnnChannelsLastPeer(OneDnnPeer):
    """OWN is channels-last, as a framework that keeps it through a network calls oneDNN."""

    name = "onednn-nhwc"
    layouts = (Layout.OWN,)
    _own = Activations.CHANNELS_LAST


class OneDnnFusedPeer(OneDnnPeer):
    """3x3 depthwise convolutions as post-operations of the pointwise ones before them.

    oneDNN itself decides whether it then works band by band, which it does where the intermediate
    result does not fit L2, or runs one convolution after the other.
    """

    name = "onednn-fused"
    layouts = ()
    gradient_layouts = ()
    _fuses = True

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        return Peer.prepare_layer(self, data, layout, threads)

    def prepare_gradient(self, data: GradientData, layout: Layout, threads: int) -> Prepared:
        return Peer.prepare_gradient(self, data, layout, threads)

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        kinds = [layer.kind for layer in data.module.layers]
        if ("pw", "dw") not in pairwise(kinds):
            raise UnsupportedError("oneDNN fuses depthwise convolutions behind pointwise ones only")
        return super().prepare_module(data, threads)


class _Harnessed(Prepared):
    """What the harness prepared; its result becomes plain, of shape `shape`."""

    def __init__(
        self, harness: ctypes.CDLL, handle: int | None, shape: tuple[int, ...], name: str
    ) -> None:
        self._harness, self._handle, self._shape = harness, handle, shape
        if not handle:
            raise UnsupportedError(f"oneDNN refuses {name}: {self._error()}")

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


class _Chain(_Harnessed):
    def __init__(
        self,
        harness: ctypes.CDLL,
        data: ModuleData,
        activations: Activations,
        threads: int,
        fuses: bool = False,
    ) -> None:
        module, x = data.module, np.ascontiguousarray(data.x, np.float32)
        constants = [
            tuple(np.ascontiguousarray(array, np.float32) for array in (one.weights, one.bias))
            for one in data.layers
        ]
        stages = [
            onednn_library.Stage(
                Geometry.of(stage.layer),
                RELU6_BOUND if stage.has_relu6 else 0.0,
                *(array.ctypes.data for array in arrays),
            )
            for stage, arrays in zip(module.stages, constants, strict=True)
        ]
        handle = harness.onednn_prepare(
            (onednn_library.Stage * len(stages))(*stages),
            *(len(stages), module.adds_input, x.ctypes.data),
            *(activations, fuses, threads),
        )
        super().__init__(harness, handle, module.output_shape, module.name)


class _Gradient(_Harnessed):
    def __init__(
        self, harness: ctypes.CDLL, data: GradientData, activations: Activations, threads: int
    ) -> None:
        is_of_weights = data.gradient is Gradient.WEIGHTS
        operands = (data.x if is_of_weights else data.weights, data.grad)
        plain = [np.ascontiguousarray(one, np.float32) for one in operands]
        handle = harness.onednn_prepare_gradient(
            *(Geometry.of(data.layer), is_of_weights),
            *(array.ctypes.data for array in plain),
            *(activations, threads),
        )
        super().__init__(harness, handle, data.shape, data.name)
