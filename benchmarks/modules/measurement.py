"""What a process needs to know to measure modules, and how one is measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convopt.benchmarks.limits.machine import Limits, Machine
from convopt.benchmarks.limits.roofline import module_limit
from convopt.benchmarks.measuring.bench import Bench, Contender
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.module import Module, ModuleData
from convopt.benchmarks.modules.results import ModuleRow
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer, SeparateConvoptPeer
from convopt.benchmarks.peers.peer import Peer, Prepared
from convopt.benchmarks.peers.registry import open_peers


@dataclass(frozen=True)
class ModuleSetup:
    """`peers` are the names of those to measure beside convopt; all are installed."""

    target: str
    peers: tuple[str, ...]
    rounds: int
    limits: Limits

    def work(self) -> Callable[[Module], ModuleRow]:
        """Opens the libraries in this process, which must be pinned already.

        What comes back measures a module.
        """
        peers, _ = open_peers(self.peers)
        return self.with_peers(ConvoptPeer(self.target), peers)

    def with_peers(self, ours: ConvoptPeer, peers: Sequence[Peer]) -> Callable[[Module], ModuleRow]:
        """The same with libraries that are open."""
        entered = contenders([ours, SeparateConvoptPeer(self.target), *peers])
        machine = Machine(target_here(self.target))
        bench = Bench(entered, machine, self.limits, self.rounds)
        return lambda module: measured(module, bench, ours, self.limits)


def contenders(peers: Sequence[Peer]) -> list[Contender]:
    """Those that run modules, each in its layout for them."""
    return [Contender(peer, peer.module_layout) for peer in peers if peer.module_layout is not None]


def measured(module: Module, bench: Bench, ours: ConvoptPeer, limits: Limits) -> ModuleRow:
    """Check everyone's result, then time those that are right, in turn."""
    data = ModuleData.random(module)
    limit = module_limit(module, limits)

    def prepare(one: Contender) -> Prepared:
        return one.peer.prepare_module(data, 1)

    cells = bench.cells(prepare, data.reference, limit)
    return ModuleRow(module, limit, cells, ours.module_kernels(data))
