"""What is predicted and measured: layers of the tables, alone or one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from convopt.benchmarks.layer import Layer
from convopt.benchmarks.layers.tables import chosen_layers, layer_class, read_table


@dataclass(frozen=True)
class Case:
    """`stages` that each read what the one before made; `tables` have them.

    `band`: rows of the last stage that a fused module makes at a time; None: every stage is a
    kernel of its own.
    """

    tables: tuple[str, ...]
    stages: tuple[Layer, ...]
    band: int | None = None

    @property
    def name(self) -> str:
        """Layers' names; of a fused module with its band."""
        names = " + ".join(stage.name for stage in self.stages)
        return names if self.band is None else f"{names} fused by {self.band}"

    @property
    def kind(self) -> str:
        """What errors are summed up over: kinds and kernels of the stages, such as dw3 or
        dw3+pw."""
        kind = "+".join(_class(stage) for stage in self.stages)
        return kind if self.band is None else f"{kind} fused"


def layer_cases(tables: Sequence[str], patterns: Sequence[str] = ()) -> list[Case]:
    """Every distinct layer of the tables; one that several tables have knows all of them.

    Raises UsageError for an unknown table, and where no layer matches a pattern.
    """
    found = [(table, layer) for table in tables for layer in read_table(table)]
    chosen = set(chosen_layers([layer for _, layer in found], patterns))
    first: dict[Layer, Layer] = {}
    known: dict[Layer, list[str]] = {}
    for table, layer in found:
        if layer not in chosen:
            continue
        sizes = replace(layer, network="", count=1)
        first.setdefault(sizes, layer)
        known.setdefault(sizes, []).append(table)
    return [Case(tuple(dict.fromkeys(known[each])), (first[each],)) for each in first]


def _class(layer: Layer) -> str:
    """As for single layers; sweeps over the number of groups belong to their kernels."""
    return layer_class(replace(layer, network=""))
