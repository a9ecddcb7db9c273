"""Who runs a model in a comparison, made ready and checked before the clock starts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from convopt.benchmarks.layer import Array
from convopt.benchmarks.models.results import CONVOPT, Entry
from convopt.benchmarks.peers.peer import ModelData, Peer, Prepared, UnsupportedError
from convopt.comparison import relative_error


@dataclass(frozen=True)
class Contender:
    """A library on a number of threads."""

    peer: Peer
    threads: int


def contenders(peers: Sequence[Peer], threads: int) -> list[Contender]:
    """All on `threads` threads; convopt, where these are several, on one, too."""
    found = [Contender(peer, threads) for peer in peers]
    alone = [Contender(one.peer, 1) for one in found if one.peer.name == CONVOPT and threads > 1]
    return [*found, *alone]


def checked(
    contender: Contender, model: ModelData, expected: Sequence[Array]
) -> tuple[Entry, Prepared | None]:
    """The entry without its timing; and what to time, unless it is not to be.

    A library that breaks down must not take the others' results with it: its note says how.
    """
    peer, threads = contender.peer, contender.threads
    entry = Entry(peer.name, peer.version(), threads)
    try:
        prepared = peer.prepare_model(model, threads)
    except UnsupportedError as error:
        return replace(entry, note=str(error)), None
    except Exception as error:
        return replace(entry, note=_failure(error)), None
    try:
        prepared.run(1)
        distance = _distance(prepared.outputs(), expected)
    except Exception as error:
        prepared.close()
        return replace(entry, note=_failure(error)), None
    if not distance <= peer.tolerance:
        prepared.close()
        note = f"wrong: relative error {distance:.1e}, expected at most {peer.tolerance:.0e}"
        return replace(entry, error=distance, note=note), None
    return replace(entry, error=distance), prepared


def expected_outputs(model: ModelData) -> list[Array]:
    """What onnxruntime computes without its optimisations."""
    from convopt.testing.onnx_models import run_onnxruntime

    return run_onnxruntime(model.onnx, model.feeds)


def _distance(found: Sequence[Array], expected: Sequence[Array]) -> float:
    """Of the worst output; infinite where there are too many or too few."""
    if len(found) != len(expected):
        return float("inf")
    return max(map(relative_error, found, expected))


def _failure(error: Exception) -> str:
    return f"failed: {type(error).__name__}: {error}".partition("\n")[0]
