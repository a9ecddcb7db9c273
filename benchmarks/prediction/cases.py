"""What is predicted and measured: layers of the tables, and pairs apart and fused."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from convopt.benchmarks.layer import Layer
from convopt.benchmarks.layers.pairs import read_pairs
from convopt.benchmarks.layers.tables import layer_class, read_table, table_names
from convopt.errors import UsageError

PAIRS = "fused_pairs"
"""The name of the table of pairs."""


@dataclass(frozen=True)
class Case:
    """`stages` that each read what the one before made; `tables` have them.

    Every stage is a kernel of its own, or all are one fused module.
    """

    tables: tuple[str, ...]
    stages: tuple[Layer, ...]
    is_fused: bool = False

    @property
    def name(self) -> str:
        """The stages' names."""
        names = " + ".join(stage.name for stage in self.stages)
        return f"{names} fused" if self.is_fused else names

    @property
    def kind(self) -> str:
        """What errors are summed up over: kind and kernel of the stages, such as dw3+pw."""
        kind = "+".join(layer_class(replace(stage, network="")) for stage in self.stages)
        return f"{kind} fused" if self.is_fused else kind


def all_tables() -> tuple[str, ...]:
    """The shipped tables of layers, and that of pairs."""
    return (*table_names(), PAIRS)


def read_cases(tables: Sequence[str], patterns: Sequence[str] = ()) -> list[Case]:
    """Every distinct layer and pair of the tables; one that several tables have knows them all.

    `patterns` choose by name, kind or network. Raises UsageError for an unknown table, and where no
    case matches a pattern.
    """
    cases = [case for table in tables for case in _cases_of(table)]
    chosen = [case for case in cases if not patterns or _matches(case, patterns)]
    if not chosen:
        kinds = sorted({case.kind for case in cases})
        raise UsageError(
            f"expected cases such as '{cases[0].name}' or kinds out of {', '.join(kinds)}, "
            f"found none for {', '.join(map(repr, patterns))}"
        )
    return _distinct(chosen)


def _cases_of(table: str) -> Iterator[Case]:
    if table != PAIRS:
        yield from (Case((table,), (layer,)) for layer in read_table(table))
        return
    for pair, _ in read_pairs():
        yield Case((table,), pair.layers)
        yield Case((table,), pair.layers, is_fused=True)


def _distinct(cases: Iterable[Case]) -> list[Case]:
    found: dict[tuple[object, ...], Case] = {}
    for case in cases:
        sizes = tuple(replace(stage, network="", count=1) for stage in case.stages)
        first = found.setdefault((sizes, case.is_fused), case)
        tables = tuple(dict.fromkeys((*first.tables, *case.tables)))
        found[sizes, case.is_fused] = replace(first, tables=tables)
    return list(found.values())


def _matches(case: Case, patterns: Sequence[str]) -> bool:
    words = (case.name, case.kind, *(stage.network for stage in case.stages))
    return any(fnmatchcase(word, pattern) for word in words for pattern in patterns)
