"""What is measured, in which order, and how much of it fits into a run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from convopt.benchmarks.gpu.on_device.bundle import F16, F32, TF32, TVM, Case, Variant

if TYPE_CHECKING:
    from convopt.benchmarks.gpu.on_device.contenders import Contender, Workshop

LAYOUTS = ("nchw", "nhwc")
OURS = ("planned", "apart", "fused")
SAMPLE = "sample"
"""Begins the names of variants with sizes that were drawn."""
Maker: TypeAlias = "Callable[[], Contender | None]"


class Entry(NamedTuple):
    """Somebody who may compute a case; `make` gives None where there is nothing to compute."""

    name: str
    make: Maker
    precision: str = F32


@dataclass(frozen=True)
class Part:
    """Cases of `kinds` that have a variant as `needs` says, of which `contenders` says who computes
    them.

    `first_seconds`: what a case may take, before one has shown it.
    """

    name: str
    about: str
    kinds: tuple[str, ...]
    contenders: "Callable[[Workshop], Iterator[Entry]]"
    is_warm: bool = True
    is_cold: bool = False
    is_energy: bool = False
    needs: Callable[[Variant], bool] = lambda variant: True
    most_batch: int | None = None
    first_seconds: float = 10.0

    def takes(self, case: Case) -> bool:
        if case.kind not in self.kinds or (self.most_batch and case.batch > self.most_batch):
            return False
        return any(self.needs(variant) for variant in case.variants)


@dataclass(frozen=True)
class Task:
    """A part of a case."""

    part: Part
    case: Case


def _is_sample(variant: Variant) -> bool:
    return variant.name.startswith(SAMPLE)


def _is_lower(variant: Variant) -> bool:
    return variant.precision != F32


def _entry(shop: "Workshop", variant: Variant) -> Entry:
    return Entry(variant.name, lambda: shop.variant(variant), variant.precision)


def _variants(shop: "Workshop", names: Sequence[str], precision: str = F32) -> Iterator[Entry]:
    for variant in shop.case.variants_of(names, precision):
        yield _entry(shop, variant)


def _all_variants(shop: "Workshop") -> Iterator[Entry]:
    for variant in shop.case.variants:
        yield _entry(shop, variant)


def _schedules(shop: "Workshop") -> Iterator[Entry]:
    """All of our own, drawn ones and others."""
    return (_entry(shop, v) for v in shop.case.variants if v.is_ours and not _is_lower(v))


def _eager(shop: "Workshop", precision: str) -> Iterator[Entry]:
    for layout in LAYOUTS:

        def make(layout: str = layout) -> "Contender":
            return shop.torch_eager(layout, precision)

        yield Entry(f"torch-{layout}", make, precision)


def _compiled(shop: "Workshop", precision: str) -> Iterator[Entry]:
    for layout in LAYOUTS:

        def make(layout: str = layout) -> "Contender":
            return shop.compiled(layout, precision)

        yield Entry(f"compile-{layout}", make, precision)


def _bare(shop: "Workshop") -> Iterator[Entry]:
    for layout in LAYOUTS:

        def make(layout: str = layout) -> "Contender | None":
            return shop.bare(layout)

        yield Entry(f"cudnn-{layout}-bare", make)


def _with_peers(shop: "Workshop") -> Iterator[Entry]:
    yield from _beside_torch(shop)
    yield from _variants(shop, [TVM])


def _with_bare_peers(shop: "Workshop") -> Iterator[Entry]:
    yield from _with_peers(shop)
    yield from _bare(shop)


def _beside_torch(shop: "Workshop") -> Iterator[Entry]:
    yield from _variants(shop, OURS)
    yield from _eager(shop, F32)


def _beside_compile(shop: "Workshop") -> Iterator[Entry]:
    yield from _variants(shop, OURS[:2])
    yield from _eager(shop, F32)
    yield from _compiled(shop, F32)


def _lower_precisions(shop: "Workshop") -> Iterator[Entry]:
    for precision in (TF32, F16):
        yield from _variants(shop, OURS, precision)
        yield from _eager(shop, precision)


def _lower_beside_compile(shop: "Workshop") -> Iterator[Entry]:
    for precision in (TF32, F16):
        yield from _variants(shop, OURS, precision)
        yield from _compiled(shop, precision)


_PAIR, _LAYER, _NETWORK = ("pair",), ("layer",), ("network",)
_SMALL = (*_PAIR, *_LAYER)

PARTS = (
    Part("check", "every variant's result", (*_SMALL, *_NETWORK), _all_variants, is_warm=False),
    Part("pairs", "pairs beside cuDNN and TVM", _PAIR, _with_bare_peers, is_cold=True),
    Part("networks", "networks beside cuDNN and TVM", _NETWORK, _with_peers, is_cold=True),
    Part(
        "networks-compile",
        "networks beside torch.compile",
        _NETWORK,
        _beside_compile,
        first_seconds=240,
    ),
    Part("samples", "pairs with drawn schedules", _PAIR, _schedules, needs=_is_sample),
    Part(
        "precisions",
        "tf32 and f16 beside cuDNN's",
        (*_PAIR, *_NETWORK),
        _lower_precisions,
        is_cold=True,
        needs=_is_lower,
    ),
    Part("layers", "single layers beside cuDNN", _LAYER, _with_bare_peers),
    Part(
        "pairs-compile",
        "pairs beside torch.compile",
        _PAIR,
        _beside_compile,
        most_batch=1,
        first_seconds=60,
    ),
    Part(
        "precisions-compile",
        "networks in tf32 and f16 beside torch.compile",
        _NETWORK,
        _lower_beside_compile,
        needs=_is_lower,
        most_batch=1,
        first_seconds=400,
    ),
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
