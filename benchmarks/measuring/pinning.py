"""Cores of their own for everything that is timed."""

import os

from convopt.errors import UsageError


def pin(count: int = 1, core: int | None = None) -> tuple[int, ...]:
    """Keep this process, and all threads that it starts from now on, on `count` cores.

    The last ones that the process may use; or the one that is named. Returns their numbers, none
    where the system cannot pin. Raises UsageError for a core that the process may not use, and for
    more cores than it has.
    """
    if not hasattr(os, "sched_setaffinity"):
        return ()
    allowed = sorted(os.sched_getaffinity(0))
    if core is not None and core not in allowed:
        raise UsageError(f"expected one of the cores {allowed}, found {core}")
    if count > len(allowed):
        raise UsageError(f"expected at most {len(allowed)} threads, one a core, found {count}")
    chosen = tuple(allowed[-count:]) if core is None else (core,)
    os.sched_setaffinity(0, chosen)
    return chosen
