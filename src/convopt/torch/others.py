"""Graphs that convopt does not run: inductor does, or PyTorch node by node."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from torch import fx
from torch._dynamo import lookup_backend
from torch._dynamo.exc import BackendCompilerFailed, TorchDynamoException

Compiled: TypeAlias = Callable[..., Any]

INDUCTOR, EAGER = "inductor", "eager"

logger = logging.getLogger("convopt.torch")


@dataclass(frozen=True)
class Others:
    """A function that somebody else made of a graph, who, and what is to say about it."""

    function: Compiled
    who: str
    notes: tuple[str, ...] = ()


def compile_by_others(module: fx.GraphModule, inputs: Sequence[Any], who: str) -> Others:
    """The graph as a function by `who`; node by node where inductor fails."""
    if who == EAGER:
        return Others(module.forward, EAGER)
    try:
        return Others(lookup_backend(INDUCTOR)(module, list(inputs)), INDUCTOR)
    except Exception as error:
        if is_control_flow(error):
            raise
        logger.debug("inductor failed", exc_info=True)
        return Others(module.forward, EAGER, (f"inductor failed: {summary(error)}",))


def is_control_flow(error: Exception) -> bool:
    """Whether an exception tells Dynamo to do something else, such as to trace again."""
    return isinstance(error, TorchDynamoException) and not isinstance(error, BackendCompilerFailed)


def summary(error: Exception) -> str:
    """An error in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
