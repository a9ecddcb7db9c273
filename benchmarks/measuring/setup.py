"""What a process needs to know to measure layers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from convopt.backends.targets import CpuTarget, cpu_target
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.limits.machine import Limits, Machine
from convopt.benchmarks.measuring.bench import Bench, contenders
from convopt.benchmarks.measuring.results import LayerRow
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.peer import Layout, Peer
from convopt.benchmarks.peers.registry import open_peers


@dataclass(frozen=True)
class Setup:
    """`peers` are the names of those to measure beside convopt; all are installed."""

    target: str
    peers: tuple[str, ...]
    layouts: tuple[Layout, ...]
    rounds: int
    limits: Limits

    def work(self) -> Callable[[tuple[str, Layer]], LayerRow]:
        """Opens the libraries in this process, which must be pinned already.

        What comes back measures a layer, given with the name of its table.
        """
        peers, _ = open_peers(self.peers)
        bench = self.bench_of([ConvoptPeer(self.target), *peers])
        return lambda job: bench.measure(*job)

    def bench_of(self, peers: Sequence[Peer]) -> Bench:
        """With libraries that are open."""
        machine = Machine(target_here(self.target))
        return Bench(contenders(peers, self.layouts), machine, self.limits, self.rounds)


def target_here(name: str) -> CpuTarget:
    """Code and vectors of a target, with the caches of this machine."""
    here = cpu_target("host")
    return replace(
        cpu_target(name),
        l1_bytes=here.l1_bytes,
        l2_bytes=here.l2_bytes,
        l3_bytes=here.l3_bytes,
    )
