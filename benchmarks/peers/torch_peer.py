"""PyTorch: eager, and compiled by its inductor."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from convopt.benchmarks.gradient import Gradient, GradientData
from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.module import ModuleData
from convopt.benchmarks.peers.memory import huge_copy
from convopt.benchmarks.peers.packages import require, require_compiler
from convopt.benchmarks.peers.peer import Layout, ModelData, Peer, Prepared, UnsupportedError

_ANY_NUMBER = 1 << 20


class TorchPeer(Peer):
    """Eager mode. OWN is channels-last in and out, weights channels-last too; models likewise.

    A model's inputs are given as NCHW and converted inside a run. Eager mode lays out weights anew
    in every call where oneDNN asks for it, and allocates each result. Gradients are its operator's
    `convolution_backward`, one at a time.
    """

    name = "torch"
    layouts: tuple[Layout, ...] = (Layout.OWN, Layout.NCHW)
    module_layout = Layout.OWN
    gradient_layouts: tuple[Layout, ...] = (Layout.OWN, Layout.NCHW)

    def __init__(self) -> None:
        self._torch = require("torch", "torch")

    def version(self) -> str:
        return str(self._torch.__version__)

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        torch, layer = self._torch, data.layer
        place = _channels_last if layout is Layout.OWN else _plain
        x, weights = place(torch, data.x), place(torch, data.weights)
        bias = torch.from_numpy(huge_copy(data.bias))
        stride, dilation = (layer.stride_h, layer.stride_w), (layer.dilation, layer.dilation)
        top, left, bottom, right = layer.padding

        def convolve() -> list[Any]:
            return [torch.conv2d(x, weights, bias, stride, (top, left), dilation, layer.groups)]

        def pad_and_convolve() -> list[Any]:
            padded = torch.nn.functional.pad(x, (left, right, top, bottom))
            return [torch.conv2d(padded, weights, bias, stride, 0, dilation, layer.groups)]

        symmetric = (top, left) == (bottom, right)
        return _Call(torch, convolve if symmetric else pad_and_convolve, threads)

    def prepare_gradient(self, data: GradientData, layout: Layout, threads: int) -> Prepared:
        torch, window = self._torch, data.window
        top, left, bottom, right = window.padding
        if (top, left) != (bottom, right):
            raise UnsupportedError(f"PyTorch pads both ends alike, {data.name} does not")
        place = _channels_last if layout is Layout.OWN else _plain
        grad, x, weights = (place(torch, one) for one in (data.grad, data.x, data.weights))
        wanted = [data.gradient is each for each in (Gradient.DATA, Gradient.WEIGHTS)]
        bias_sizes, transposed, output_padding = None, False, [0, 0]

        def backward() -> list[Any]:
            results = torch.ops.aten.convolution_backward(
                *(grad, x, weights, bias_sizes, window.stride, (top, left), window.dilation),
                *(transposed, output_padding, data.layer.groups, [*wanted, False]),
            )
            return [result for result in results if result is not None]

        return _Call(torch, backward, threads)

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        from convopt.benchmarks.peers.onnx_layer import onnx_module

        network, x = self._network(onnx_module(data)), _channels_last(self._torch, data.x)
        return _Call(self._torch, lambda: list(network(x)), threads)

    def prepare_model(self, model: ModelData, threads: int) -> Prepared:
        torch = self._torch
        network = self._network(model.onnx)
        inputs = [torch.from_numpy(huge_copy(model.feeds[name])) for name in model.feeds]

        def forward() -> list[Any]:
            return list(network(*(_to_channels_last(torch, x) for x in inputs)))

        return _Call(torch, forward, threads)

    def _network(self, content: bytes) -> Any:
        from convopt.benchmarks.peers.torch_network import torch_network

        return torch_network(content).to(memory_format=self._torch.channels_last)


class TorchCompilePeer(TorchPeer):
    """torch.compile with frozen weights, channels-last; whole models and modules of layers."""

    name = "torch-compile"
    layouts = ()
    gradient_layouts = ()

    def __init__(self) -> None:
        super().__init__()
        require_compiler()

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        return Peer.prepare_layer(self, data, layout, threads)

    def prepare_gradient(self, data: GradientData, layout: Layout, threads: int) -> Prepared:
        return Peer.prepare_gradient(self, data, layout, threads)

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        with self._frozen():
            return super().prepare_module(data, threads)

    def prepare_model(self, model: ModelData, threads: int) -> Prepared:
        with self._frozen():
            return super().prepare_model(model, threads)

    @contextmanager
    def _frozen(self) -> Iterator[None]:
        """What is compiled takes its weights as constants.

        Inductor and dynamo both compile in the first call, and dynamo, too, has to know that
        weights are frozen: the options of torch.compile reach inductor alone. Every model is the
        same code to dynamo, which by itself gives up after a few and silently runs it eagerly.
        """
        inductor, dynamo = self._torch._inductor.config, self._torch._dynamo.config
        with (
            inductor.patch(freezing=True, compile_threads=1),
            dynamo.patch(recompile_limit=_ANY_NUMBER, fail_on_recompile_limit_hit=True),
        ):
            yield

    def _network(self, content: bytes) -> Any:
        return self._torch.compile(super()._network(content))


class _Call(Prepared):
    """Runs once when made, so that the first call compiles before the clock starts."""

    def __init__(self, torch: Any, call: Callable[[], list[Any]], threads: int) -> None:
        self._torch, self._call, self._threads = torch, call, threads
        self._results: list[Any] = []
        self.run(1)

    def run(self, calls: int) -> None:
        call = self._call
        self._torch.set_num_threads(self._threads)
        with self._torch.inference_mode():
            for _ in range(calls):
                results = call()
        self._results = results

    def outputs(self) -> list[Array]:
        return [np.ascontiguousarray(result.numpy()) for result in self._results]


def _plain(torch: Any, array: Array) -> Any:
    return torch.from_numpy(huge_copy(array))


def _channels_last(torch: Any, array: Array) -> Any:
    """A tensor of the same shape whose channels lie next to each other."""
    return torch.from_numpy(huge_copy(array.transpose(0, 2, 3, 1))).permute(0, 3, 1, 2)


def _to_channels_last(torch: Any, x: Any) -> Any:
    return x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x
