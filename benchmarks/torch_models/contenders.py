"""Who runs a PyTorch model: convopt and inductor through torch.compile, and eager."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from convopt.benchmarks.torch_models.results import CONVOPT, EAGER, INDUCTOR
from convopt.errors import UsageError

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Contender:
    """`backend` None is eager; `channels_last` images and weights; weights `frozen` as
    constants, which is how inductor fuses and lays them out best."""

    name: str
    backend: str | None
    channels_last: bool = False
    frozen: bool = False

    def function(self, module: Any) -> Function:
        """The module as this contender runs it, on images in its memory format."""
        if self.channels_last:
            module = module.to(memory_format=torch.channels_last)
        if self.backend is None:
            return module  # type: ignore[no-any-return]
        # With an option of its own, or Dynamo takes what inductor compiled before for the same.
        options = {"freezing": True} if self.frozen else None
        return torch.compile(  # type: ignore[no-any-return]
            module, backend=self.backend, options=options, dynamic=False
        )

    def image(self, image: Any) -> Any:
        return image.to(memory_format=torch.channels_last) if self.channels_last else image

    @contextmanager
    def settings(self) -> Iterator[None]:
        """What has to hold while the first call compiles: Dynamo looks at it, not at options."""
        with torch._inductor.config.patch(freezing=self.frozen):
            yield


CONTENDERS = (
    Contender(CONVOPT, "convopt"),
    Contender(INDUCTOR, "inductor"),
    Contender("inductor-nhwc", "inductor", channels_last=True),
    Contender("inductor-frozen", "inductor", channels_last=True, frozen=True),
    Contender(EAGER, None),
    Contender("eager-nhwc", None, channels_last=True),
)

TRAINED = tuple(one for one in CONTENDERS if not one.frozen)
"""Who can train: weights that are constants cannot change."""


def named(names: Sequence[str] | None, known: Sequence[Contender]) -> list[Contender]:
    """Those of `known` that are named, in their order there; all for None.

    Raises UsageError for a name that is none of theirs.
    """
    all_names = [one.name for one in known]
    for name in names or ():
        if name not in all_names:
            raise UsageError(f"expected contenders out of {', '.join(all_names)}, found '{name}'")
    return [one for one in known if names is None or one.name in names]
