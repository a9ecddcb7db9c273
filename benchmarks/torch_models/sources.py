"""Models by name: our own definition of MobileNetV2, and timm's of anything."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from convopt.errors import ConvoptError

OWN = "mobilenet_v2"
NAMES = (
    OWN,
    "mobilenetv3_large_100",
    "efficientnet_b0",
    "resnext50_32x4d",
    "convnext_atto",
    "mobilevit_s",
)
"""What is measured unless others are named; all but the first are timm's."""

SEED = 0
IMAGE_SIZE = 224
NEEDS_TIMM = "expected the package timm for '{name}', found none; pip install 'convopt[networks]'"

_OPERATORS_OF_TORCHVISION = ("nms", "qnms")


@dataclass(frozen=True)
class TorchModel:
    """A module for inference with random parameters, and an image of its usual size."""

    name: str
    module: Any
    image: Any


def torch_model(name: str, size: int | None = None) -> TorchModel:
    """A model by name; equal calls give equal models. `size` is the image's height and width.

    Raises ConvoptError for an unknown name, and where timm is not installed.
    """
    import torch

    torch.manual_seed(SEED)
    module, usual = _own() if name == OWN else _of_timm(name)
    _randomize(module)
    wanted = usual if size is None else size
    return TorchModel(name, module.eval(), torch.randn(1, 3, wanted, wanted))


def _own() -> tuple[Any, int]:
    from convopt.benchmarks.torch_models.mobilenet_v2 import MobileNetV2

    return MobileNetV2(), IMAGE_SIZE


def _of_timm(name: str) -> tuple[Any, int]:
    if find_spec("timm") is None:
        raise ConvoptError(NEEDS_TIMM.format(name=name))
    _declare_operators()
    import timm

    if not timm.is_model(name):
        raise ConvoptError(f"expected {', '.join(NAMES)} or a model of timm, found '{name}'")
    module = timm.create_model(name)
    return module, module.default_cfg["input_size"][-1]


def _declare_operators() -> None:
    """Declares the operators that torchvision describes when it is imported.

    A torchvision built for CUDA beside a PyTorch without does not have them, and cannot be
    imported otherwise. No model here needs them.
    """
    import torch

    if not hasattr(torch.ops.torchvision, _OPERATORS_OF_TORCHVISION[0]):
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in _OPERATORS_OF_TORCHVISION:
            library.define(f"{name}(Tensor dets, Tensor scores, float threshold) -> Tensor")
        _kept.append(library)


_kept: list[Any] = []
"""Declarations end with their library."""


def _randomize(module: Any) -> None:
    """Draws what a fresh model holds the same number of throughout: such numbers hide mistakes,
    and a layer scale of a millionth hides whole blocks."""
    import torch

    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            is_uniform = tensor.numel() > 1 and bool((tensor == tensor.flatten()[0]).all())
            if is_uniform and tensor.dtype == torch.float32:
                low = 0.5 if tensor.flatten()[0] > 0 else -0.2
                tensor.uniform_(low, low + 0.6)
