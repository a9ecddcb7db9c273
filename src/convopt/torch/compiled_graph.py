"""A graph with compiled sets as a function of its arguments."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias
from weakref import ReferenceType, ref

import torch

from convopt.errors import ConvoptError
from convopt.torch.operator import Function, call_with
from convopt.torch.report import logger
from convopt.torch.watching import Watch

MOST_KEPT = 64
"""For how many modules' parameters a graph is kept compiled: it may serve many equal blocks."""

MOST_OF_ONE = 2
"""Of one module whose parameters move between places in memory."""

Constants: TypeAlias = Mapping[int, torch.Tensor]
"""The values of arguments that are taken as fixed, by their place."""


class Sets(Protocol):
    """The sets of a graph, to be made for the values of some arguments."""

    def compiled(self, constants: Constants) -> Sequence[Function]:
        """Machine code; raises ConvoptError."""

    def eager(self, constants: Constants) -> Sequence[Function]:
        """PyTorch's operators one by one."""


@dataclass(frozen=True)
class _Version:
    """What the sets of a graph are while `watch` holds; `owner` is one of the parameters."""

    watch: Watch
    functions: Sequence[Function]
    owner: "ReferenceType[torch.Tensor]"


class CompiledGraph:
    """Runs a graph whose sets were compiled for the values of some arguments.

    When these change, a call runs the sets by PyTorch; they are compiled anew when the next call
    finds the same values: who changes parameters before every call never waits for a compiler.
    """

    _boxed_call = True

    def __init__(
        self,
        graph: Callable[..., Any],
        places: Sequence[int],
        sets: Sets,
        functions: Sequence[Function],
        constants: Constants,
    ) -> None:
        """`graph` takes the arguments at `places`; `functions` are the sets for `constants`."""
        self._graph = graph
        self._places = tuple(places)
        self._sets = sets
        self._fixed = tuple(constants)
        self._lock = threading.Lock()
        self._current = _version(Watch(constants, self._fixed), functions, constants)
        self._known: OrderedDict[tuple[int, ...], _Version] = OrderedDict()
        self._known[self._current.watch.addresses] = self._current
        self._seen: OrderedDict[tuple[int, ...], Watch] = OrderedDict()

    def __call__(self, arguments: list[Any]) -> Any:
        version = self._current
        if not version.watch.holds(arguments):
            version = self._version_for(arguments)
        wanted = [arguments[place] for place in self._places]
        return call_with(version.functions, self._graph, wanted)

    def _version_for(self, arguments: Sequence[Any]) -> _Version:
        """The sets for other values than those of the last call."""
        constants = {place: arguments[place] for place in self._fixed}
        watch = Watch(constants, self._fixed)
        key = watch.addresses
        with self._lock:
            known = self._known.get(key)
            if known is None or not known.watch.holds(arguments):
                before = self._seen.get(key)
                if before is None or not before.holds(arguments):
                    _keep(self._seen, key, watch)
                    logger.info("parameters changed: PyTorch runs what convopt compiled")
                    return _version(watch, self._sets.eager(constants), constants)
                known = _version(watch, self._functions(constants), constants)
                self._forget(known.owner())
            _keep(self._known, key, known)
            self._current = known
            return known

    def _functions(self, constants: Constants) -> Sequence[Function]:
        try:
            functions = self._sets.compiled(constants)
        except ConvoptError as error:
            logger.info("changed parameters cannot be compiled: %s", error)
            return self._sets.eager(constants)
        logger.info("changed parameters are compiled")
        return functions

    def _forget(self, owner: torch.Tensor | None) -> None:
        """Makes room for one more version of an owner; those of owners that are gone go, too."""
        owners = {key: known.owner() for key, known in self._known.items()}
        of_one = [key for key, each in owners.items() if each is owner]
        gone = [key for key, each in owners.items() if each is None]
        for key in (*gone, *of_one[: 1 - MOST_OF_ONE]):
            self._known.pop(key, None)


def _version(watch: Watch, functions: Sequence[Function], constants: Constants) -> _Version:
    return _Version(watch, functions, ref(next(iter(constants.values()))))


def _keep(kept: OrderedDict[Any, Any], key: object, value: object) -> None:
    """Enters a value as the newest; the oldest goes when there are too many."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST_KEPT:
        kept.popitem(last=False)
