"""One core for everything that is timed."""

import os


def pin(core: int | None = None) -> int | None:
    """Keep this process, and all threads that it starts from now on, on one core.

    The last core that the process may use, unless one is named. Returns its number, or None where
    the system cannot pin. Raises ValueError for a core that the process may not use.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    allowed = os.sched_getaffinity(0)
    chosen = max(allowed) if core is None else core
    if chosen not in allowed:
        raise ValueError(f"expected one of the cores {sorted(allowed)}, found {chosen}")
    os.sched_setaffinity(0, {chosen})
    return chosen
