"""Python's cyclic garbage collector, out of the way while IR is made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """No cyclic collection inside the block.

    Compiling makes some hundred thousand objects in cycles that all live to the end; looking for
    garbage among them again and again takes a third of the time and finds nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
