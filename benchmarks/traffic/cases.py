"""Which pairs and networks, on which targets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from convopt.backends.targets import GpuTarget, load_target, target_names
from convopt.backends.targets.loading import HOST
from convopt.benchmarks.layers.pairs import Pair, read_pairs
from convopt.benchmarks.traffic import cpu_savings, gpu_savings
from convopt.benchmarks.traffic.saving import Saving
from convopt.errors import UsageError
from convopt.suggestions import did_you_mean

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

PAIRS = "fused_pairs"
NETWORKS = ("mobilenet_v1", "mobilenet_v2", "proxyless_gprox3", "xception", "efficientnet_b0")
CHOICES = (PAIRS, *NETWORKS)


@dataclass(frozen=True)
class Case:
    """A pair, or a network at level 1."""

    source: "Pair | ModuleOp"
    name: str
    network: str

    def saving(self, target_name: str) -> Saving | None:
        """On one target; None where it is too small for the module."""
        target = load_target(target_name)
        if isinstance(self.source, Pair):
            if isinstance(target, GpuTarget):
                return gpu_savings.pair_saving(self.source, target)
            return cpu_savings.pair_saving(self.source, target_name)
        if isinstance(target, GpuTarget):
            return gpu_savings.network_saving(self.name, self.source, target)
        return cpu_savings.network_saving(self.name, self.source, target_name)


def read_cases(names: Sequence[str], patterns: Sequence[str] = ()) -> list[Case]:
    """The pairs and networks of CHOICES by name, all for none; pairs whose name, kind or network
    matches a pattern, and networks whose name does.

    Raises UsageError for an unknown name, and where nothing matches.
    """
    chosen = [case for name in names or CHOICES for case in _cases_of(name, patterns)]
    if not chosen:
        raise UsageError(
            "expected patterns such as 'mobilenet_v2' or 'pwdw', found nothing for "
            + ", ".join(map(repr, patterns))
        )
    return chosen


def shipped_targets() -> list[str]:
    """All but this machine."""
    return [name for name in target_names() if name != HOST]


def _cases_of(name: str, patterns: Sequence[str]) -> Iterator[Case]:
    if name not in CHOICES:
        raise UsageError(
            f"expected {PAIRS} or a network out of {', '.join(NETWORKS)}, "
            f"found '{name}'{did_you_mean(name, CHOICES)}"
        )
    if name == PAIRS:
        for pair, _ in read_pairs():
            if _matches((pair.name, pair.kind, pair.network), patterns):
                yield Case(pair, pair.name, pair.network)
    elif _matches((name,), patterns):
        yield Case(_network(name), name, name)


def _network(name: str) -> "ModuleOp":
    from convopt.benchmarks.networks.catalogue import build
    from convopt.compiler import load

    return load(build(name)).module


def _matches(words: Sequence[str], patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(word, one) for word in words for one in patterns)
