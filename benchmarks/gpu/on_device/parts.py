"""What is measured, in which order, and how much of it fits into a run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias

from convopt.benchmarks.gpu.on_device.bundle import F16, F32, TF32, Case

if TYPE_CHECKING:
    from convopt.benchmarks.gpu.on_device.contenders import Contender, Workshop

LAYOUTS = ("nchw", "nhwc")
OURS = ("planned", "apart", "fused")
SAMPLE = "sample"
"""Begins the names of variants with sizes that were drawn."""
Maker: TypeAlias = "Callable[[], Contender | None]"


@dataclass(frozen=True)
class Part:
    """Cases of `kinds`, of which `contenders` says who computes them.

    `first_seconds`: what a case may take, before one has shown it.
    """

    name: str
    about: str
    kinds: tuple[str, ...]
    contenders: "Callable[[Workshop], Iterator[tuple[str, Maker]]]"
    is_warm: bool = True
    is_cold: bool = False
    is_energy: bool = False
    needs_samples: bool = False
    most_batch: int | None = None
    first_seconds: float = 10.0

    def takes(self, case: Case) -> bool:
        if case.kind not in self.kinds or (self.most_batch and case.batch > self.most_batch):
            return False
        return not self.needs_samples or any(_is_sample(v.name) for v in case.variants)


@dataclass(frozen=True)
class Task:
    """A part of a case."""

    part: Part
    case: Case


def _is_sample(name: str) -> bool:
    return name.startswith(SAMPLE)


def _ours(shop: "Workshop", names: Sequence[str]) -> Iterator[tuple[str, Maker]]:
    for variant in shop.case.variants_of(names):
        yield variant.name, lambda variant=variant: shop.ours(variant)  # type: ignore[misc]


def _all_variants(shop: "Workshop") -> Iterator[tuple[str, Maker]]:
    return _ours(shop, [each.name for each in shop.case.variants])


def _eager(shop: "Workshop", precision: str) -> Iterator[tuple[str, Maker]]:
    for layout in LAYOUTS:
        yield (
            f"torch-{layout}",
            lambda layout=layout: shop.torch_eager(layout, precision),  # type: ignore[misc]
        )


def _compiled(shop: "Workshop", precision: str) -> Iterator[tuple[str, Maker]]:
    for layout in LAYOUTS:
        yield (
            f"compile-{layout}",
            lambda layout=layout: shop.compiled(layout, precision),  # type: ignore[misc]
        )


def _with_peers(shop: "Workshop") -> Iterator[tuple[str, Maker]]:
    yield from _ours(shop, OURS)
    yield from _eager(shop, F32)
    for layout in LAYOUTS:
        yield f"cudnn-{layout}-bare", lambda layout=layout: shop.bare(layout)  # type: ignore[misc]


def _beside_torch(shop: "Workshop") -> Iterator[tuple[str, Maker]]:
    yield from _ours(shop, OURS)
    yield from _eager(shop, F32)


def _beside_compile(shop: "Workshop") -> Iterator[tuple[str, Maker]]:
    yield from _ours(shop, OURS[:2])
    yield from _eager(shop, F32)
    yield from _compiled(shop, F32)


def _other_precisions(shop: "Workshop") -> Iterator[tuple[str, Maker]]:
    yield from _ours(shop, OURS[:1])
    for precision in (TF32, F16):
        yield from _eager(shop, precision)


_PAIR, _LAYER, _NETWORK = ("pair",), ("layer",), ("network",)
_SMALL = (*_PAIR, *_LAYER)

PARTS = (
    Part("check", "every variant's result", (*_SMALL, *_NETWORK), _all_variants, is_warm=False),
    Part("pairs", "pairs beside cuDNN", _PAIR, _with_peers, is_cold=True),
    Part("networks", "networks beside cuDNN", _NETWORK, _beside_torch, is_cold=True),
    Part(
        "networks-compile",
        "networks beside torch.compile",
        _NETWORK,
        _beside_compile,
        first_seconds=240,
    ),
    Part("samples", "pairs with drawn schedules", _PAIR, _all_variants, needs_samples=True),
    Part("layers", "single layers beside cuDNN", _LAYER, _with_peers),
    Part(
        "pairs-compile",
        "pairs beside torch.compile",
        _PAIR,
        _beside_compile,
        most_batch=1,
        first_seconds=60,
    ),
    Part("precisions", "tf32 and f16 of torch", (*_PAIR, *_NETWORK), _other_precisions),
    Part(
        "energy",
        "energy of pairs and networks",
        (*_PAIR, *_NETWORK),
        _beside_torch,
        is_energy=True,
        most_batch=1,
    ),
)


def tasks(
    cases: Sequence[Case],
    parts: Sequence[str] = (),
    patterns: Sequence[str] = (),
    batches: Sequence[int] = (),
) -> list[Task]:
    """All that was asked for: part by part, small batches first; everything for nothing."""
    found = [
        Task(part, case)
        for part in PARTS
        if not parts or part.name in parts
        for case in sorted(cases, key=lambda case: case.batch)
        if part.takes(case)
    ]
    return [
        task
        for task in found
        if (not batches or task.case.batch in batches)
        and (not patterns or any(_matches(task.case, pattern) for pattern in patterns))
    ]


def fits(task: Task, longest: float, left: float) -> bool:
    """Whether to begin a task with so many seconds left; `longest`: what one of its part took."""
    return (longest or task.part.first_seconds) < left


def _matches(case: Case, pattern: str) -> bool:
    return any(fnmatchcase(word, pattern) for word in (case.name, case.group, case.key))
