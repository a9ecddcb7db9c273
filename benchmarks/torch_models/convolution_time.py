"""Where eager's time for convolutions goes, by module."""

import time
from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import nn

REPEAT = 7


def convolution_seconds(module: Any, image: Any) -> dict[str, float]:
    """The least seconds of each convolution over some runs, by the name of its module."""
    least: dict[str, float] = {}
    begun: dict[str, float] = {}
    hooks = []
    for name, each in module.named_modules():
        if not isinstance(each, nn.Conv2d):
            continue

        def before(*_: Any, name: str = name) -> None:
            begun[name] = time.perf_counter()

        def after(*_: Any, name: str = name) -> None:
            seconds = time.perf_counter() - begun[name]
            least[name] = min(seconds, least.get(name, seconds))

        hooks += [each.register_forward_pre_hook(before), each.register_forward_hook(after)]
    try:
        with torch.inference_mode():
            for _ in range(REPEAT):
                module(image)
    finally:
        for hook in hooks:
            hook.remove()
    return least


def share_of(seconds: Mapping[str, float], taken: Collection[str]) -> float:
    """The part of the time of all modules that those in `taken` have; 0 if there are none."""
    total = sum(seconds.values())
    return sum(seconds[name] for name in seconds if name in taken) / total if total else 0.0
