"""The network that is trained, with the parameters that it starts from."""

from typing import Any

from torch import nn

from convopt.benchmarks.torch_models.mobilenet_v2 import InvertedResidual, MobileNetV2
from convopt.benchmarks.training.task import Task

LINEAR_DEVIATION = 0.01


def network(task: Task, generator: Any) -> MobileNetV2:
    """MobileNetV2 for training; without dropout, whose random numbers differ between compilers.

    Parameters are drawn as torchvision does it, but the last batch norm of each residual block
    starts at zero (Goyal et al., 2017), so that the block starts as the identity. With ones,
    rounding in float32 alone makes the losses of eager's two memory formats differ a hundred times
    as much (1e-2 in place of 1e-4 over 50 steps of the defaults): 52 batch norms amplify it, and
    ReLU6 lets through or stops what is near its bounds. A contender's mistake could hide in that.
    """
    module = MobileNetV2(task.classes, dropout=0.0)
    for each in module.modules():
        _draw(each, generator)
    for each in module.modules():
        if isinstance(each, InvertedResidual) and each.is_residual:
            nn.init.zeros_(each.body[-1].weight)
    module.train()
    return module


def _draw(module: Any, generator: Any) -> None:
    """Parameters of a single layer; batch norms hold ones and zeros since they were made."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", generator=generator)
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=LINEAR_DEVIATION, generator=generator)
        nn.init.zeros_(module.bias)
