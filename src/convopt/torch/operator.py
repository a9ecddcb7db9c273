"""The operator `convopt::run`: one compiled set of nodes inside a graph that others compile.

What it runs belongs to the call that is under way: graphs are compiled once and run with the
parameters of any module of their shape, from any thread.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch

from convopt.torch.results import specs_of

Function: TypeAlias = Callable[[Sequence[torch.Tensor]], list[torch.Tensor]]

_library = torch.library.Library("convopt", "DEF")
_library.define(
    "run(Tensor[] inputs, int index, str results) -> Tensor[]",
    tags=(torch.Tag.pt2_compliant_tag,),
)


class _Active(threading.local):
    functions: Sequence[Function] = ()


_active = _Active()


def call_with(functions: Sequence[Function], graph: Callable[..., Any], arguments: Any) -> Any:
    """`graph(*arguments)`, in which `convopt::run` with index n is `functions[n]`."""
    before = _active.functions
    _active.functions = functions
    try:
        return graph(*arguments)
    finally:
        _active.functions = before


def _run(inputs: Sequence[torch.Tensor], index: int, results: str) -> list[torch.Tensor]:
    return _active.functions[index](inputs)


def _shapes(inputs: Sequence[torch.Tensor], index: int, results: str) -> list[torch.Tensor]:
    return [spec.empty() for spec in specs_of(results)]


_library.impl("run", _run, "CPU")
torch.library.register_fake("convopt::run", _shapes, lib=_library)

RUN = torch.ops.convopt.run.default
