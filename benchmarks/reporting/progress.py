"""A progress bar for what is timed."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress

Item = TypeVar("Item")


def shown_between(items: Sequence[Item], name_of: Callable[[Item], str]) -> Iterator[Item]:
    """The items, with a progress bar on standard error if that is a terminal.

    It is drawn between items only: a thread that draws would share the core.
    """
    console = Console(stderr=True)
    is_hidden = not console.is_terminal
    with Progress(
        console=console, transient=True, disable=is_hidden, auto_refresh=False
    ) as progress:
        task = progress.add_task("", total=len(items))
        for item in items:
            progress.update(task, description=name_of(item), refresh=True)
            yield item
            progress.advance(task)
