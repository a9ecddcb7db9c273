"""A variant of a case, ready to run: its kernels, packed weights, workspace and buffers."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812

from convopt.benchmarks.gpu.on_device.bundle import F16, Bundle, Case, Launch, Variant
from convopt.benchmarks.gpu.on_device.driver import Driver, Function
from convopt.benchmarks.gpu.on_device.torch_graph import output_shape, packed_weights


class Runner:
    """All launches of a variant, on torch's current stream.

    `inputs` are f32 tensors on the device. The result is always written to the same tensor, as the
    kernels have it; `logical` makes of it what other libraries have.
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
        indices = bundle.weight_map(variant)
        self._weights = packed_weights(constants, indices, variant.weights)
        # Never of no bytes: an empty tensor has no address.
        self._workspace = torch.empty(
            max(1, variant.workspace_bytes), dtype=torch.uint8, device=device
        )
        self._shape = output_shape(case.graph)
        output = torch.empty(self._shape, device=device)
        is_half = variant.precision == F16
        self._inputs = [in_words(each) if is_half else each.contiguous() for each in inputs]
        self._output = in_words(output) if is_half else output
        self._on_gpu = device.type == "cuda"

    def poison(self) -> None:
        """NaN wherever a kernel has to write before anybody reads."""
        self._workspace.fill_(0xFF)
        self._output.fill_(float("nan"))

    def __call__(self) -> Any:
        for launch in self.variant.launches:
            self.launch(launch)
        return self._output

    def logical(self, output: Any) -> Any:
        """A result in plain NCHW."""
        return of_words(output, self._shape)

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


def in_words(tensor: Any) -> Any:
    """As our f16 kernels have it: halves, of images two channels of a pixel in a word."""
    halves = tensor.half()
    if halves.dim() != 4:
        return halves.contiguous()
    images, channels, height, width = halves.shape
    even = F.pad(halves, (0, 0, 0, 0, 0, channels % 2))
    return even.view(images, -1, 2, height, width).permute(0, 1, 3, 4, 2).contiguous()


def of_words(tensor: Any, shape: Sequence[int]) -> Any:
    """What `in_words` made of a tensor of a shape; others as they are."""
    if tensor.dim() != 5:
        return tensor
    images, channels, height, width = shape
    even = tensor.permute(0, 1, 4, 2, 3).reshape(images, -1, height, width)
    return even[:, :channels]


def _load(bundle: Bundle, driver: Driver, name: str) -> Function:
    kernel = bundle.kernels[name]
    return driver.load(kernel, bundle.code(kernel.file))
