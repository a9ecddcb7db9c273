"""A variant of a case, ready to run: its kernels, packed weights, workspace and buffers."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from convopt.benchmarks.gpu.on_device.bundle import Bundle, Case, Launch, Variant
from convopt.benchmarks.gpu.on_device.driver import Driver, Function
from convopt.benchmarks.gpu.on_device.torch_graph import output_shape, packed_weights


class Runner:
    """All launches of a variant, on torch's current stream.

    `inputs` are torch tensors on the device; the result is always written to the same tensor.
    """

    def __init__(
        self,
        bundle: Bundle,
        driver: Driver,
        case: Case,
        variant: Variant,
        constants: Mapping[str, Any],
        inputs: Sequence[Any],
    ) -> None:
        device = inputs[0].device
        self.variant = variant
        self._driver = driver
        self._functions = {
            name: _load(bundle, driver, name)
            for name in dict.fromkeys(launch.kernel for launch in variant.launches)
        }
        self._weights = packed_weights(constants, bundle.weight_map(variant))
        # Never of no bytes: an empty tensor has no address.
        self._workspace = torch.empty(
            max(1, variant.workspace_bytes), dtype=torch.uint8, device=device
        )
        self._inputs = [each.contiguous() for each in inputs]
        self._output = torch.empty(output_shape(case.graph), device=device)
        self._on_gpu = device.type == "cuda"

    def poison(self) -> None:
        """NaN wherever a kernel has to write before anybody reads."""
        self._workspace.fill_(0xFF)
        self._output.fill_(float("nan"))

    def __call__(self) -> Any:
        for launch in self.variant.launches:
            self.launch(launch)
        return self._output

    def launch(self, launch: Launch) -> None:
        stream = torch.cuda.current_stream().cuda_stream if self._on_gpu else 0
        addresses = [self._address(space, at) for space, at in launch.arguments]
        self._driver.launch(self._functions[launch.kernel], addresses, stream)

    def _address(self, space: str, at: int) -> int:
        if space == "input":
            return int(self._inputs[at].data_ptr())
        if space == "output":
            return int(self._output.data_ptr())
        whole = self._weights if space == "weights" else self._workspace
        return int(whole.data_ptr()) + at


def _load(bundle: Bundle, driver: Driver, name: str) -> Function:
    kernel = bundle.kernels[name]
    return driver.load(kernel, bundle.code(kernel.file))
