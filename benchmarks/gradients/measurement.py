"""What a process needs to know to measure gradients, and how one is measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convopt.benchmarks.gradient import Gradient, GradientData
from convopt.benchmarks.gradients.results import GradientRow
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.limits.machine import Limits, Machine
from convopt.benchmarks.limits.roofline import gradient_limit
from convopt.benchmarks.measuring.bench import Bench, Contender
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.peer import Peer, Prepared
from convopt.benchmarks.peers.registry import open_peers

Job = tuple[Layer, Gradient]


@dataclass(frozen=True)
class GradientSetup:
    """`peers` are the names of those to measure beside convopt; all are installed."""

    target: str
    peers: tuple[str, ...]
    rounds: int
    limits: Limits

    def work(self) -> Callable[[Job], GradientRow]:
        """Opens the libraries in this process, which must be pinned already.

        What comes back measures a gradient.
        """
        peers, _ = open_peers(self.peers)
        return self.with_peers([ConvoptPeer(self.target), *peers])

    def with_peers(self, everyone: Sequence[Peer]) -> Callable[[Job], GradientRow]:
        """The same with libraries that are open, convopt among them."""
        machine = Machine(target_here(self.target))
        bench = Bench(contenders(everyone), machine, self.limits, self.rounds)
        return lambda job: measured(*job, bench, self.limits)


def contenders(peers: Sequence[Peer]) -> list[Contender]:
    """Those that compute gradients, in all layouts that they have for them."""
    return [Contender(peer, layout) for peer in peers for layout in peer.gradient_layouts]


def measured(layer: Layer, gradient: Gradient, bench: Bench, limits: Limits) -> GradientRow:
    """Check everyone's result, then time those that are right, in turn."""
    data = GradientData.random(layer, gradient)
    limit = gradient_limit(layer, gradient, limits)

    def prepare(one: Contender) -> Prepared:
        return one.peer.prepare_gradient(data, one.layout, 1)

    return GradientRow(layer, gradient, limit, bench.cells(prepare, data.reference, limit))
