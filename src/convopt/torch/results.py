"""Shapes and strides of what a compiled set of nodes returns, also as text inside graphs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch


@dataclass(frozen=True)
class ResultSpec:
    """A float32 tensor; `strides` in elements, as eager PyTorch would give it."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def is_row_major(self) -> bool:
        """Whether the strides are those of row-major order, as far as they matter."""
        step = 1
        for size, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
            if size > 1 and stride != step:
                return False
            step *= size
        return True

    def empty(self) -> torch.Tensor:
        return torch.empty_strided(self.shape, self.strides, dtype=torch.float32)


def text_of(specs: Sequence[ResultSpec]) -> str:
    """The specs as text that `specs_of` reads."""
    return json.dumps([[spec.shape, spec.strides] for spec in specs], separators=(",", ":"))


@lru_cache(maxsize=1024)
def specs_of(text: str) -> tuple[ResultSpec, ...]:
    """The specs that `text_of` wrote."""
    return tuple(ResultSpec(tuple(shape), tuple(strides)) for shape, strides in json.loads(text))
