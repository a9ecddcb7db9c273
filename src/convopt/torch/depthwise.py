"""Depthwise convolution as a function with gradients."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from typing import Any

import torch
from torch.autograd.function import once_differentiable

from convopt.backends.targets.host import host_target
from convopt.convdialect.shapes import Padding, Pair, Window
from convopt.errors import ConvoptError
from convopt.runtime.threads import available_cores
from convopt.torch.results import ResultSpec
from convopt.torch.running import CompiledFunction

Pairs = int | tuple[int, int]
Pads = int | tuple[int, int] | tuple[int, int, int, int]


def depthwise_conv2d(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    *,
    stride: Pairs = 1,
    padding: Pads = 0,
    dilation: Pairs = 1,
) -> torch.Tensor:
    """`torch.nn.functional.conv2d` with a group per channel; forward and both gradients by convopt.

    `input` is [N, C, H, W] with C of at least 2, `weight` [C, 1, KH, KW], `bias` [C]; all are
    float32 on the CPU. `stride` and `dilation` are a number or (height, width), `padding` is a
    number, (height, width) or (top, left, bottom, right). Code is compiled at the first call for a
    shape. Gradients of gradients are an error. Raises ConvoptError for other inputs.
    """
    window = Window(
        _kernel(weight),
        _pair("stride", stride, 1),
        _padding(padding),
        _pair("dilation", dilation, 1),
    )
    _check(input, weight, bias)
    threads = min(torch.get_num_threads(), available_cores())
    layer = _layer(tuple(input.shape), window, bias is not None, threads)
    result: torch.Tensor = _Depthwise.apply(input, weight, bias, layer)
    return result


@dataclass(frozen=True)
class _Layer:
    """The code of a layer and of its gradients, each compiled when it is first called for."""

    shape: tuple[int, ...]
    window: Window
    has_bias: bool
    threads: int

    @cached_property
    def forward(self) -> CompiledFunction:
        return self._compiled("forward", self.grad_shape)

    @cached_property
    def backward_data(self) -> CompiledFunction:
        return self._compiled("backward_data", self.shape)

    @cached_property
    def weight_gradient(self) -> CompiledFunction:
        return self._compiled("weight_gradient", (self.shape[1], 1, *self.window.kernel))

    @property
    def grad_shape(self) -> tuple[int, ...]:
        """Of the result and its gradient."""
        return (*self.shape[:2], *self.window.output_size(*self.shape[2:]))

    def _compiled(self, part: str, result: tuple[int, ...]) -> CompiledFunction:
        from convopt.torch.building import build_segment
        from convopt.torch.depthwise_models import MODELS

        model = MODELS[part](self.shape, self.window, self.has_bias)
        spec = ResultSpec(result, tuple(prod(result[axis + 1 :]) for axis in range(len(result))))
        segment = build_segment(model, cache=True)
        return CompiledFunction(segment, host_target(), self.threads, [spec])


class _Depthwise(torch.autograd.Function):  # type: ignore[misc]
    @staticmethod
    def forward(
        ctx: Any,
        input: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        layer: _Layer,
    ) -> torch.Tensor:
        ctx.layer = layer
        ctx.save_for_backward(input, weight)
        parameters = [weight] if bias is None else [weight, bias]
        (result,) = layer.forward.run([input], parameters)
        return result

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        input, weight = ctx.saved_tensors
        layer: _Layer = ctx.layer
        wants_input, wants_weight, wants_bias, _ = ctx.needs_input_grad
        return (
            layer.backward_data.run([grad], [weight])[0] if wants_input else None,
            layer.weight_gradient.run([input, grad], [])[0] if wants_weight else None,
            grad.sum(dim=(0, 2, 3)) if wants_bias else None,
            None,
        )


@lru_cache(maxsize=256)
def _layer(shape: tuple[int, ...], window: Window, has_bias: bool, threads: int) -> _Layer:
    return _Layer(shape, window, has_bias, threads)


def _kernel(weight: torch.Tensor) -> Pair:
    if weight.dim() != 4 or weight.shape[1] != 1:
        raise ConvoptError(f"weight: expected [C, 1, KH, KW], found {list(weight.shape)}")
    return int(weight.shape[2]), int(weight.shape[3])


def _check(input: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
    for name, tensor in (("input", input), ("weight", weight), ("bias", bias)):
        if tensor is None:
            continue
        if tensor.dtype != torch.float32 or tensor.device.type != "cpu":
            found = f"{str(tensor.dtype).removeprefix('torch.')} on {tensor.device.type}"
            raise ConvoptError(f"{name}: expected float32 on cpu, found {found}")
    if input.dim() != 4 or input.shape[1] < 2 or 0 in input.shape:
        raise ConvoptError(
            f"input: expected [N, C, H, W] of at least 2 channels, found {list(input.shape)}"
        )
    channels = input.shape[1]
    if weight.shape[0] != channels:
        raise ConvoptError(
            f"weight: expected {channels} filters, one a channel, found {weight.shape[0]}"
        )
    if bias is not None and tuple(bias.shape) != (channels,):
        raise ConvoptError(f"bias: expected [{channels}], found {list(bias.shape)}")


def _pair(name: str, value: object, least: int) -> Pair:
    numbers = _numbers(value, (2,), least)
    if numbers is None:
        raise ConvoptError(f"{name}: expected a number or two of at least {least}, found {value!r}")
    return numbers[0], numbers[-1]


def _padding(value: object) -> Padding:
    numbers = _numbers(value, (2, 4), 0)
    if numbers is None:
        raise ConvoptError(
            f"padding: expected a number, two or four of at least 0, found {value!r}"
        )
    top, left, *rest = numbers * 2 if len(numbers) == 2 else numbers
    return top, left, rest[0], rest[1]


def _numbers(value: object, counts: Sequence[int], least: int) -> tuple[int, ...] | None:
    """Whole numbers, of which one stands for as many as are wanted least; None for all else."""
    given = (value,) * counts[0] if isinstance(value, int) else value
    if not isinstance(given, tuple | list) or len(given) not in counts:
        return None
    if not all(isinstance(each, int) and each >= least for each in given):
        return None
    return tuple(given)
