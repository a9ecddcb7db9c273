"""The backend `convopt` of `torch.compile`."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import fx

from convopt.errors import ConvoptError
from convopt.torch.inference import compile_inference
from convopt.torch.options import options_of
from convopt.torch.others import Compiled, compile_by_others, is_control_flow, summary
from convopt.torch.report import GraphReport, LeftNode, logger, publish
from convopt.torch.training import compile_training

NO_CONVOLUTION = "no convolution that convopt compiles"


def convopt(
    module: fx.GraphModule,
    inputs: Sequence[Any],
    *,
    options: Mapping[str, object] | None = None,
    mode: str | None = None,
) -> Compiled:
    """Compiles a graph that Dynamo found: convolutions and their neighbours by convopt.

    `options` are the fields of `convopt.torch.options.Options`; there are no modes. Raises
    ConvoptError for wrong ones.
    """
    if mode not in (None, "default"):
        raise ConvoptError(f"expected options, not a mode, found mode='{mode}'")
    given = options_of(options)
    left: tuple[LeftNode, ...] = ()
    reason = _obstacle(inputs)
    if reason is None:
        try:
            compile_ = compile_training if _wants_gradients(module, inputs) else compile_inference
            compiled, report = compile_(module, inputs, given)
        except Exception as error:
            if is_control_flow(error):
                raise
            logger.warning("convopt failed, others compile this graph", exc_info=True)
            reason = f"convopt failed: {summary(error)}"
        else:
            if compiled is not None:
                publish(report)
                return compiled
            reason, left = report.notes[0] if report.notes else NO_CONVOLUTION, report.left
    others = compile_by_others(module, inputs, given.rest)
    publish(GraphReport(left=left, rest=others.who, notes=(reason, *others.notes)))
    return others.function


def _obstacle(inputs: Sequence[Any]) -> str | None:
    """Why the whole graph is left to others."""
    if not all(isinstance(each, torch.Tensor) for each in inputs):
        return "expected static shapes, found dynamic ones: torch.compile(..., dynamic=False)"
    known = (torch.Tensor, torch.nn.Parameter, torch.nn.Buffer)
    for each in inputs:
        if type(each) not in known:
            return f"expected plain tensors, found a {type(each).__name__}"
    return None


def _wants_gradients(module: fx.GraphModule, inputs: Sequence[torch.Tensor]) -> bool:
    given = (*inputs, *module.parameters())
    return torch.is_grad_enabled() and any(each.requires_grad for each in given)
